"""The saga on one screen: announce, check the lease, call, note; and what each answer leads to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import Connection

from hoede.core.errors import HoedeError
from hoede.core.jobs import AskFirst, Done, FellAway, Later, NotYet, Result
from hoede.core.leaves import Leaf
from hoede.core.orders import Order
from hoede.core.retention import Retention
from hoede.db import Database, Transaction, failpoints, orders
from hoede.db.orders import Claim
from hoede.evidence import Vault
from hoede.evidence import store as evidence
from hoede.flow.report.about import NothingStands
from hoede.flow.report.batch import BATCH, Batch
from hoede.flow.report.before import SEALING_TAKES, Before, case_of
from hoede.flow.report.compose import Compose, MayBeFiled, NotSealedYet
from hoede.flow.report.kept import keep_reported
from hoede.flow.report.more import Correct
from hoede.reporting import (
    Authority,
    DraftFile,
    NoReply,
    Reply,
    ReplyKind,
    Saga,
    SagaState,
    Step,
    StepKind,
    after_reply,
    announce,
    next_step,
    unattended_at_most,
)
from hoede.reporting import store as reports
from hoede.reporting.store import ReportRow
from hoede.review import judgments
from hoede.review import store as review


class LeaseLost(HoedeError):
    """Another worker holds the claim by now; what this one knows is not written."""

    code = "lease-lost"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Files one report. Called again after any crash, it goes on from what is certain."""

    db: Database
    vault: Vault
    authorities: Mapping[str, Authority]
    compose: Compose
    before: Before
    batch: Batch
    correct: Correct
    retention: Retention

    def __call__(self, claimed: Claim) -> Result:
        authority = self.authorities[claimed.order.target.id]
        if self.batch.told(claimed):
            return self._finished(claimed.order)
        row = self._composed(claimed)
        if not isinstance(row, ReportRow):
            return row
        failpoints.here("report.composed")
        if row.draft.rehearsal and authority.production:
            return Later("rehearsal-entry", person=True)
        if (went := self.batch(claimed, row)) is not None:
            return went
        try:
            return self._file(_Filing(claimed, row, authority))
        except LeaseLost as lost:
            return Later(lost.code)

    def _composed(self, claimed: Claim) -> ReportRow | Result:
        """The report as it was composed, now or before; or why it is not yet."""
        order = claimed.order
        is_new = self.db.read(lambda conn: self.compose.is_due(conn, order.id))
        if is_new and (wait := self.before(claimed)) is not None:
            return NotYet(wait)
        try:
            return self.db.commit(lambda tx: self.compose(tx, order))
        except NothingStands as nothing:
            return FellAway(nothing.detail)
        except NotSealedYet:
            return NotYet(SEALING_TAKES)
        except MayBeFiled as maybe:
            return AskFirst(maybe.restore)

    def _file(self, filing: "_Filing") -> Result:
        """Step after step until it is finished. Raises `LeaseLost`."""
        saga = filing.row.saga
        while step := next_step(saga, self.db.now()):
            gone, outdated = self.db.read(lambda conn: self._since(conn, filing.row))
            if (gone or outdated) and saga.state is SagaState.DRAFT:  # nothing is there, or not any more
                return FellAway(gone) if gone else NotYet(SEALING_TAKES)  # what is outdated is composed anew
            if step.kind is StepKind.SUBMIT and filing.authority.wrong_with(filing.row.draft, self.db.now()):
                return Later("document-invalid", person=True)  # the report's page says what is wrong
            # Whether a finish in doubt arrived can be found out by taking it back: too late says it did.
            went = self._call(filing, saga, Step(StepKind.RETRACT) if gone or outdated else step)
            if isinstance(went, Later):
                return went
            saga = went
        return self._finished(filing.claimed.order)

    def _since(self, conn: Connection, row: ReportRow) -> tuple[str | None, bool]:
        """A code for what fell away since it was composed, and whether somebody judged since."""
        return self.compose.why_not(conn, row), self.compose.is_outdated(conn, row)

    def _finished(self, order: Order) -> Done:
        """It may have been judged otherwise while it was being finished."""
        self.db.commit(lambda tx: self._correct(tx, order))
        return Done("finished")

    def _correct(self, tx: Transaction, order: Order) -> None:
        review.lock_case(
            tx, case_of(order)
        )  # whoever judges now sees that it is finished, or we what they say
        judged = judgments.in_force(tx.conn, case_of(order))
        if judged is not None and BATCH not in order.values:  # each of its cases' own reports asks for itself
            self.correct(tx, judged)

    def _call(self, filing: "_Filing", saga: Saga, step: Step) -> Saga | Later:
        """Make one call; the saga as it stands then, or why to try later. Raises `LeaseLost`."""
        was_in_doubt = saga.calling == step
        saga, request = announce(saga, step), filing.request(saga, step)
        order_id = filing.row.order_id
        call = self.db.commit(
            lambda tx: reports.announce(_holding(tx, filing), order_id, saga, step, request)
        )
        failpoints.here("report.before_call")
        try:
            reply = self._make(filing, saga, step, request)
        except NoReply as none:
            return self._later(saga, "no-reply", least=none.wait)
        failpoints.here("report.after_call")
        after = after_reply(saga, step, reply, now=self.db.now(), was_in_doubt=was_in_doubt)
        self.db.commit(lambda tx: self._note(_holding(tx, filing), filing, call, after.saga, reply))
        if after.person or not _goes_on(step, reply):
            person = after.person or reply.kind is ReplyKind.STOP
            return self._later(after.saga, f"authority-{reply.code}", person=person, least=reply.wait)
        return after.saga

    def _note(self, tx: Transaction, filing: "_Filing", call: int, saga: Saga, reply: Reply) -> None:
        """Write down what was answered; what is finished now is kept from now on."""
        reports.note(tx, filing.row.order_id, call, saga, reply)
        if saga.state is SagaState.FINISHED:
            keep_reported(tx, filing.row.draft, self.retention)

    def _later(
        self, saga: Saga, reason: str, *, person: bool = False, least: timedelta | None = None
    ) -> Later:
        """Wait, but never leave an open report alone for so long that the authority forgets it."""
        return Later(reason, person, least, unattended_at_most(saga, self.db.now()))

    def _make(self, filing: "_Filing", saga: Saga, step: Step, request: bytes) -> Reply:
        authority, remote_id = filing.authority, saga.remote_id or ""
        match step.kind:
            case StepKind.SUBMIT:
                return authority.submit(request)
            case StepKind.UPLOAD:
                file = filing.file(step)
                return authority.upload(remote_id, file, self._open(filing, file))
            case StepKind.DETAIL:
                return authority.detail(remote_id, _remote_file(saga, step), filing.file(step))
            case StepKind.FINISH:
                return authority.finish(remote_id)
            case StepKind.RETRACT:
                return authority.retract(remote_id)

    def _open(self, filing: "_Filing", file: DraftFile) -> Iterator[bytes]:
        """The machine's door to evidence: the report job, with a leaf each time.

        Every piece that goes out renews the lease: a slow upload is no silent worker.
        """
        copy = self.db.read(lambda conn: evidence.find(conn, file.evidence))
        if copy is None:
            raise RuntimeError(f"{file.evidence} stands in a draft and is not there")
        about = Leaf("evidence.opened", file.evidence, f"report {filing.row.order_id}")
        self.db.commit(lambda tx: tx.leaf(about))
        for piece in self.vault.open(copy.taken):
            self.db.commit(lambda tx: _holding(tx, filing))
            yield piece


