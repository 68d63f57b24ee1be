"""Reports as people look at them, on both databases."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from hoede.db import Database, Transaction
from hoede.reporting import Draft, Reply, ReplyKind, Saga, SagaFile, SagaState, calls, store
from hoede.reporting.calls import Page
from hoede.reporting.rules import Step, StepKind
from hoede.simulators.cybertipline import VirtualClock

OPEN = Saga(state=SagaState.OPEN, files=(SagaFile("evi_1"),), remote_id="900")
GAVE_900 = Reply(kind=ReplyKind.DONE, code="0", raw=b"<ok/>", request_id="req-1", remote_id="900")


def ids(found: Page) -> list[str]:
    return [one.order_id for one in found.reports]


def page(db: Database, **more: object) -> Page:
    return db.read(lambda conn: calls.page(conn, most=2, **more))  # type: ignore[arg-type] # as given below


@pytest.fixture
def desk(still_db: Database, clock: VirtualClock, draft_of: Callable[..., Draft]) -> Database:
    """Reports a to d; a and b composed at once, c of another case, d finished."""
    draft = draft_of(b"one")

    def add(name: str, case: str = "cas_1") -> None:
        at = replace(draft, case_id=case, composed_at=clock.now())
        still_db.commit(lambda tx: store.add_report(tx, f"ord_{name}", "ncmec", at))

    add("a")
    add("b")
    clock.advance(timedelta(seconds=1))
    add("c", "cas_2")
    clock.advance(timedelta(seconds=1))
    add("d")
    still_db.commit(lambda tx: store.settle(tx, "ord_d", "901"))
    return still_db


def test_pages_hold_every_report_once_the_newest_first(desk: Database) -> None:
    first = page(desk)
    second = page(desk, after=first.after)
    assert (ids(first), first.after) == (["ord_d", "ord_c"], "ord_c")
    assert (ids(second), second.after) == (["ord_b", "ord_a"], None)


def test_those_of_a_case_and_those_not_finished_stand_apart(desk: Database) -> None:
    assert ids(page(desk, case="cas_2")) == ["ord_c"]
    assert ids(page(desk, case="cas_0")) == []
    assert ids(page(desk, unfinished=True)) == ["ord_c", "ord_b"]
    assert desk.read(calls.count_unfinished) == 3


def test_after_a_report_nobody_knows_comes_the_first_page(desk: Database) -> None:
    assert ids(page(desk, after="ord_0")) == ["ord_d", "ord_c"]


def test_a_line_tells_where_a_report_stands(desk: Database, clock: VirtualClock) -> None:
    line = page(desk).reports[0]
    assert (line.state, line.remote_id, line.rehearsal) == (SagaState.FINISHED, "901", True)
    assert (line.composed_at, line.finished_at) == (clock.now(), clock.now())


def test_every_call_is_told_with_its_answer_or_that_there_is_none(
    desk: Database, clock: VirtualClock
) -> None:
    submit, upload = Step(StepKind.SUBMIT), Step(StepKind.UPLOAD, "evi_1")

    def step(tx: Transaction) -> None:
        call = store.announce(tx, "ord_a", Saga(state=SagaState.DRAFT, calling=submit), submit, b"sent")
        store.note(tx, "ord_a", call, OPEN, GAVE_900)
        store.announce(tx, "ord_a", replace(OPEN, calling=upload), upload, b"sent")

    desk.commit(step)
    first, second = desk.read(lambda conn: calls.calls_of(conn, "ord_a"))
    assert (first.step, first.code, first.request_id, first.gave) == (StepKind.SUBMIT, "0", "req-1", "900")
    assert (first.answered_at, second.answered_at) == (clock.now(), None)
    assert (second.step, second.evidence, second.gave) == (StepKind.UPLOAD, "evi_1", None)
    assert desk.read(lambda conn: calls.calls_of(conn, "ord_b")) == ()
