"""The saga of a report: what is to be done next, and what an answer means. Pure.

The authority's interface knows no idempotency key (docs/sources.md#cybertipline), so exactly one
finished report comes from three rules: an open report is disposable, a report is finished only under
an id that is in our rows, and a finish in doubt is asked again under the same id.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from hoede.reporting.port import Reply, ReplyKind

UNTOUCHED_AT_MOST = timedelta(minutes=50)  # the authority forgets an idle open report after an hour


class SagaState(StrEnum):
    DRAFT = "draft"  # composed; nothing certain at the authority
    OPEN = "open"  # the authority gave an id
    FINISHING = "finishing"  # finish was asked at least once under this id
    REBUILD = "rebuild"  # something under this id is in doubt: retract it, then begin anew
    FINISHED = "finished"


class StepKind(StrEnum):
    SUBMIT = "submit"
    UPLOAD = "upload"
    DETAIL = "detail"
    FINISH = "finish"
    RETRACT = "retract"


class Step(NamedTuple):
    kind: StepKind
    evidence: str | None = None


@dataclass(frozen=True, slots=True)
class SagaFile:
    evidence: str
    remote_id: str | None = None
    detailed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Saga:
    """Where a report stands, as our rows tell it."""

    state: SagaState
    files: tuple[SagaFile, ...] = ()
    remote_id: str | None = None
    touched_at: datetime | None = None  # when the authority last took something for it
    calling: Step | None = None  # announced, answer unknown


def next_step(saga: Saga, now: datetime) -> Step | None:
    """The call to make; None when the report is finished. Doubt is resolved before anything else."""
    if saga.state is SagaState.FINISHED:
        return None
    if saga.state is SagaState.FINISHING:
        return Step(StepKind.FINISH)
    if saga.state is SagaState.DRAFT:
        return Step(StepKind.SUBMIT)  # an unanswered submit leaves an open report that expires by itself
    if saga.state is SagaState.REBUILD or _in_doubt(saga) or _too_old(saga, now):
        return Step(StepKind.RETRACT)
    return _forward(saga)


def _in_doubt(saga: Saga) -> bool:
    """An upload or a detail without an answer may or may not be there: a repeat would double it."""
    return saga.calling is not None and saga.calling.kind in {StepKind.UPLOAD, StepKind.DETAIL}


def _too_old(saga: Saga, now: datetime) -> bool:
    return saga.touched_at is not None and now - saga.touched_at > UNTOUCHED_AT_MOST


def unattended_at_most(saga: Saga, now: datetime) -> timedelta | None:
    """How long an open report may be left alone from now on; None when none is open."""
    if saga.state is not SagaState.OPEN or saga.touched_at is None:
        return None
    return max(saga.touched_at + UNTOUCHED_AT_MOST - now, timedelta())


class Stage(StrEnum):
    """Where a report stands, for people: finer than what must be certain after a crash."""

    DRAFT = "draft"
    VALIDATED = "validated"  # both validators took it, and it is being opened
    OPENED = "opened"
    UPLOADING = "uploading"
    DETAILED = "detailed"  # every file is there and described
    FINISHING = "finishing"
    RETRACTING = "retracting"
    FINISHED = "finished"


def stage_of(saga: Saga) -> Stage:
    match saga.state:
        case SagaState.DRAFT:
            return Stage.VALIDATED if saga.calling else Stage.DRAFT
        case SagaState.OPEN if all(file.detailed for file in saga.files):
            return Stage.DETAILED if saga.files else Stage.OPENED
        case SagaState.OPEN:
            return (
                Stage.UPLOADING
                if saga.calling or any(file.remote_id for file in saga.files)
                else Stage.OPENED
            )
        case SagaState.REBUILD:
            return Stage.RETRACTING
        case _:
            return Stage(saga.state.value)


def _forward(saga: Saga) -> Step:
    for file in saga.files:
        if file.remote_id is None:
            return Step(StepKind.UPLOAD, file.evidence)
        if not file.detailed:
            return Step(StepKind.DETAIL, file.evidence)
    return Step(StepKind.FINISH)


def announce(saga: Saga, step: Step) -> Saga:
    """The saga as it must stand in our rows before the call is made."""
    state = SagaState.FINISHING if step.kind is StepKind.FINISH else saga.state
    if step.kind is StepKind.RETRACT and saga.state is not SagaState.FINISHING:
        state = SagaState.REBUILD
    return replace(saga, state=state, calling=step)


@dataclass(frozen=True, slots=True)
class After:
    """Where a report stands after an answer, and whether a person must look."""

    saga: Saga
    person: bool = False


def after_reply(saga: Saga, step: Step, reply: Reply, *, now: datetime, was_in_doubt: bool) -> After:
    """What an answer leads to. `was_in_doubt`: the same step had been called before without an answer."""
    if step.kind is StepKind.FINISH:
        return _after_finish(saga, reply, was_in_doubt=was_in_doubt)
    if step.kind is StepKind.RETRACT:
        return _after_retract(saga, reply)
    if reply.kind is ReplyKind.DONE:
        return After(_forwarded(saga, step, reply, now))
    if reply.kind is ReplyKind.GONE:
        return After(_anew(saga))
    state = SagaState.REBUILD if _spoiled(step, reply) else saga.state
    return After(replace(saga, state=state, calling=None))  # a plain no: nothing is in doubt


def _spoiled(step: Step, reply: Reply) -> bool:
    """Whether nothing more can come of this open report.

    "Already finished" of what we never asked to finish: taking it back tells whether it is. Details that are
    refused may have arrived before, by somebody on the way who sends twice: those of a new report are not.
    """
    if step.kind is StepKind.DETAIL and reply.kind is ReplyKind.STOP:
        return True
    return reply.kind in {ReplyKind.DAMAGED, ReplyKind.ALREADY_FINISHED} and step.kind is not StepKind.SUBMIT


def _forwarded(saga: Saga, step: Step, reply: Reply, now: datetime) -> Saga:
    """The saga after a step that was done."""
    if step.kind is StepKind.SUBMIT:
        saga = replace(saga, state=SagaState.OPEN, remote_id=reply.remote_id)
    return replace(saga, files=_noted(saga.files, step, reply), touched_at=now, calling=None)


def _after_finish(saga: Saga, reply: Reply, *, was_in_doubt: bool) -> After:
    match reply.kind:
        case ReplyKind.DONE | ReplyKind.ALREADY_FINISHED:
            return After(replace(saga, state=SagaState.FINISHED, calling=None))
        case ReplyKind.GONE:
            # It expired or, against their own word, was finished. Never lost beats never twice.
            return After(_anew(saga), person=True)
        case ReplyKind.STOP | ReplyKind.UNREACHED if not was_in_doubt:
            return After(replace(saga, state=SagaState.OPEN, calling=None))  # certainly not finished
        case _:
            return After(saga)  # stays announced: it may be asked again as often as we like


def _after_retract(saga: Saga, reply: Reply) -> After:
    asked_to_finish = saga.state is SagaState.FINISHING
    match reply.kind:
        case ReplyKind.ALREADY_FINISHED if asked_to_finish:
            return After(replace(saga, state=SagaState.FINISHED, calling=None))
        case ReplyKind.ALREADY_FINISHED:
            return After(saga, person=True)  # we never asked to finish this one
        case ReplyKind.DONE | ReplyKind.GONE:
            return After(_anew(saga), person=asked_to_finish and reply.kind is ReplyKind.GONE)
        case _:
            return After(replace(saga, calling=None))


def after_restore(saga: Saga) -> Saga:
    """The saga once nobody knows what was done under its id: an open report is built anew.

    A finish that was asked is asked again: done and "already finished" both mean that it is.
    """
    return replace(saga, state=SagaState.REBUILD, calling=None) if saga.state is SagaState.OPEN else saga


def _anew(saga: Saga) -> Saga:
    files = tuple(SagaFile(file.evidence) for file in saga.files)
    return Saga(state=SagaState.DRAFT, files=files)


def _noted(files: tuple[SagaFile, ...], step: Step, reply: Reply) -> tuple[SagaFile, ...]:
    return tuple(_note(file, step, reply) if file.evidence == step.evidence else file for file in files)


def _note(file: SagaFile, step: Step, reply: Reply) -> SagaFile:
    if step.kind is StepKind.UPLOAD:
        return replace(file, remote_id=reply.file_id)
    return replace(file, detailed=True)