def _goes_on(step: Step, reply: Reply) -> bool:
    """Whether the next step may follow at once; everything else waits and counts as a try."""
    if reply.kind is ReplyKind.DONE:
        return True
    if step.kind is StepKind.RETRACT:
        return reply.kind in {ReplyKind.GONE, ReplyKind.ALREADY_FINISHED}
    return step.kind is StepKind.FINISH and reply.kind is ReplyKind.ALREADY_FINISHED


@dataclass(frozen=True, slots=True)
class _Filing:
    """A report in the hands of the worker that holds its claim."""

    claimed: Claim
    row: ReportRow
    authority: Authority

    def request(self, saga: Saga, step: Step) -> bytes:
        """What identifies a request in our rows: the document itself where there is one."""
        if step.kind is StepKind.SUBMIT:
            return self.authority.document(self.row.draft)
        about = self.file(step).sha256 if step.evidence else ""
        return f"{step.kind} {saga.remote_id} {about}".encode()

    def file(self, step: Step) -> DraftFile:
        return next(file for file in self.row.draft.files if file.evidence == step.evidence)


def _holding(tx: Transaction, filing: _Filing) -> Transaction:
    """The same transaction, once it is certain that we still hold the claim in it."""
    if not orders.renew(tx, filing.claimed):
        raise LeaseLost(order=filing.row.order_id)
    return tx


def _remote_file(saga: Saga, step: Step) -> str:
    return next(file.remote_id or "" for file in saga.files if file.evidence == step.evidence)
