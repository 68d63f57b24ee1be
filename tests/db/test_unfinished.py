"""Orders that have not ended, in pages, and one with its story; on both databases."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from hoede.core.orders import Order, OrderState, Target, TargetKind
from hoede.db import Database, Transaction, orders, restores, unfinished
from hoede.db.orders import ORDERS
from hoede.db.restores import Restore
from hoede.db.unfinished import Page, Story, Why
from hoede.simulators.cybertipline import VirtualClock

REMOVE = Order(
    id="ord_00",
    service="plein",
    cause="dec_1",
    measure="remove",
    target=Target(TargetKind.CONTENT, "v-1"),
    by="platform",
)
LEASE = timedelta(seconds=20)


def page(db: Database, why: Why, after: str | None = None, most: int = 2) -> Page:
    return db.read(lambda conn: unfinished.page(conn, why, after=after, most=most))


def ids(found: Page) -> list[str]:
    return [one.order.id for one in found.orders]


def story(db: Database, order: str = "ord_00") -> Story:
    found = db.read(lambda conn: unfinished.story(conn, order))
    assert found is not None
    return found


def put(db: Database, names: Iterable[str], by: str = "platform") -> None:
    """Open an order of each name."""

    def step(tx: Transaction) -> None:
        for name in names:
            orders.open_order(tx, replace(REMOVE, id=f"ord_{name}", by=by))

    db.commit(step)


@pytest.fixture
def desk(still_db: Database, clock: VirtualClock) -> Database:
    """Open: a to e, one second apart in pairs; f is a person's; b needs one; c waits; g is done."""

    def end(tx: Transaction) -> None:
        orders.call_a_person(tx, "ord_b")
        orders.let_wait(tx, "ord_c", "entry-withdrawn")
        orders.end_by_receipt(tx, "ord_g")

    for pair in ("ba", "dc", "eg"):  # within a pair the time is the same
        put(still_db, pair)
        clock.advance(timedelta(seconds=1))
    put(still_db, "f", by="person")
    still_db.commit(end)
    return still_db


def test_pages_hold_every_order_once_the_oldest_first(desk: Database) -> None:
    first = page(desk, Why.OPEN)
    second = page(desk, Why.OPEN, first.after)
    assert (ids(first), first.after) == (["ord_a", "ord_b"], "ord_b")
    assert (ids(second), second.after) == (["ord_d", "ord_e"], None)


@pytest.mark.parametrize(("why", "found"), [(Why.HUMAN, ["ord_b"]), (Why.WAITING, ["ord_c"])])
def test_what_needs_a_person_and_what_waits_stand_apart(desk: Database, why: Why, found: list[str]) -> None:
    assert ids(page(desk, why)) == found


def test_each_kind_is_counted(desk: Database) -> None:
    assert desk.read(unfinished.counts) == {Why.HUMAN: 1, Why.WAITING: 1, Why.OPEN: 4}


def test_a_page_after_an_order_that_ended_meanwhile_goes_on_behind_it(desk: Database) -> None:
    desk.commit(lambda tx: orders.end_by_receipt(tx, "ord_b"))
    assert ids(page(desk, Why.OPEN, "ord_b")) == ["ord_d", "ord_e"]


def test_after_an_order_nobody_knows_comes_the_first_page(desk: Database) -> None:
    assert ids(page(desk, Why.OPEN, "ord_'; --")) == ["ord_a", "ord_b"]


def test_a_story_tells_when_it_is_tried_next_and_who_has_it(still_db: Database, clock: VirtualClock) -> None:
    put(still_db, ["00"])
    still_db.commit(lambda tx: orders.claim(tx, by="platform", holder="w", lease=LEASE))
    told = story(still_db)
    assert (told.due_at, told.lease_until, told.waited_at) == (clock.now(), clock.now() + LEASE, None)
    assert (told.waits_for_word, told.may_be_settled) == (False, False)


def test_a_story_names_what_has_to_end_first(still_db: Database) -> None:
    put(still_db, "ab")
    still_db.commit(lambda tx: orders.open_order(tx, replace(REMOVE, after=("ord_b", "ord_a"))))
    assert [one.order.id for one in story(still_db).after] == ["ord_a", "ord_b"]


def test_there_is_no_story_of_an_order_nobody_knows(still_db: Database) -> None:
    assert still_db.read(lambda conn: unfinished.story(conn, "ord_00")) is None


def restore(db: Database, name: str = "res_1") -> None:
    def step(tx: Transaction) -> None:
        restores.note_restore(tx, Restore(name, tx.now - LEASE, tx.now), leaves=0)
        restores.park(tx, "ord_00", name)

    db.commit(step)


def test_after_a_restore_a_person_may_say_that_it_was_done_or_not(
    still_db: Database, clock: VirtualClock
) -> None:
    put(still_db, ["00"])
    restore(still_db)
    told = story(still_db)
    assert (told.waits_for_word, told.may_be_settled) == (True, True)
    assert [(one.backup_at, one.at) for one in told.said] == [(clock.now() - LEASE, clock.now())]


def test_what_people_said_stays_with_the_order(still_db: Database, clock: VirtualClock) -> None:
    put(still_db, ["00"])
    restore(still_db)
    still_db.commit(lambda tx: restores.resend(tx, "ord_00", "not there"))
    assert (story(still_db).waits_for_word, story(still_db).may_be_settled) == (False, True)
    still_db.commit(lambda tx: restores.settle(tx, "ord_00", "900", "there after all"))
    told, said = story(still_db), story(still_db).said[0]
    assert (said.resent_at, said.resent_why) == (clock.now(), "not there")
    assert (said.settled_at, said.settled_why, said.receipt) == (clock.now(), "there after all", "900")
    assert (told.view.state, told.may_be_settled) == (OrderState.DONE, False)


def test_counting_ends_where_nobody_needs_the_number(
    still_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(still_db, "abc")
    monkeypatch.setattr(unfinished, "MOST_COUNTED", 2)
    assert still_db.read(unfinished.counts)[Why.OPEN] == 2


@pytest.mark.parametrize("kind", ["sqlite"])  # PostgreSQL plans by its statistics
@pytest.mark.parametrize("why", Why)
def test_ended_orders_are_not_walked_through(still_db: Database, why: Why) -> None:
    asked = select(ORDERS.c.id).where(*unfinished._WHICH[why])
    compiled = str(asked.compile(still_db.engine, compile_kwargs={"literal_binds": True}))
    plan = still_db.read(lambda conn: conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}").all())
    assert ["ix_orders_due" in row[3] for row in plan] == [True]
