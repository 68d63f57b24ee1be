"""Sessions, challenges and tries: how long each lasts by the database's clock, and that each is used once."""

from datetime import timedelta

import pytest
from tests.parts import fresh

from hoede.access import Session, staff
from hoede.access.challenges import keep_challenge, take_challenge
from hoede.access.jobs import forget_sign_ins
from hoede.access.sessions import end_session, open_session, renew, session_of, sessions_of, touch
from hoede.access.tries import may_try
from hoede.db import Database
from hoede.simulators.cybertipline import VirtualClock

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
INSTANT = timedelta(milliseconds=1)


@pytest.fixture
def person(still_db: Database) -> str:
    added = fresh("per")
    still_db.commit(
        lambda tx: staff.add(tx, added, fresh("link"), name="Mira", roles=("judge",), language="en", by="x")
    )
    return added


def sign_in(db: Database, person: str) -> tuple[str, str]:
    """The id and the cookie of a new session."""
    session, cookie = fresh("ses"), fresh("cookie")
    db.commit(lambda tx: open_session(tx, session, cookie, person))
    return session, cookie


def ask(db: Database, cookie: str) -> Session | None:
    return db.read(lambda conn: session_of(conn, cookie, db.time(conn)))


def test_a_session_is_who_opened_it(still_db: Database, person: str) -> None:
    session, cookie = sign_in(still_db, person)
    found = ask(still_db, cookie)
    assert found is not None
    assert (found.id, found.person.id, found.person.roles) == (session, person, ("judge",))


@pytest.mark.parametrize("cookie", ["", "x", "\0", "a" * 10_000, "\N{HEDGEHOG}"])
def test_a_cookie_nobody_was_given_is_nobody(still_db: Database, person: str, cookie: str) -> None:
    sign_in(still_db, person)
    assert ask(still_db, cookie) is None


def test_a_session_ends_when_it_was_idle_for_half_an_hour(
    still_db: Database, clock: VirtualClock, person: str
) -> None:
    session, cookie = sign_in(still_db, person)
    clock.advance(30 * MINUTE - INSTANT)
    assert ask(still_db, cookie) is not None
    still_db.commit(lambda tx: touch(tx, session))
    clock.advance(30 * MINUTE - INSTANT)
    assert ask(still_db, cookie) is not None
    clock.advance(INSTANT)
    assert ask(still_db, cookie) is None


def test_a_session_ends_after_ten_hours_however_busy(
    still_db: Database, clock: VirtualClock, person: str
) -> None:
    session, cookie = sign_in(still_db, person)
    for _ in range(39):
        clock.advance(15 * MINUTE)
        still_db.commit(lambda tx: touch(tx, session))
    clock.advance(15 * MINUTE - INSTANT)
    assert ask(still_db, cookie) is not None
    clock.advance(INSTANT)
    assert ask(still_db, cookie) is None


def test_a_session_wants_to_be_written_once_a_minute(
    still_db: Database, clock: VirtualClock, person: str
) -> None:
    _, cookie = sign_in(still_db, person)
    wanted = []
    for passed in (MINUTE - INSTANT, INSTANT):
        clock.advance(passed)
        found = ask(still_db, cookie)
        assert found is not None
        wanted.append(found.wants_touch(clock.now()))
    assert wanted == [False, True]


def test_a_passkey_used_anew_gives_another_cookie(
    still_db: Database, clock: VirtualClock, person: str
) -> None:
    session, cookie = sign_in(still_db, person)
    clock.advance(20 * MINUTE)
    before = ask(still_db, cookie)
    assert before is not None
    assert still_db.commit(lambda tx: renew(tx, session, "another")) is True
    after = ask(still_db, "another")
    assert after is not None
    assert ask(still_db, cookie) is None
    fresh_now = [one.is_fresh(clock.now(), 15 * MINUTE) for one in (before, after)]
    assert (fresh_now, after.id, after.opened_at) == ([False, True], session, before.opened_at)


