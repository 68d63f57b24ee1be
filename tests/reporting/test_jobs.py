"""Resend and settle: what a person decides about a report that may have been filed."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from hoede.core.orders import Order, OrderState, Target, TargetKind
from hoede.db import Database, Transaction, orders, restores
from hoede.db.restores import Restore
from hoede.reporting import Draft, Saga, SagaFile, SagaState, store
from hoede.reporting.jobs import NotWaiting, ReceiptInvalid, resend, settle

OPEN = Saga(state=SagaState.OPEN, files=(SagaFile("evi_1", "f1"),), remote_id="900")
ORDER = Order(
    id="ord_1",
    service="plein",
    cause="cas_1",
    measure="report",
    target=Target(TargetKind.AUTHORITY, "ncmec"),
    by="authority",
)


@pytest.fixture
def parked(db: Database, draft_of: Callable[..., Draft]) -> Database:
    """A report that was open at the authority, and waits."""

    def step(tx: Transaction) -> None:
        orders.open_order(tx, ORDER)
        store.add_report(tx, "ord_1", "ncmec", draft_of(b"one"))
        store.save(tx, "ord_1", OPEN)
        restores.note_restore(tx, Restore("res_1", tx.now, tx.now), leaves=0)
        restores.park(tx, "ord_1", "res_1")

    db.commit(step)
    return db


def saga(db: Database) -> Saga:
    found = db.read(lambda conn: store.find(conn, "ord_1"))
    assert found is not None
    return found.saga


def test_a_resent_report_is_built_anew(parked: Database) -> None:
    resend(parked, "ord_1", "looked")
    assert saga(parked) == replace(OPEN, state=SagaState.REBUILD)


def test_a_settled_report_is_finished_under_the_id_that_was_found(parked: Database) -> None:
    settle(parked, "ord_1", "901", "looked", also=nothing)
    assert (saga(parked).state, saga(parked).remote_id) == (SagaState.FINISHED, "901")
    assert parked.read(store.finished) == ["ord_1"]


def test_a_report_that_was_never_composed_is_settled_by_its_order_alone(db: Database) -> None:
    def step(tx: Transaction) -> None:
        orders.open_order(tx, ORDER)
        restores.note_restore(tx, Restore("res_1", tx.now, tx.now), leaves=0)
        restores.park(tx, "ord_1", "res_1")

    db.commit(step)
    settle(db, "ord_1", "901", "looked", also=nothing)
    view = db.read(lambda conn: orders.view(conn, "ord_1"))
    assert view is not None
    assert (view.state, db.read(store.finished)) == (OrderState.DONE, [])


def nothing(_tx: Transaction, _report: store.ReportRow) -> None:
    """Nothing else follows here."""


@pytest.mark.parametrize("receipt", ["", "two words", "x" * 65, "caf\u00e9", "line\n"])
def test_a_receipt_that_is_none_changes_nothing(parked: Database, receipt: str) -> None:
    with pytest.raises(ReceiptInvalid):
        settle(parked, "ord_1", receipt, "looked", also=nothing)
    assert saga(parked) == OPEN


def test_an_order_that_does_not_wait_is_neither_resent_nor_settled(parked: Database) -> None:
    with pytest.raises(NotWaiting):
        resend(parked, "ord_2", "looked")
    with pytest.raises(NotWaiting):
        settle(parked, "ord_2", "901", "looked", also=nothing)
