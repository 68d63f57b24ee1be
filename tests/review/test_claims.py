"""A case is in one person's hands at a time, for a while, on the database's time."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from tests.review.test_store import open_case

from hoede.db import Database
from hoede.review import Refused, Why, claims, store
from hoede.review.claims import LEASE, Taken
from hoede.simulators.cybertipline import VirtualClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def take(
    db: Database, person: str, case_id: str = "cas_1", *, lead: bool = False, claim_id: str | None = None
) -> Taken | Refused:
    name = claim_id or f"clm_{person}_{case_id}_{db.now().timestamp()}"
    return db.commit(partial(claims.take, case_id=case_id, person=person, claim_id=name, lead=lead))


def hold(db: Database, person: str, case_id: str = "cas_1") -> Taken | Refused:
    return db.commit(partial(claims.hold, case_id=case_id, person=person))


def waits(db: Database, case_id: str = "cas_1", lane: str = "minors", **more: object) -> None:
    open_case(db, case_id, account=case_id, lane=lane, due_at=NOON, **more)  # type: ignore[arg-type]


def given(taken: Taken | Refused) -> Taken:
    assert isinstance(taken, Taken)
    return taken


def test_a_taken_case_is_its_takers_for_twenty_minutes(still_db: Database, clock: VirtualClock) -> None:
    waits(still_db)
    assert given(take(still_db, "eva")).until == NOON + timedelta(minutes=20)
    clock.advance(LEASE - timedelta(seconds=1))
    assert isinstance(hold(still_db, "eva"), Taken)
    clock.advance(timedelta(seconds=1))
    assert hold(still_db, "eva") == Refused(Why.LEASE)


def test_another_is_told_who_has_it_and_until_when(still_db: Database) -> None:
    waits(still_db)
    take(still_db, "eva")
    assert take(still_db, "bas") == Refused(Why.TAKEN, "eva", NOON + LEASE)
    assert still_db.read(lambda conn: claims.holder(conn, "cas_1", NOON)) == ("eva", NOON + LEASE)


def test_a_lease_that_ran_out_is_anyones(still_db: Database, clock: VirtualClock) -> None:
    waits(still_db)
    take(still_db, "eva")
    clock.advance(LEASE)
    given(take(still_db, "bas"))
    assert hold(still_db, "eva") == Refused(Why.TAKEN, "bas", NOON + 2 * LEASE)


def test_taking_ones_own_case_again_or_renewing_prolongs_it(still_db: Database, clock: VirtualClock) -> None:
    waits(still_db)
    first = given(take(still_db, "eva"))
    clock.advance(timedelta(minutes=10))
    again = given(take(still_db, "eva"))
    assert (again.claim, again.until) == (first.claim, NOON + timedelta(minutes=30))
    clock.advance(timedelta(minutes=10))
    renewed = given(still_db.commit(partial(claims.renew, case_id="cas_1", person="eva")))
    assert renewed.until == NOON + timedelta(minutes=40)


def test_of_many_who_take_a_case_at_once_exactly_one_has_it(db: Database) -> None:
    waits(db)
    together = Barrier(8)

    def one(number: int) -> Taken | Refused:
        together.wait()
        return take(db, f"person-{number}", claim_id=f"clm_{number}")

    with ThreadPoolExecutor(8) as pool:
        went = list(pool.map(one, range(8)))
    (winner,) = [one for one in went if isinstance(one, Taken)]
    assert {one.by for one in went if isinstance(one, Refused)} == {winner.person}


def test_two_processes_that_take_a_case_at_once_do_not_both_have_it(
    db: Database, open_another: Callable[[], Database]
) -> None:
    waits(db)
    other, together = open_another(), Barrier(2)

    def one(mine: Database, person: str) -> Taken | Refused:
        together.wait()
        return take(mine, person, claim_id=f"clm_{person}")

    with ThreadPoolExecutor(2) as pool:
        went = list(pool.map(one, (db, other), ("eva", "bas")))
    assert sorted(isinstance(one, Taken) for one in went) == [False, True]


def test_what_somebody_skipped_does_not_come_back_to_them_soon(
    still_db: Database, clock: VirtualClock
) -> None:
    waits(still_db)
    taken = given(take(still_db, "eva"))
    still_db.commit(lambda tx: claims.skip(tx, taken, "know_someone"))
    assert first(still_db, "eva") is None
    assert first(still_db, "bas") == "cas_1"
    clock.advance(claims.SKIPPED_FOR)
    assert first(still_db, "eva") == "cas_1"


def first(db: Database, person: str, *, lane: str | None = None, lead: bool = False) -> str | None:
    found = db.read(lambda conn: claims.first_for(conn, person, db.time(conn), lane=lane, lead=lead))
    return found.id if found else None


def test_what_somebody_else_has_is_not_offered(still_db: Database, clock: VirtualClock) -> None:
    waits(still_db)
    take(still_db, "eva")
    assert first(still_db, "bas") is None
    clock.advance(LEASE)
    assert first(still_db, "bas") == "cas_1"


def test_a_case_that_waits_for_a_lead_is_given_to_leads_only(db: Database) -> None:
    waits(db)
    db.commit(lambda tx: store.goes_on(tx, "cas_1", store.OPEN, "minors", NOON, called="escalated"))
    assert take(db, "eva") == Refused(Why.RIGHT)
    assert (first(db, "eva"), first(db, "eva", lead=True)) == (None, "cas_1")
    assert isinstance(take(db, "eva", lead=True), Taken)


@pytest.mark.parametrize(
    ("state", "lane", "why"),
    [(store.JUDGED, "minors", Why.ALREADY), (store.OPEN, None, Why.GONE)],  # none: nobody needs to look
)
def test_what_does_not_wait_cannot_be_taken(db: Database, state: str, lane: str | None, why: Why) -> None:
    waits(db)
    db.commit(lambda tx: store.goes_on(tx, "cas_1", state, lane, None))
    assert take(db, "eva") == Refused(why)


def test_a_case_that_is_not_there_cannot_be_taken_or_held(db: Database) -> None:
    assert (take(db, "eva"), hold(db, "eva")) == (Refused(Why.GONE), Refused(Why.GONE))


def test_notes_are_kept_by_person_and_the_last_one_counts(db: Database) -> None:
    waits(db)
    for person, text in (("eva", "one"), ("bas", "two"), ("eva", "three")):
        db.commit(partial(claims.note, case_id="cas_1", person=person, text_=text))
    told = [db.read(partial(claims.note_of, case_id="cas_1", person=one)) for one in ("eva", "bas", "kim")]
    assert told == ["three", "two", None]


def test_the_lanes_people_took_from_come_the_newest_first(still_db: Database, clock: VirtualClock) -> None:
    for number, lane in enumerate(("minors", "unseen", "appeals")):
        waits(still_db, f"cas_{number}", lane=lane)
        take(still_db, "eva", f"cas_{number}")
        clock.advance(timedelta(seconds=1))
    assert still_db.read(claims.lanes_taken) == ["appeals", "unseen", "minors"]
