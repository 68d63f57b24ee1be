"""The saga of a report: what is to be done next, and what each answer leads to."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from hoede.reporting import (
    After,
    Reply,
    ReplyKind,
    Saga,
    SagaFile,
    SagaState,
    Stage,
    Step,
    StepKind,
    after_reply,
    after_restore,
    announce,
    next_step,
    stage_of,
    unattended_at_most,
)

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
JUST_OPENED = NOW - timedelta(minutes=1)
SUBMIT, FINISH, RETRACT = Step(StepKind.SUBMIT), Step(StepKind.FINISH), Step(StepKind.RETRACT)
UPLOAD_1, UPLOAD_2 = Step(StepKind.UPLOAD, "evi_1"), Step(StepKind.UPLOAD, "evi_2")
DETAIL_1, DETAIL_2 = Step(StepKind.DETAIL, "evi_1"), Step(StepKind.DETAIL, "evi_2")

NEW = (SagaFile("evi_1"), SagaFile("evi_2"))
FIRST_UP = (SagaFile("evi_1", "f1"), SagaFile("evi_2"))
FIRST_DONE = (SagaFile("evi_1", "f1", detailed=True), SagaFile("evi_2"))
BOTH_UP = (SagaFile("evi_1", "f1", detailed=True), SagaFile("evi_2", "f2"))
BOTH_DONE = (SagaFile("evi_1", "f1", detailed=True), SagaFile("evi_2", "f2", detailed=True))

DRAFT = Saga(state=SagaState.DRAFT, files=NEW)
OPEN = Saga(state=SagaState.OPEN, files=NEW, remote_id="900", touched_at=JUST_OPENED)
FINISHING = replace(OPEN, state=SagaState.FINISHING, files=BOTH_DONE)
REBUILD = replace(OPEN, state=SagaState.REBUILD)
FINISHED = replace(FINISHING, state=SagaState.FINISHED)


@pytest.mark.parametrize(
    ("saga", "step"),
    [
        (DRAFT, SUBMIT),
        (replace(DRAFT, calling=SUBMIT), SUBMIT),  # unanswered: what it opened expires by itself
        (OPEN, UPLOAD_1),
        (replace(OPEN, files=FIRST_UP), DETAIL_1),
        (replace(OPEN, files=FIRST_DONE), UPLOAD_2),
        (replace(OPEN, files=BOTH_UP), DETAIL_2),
        (replace(OPEN, files=BOTH_DONE), FINISH),
        (replace(OPEN, files=()), FINISH),  # a report without files is a report
        (replace(OPEN, calling=UPLOAD_1), RETRACT),  # in doubt: a repeat would double it
        (replace(OPEN, files=FIRST_UP, calling=DETAIL_1), RETRACT),  # likewise
        (replace(OPEN, touched_at=NOW - timedelta(minutes=50)), UPLOAD_1),
        (replace(OPEN, touched_at=NOW - timedelta(minutes=50, seconds=1)), RETRACT),  # soon forgotten
        (replace(OPEN, files=BOTH_DONE, touched_at=NOW - timedelta(hours=2)), RETRACT),
        (FINISHING, FINISH),
        (replace(FINISHING, calling=FINISH), FINISH),  # in doubt: asked again under the same id
        (replace(FINISHING, touched_at=NOW - timedelta(days=9)), FINISH),  # however long it takes
        (REBUILD, RETRACT),
        (replace(REBUILD, calling=RETRACT), RETRACT),
        (FINISHED, None),
    ],
)
def test_what_is_to_be_done_next(saga: Saga, step: Step | None) -> None:
    assert next_step(saga, NOW) == step


@pytest.mark.parametrize(
    ("saga", "step", "state"),
    [
        (DRAFT, SUBMIT, SagaState.DRAFT),
        (OPEN, UPLOAD_1, SagaState.OPEN),
        (OPEN, FINISH, SagaState.FINISHING),  # from here on only finish can be asked
        (OPEN, RETRACT, SagaState.REBUILD),  # from here on nothing is added to it
    ],
)
def test_a_call_stands_in_our_rows_before_it_is_made(saga: Saga, step: Step, state: SagaState) -> None:
    assert announce(saga, step) == replace(saga, state=state, calling=step)


def answer(kind: ReplyKind) -> Reply:
    return Reply(kind=kind, code="0", raw=b"<answer/>", remote_id="901", file_id="f9")


def after(saga: Saga, step: Step, kind: ReplyKind, *, in_doubt: bool = False) -> After:
    return after_reply(announce(saga, step), step, answer(kind), now=NOW, was_in_doubt=in_doubt)


DONE, LATER, STOP = ReplyKind.DONE, ReplyKind.LATER, ReplyKind.STOP
UNREACHED = ReplyKind.UNREACHED
GONE, ALREADY, DAMAGED = ReplyKind.GONE, ReplyKind.ALREADY_FINISHED, ReplyKind.DAMAGED
OPENED = Saga(state=SagaState.OPEN, files=NEW, remote_id="901", touched_at=NOW)
TOUCHED = replace(OPEN, touched_at=NOW)  # the authority counts from its last change
ASKED = replace(FINISHING, calling=FINISH)  # a finish stays announced


@pytest.mark.parametrize(
    ("saga", "step", "kind", "expected"),
    [
        (DRAFT, SUBMIT, DONE, OPENED),
        (DRAFT, SUBMIT, LATER, DRAFT),
        (DRAFT, SUBMIT, STOP, DRAFT),
        (OPEN, UPLOAD_1, DONE, replace(TOUCHED, files=(SagaFile("evi_1", "f9"), SagaFile("evi_2")))),
        (OPEN, UPLOAD_1, LATER, OPEN),  # a plain no: the same step again
        (OPEN, UPLOAD_1, STOP, OPEN),
        (OPEN, UPLOAD_1, GONE, DRAFT),  # it expired: begin anew
        (OPEN, UPLOAD_1, DAMAGED, REBUILD),  # they have other bytes than we: build it anew
        (OPEN, UPLOAD_1, ALREADY, REBUILD),  # we never asked to finish it: taking it back tells
        (DRAFT, SUBMIT, ALREADY, DRAFT),  # no answer to this question
        (replace(OPEN, files=FIRST_UP), DETAIL_1, DONE, replace(TOUCHED, files=FIRST_DONE)),
        (replace(OPEN, files=FIRST_UP), DETAIL_1, LATER, replace(OPEN, files=FIRST_UP)),
        (replace(OPEN, files=FIRST_UP), DETAIL_1, GONE, DRAFT),
        (replace(OPEN, files=FIRST_UP), DETAIL_1, DAMAGED, replace(REBUILD, files=FIRST_UP)),
        (
            replace(OPEN, files=FIRST_UP),
            DETAIL_1,
            STOP,
            replace(REBUILD, files=FIRST_UP),
        ),  # had them already?
        (FINISHING, FINISH, DONE, FINISHED),
        (FINISHING, FINISH, ALREADY, FINISHED),
        (FINISHING, FINISH, LATER, ASKED),
        (FINISHING, FINISH, STOP, replace(OPEN, files=BOTH_DONE)),  # certainly not finished
        (FINISHING, FINISH, UNREACHED, replace(OPEN, files=BOTH_DONE)),  # likewise
        (REBUILD, RETRACT, DONE, DRAFT),
        (REBUILD, RETRACT, GONE, DRAFT),  # gone by itself is as good
        (REBUILD, RETRACT, LATER, REBUILD),
        (REBUILD, RETRACT, STOP, REBUILD),
        (FINISHING, RETRACT, DONE, DRAFT),  # taken back: it never was finished
        (FINISHING, RETRACT, ALREADY, FINISHED),  # too late to take back: it was
    ],
)
def test_where_an_answer_leads(saga: Saga, step: Step, kind: ReplyKind, expected: Saga) -> None:
    assert after(saga, step, kind) == After(expected)


def test_what_was_finished_without_our_asking_calls_a_person() -> None:
    assert after(REBUILD, RETRACT, ALREADY) == After(replace(REBUILD, calling=RETRACT), person=True)


def test_what_is_gone_when_we_finish_it_is_filed_anew_and_calls_a_person() -> None:
    assert after(FINISHING, FINISH, GONE) == After(DRAFT, person=True)


@pytest.mark.parametrize(
    ("saga", "stage"),
    [
        (DRAFT, Stage.DRAFT),
        (replace(DRAFT, calling=SUBMIT), Stage.VALIDATED),  # nothing is opened that would be refused
        (OPEN, Stage.OPENED),
        (replace(OPEN, calling=UPLOAD_1), Stage.UPLOADING),
        (replace(OPEN, files=FIRST_DONE), Stage.UPLOADING),
        (replace(OPEN, files=BOTH_DONE), Stage.DETAILED),
        (replace(OPEN, files=()), Stage.OPENED),
        (FINISHING, Stage.FINISHING),
        (REBUILD, Stage.RETRACTING),
        (FINISHED, Stage.FINISHED),
    ],
)
def test_people_are_told_where_it_stands(saga: Saga, stage: Stage) -> None:
    assert stage_of(saga) is stage


@pytest.mark.parametrize(
    ("saga", "minutes"),
    [(OPEN, 49), (replace(OPEN, touched_at=NOW - timedelta(hours=2)), 0), (DRAFT, None), (FINISHING, None)],
)
def test_an_open_report_is_seen_to_before_it_is_forgotten(saga: Saga, minutes: int | None) -> None:
    left = unattended_at_most(saga, NOW)
    assert left == (None if minutes is None else timedelta(minutes=minutes))


def test_what_is_gone_when_we_take_back_a_finish_calls_a_person() -> None:
    assert after(FINISHING, RETRACT, GONE) == After(DRAFT, person=True)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (DONE, After(FINISHED)),
        (ALREADY, After(FINISHED)),  # it had arrived the first time
        (GONE, After(DRAFT, person=True)),  # never lost beats never twice, and a person is called
        (LATER, After(ASKED)),
        (STOP, After(ASKED)),  # the first time may have arrived
    ],
)
def test_where_an_answer_to_a_finish_in_doubt_leads(kind: ReplyKind, expected: After) -> None:
    assert after(FINISHING, FINISH, kind, in_doubt=True) == expected


def test_an_answer_to_an_upload_changes_that_file_only() -> None:
    done = after(replace(OPEN, files=FIRST_DONE), UPLOAD_2, DONE).saga
    assert done.files == (SagaFile("evi_1", "f1", detailed=True), SagaFile("evi_2", "f9"))


@pytest.mark.parametrize(
    ("saga", "step"),
    [
        (DRAFT, SUBMIT),  # what it may have opened expires by itself
        (OPEN, RETRACT),  # files may be there that we know nothing of
        (replace(OPEN, calling=UPLOAD_1), RETRACT),
        (replace(OPEN, files=BOTH_DONE), RETRACT),  # it may even be finished: taking it back tells
        (REBUILD, RETRACT),
        (FINISHING, FINISH),  # asked again under the same id
        (replace(FINISHING, calling=FINISH), FINISH),
        (FINISHED, None),
    ],
)
def test_after_a_restore_nothing_under_an_open_id_is_trusted(saga: Saga, step: Step | None) -> None:
    assert next_step(after_restore(saga), NOW) == step


def test_what_turns_out_finished_after_a_restore_calls_a_person_and_is_not_filed_again() -> None:
    saga = announce(after_restore(OPEN), RETRACT)
    already = Reply(kind=ReplyKind.ALREADY_FINISHED, code="5102", raw=b"")
    after = after_reply(saga, RETRACT, already, now=NOW, was_in_doubt=False)
    assert (after.person, next_step(after.saga, NOW)) == (True, RETRACT)
