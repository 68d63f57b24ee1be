"""Laws of the saga against an authority that knows no idempotency key, whatever goes wrong on the way."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import product
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.reporting import (
    Reply,
    ReplyKind,
    Saga,
    SagaFile,
    SagaState,
    Step,
    StepKind,
    after_reply,
    announce,
    next_step,
)

START = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Fate(StrEnum):
    """What becomes of one call."""

    ANSWERED = "answered"
    ANSWER_LOST = "answer_lost"  # done there, and we never hear of it
    NOT_REACHED = "not_reached"  # not done, and we never hear of that either
    REFUSED = "refused"  # not done, and they say so
    DAMAGED = "damaged"  # an upload arrives as other bytes


class Turn(NamedTuple):
    fate: Fate
    minutes: int  # that pass before the call
    forgets: bool  # the authority forgets its open reports before the call


@dataclass
class There:
    """A report as the authority has it."""

    files: list[str] = field(default_factory=list)  # evidence, as often as it arrived
    detailed: list[str] = field(default_factory=list)
    state: str = "open"


@dataclass
class Authority:
    """A stand-in made of values: five calls, no memory of what was asked before."""

    reports: list[There] = field(default_factory=list)

    def forget(self) -> None:
        for report in self.reports:
            report.state = "expired" if report.state == "open" else report.state

    def do(self, saga: Saga, step: Step) -> Reply:
        if step.kind is StepKind.SUBMIT:
            self.reports.append(There())
            return _reply(ReplyKind.DONE, remote_id=str(len(self.reports) - 1))
        report = self.reports[int(saga.remote_id or "")]
        if report.state != "open":
            finished = report.state == "finished"
            return _reply(ReplyKind.ALREADY_FINISHED if finished else ReplyKind.GONE)
        if step.kind is StepKind.UPLOAD:
            report.files.append(step.evidence or "")
        elif step.kind is StepKind.DETAIL:
            report.detailed.append(step.evidence or "")
        else:
            report.state = "finished" if step.kind is StepKind.FINISH else "retracted"
        return _reply(ReplyKind.DONE, file_id=f"f-{step.evidence}")

    def finished(self) -> list[There]:
        return [report for report in self.reports if report.state == "finished"]


def _reply(kind: ReplyKind, *, remote_id: str | None = None, file_id: str | None = None) -> Reply:
    return Reply(kind=kind, code="-", raw=b"", remote_id=remote_id, file_id=file_id)


def _call(authority: Authority, saga: Saga, step: Step, fate: Fate) -> Reply | None:
    """The answer that reaches us, or None."""
    if fate is Fate.NOT_REACHED:
        return None
    if fate is Fate.REFUSED:
        return _reply(ReplyKind.LATER)
    reply = authority.do(saga, step)
    if fate is Fate.DAMAGED and step.kind is StepKind.UPLOAD and reply.kind is ReplyKind.DONE:
        return _reply(ReplyKind.DAMAGED)
    return None if fate is Fate.ANSWER_LOST else reply


@dataclass
class Filing:
    """One report under way; `stuck` once only a person can tell what to do."""

    saga: Saga
    authority: Authority = field(default_factory=Authority)
    now: datetime = START
    stuck: bool = False

    def take(self, turn: Turn) -> None:
        """One call, written down before and after as the flow does it."""
        self.now += timedelta(minutes=turn.minutes)
        if turn.forgets:
            self.authority.forget()
        step = next_step(self.saga, self.now)
        if step is None or self.stuck:
            return
        in_doubt = self.saga.calling == step
        self.saga = announce(self.saga, step)
        reply = _call(self.authority, self.saga, step, turn.fate)
        if reply is None:
            return
        after = after_reply(self.saga, step, reply, now=self.now, was_in_doubt=in_doubt)
        self.saga, self.stuck = after.saga, after.person and after.saga.state is SagaState.REBUILD


GOOD = Turn(Fate.ANSWERED, 0, forgets=False)
# Most calls go well, so that trouble comes at every stage of a report and not only at its beginning.
TURNS = st.builds(
    Turn,
    st.sampled_from((Fate.ANSWERED,) * 6 + tuple(Fate)),
    st.sampled_from((0,) * 8 + (1, 30, 55)),
    forgets=st.sampled_from((False,) * 9 + (True,)),
)
SAGAS = st.integers(0, 3).map(
    lambda files: Saga(state=SagaState.DRAFT, files=tuple(SagaFile(f"evi_{n}") for n in range(files)))
)


def after_all(saga: Saga, turns: list[Turn]) -> Filing:
    """Where a report stands after these turns."""
    filing = Filing(saga)
    for turn in turns:
        filing.take(turn)
    return filing


@given(SAGAS, st.lists(TURNS, max_size=15))
def test_from_wherever_it_stands_a_report_is_finished_once_the_authority_answers(
    saga: Saga, turns: list[Turn]
) -> None:
    filing = after_all(saga, turns)
    needed = 4 + 2 * len(saga.files)  # retract, submit, two calls a file, finish, and one for a GONE
    for _ in range(needed):
        filing.take(GOOD)
    assert filing.stuck or filing.saga.state is SagaState.FINISHED


@given(SAGAS, st.lists(TURNS, max_size=15))
def test_no_report_is_ever_finished_twice(saga: Saga, turns: list[Turn]) -> None:
    filing = after_all(saga, [*turns, *[GOOD] * 12])
    assert len(filing.authority.finished()) <= 1


@given(SAGAS, st.lists(TURNS, max_size=15))
def test_a_finished_report_holds_every_file_once_with_its_details(saga: Saga, turns: list[Turn]) -> None:
    filing = after_all(saga, [*turns, *[GOOD] * 12])
    once = [file.evidence for file in saga.files]
    assert [one.files for one in filing.authority.finished()] in ([], [once])
    assert [one.detailed for one in filing.authority.finished()] in ([], [once])


@given(SAGAS, st.lists(TURNS, max_size=15))
def test_what_we_call_finished_is_finished_there_under_our_id(saga: Saga, turns: list[Turn]) -> None:
    filing = after_all(saga, turns)
    if filing.saga.state is SagaState.FINISHED:
        there = filing.authority.reports[int(filing.saga.remote_id or "")]
        assert there.state == "finished"


ONE_FILE = Saga(state=SagaState.DRAFT, files=(SagaFile("evi_1"),))
FATES = (Fate.ANSWERED, Fate.ANSWER_LOST, Fate.NOT_REACHED, Fate.DAMAGED)


def every_way(*, forgets_before: int = -1, waits_before: int = -1) -> Iterator[Filing]:
    """Where a report of one file ends after every fate of its first five calls, once all goes well again."""
    for fates in product(FATES, repeat=5):
        turns = [
            Turn(fate, 55 if place == waits_before else 0, forgets=place == forgets_before)
            for place, fate in enumerate(fates)
        ]
        yield after_all(ONE_FILE, [*turns, *[GOOD] * 6])


def whole(filing: Filing) -> bool:
    """Finished here, and there exactly once with the file and its details exactly once."""
    there = [(one.files, one.detailed) for one in filing.authority.finished()]
    return filing.saga.state is SagaState.FINISHED and there == [(["evi_1"], ["evi_1"])]


@pytest.mark.parametrize("call", range(-1, 6))  # -1: no pause
def test_whatever_becomes_of_five_calls_the_report_ends_finished_and_whole(call: int) -> None:
    assert [filing for filing in every_way(waits_before=call) if not whole(filing)] == []


@pytest.mark.parametrize("call", range(6))
def test_only_a_finish_in_doubt_that_the_authority_forgot_needs_a_person(call: int) -> None:
    left = [filing for filing in every_way(forgets_before=call) if not whole(filing)]
    assert [one for one in left if not one.stuck or one.saga.calling != Step(StepKind.FINISH)] == []
    assert [one for one in left if one.authority.finished()] == []  # and then nothing was filed twice
