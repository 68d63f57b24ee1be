"""Accounts are kept as they were last told."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hoede.accounts.store import Account, account, choices, choose, put_account
from hoede.core.ages import AgeEvidence, Assurance
from hoede.db import Database
from hoede.simulators.cybertipline import VirtualClock

EVIDENCE = (
    AgeEvidence(
        method="eu-age-attestation",
        assurance=Assurance.VERIFIED,
        issuer="issuer.example",
        as_of=date(2026, 2, 28),
        lower=18,
        until=datetime(2027, 2, 28, 12, 30, tzinfo=UTC),
    ),
    AgeEvidence(
        method="self-declared",
        assurance=Assurance.DECLARED,
        issuer="plein",
        as_of=date(2026, 1, 1),
        born=date(2008, 2, 29),
    ),
    AgeEvidence(
        method="behaviour", assurance=Assurance.INFERRED, issuer="plein", as_of=date(2026, 1, 1), upper=0
    ),
)
MIRA = Account(
    service="plein",
    id="a-1",
    country="NL",
    zone="Europe/Amsterdam",
    locale="nl-NL",
    screen_name="mira",
    age_evidence=EVIDENCE,
)


def told(db: Database, one: Account) -> None:
    db.commit(lambda tx: put_account(tx, one))


def whole(db: Database, service: str = "plein", account_id: str = "a-1") -> Account:
    return db.read(lambda conn: account(conn, service, account_id))


def kept(db: Database, service: str = "plein", account_id: str = "a-1") -> Account:
    """What was told, without what we keep beside it."""
    found = whole(db, service, account_id)
    return replace(found, zone_before=None, zone_changed_at=None, age_known_at=None)


def test_an_account_comes_back_as_it_was_told(db: Database) -> None:
    told(db, MIRA)
    assert kept(db) == MIRA


def test_an_account_nobody_told_of_is_of_unknown_age_and_place(db: Database) -> None:
    assert kept(db, account_id="a-2") == Account(service="plein", id="a-2")


def test_what_is_told_later_takes_the_place_of_all_that_was_told_before(db: Database) -> None:
    told(db, MIRA)
    told(db, Account(service="plein", id="a-1", country="BE"))
    assert kept(db) == Account(service="plein", id="a-1", country="BE")


def test_the_same_id_on_another_service_is_another_account(db: Database) -> None:
    told(db, MIRA)
    told(db, Account(service="market", id="a-1", country="DE"))
    assert kept(db) == MIRA
    assert kept(db, service="market").country == "DE"


def in_zone(db: Database, zone: str | None) -> tuple[str | None, str | None]:
    """Tell of a zone; the zone that counts now, and the one before that counts on."""
    told(db, replace(MIRA, zone=zone))
    found = whole(db)
    return found.zone, found.zone_before


def test_the_zone_before_a_change_is_kept(still_db: Database, clock: VirtualClock) -> None:
    in_zone(still_db, "Europe/Amsterdam")

    assert in_zone(still_db, "America/New_York") == ("America/New_York", "Europe/Amsterdam")
    assert whole(still_db).zone_changed_at == clock.now()


def test_telling_the_same_zone_again_is_no_change(still_db: Database, clock: VirtualClock) -> None:
    in_zone(still_db, "Europe/Amsterdam")
    in_zone(still_db, "Asia/Tokyo")
    changed = whole(still_db).zone_changed_at
    clock.advance(timedelta(hours=3))

    assert in_zone(still_db, "Asia/Tokyo") == ("Asia/Tokyo", "Europe/Amsterdam")
    assert whole(still_db).zone_changed_at == changed


def test_who_hops_on_keeps_the_zone_they_came_from(still_db: Database, clock: VirtualClock) -> None:
    in_zone(still_db, "Europe/Amsterdam")
    in_zone(still_db, "Asia/Tokyo")
    clock.advance(timedelta(hours=3))

    assert in_zone(still_db, "Pacific/Apia") == ("Pacific/Apia", "Europe/Amsterdam")


def test_a_day_later_the_zone_before_is_the_last_one(still_db: Database, clock: VirtualClock) -> None:
    in_zone(still_db, "Europe/Amsterdam")
    in_zone(still_db, "Asia/Tokyo")
    clock.advance(timedelta(hours=25))

    assert in_zone(still_db, "Pacific/Apia") == ("Pacific/Apia", "Asia/Tokyo")


def test_since_when_an_age_is_known_stays_until_it_is_unknown_again(
    still_db: Database, clock: VirtualClock
) -> None:
    told(still_db, MIRA)
    first = clock.now()
    clock.advance(timedelta(days=2))
    told(still_db, replace(MIRA, screen_name="mira2"))
    still_known = whole(still_db).age_known_at
    told(still_db, replace(MIRA, age_evidence=()))

    assert (still_known, whole(still_db).age_known_at) == (first, None)


def test_a_choice_is_kept_changed_and_let_go(db: Database) -> None:
    def chosen(step: object) -> dict[str, dict[str, object]]:
        db.commit(lambda tx: choose(tx, "plein", "a-1", "dm.send", step))
        return db.read(lambda conn: choices(conn, "plein", ["a-1", "a-2"]))

    assert chosen("none") == {"a-1": {"dm.send": "none"}, "a-2": {}}
    assert chosen("connections") == {"a-1": {"dm.send": "connections"}, "a-2": {}}
    assert chosen(None) == {"a-1": {}, "a-2": {}}
