"""What comes late, from the platform or a person, becomes a supplementary report."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hoede.core.errors import HoedeError
from hoede.core.orders import Order, Target, TargetKind, opaque, order_id
from hoede.core.retention import Retention
from hoede.db import Database, Transaction, orders
from hoede.enforcement.measures import Measures
from hoede.flow.report.about import Reported, texts_reported
from hoede.flow.report.compose import CORRECTS, TRANSCRIPT, told_more
from hoede.flow.report.kept import keep_reported
from hoede.reporting import Correction, Draft, Role, SagaState, facts, jobs
from hoede.reporting import store as reports
from hoede.reporting.facts import Facts
from hoede.reporting.store import ReportRow
from hoede.review import JudgmentRow, Verdict, judgments
from hoede.review import store as review

LONGEST_WORDS = 3000  # characters
_ADDITION = "sup"
CORRECTION = (
    "A person judged this case anew. What this report says of the account takes the place of what report"
    " {number} said of it."
)
OTHERS = (
    " Whom report {number} names as a child who was harmed, or as a guardian, was judged otherwise: what it"
    " said of them stands no more."
)
WITHDRAWAL = (
    "A person judged this case anew, and nothing in it is to be reported: what report {number} said of an"
    " account and of files stands no more."
)


class NotFinished(HoedeError):
    """There is no finished report under this order. `hoede report show` names those there are."""

    code = "report-not-finished"


class BatchedReport(HoedeError):
    """A batched report takes nothing more. Add to the own report of one of its cases."""

    code = "batched-report"


class NothingWritten(HoedeError):
    """Nothing that was written in this case is to be reported, so there is no transcript of it."""

    code = "nothing-written"


class AdditionUnknown(HoedeError):
    """This is no name of an addition. Begin again from the report's page."""

    code = "addition-unknown"


class WordsInvalid(HoedeError):
    """What is added to a report has 3 to 3000 characters."""

    code = "report-words-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFacts:
    """Takes what a platform tells of an account when it was asked for more."""

    measures: Measures

    def __call__(self, tx: Transaction, ask: Order, told: Facts) -> None:
        """Keep it for the report that is still to be composed, or open one that adds to those that are."""
        case = ask.values["case"]
        review.lock_case(tx, case)  # a report is composed before this, or with it
        new = facts.keep(tx, ask.id, case, facts.until(told, tx.now), service=ask.service)
        if not new or not told.says_something:
            return
        for row in reports.of_case(tx.conn, case):
            if not row.draft.platform_told:
                orders.open_order(tx, _supplement(tx, row, ask.service, ask.id, self.measures))


@dataclass(frozen=True, slots=True, kw_only=True)
class Correct:
    """Tells an authority of what was judged otherwise after its report was finished: innocence above all."""

    measures: Measures

    def would(self, conn: Connection, case_id: str, verdict: Verdict) -> tuple[Correction, ...]:
        """What would be told if somebody judged so now."""
        return tuple(one for _, one in _corrections(reports.of_case(conn, case_id), verdict))

    def __call__(self, tx: Transaction, judged: JudgmentRow) -> None:
        """Open a supplementary report where the last one says something else, once a judgment."""
        cause = f"{_ADDITION}_" + opaque(tx.key, f"correction\x1f{judged.id}")
        for own, one in _corrections(reports.of_case(tx.conn, judged.case_id), judged.verdict):
            said = WITHDRAWAL if one.withdraws else CORRECTION + OTHERS * one.others
            told, service = Facts(words=said.format(number=one.number)), own.draft.service
            facts.keep(tx, cause, judged.case_id, told, service=service, by=judged.person)
            more = {CORRECTS: judged.id}
            orders.open_order(tx, _supplement(tx, own, service, cause, self.measures, **more))


def _corrections(rows: Iterable[ReportRow], verdict: Verdict) -> Iterator[tuple[ReportRow, Correction]]:
    """What each finished report is to be added to by, where what was told last says something else."""
    counts = (verdict.account_is, verdict.incident) if verdict.reports else None
    for own, last in _last_words(rows):
        others = verdict.reports and last is own and _children(own.draft) != verdict.children
        if counts != _said(last.draft) or others:
            number = own.saga.remote_id or ""
            yield own, Correction(own.authority, number, withdraws=not verdict.reports, others=others)


def _children(draft: Draft) -> set[tuple[str, str | None]]:
    """Whom a report names as a child who was harmed, each with the guardian it names."""
    return {(one.account, one.guardian) for one in draft.people if one.role is Role.VICTIM}


def _said(draft: Draft) -> tuple[str, str] | None:
    """What a report says of the account; None: that nothing is to be reported."""
    return None if draft.withdraws else (draft.account_is, draft.incident)


