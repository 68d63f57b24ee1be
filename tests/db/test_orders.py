"""Orders: opened once, claimed by one, ended once, never dropped."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update

from hoede.core.orders import Order, OrderState, Target, TargetKind
from hoede.db import Database, orders
from hoede.db.orders import ORDERS, Claim
from hoede.simulators.cybertipline import VirtualClock

LEASE = timedelta(seconds=30)
WAIT = timedelta(seconds=1)


def order(name: str, *, by: str = "platform", after: tuple[str, ...] = ()) -> Order:
    return Order(
        id=name,
        service="plein",
        cause="dec_1",
        measure="hold",
        target=Target(TargetKind.CONTENT, "pic"),
        by=by,
        after=after,
        values={"account": "a"},
    )


def opened(db: Database, *made: Order) -> None:
    for one in made:
        db.commit(lambda tx, one=one: orders.open_order(tx, one))  # type: ignore[misc] # a default binds it


def claim(db: Database, holder: str = "me", by: str = "platform") -> Claim | None:
    return db.commit(lambda tx: orders.claim(tx, by=by, holder=holder, lease=LEASE))


def claimed(db: Database, holder: str = "me") -> Claim:
    found = claim(db, holder)
    assert found is not None
    return found


def state(db: Database, name: str) -> OrderState:
    seen = db.read(lambda conn: orders.view(conn, name))
    assert seen is not None
    return seen.state


def test_opening_an_order_twice_is_opening_it_once(db: Database) -> None:
    assert db.commit(lambda tx: orders.open_order(tx, order("o"))) is True
    assert db.commit(lambda tx: orders.open_order(tx, order("o"))) is False
    acts = [act for act, _ in db.read(orders.changes)]
    assert acts == ["order.opened"]


def test_an_order_comes_back_as_it_was_opened(db: Database) -> None:
    opened(db, order("o"))
    assert claimed(db).order == order("o")


def test_two_workers_never_hold_the_same_order(db: Database) -> None:
    opened(db, order("o"))
    assert claim(db, "one") is not None
    assert claim(db, "two") is None


def test_a_worker_takes_only_its_own_kind(db: Database) -> None:
    opened(db, order("o", by="vault"))
    assert claim(db, by="platform") is None
    assert claim(db, by="vault") is not None


def test_an_expired_lease_is_anyones(still_db: Database, clock: VirtualClock) -> None:
    opened(still_db, order("o"))
    assert claim(still_db, "one") is not None
    clock.advance(LEASE + timedelta(milliseconds=1))
    assert claim(still_db, "two") is not None


def test_what_a_clock_that_ran_ahead_leased_or_put_off_is_due_once_it_is_right(
    still_db: Database, clock: VirtualClock
) -> None:
    opened(still_db, order("leased"), order("put_off"), order("soon"))
    ahead, soon = clock.now() + timedelta(days=400), clock.now() + timedelta(days=1)
    told: dict[str, dict[str, Any]] = {
        "leased": {"lease_by": "another", "lease_until": clock.now() + 3 * LEASE},
        "put_off": {"due_at": ahead},
        "soon": {"due_at": soon},
    }
    for name, values in told.items():
        asked = update(ORDERS).where(ORDERS.c.id == name).values(values)
        still_db.commit(lambda tx, asked=asked: tx.conn.execute(asked).rowcount)  # type: ignore[misc] # a default binds it
    assert {claimed(still_db).order.id for _ in range(2)} == {"leased", "put_off"}
    assert claim(still_db) is None


def test_who_slept_through_the_lease_can_neither_renew_nor_end(
    still_db: Database, clock: VirtualClock
) -> None:
    opened(still_db, order("o"))
    slept = claimed(still_db, "one")
    clock.advance(LEASE + timedelta(milliseconds=1))
    assert claim(still_db, "two") is not None
    assert still_db.commit(lambda tx: orders.renew(tx, slept)) is False
    assert still_db.commit(lambda tx: orders.end(tx, slept, "done")) is False
    assert state(still_db, "o") is OrderState.OPEN


def test_an_order_waits_for_those_it_comes_after(db: Database) -> None:
    opened(db, order("first"), order("second", after=("first",)))
    first = claimed(db)
    assert (first.order.id, claim(db)) == ("first", None)
    db.commit(lambda tx: orders.end(tx, first, "sealed"))
    assert claimed(db).order.id == "second"


def test_an_order_waits_for_one_that_joined_later(db: Database) -> None:
    opened(db, order("report", by="authority"), order("second-seal", by="vault"))
    opened(db, order("report", by="authority", after=("second-seal",)))
    assert claim(db, by="authority") is None


def test_an_order_given_back_is_due_after_its_wait(still_db: Database, clock: VirtualClock) -> None:
    opened(still_db, order("o"))
    mine = claimed(still_db)
    still_db.commit(lambda tx: orders.try_again(tx, mine, wait=WAIT, reason="down", call_after=5))
    assert claim(still_db) is None
    clock.advance(WAIT)
    assert claimed(still_db).tries == 1


def test_after_so_many_tries_a_person_is_called_once_and_tries_go_on(
    still_db: Database, clock: VirtualClock
) -> None:
    opened(still_db, order("o"))
    for _ in range(4):
        mine = claimed(still_db)
        still_db.commit(
            lambda tx, mine=mine: orders.try_again(tx, mine, wait=WAIT, reason="down", call_after=2)  # type: ignore[misc] # likewise
        )
        clock.advance(WAIT)
    acts = [act for act, _ in still_db.read(orders.changes)]
    assert acts == ["order.opened", "order.needs_human"]
    assert claim(still_db) is not None


def test_an_order_whose_time_has_not_come_loses_no_try(still_db: Database, clock: VirtualClock) -> None:
    opened(still_db, order("o"))
    mine = claimed(still_db)
    still_db.commit(lambda tx: orders.not_yet(tx, mine, wait=WAIT))
    clock.advance(WAIT)
    assert claimed(still_db).tries == 0


def test_a_receipt_ends_an_order_whoever_holds_it_and_only_once(db: Database) -> None:
    opened(db, order("o"))
    mine = claimed(db)
    assert db.commit(lambda tx: orders.end_by_receipt(tx, "o")) is True
    assert db.commit(lambda tx: orders.end_by_receipt(tx, "o")) is False
    db.commit(lambda tx: orders.try_again(tx, mine, wait=WAIT, reason="late", call_after=1))
    assert state(db, "o") is OrderState.DONE


def test_a_waiting_order_is_neither_claimed_nor_lost(db: Database) -> None:
    opened(db, order("o"))
    db.commit(lambda tx: orders.let_wait(tx, "o", "entry-withdrawn"))
    assert claim(db) is None
    assert db.read(orders.backlog).waiting == 1


def test_an_ended_order_does_not_wait_any_more(db: Database) -> None:
    opened(db, order("o"))
    db.commit(lambda tx: orders.end_by_receipt(tx, "o"))
    assert db.commit(lambda tx: orders.let_wait(tx, "o", "late")) is False


def test_a_superseded_order_opens_what_waited_for_it(db: Database) -> None:
    opened(db, order("first"), order("second", after=("first",)))
    assert db.commit(lambda tx: orders.supersede(tx, "first")) is True
    assert db.commit(lambda tx: orders.supersede(tx, "first")) is False
    assert claimed(db).order.id == "second"


def test_the_backlog_leaves_out_what_people_do(db: Database) -> None:
    opened(db, order("machine"), order("person", by="person"))
    assert db.read(orders.backlog).open == 1


def test_any_due_sees_what_claim_would_take(db: Database) -> None:
    opened(db, order("first"), order("second", after=("first",)))
    assert db.read(lambda conn: orders.any_due(conn, "platform", db.time(conn), LEASE))
    assert not db.read(lambda conn: orders.any_due(conn, "vault", db.time(conn), LEASE))


def test_an_unknown_order_has_no_view(db: Database) -> None:
    assert db.read(lambda conn: orders.view(conn, "nothing")) is None


@pytest.mark.parametrize("cause", [None, "dec_1"])
def test_orders_are_seen_all_or_by_cause(db: Database, cause: str | None) -> None:
    opened(db, order("o"), replace(order("other"), cause="dec_2"))
    seen = db.read(lambda conn: orders.views(conn, cause=cause))
    assert len(seen) == (1 if cause else 2)