def test_an_ended_session_is_not_renewed_and_not_touched_back(still_db: Database, person: str) -> None:
    session, cookie = sign_in(still_db, person)
    assert still_db.commit(lambda tx: end_session(tx, session, person, by=person)) is True
    still_db.commit(lambda tx: touch(tx, session))
    assert still_db.commit(lambda tx: renew(tx, session, "another")) is False
    assert [ask(still_db, one) for one in (cookie, "another")] == [None, None]
    assert still_db.commit(lambda tx: end_session(tx, session, person, by=person)) is False


def test_nobody_ends_the_session_of_another(still_db: Database, person: str) -> None:
    session, cookie = sign_in(still_db, person)
    assert still_db.commit(lambda tx: end_session(tx, session, "another", by="another")) is False
    assert ask(still_db, cookie) is not None


def test_one_sees_where_one_is_signed_in(still_db: Database, clock: VirtualClock, person: str) -> None:
    sign_in(still_db, person)
    clock.advance(31 * MINUTE)
    first, _ = sign_in(still_db, person)
    clock.advance(MINUTE)
    second, cookie = sign_in(still_db, person)
    found = ask(still_db, cookie)
    assert found is not None
    seen = still_db.read(lambda conn: sessions_of(conn, found.person, clock.now()))
    assert [one.id for one in seen] == [second, first]


@pytest.mark.parametrize(
    ("passed", "bound_to", "taken"),
    [
        (timedelta(0), "mine", True),
        (5 * MINUTE - INSTANT, "mine", True),
        (5 * MINUTE, "mine", False),  # too late
        (timedelta(0), "yours", False),  # made for another browser
    ],
)
def test_a_challenge_is_answered_soon_and_by_whom_it_was_made_for(
    still_db: Database, clock: VirtualClock, passed: timedelta, bound_to: str, *, taken: bool
) -> None:
    still_db.commit(lambda tx: keep_challenge(tx, "abc", "mine"))
    clock.advance(passed)
    assert still_db.commit(lambda tx: take_challenge(tx, "abc", bound_to)) is taken


def test_a_challenge_is_answered_once(still_db: Database) -> None:
    still_db.commit(lambda tx: keep_challenge(tx, "abc", "mine"))
    assert [still_db.commit(lambda tx: take_challenge(tx, "abc", "mine")) for _ in range(2)] == [True, False]


def test_tries_are_counted_for_each_and_start_anew_after_ten_minutes(
    still_db: Database, clock: VirtualClock
) -> None:
    allowed = [still_db.commit(lambda tx: may_try(tx, "198.51.100.7", 3)) for _ in range(5)]
    other = still_db.commit(lambda tx: may_try(tx, "198.51.100.8", 3))
    clock.advance(10 * MINUTE)
    later = still_db.commit(lambda tx: may_try(tx, "198.51.100.7", 3))
    assert (allowed, other, later) == ([True, True, True, False, False], True, True)


def test_who_tried_cannot_be_read(still_db: Database) -> None:
    still_db.commit(lambda tx: may_try(tx, "198.51.100.7", 3))
    kept = still_db.read(lambda conn: str(conn.exec_driver_sql("SELECT * FROM sign_in_try").all()))
    assert "198.51" not in kept


def test_what_is_over_goes_and_what_is_in_force_stays(
    still_db: Database, clock: VirtualClock, person: str
) -> None:
    sign_in(still_db, person)
    still_db.commit(lambda tx: keep_challenge(tx, "abc", "mine"))
    still_db.commit(lambda tx: may_try(tx, "198.51.100.7", 3))
    assert still_db.commit(forget_sign_ins) == 0
    clock.advance(HOUR)
    assert still_db.commit(forget_sign_ins) == 3  # the link lasts a day
    clock.advance(24 * HOUR)
    assert still_db.commit(forget_sign_ins) == 1