def _last_words(rows: Iterable[ReportRow]) -> Iterable[tuple[ReportRow, ReportRow]]:
    """By authority, a case's own report and the last that was said, both finished."""
    finished = [one for one in rows if one.saga.state is SagaState.FINISHED and not one.draft.batch]
    in_time = sorted(finished, key=lambda one: (one.draft.composed_at, one.order_id))
    last = {one.authority: one for one in in_time}
    own = {one.authority: one for one in in_time if one.draft.supplements is None}
    return ((own[name], last[name]) for name in own)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settle:
    """A person says that a report was filed before a restore, and under which number."""

    db: Database
    correct: Correct
    retention: Retention

    def __call__(self, order: str, receipt: str, why: str) -> None:
        """Raises `NotWaiting` or `ReceiptInvalid`."""
        jobs.settle(self.db, order, receipt, why, also=self._finished)

    def _finished(self, tx: Transaction, row: ReportRow) -> None:
        review.lock_case(tx, row.case_id)
        keep_reported(tx, row.draft, self.retention)
        judged = judgments.in_force(tx.conn, row.case_id)
        if judged is not None and not row.draft.batch:
            self.correct(tx, judged)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """A person adds words to a finished report, and a transcript where they want one."""

    db: Database
    measures: Measures
    new_id: Callable[[str], str]

    def begin(self) -> str:
        """Names an addition that is being written: sent twice under one name it is filed once."""
        return self.new_id(_ADDITION)

    def preview(self, order: str, words: str, *, transcript: bool) -> "Addition":
        """What would be filed, and of how many texts the transcript would be. Nothing is written.

        Raises as calling it does.
        """
        told = _words(words)
        return self.db.read(lambda conn: _preview(conn, order, told, self.db.now(), transcript=transcript))

    def __call__(
        self, order: str, words: str, by: str, *, transcript: bool = False, addition: str | None = None
    ) -> str:
        """The order of the supplementary report.

        Raises `NotFinished`, `BatchedReport`, `WordsInvalid`, `NothingWritten` or `AdditionUnknown`.
        """
        told, cause = _words(words), addition or self.begin()
        if not re.fullmatch(f"{_ADDITION}_[a-z0-9]{{1,36}}", cause):
            raise AdditionUnknown
        return self.db.commit(lambda tx: self._open(tx, order, told, by, cause, transcript=transcript))

    def _open(self, tx: Transaction, order: str, words: str, by: str, cause: str, *, transcript: bool) -> str:
        row = _finished(tx.conn, order)
        if transcript:
            _texts(tx.conn, row)
        service = row.draft.service
        facts.keep(tx, cause, row.case_id, Facts(words=words), service=service, by=by)
        more = {TRANSCRIPT: "yes"} if transcript else {}
        supplement = _supplement(tx, row, service, cause, self.measures, **more)
        orders.open_order(tx, supplement)
        return supplement.id


@dataclass(frozen=True, slots=True)
class Addition:
    """A supplementary report as it would be filed."""

    draft: Draft
    texts: int  # what its transcript is made of


def _preview(conn: Connection, order: str, words: str, now: datetime, *, transcript: bool) -> Addition:
    row = _finished(conn, order)
    texts = _texts(conn, row) if transcript else ()
    return Addition(told_more(conn, row, Facts(words=words), now), len(texts))


def _finished(conn: Connection, order: str) -> ReportRow:
    row = reports.find(conn, order)
    if row is None or row.saga.state is not SagaState.FINISHED:
        raise NotFinished
    if row.draft.batch:
        raise BatchedReport
    return row


def _texts(conn: Connection, row: ReportRow) -> tuple[Reported, ...]:
    if not (texts := texts_reported(conn, row.case_id)):
        raise NothingWritten
    return texts


def _words(told: str) -> str:
    if not 3 <= len(told.strip()) <= LONGEST_WORDS:  # noqa: PLR2004 - as a judge's reason
        raise WordsInvalid
    return told.strip()


def _supplement(
    tx: Transaction, row: ReportRow, service: str, cause: str, measures: Measures, **more: str
) -> Order:
    """The order of a report that adds to another, once that one is finished."""
    target = Target(TargetKind.AUTHORITY, row.authority)
    return Order(
        id=order_id(tx.key, f"{cause}\x1f{row.order_id}", "report", target),
        service=service,
        cause=cause,
        measure="report",
        target=target,
        by=measures["report"].by,
        after=(row.order_id,),
        values={
            "account": row.draft.suspect.account,
            "case": row.case_id,
            "ground": "suspected",
            "supplements": row.order_id,
        }
        | more,
    )
