"""After a restore: an order that may have been done waits, until a person says resend or settle."""

import time
from collections.abc import Callable
from datetime import timedelta

import pytest

from hoede.core.orders import Order, OrderState, OrderView, Target, TargetKind
from hoede.db import Database, orders, restores
from hoede.db.restores import Restore

REPORT = Order(
    id="ord_1",
    service="plein",
    cause="case_1",
    measure="report",
    target=Target(TargetKind.AUTHORITY, "ncmec"),
    by="authority",
)
LEASE = timedelta(hours=1)
CountLeaves = Callable[[Database], int]


def restored(db: Database, name: str = "res_1") -> None:
    db.commit(lambda tx: restores.note_restore(tx, Restore(name, tx.now, tx.now), leaves=7))


def park(db: Database, restore: str = "res_1") -> bool:
    return db.commit(lambda tx: restores.park(tx, "ord_1", restore))


def resend(db: Database) -> bool:
    return db.commit(lambda tx: restores.resend(tx, "ord_1", "looked"))


def settle(db: Database) -> bool:
    return db.commit(lambda tx: restores.settle(tx, "ord_1", "900", "looked"))


def seen(db: Database) -> OrderView:
    view = db.read(lambda conn: orders.view(conn, "ord_1"))
    assert view is not None
    return view


@pytest.fixture
def order(db: Database) -> Database:
    """An open report, and a restore."""
    db.commit(lambda tx: orders.open_order(tx, REPORT))
    restored(db)
    return db


def acts(db: Database) -> list[str]:
    """Every change that has a leaf; each must have been written once."""
    told = [*db.read(orders.changes), *db.read(restores.changes)]
    assert len(told) == len(set(told))
    return sorted(act for act, _ in told)


def test_a_parked_order_waits_and_calls_a_person(order: Database, leaves: CountLeaves) -> None:
    before = leaves(order)
    assert park(order) is True
    view = seen(order)
    assert (view.state, view.reason, view.needs_human) == (OrderState.WAITING, "restored", True)
    assert leaves(order) - before == 2
    assert acts(order) == ["order.needs_human", "order.opened", "order.waiting", "restored"]


def test_who_was_called_already_is_not_called_again(order: Database, leaves: CountLeaves) -> None:
    order.commit(lambda tx: orders.call_a_person(tx, "ord_1", "authority-4100"))
    before = leaves(order)
    park(order)
    assert leaves(order) - before == 1


def test_an_ended_order_is_not_parked(order: Database) -> None:
    order.commit(lambda tx: orders.end_by_receipt(tx, "ord_1"))
    assert (park(order), seen(order).state) == (False, OrderState.DONE)


def test_one_that_waits_for_a_judgment_is_let_be(order: Database) -> None:
    order.commit(lambda tx: orders.let_wait(tx, "ord_1", "entry-withdrawn"))
    assert (park(order), seen(order).reason) == (False, "entry-withdrawn")
    assert (resend(order), settle(order)) == (False, False)


def test_one_that_waits_waits_after_the_next_restore_too(order: Database) -> None:
    park(order)
    restored(order, "res_2")
    assert park(order, "res_2") is True
    assert acts(order).count("order.waiting") == 2
    resend(order)
    assert acts(order).count("order.resent") == 2


def test_a_resent_order_is_open_and_due(order: Database) -> None:
    park(order)
    assert resend(order) is True
    view = seen(order)
    assert (view.state, view.reason, view.tries) == (OrderState.OPEN, None, 0)
    assert order.read(lambda conn: orders.any_due(conn, "authority", order.time(conn), LEASE))
    assert resend(order) is False


def test_a_settled_order_is_done_and_keeps_its_receipt(order: Database) -> None:
    park(order)
    assert settle(order) is True
    assert (seen(order).state, seen(order).outcome) == (OrderState.DONE, "settled")
    row = order.read(lambda conn: conn.execute(restores.RESTORED.select()).one())
    assert (row.receipt, row.settled_why, row.resent_at) == ("900", "looked", None)
    assert (settle(order), resend(order)) == (False, False)


def test_a_resent_order_can_be_settled_as_long_as_it_has_not_ended(order: Database) -> None:
    park(order)
    resend(order)
    assert settle(order) is True
    assert {"order.resent", "order.settled", "order.done"} <= set(acts(order))


def test_an_order_that_never_waited_cannot_be_settled(order: Database) -> None:
    assert settle(order) is False
    assert seen(order).state is OrderState.OPEN


def test_those_that_wait_are_named_and_counted_apart(order: Database) -> None:
    park(order)
    assert order.read(restores.waiting) == ["ord_1"]
    backlog = order.read(orders.backlog)
    assert (backlog.restored, backlog.waiting, backlog.needs_human) == (1, 0, 1)


def test_the_newest_restore_is_the_last_one(db: Database) -> None:
    assert db.read(restores.newest) is None
    restored(db)
    time.sleep(0.002)  # times are whole milliseconds
    restored(db, "res_2")
    newest = db.read(restores.newest)
    assert newest is not None
    assert newest.id == "res_2"


def test_nobody_holds_anything_once_leases_are_forgotten(order: Database) -> None:
    claim = order.commit(lambda tx: orders.claim(tx, by="authority", holder="gone", lease=LEASE))
    assert claim is not None
    order.commit(restores.forget_leases)
    assert order.read(lambda conn: orders.any_due(conn, "authority", order.time(conn), LEASE))


def test_whether_a_person_was_asked_is_told_by_restore(order: Database) -> None:
    park(order)
    assert order.read(lambda conn: restores.was_parked(conn, "ord_1", "res_1")) is True
    assert order.read(lambda conn: restores.was_parked(conn, "ord_1", "res_2")) is False
