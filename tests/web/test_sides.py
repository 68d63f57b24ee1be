"""Accounts as policy sees them: what is closed by a measure, and how long what was loaded counts."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import update
from tests.parts import fresh
from tests.web.api import Api

from hoede.accounts import Account
from hoede.accounts.store import ACCOUNTS, put_account
from hoede.app.rehearsal import SERVICE
from hoede.app.tables import read_tables
from hoede.core.ages import AgeBand
from hoede.core.orders import TargetKind
from hoede.enforcement import Carrier, Measure, MeasuresError
from hoede.flow.attempt import Sides
from hoede.flow.attempt.sides import KEPT_S, Facts, closed_names, side_at
from hoede.policy import shipped_vocabulary

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def closing(*names: str) -> Measure:
    return Measure(name="mute", by=Carrier.PLATFORM, target=TargetKind.ACCOUNT, says="muted", closes=names)


def test_what_is_closed_is_closed_by_the_name_of_its_setting_too() -> None:
    assert closed_names(closing("message"), shipped_vocabulary()) == {"message", "dm.send"}


def test_a_measure_that_closes_no_attempt_there_is_names_it() -> None:
    with pytest.raises(MeasuresError, match="mute closes fly, which is no attempt"):
        closed_names(closing("message", "fly"), shipped_vocabulary())


def test_an_account_nobody_knows_the_age_of_is_13_to_15_and_not_known() -> None:
    side = side_at(Facts(Account(service="plein", id="a"), {}, ()), NOW)

    assert (side.band, side.known, side.zones) == (AgeBand.FROM_13, False, ())


def test_for_a_day_after_a_change_both_zones_count() -> None:
    told = Account(
        service="plein", id="a", zone="Asia/Tokyo", zone_before="Europe/Amsterdam", zone_changed_at=NOW
    )

    zones = [side_at(Facts(told, {}, ()), NOW + timedelta(hours=one)).zones for one in (-1, 23, 24)]

    assert zones == [("Asia/Tokyo", "Europe/Amsterdam")] * 2 + [("Asia/Tokyo",)]


def test_what_another_process_wrote_counts_after_a_quarter_of_a_second(api: Api) -> None:
    at, account, db = [0.0], fresh("account"), api.hoede.db
    sides = Sides(db, read_tables().book.measures, shipped_vocabulary(), clock=lambda: at[0])
    db.commit(lambda tx: put_account(tx, Account(service=SERVICE, id=account, country="NL")))
    sides.load(SERVICE, [account], NOW)
    moved = update(ACCOUNTS).where(ACCOUNTS.c.id == account).values(country="BE")
    db.commit(lambda tx: tx.conn.execute(moved))

    soon = sides.fresh(SERVICE, [account])
    at[0] = KEPT_S + 0.01

    assert soon is not None
    assert soon[account].side.country == "NL"
    assert sides.fresh(SERVICE, [account]) is None
    assert sides.load(SERVICE, [account], NOW)[account].side.country == "BE"


def test_who_is_asked_about_again_is_read_along_with_the_next_that_has_to_be_read(api: Api) -> None:
    at, (often, once, new) = [0.0], (fresh("account") for _ in range(3))
    sides = Sides(api.hoede.db, read_tables().book.measures, shipped_vocabulary(), clock=lambda: at[0])
    sides.load(SERVICE, [often, once], NOW)
    sides.fresh(SERVICE, [often])
    at[0] = KEPT_S + 0.01

    assert sides.load(SERVICE, [new], NOW).keys() == {often, new}
    assert sides.load(SERVICE, [once], NOW).keys() == {once}  # and nobody whom nobody asked about since


def test_as_long_as_policy_sees_the_same_in_an_account_it_is_not_compiled_anew(api: Api) -> None:
    account, tables = fresh("account"), api.hoede.permits.tables()
    sides = Sides(api.hoede.db, read_tables().book.measures, shipped_vocabulary())
    seat = sides.load(SERVICE, [account], NOW)[account].seated(tables, NOW)
    assert sides.load(SERVICE, [account], NOW)[account].seated(tables, NOW) is seat
    choose = Account(service=SERVICE, id=account, country="NL")
    api.hoede.db.commit(lambda tx: put_account(tx, choose))
    assert sides.load(SERVICE, [account], NOW)[account].seated(tables, NOW).side.country == "NL"
