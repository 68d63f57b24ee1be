"""People in the database: added, changed, kept out; whatever they were signed in with ends with it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from importlib.resources import files

import pytest
from sqlalchemy import Connection, func, select
from tests.parts import fresh

from hoede.access import Person, PersonUnknown, RoleUnknown, all_people, find_person, parse_roles, staff
from hoede.access.invitations import (
    CodeRefused,
    LinkRefused,
    codes_left,
    invited,
    keep_codes,
    new_codes,
    recover,
    use_link,
)
from hoede.access.passkeys import LastPasskey, add_passkey, end_passkey, passkeys_of
from hoede.access.people import NameUnfit, changes, history
from hoede.access.sessions import open_session, session_of
from hoede.access.tables import CHANGES, CODES, INVITATIONS, PASSKEYS, SESSIONS
from hoede.db import Database, Transaction
from hoede.simulators.cybertipline import VirtualClock

ROLES = parse_roles((files("hoede") / "access" / "roles.toml").read_text(encoding="utf-8"))
DAY = timedelta(days=1)


def add(db: Database, *roles: str, name: str = "Mira") -> str:
    """Somebody new, with the link `link-<id>`."""
    person = fresh("per")
    db.commit(
        lambda tx: staff.add(
            tx, person, f"link-{person}", name=name, roles=roles or ("judge",), language="nl", by="x"
        )
    )
    return person


def sign_in(db: Database, person: str) -> str:
    cookie = fresh("cookie")
    db.commit(lambda tx: open_session(tx, fresh("ses"), cookie, person))
    return cookie


def give_passkey(db: Database, person: str) -> str:
    key = fresh("key")

    def step(tx: Transaction) -> None:
        add_passkey(tx, key, credential=fresh("c"), person_id=person, public_key=b"k", sign_count=0)

    db.commit(step)
    return key


def give_codes(db: Database, person: str) -> tuple[str, ...]:
    counted = iter(range(10))
    codes = new_codes(lambda size: bytes([next(counted)]) * size)
    db.commit(lambda tx: keep_codes(tx, person, codes))
    return codes


def one(db: Database, person: str) -> Person:
    found = db.read(lambda conn: find_person(conn, person))
    assert found is not None
    return found


def left(db: Database, person: str) -> dict[str, int]:
    """How many ways to be signed in or to sign in this person has."""
    tables = (SESSIONS, PASSKEYS, CODES, INVITATIONS)

    def counted(conn: Connection) -> dict[str, int]:
        return {
            table.name: conn.execute(
                select(func.count()).select_from(table).where(table.c.person_id == person)
            ).scalar_one()
            for table in tables
        }

    return db.read(counted)


def settled(db: Database, *roles: str) -> str:
    """Somebody who has everything."""
    person = add(db, *roles)
    sign_in(db, person)
    give_passkey(db, person)
    give_codes(db, person)
    return person


def acts(db: Database, person: str) -> list[str]:
    return [change.act for change in db.read(lambda conn: history(conn, person, 99))][::-1]


NOTHING = {"session": 0, "passkey": 0, "recovery_code": 0, "invitation": 0}


def test_somebody_new_is_there_with_their_roles(db: Database) -> None:
    person = one(db, add(db, "lead", "legal", name="  Zoë 🦔 "))
    assert (person.name, person.roles, person.language) == ("Zoë 🦔", ("lead", "legal"), "nl")
    assert not person.is_disabled


@pytest.mark.parametrize("name", ["", "  ", "a" * 81, "a\nb", "a\u202eb", "\0", "a\u200bb"])
def test_a_name_that_hides_something_is_refused(db: Database, name: str) -> None:
    with pytest.raises(NameUnfit):
        add(db, name=name)
    assert db.read(all_people) == ()


def test_other_roles_hold_at_once_and_end_every_session(db: Database) -> None:
    person = settled(db)
    db.commit(lambda tx: staff.set_roles(tx, person, ["auditor"], ROLES, by="x"))
    assert one(db, person).roles == ("auditor",)
    assert left(db, person) == {"session": 0, "passkey": 1, "recovery_code": 10, "invitation": 1}


def test_the_same_roles_again_change_nothing(db: Database, leaves: Callable[[Database], int]) -> None:
    person = settled(db)
    before = leaves(db)
    db.commit(lambda tx: staff.set_roles(tx, person, ["judge"], ROLES, by="x"))
    assert (left(db, person)["session"], leaves(db)) == (1, before)


def test_a_role_nobody_knows_is_refused(db: Database) -> None:
    person = add(db)
    with pytest.raises(RoleUnknown):
        db.commit(lambda tx: staff.set_roles(tx, person, ["king"], ROLES, by="x"))


def test_who_is_kept_out_has_no_way_in(db: Database) -> None:
    person = settled(db)
    assert db.commit(lambda tx: staff.disable(tx, person, ROLES, by="x")) is True
    assert (one(db, person).is_disabled, left(db, person)) == (True, NOTHING)
    assert db.commit(lambda tx: staff.disable(tx, person, ROLES, by="x")) is False


def test_who_is_let_in_again_needs_a_new_link(db: Database) -> None:
    person = settled(db)
    db.commit(lambda tx: staff.disable(tx, person, ROLES, by="x"))
    with pytest.raises(staff.PersonDisabled):
        db.commit(lambda tx: staff.invite(tx, person, "new", by="x"))
    assert db.commit(lambda tx: staff.enable(tx, person, by="x")) is True
    assert (one(db, person).roles, left(db, person)) == (("judge",), NOTHING)
    assert db.commit(lambda tx: staff.enable(tx, person, by="x")) is False


def test_a_new_link_for_a_lost_passkey_ends_what_was_there(db: Database) -> None:
    person = settled(db)
    db.commit(lambda tx: staff.invite(tx, person, "new", by="x"))
    assert left(db, person) == NOTHING | {"invitation": 1}
    with pytest.raises(LinkRefused):
        db.commit(lambda tx: use_link(tx, f"link-{person}"))
    assert db.commit(lambda tx: use_link(tx, "new")) == person


@pytest.mark.parametrize("act", ["disable", "enable", "invite", "roles"])
def test_nobody_is_changed_who_is_not_there(db: Database, act: str) -> None:
    steps: dict[str, Callable[[Transaction], object]] = {
        "disable": lambda tx: staff.disable(tx, "no", ROLES, by="x"),
        "enable": lambda tx: staff.enable(tx, "no", by="x"),
        "invite": lambda tx: staff.invite(tx, "no", "link", by="x"),
        "roles": lambda tx: staff.set_roles(tx, "no", ["judge"], ROLES, by="x"),
    }
    with pytest.raises(PersonUnknown):
        db.commit(steps[act])


def test_the_last_administrator_stays(db: Database) -> None:
    last, other = add(db, "administrator", "judge"), add(db, "administrator")
    db.commit(lambda tx: staff.disable(tx, other, ROLES, by="x"))
    with pytest.raises(staff.LastAdministrator):
        db.commit(lambda tx: staff.disable(tx, last, ROLES, by="x"))
    with pytest.raises(staff.LastAdministrator):
        db.commit(lambda tx: staff.set_roles(tx, last, ["judge"], ROLES, by="x"))
    assert (one(db, last).roles, one(db, last).is_disabled) == (("administrator", "judge"), False)


def test_two_administrators_who_disable_each_other_at_once_do_not_both_succeed(db: Database) -> None:
    pair = [add(db, "administrator"), add(db, "administrator")]

    def out(person: str) -> bool:
        try:
            return db.commit(lambda tx: staff.disable(tx, person, ROLES, by="x"))
        except staff.LastAdministrator:
            return False

    with ThreadPoolExecutor(2) as both:
        assert sorted(both.map(out, pair)) == [False, True]


def test_a_link_works_once_and_for_a_day(still_db: Database, clock: VirtualClock) -> None:
    person, late = add(still_db), add(still_db)
    assert still_db.commit(lambda tx: use_link(tx, f"link-{person}")) == person
    with pytest.raises(LinkRefused):
        still_db.commit(lambda tx: use_link(tx, f"link-{person}"))
    clock.advance(DAY - timedelta(milliseconds=1))
    assert still_db.read(lambda conn: invited(conn, f"link-{late}", still_db.time(conn))) == late
    clock.advance(timedelta(milliseconds=1))
    with pytest.raises(LinkRefused):
        still_db.commit(lambda tx: use_link(tx, f"link-{late}"))


def test_a_code_is_used_up_for_a_link_of_fifteen_minutes_and_ends_sessions(
    still_db: Database, clock: VirtualClock
) -> None:
    person = settled(still_db)
    code = give_codes(still_db, person)[3]
    still_db.commit(lambda tx: recover(tx, code.upper().replace("-", " "), "back"))
    assert left(still_db, person) == {"session": 0, "passkey": 1, "recovery_code": 9, "invitation": 1}
    with pytest.raises(CodeRefused):
        still_db.commit(lambda tx: recover(tx, code, "again"))
    clock.advance(timedelta(minutes=15))
    with pytest.raises(LinkRefused):
        still_db.commit(lambda tx: use_link(tx, "back"))


@pytest.mark.parametrize("code", ["", "-", "abcde-fghij-klmno-pqrst-u", "a" * 5000, "\0"])
def test_a_code_that_is_none_opens_nothing(db: Database, code: str) -> None:
    settled(db)
    with pytest.raises(CodeRefused):
        db.commit(lambda tx: recover(tx, code, "back"))


def test_a_code_of_who_is_kept_out_opens_nothing(db: Database) -> None:
    person = settled(db)
    code = give_codes(db, person)[0]
    db.commit(lambda tx: staff.disable(tx, person, ROLES, by="x"))
    with pytest.raises(CodeRefused):
        db.commit(lambda tx: recover(tx, code, "back"))


def test_new_codes_end_the_old_ones(db: Database) -> None:
    person = add(db)
    old = give_codes(db, person)
    new = new_codes(lambda size: fresh("code").encode().ljust(size, b"x"))
    db.commit(lambda tx: keep_codes(tx, person, new))
    assert db.read(lambda conn: codes_left(conn, person)) == 10
    with pytest.raises(CodeRefused):
        db.commit(lambda tx: recover(tx, old[0], "back"))


def test_the_only_passkey_cannot_be_ended(db: Database) -> None:
    person, stranger = add(db), add(db)
    first = give_passkey(db, person)
    with pytest.raises(LastPasskey):
        db.commit(lambda tx: end_passkey(tx, first, person, by=person))
    second = give_passkey(db, person)
    assert db.commit(lambda tx: end_passkey(tx, first, stranger, by=stranger)) is False
    assert db.commit(lambda tx: end_passkey(tx, first, person, by=person)) is True
    assert [key.id for key in db.read(lambda conn: passkeys_of(conn, person))] == [second]


def test_a_session_of_who_is_disabled_in_another_way_counts_for_nothing(db: Database) -> None:
    person = add(db)
    cookie = sign_in(db, person)
    db.commit(lambda tx: tx.conn.exec_driver_sql("UPDATE person SET disabled_at = 1"))
    assert db.read(lambda conn: session_of(conn, cookie, db.time(conn))) is None


def test_every_change_has_its_leaf_and_says_who_did_it(
    db: Database, leaves: Callable[[Database], int]
) -> None:
    person = settled(db)
    db.commit(lambda tx: staff.set_roles(tx, person, ["lead"], ROLES, by="boss"))
    db.commit(lambda tx: staff.invite(tx, person, "new", by="boss"))
    db.commit(lambda tx: staff.disable(tx, person, ROLES, by="boss"))
    db.commit(lambda tx: staff.enable(tx, person, by="boss"))
    assert acts(db, person) == [
        "person.created",
        "session.opened",
        "passkey.made",
        "codes.made",
        "person.roles",
        "person.invited",
        "person.disabled",
        "person.enabled",
    ]
    assert len(db.read(changes)) == leaves(db) == 8
    assert {change.by for change in db.read(lambda conn: history(conn, person, 4))} == {"boss"}


def test_no_secret_is_kept(db: Database) -> None:
    person = add(db)
    secrets = [f"link-{person}", sign_in(db, person), *give_codes(db, person)]
    asked = [select(table) for table in (INVITATIONS, SESSIONS, CODES, CHANGES)]
    rows = db.read(lambda conn: str([conn.execute(one).all() for one in asked]))
    assert person in rows
    assert [one for one in secrets if one in rows or one.replace("-", "") in rows] == []
