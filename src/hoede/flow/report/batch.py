"""Many cases about one widely shared file are told in one report, where an authority takes that.

A case's own report is composed as ever, and waits for that of all; what becomes of it becomes of each.
Whatever is in the way of the one report lets each go by itself: never lost beats fewer reports.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hoede.core.jobs import NotYet, Result
from hoede.core.orders import ENDED, Order, OrderView, order_id
from hoede.core.retention import Retention
from hoede.db import Database, Transaction, orders
from hoede.db.orders import Claim
from hoede.flow.report.kept import keep_reported
from hoede.reporting import Draft, SagaState, Suspect, batches, may_be_batched
from hoede.reporting import store as reports
from hoede.reporting.batches import Member
from hoede.reporting.store import ReportRow

BATCH = "batch"  # so the value of an order is called that is the report of a batch
LEAST = 2  # cases; of a single one more may be said in a report of its own
LOOK_AGAIN = timedelta(seconds=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Decides of a composed report whether it goes by itself."""

    db: Database
    within: Mapping[str, timedelta]  # by authority: how long cases are gathered; none: it takes no batches
    retention: Retention

    def __call__(self, claimed: Claim, row: ReportRow) -> Result | None:
        """None: it goes by itself. Else how it went with the others, or that it waits."""
        if BATCH in claimed.order.values or not may_be_batched(row.draft):
            return None
        return self.db.commit(lambda tx: self._with_others(tx, claimed, row))

    def told(self, claimed: Claim) -> bool:
        """Note that the report of a batch told of this case, as it was composed then; false when none did."""
        order = claimed.order.id
        if self.db.read(lambda conn: _told_of(conn, order)) is None:
            return False
        return self.db.commit(lambda tx: orders.renew(tx, claimed) and self._finish(tx, order))

    def _finish(self, tx: Transaction, order: str) -> bool:
        found = _told_of(tx.conn, order)
        if found is None:
            return False
        row, report = found
        reports.finish_with(tx, order, report)
        keep_reported(tx, row.draft, self.retention)
        return True

    def _with_others(self, tx: Transaction, claimed: Claim, row: ReportRow) -> Result | None:
        if not orders.renew(tx, claimed):
            return NotYet(LOOK_AGAIN)  # another worker's by now
        member = batches.of_report(tx.conn, row.order_id)
        if member is None:
            return self._join(tx, claimed.order, row)
        of_all, report = orders.view(tx.conn, member.batch), reports.find(tx.conn, member.batch)
        if member.left_at is None and report is not None and report.saga.state is SagaState.FINISHED:
            batches.leave(tx, {row.order_id})  # it came when all was composed: nobody was told of it
            return None
        return None if _is_over(member, of_all) else NotYet(LOOK_AGAIN)

    def _join(self, tx: Transaction, order: Order, row: ReportRow) -> Result | None:
        within = self.within.get(row.authority)
        if within is None or row.saga.state is not SagaState.DRAFT or row.saga.calling is not None:
            return None  # on its own way already
        own = Member(
            order_id=order.id,
            batch=order_id(tx.key, order.id, order.measure, order.target),
            case_id=row.case_id,
            service=order.service,
            authority=row.authority,
            sha256=row.draft.files[0].sha256,
            closes_at=tx.now + within,
        )
        joined = batches.join(tx, own)
        if joined.batch == own.batch:
            values = dict(order.values) | {BATCH: "yes"}
            orders.open_order(tx, replace(order, id=own.batch, cause=order.id, after=(), values=values))
        orders.open_order(tx, replace(order, after=(joined.batch,)))  # it is there: from now on it waits
        return NotYet(timedelta())


def _told_of(conn: Connection, order: str) -> tuple[ReportRow, ReportRow] | None:
    """A case's own report, and the finished one of a batch that tells of it."""
    member = batches.of_report(conn, order)
    if member is None or member.left_at is not None:
        return None
    row, report = reports.find(conn, order), reports.find(conn, member.batch)
    if row is None or report is None or report.saga.state is not SagaState.FINISHED:
        return None
    return (row, report) if row.draft.suspect.account in report.draft.batch else None


def _is_over(member: Member, of_all: OrderView | None) -> bool:
    """Whether the report of all will never tell of this case."""
    return member.left_at is not None or of_all is None or of_all.state in ENDED


def closes_at(conn: Connection, batch: str) -> datetime | None:
    """Until when a batch gathers cases; None when it has none any more."""
    return next((one.closes_at for one in batches.members(conn, batch)), None)


def rows_of(conn: Connection, batch: str) -> tuple[ReportRow, ...]:
    """The own reports of the cases in a batch."""
    found = (reports.find(conn, one.order_id) for one in batches.members(conn, batch))
    return tuple(row for row in found if row is not None)


def told_of_all(rows: Sequence[ReportRow], now: datetime) -> Draft:
    """What the report of a batch says: the file once, and whose accounts shared it. Pure."""
    drafts = [one.draft for one in rows]
    first = drafts[0]
    files = sorted((one.files[0] for one in drafts), key=lambda file: (not file.viewed, file.evidence))
    accounts = sorted({one.suspect.account for one in drafts})
    nobody = Suspect(account=first.suspect.account, screen_name=None, ip_events=(), closed_at=None)
    return Draft(
        case_id=first.case_id,
        service=first.service,
        service_name=first.service_name,
        incident_at=min(one.incident_at for one in drafts),
        composed_at=now,
        suspect=nobody,
        files=(replace(files[0], batched=True),),
        not_preserved=0,
        rehearsal=any(one.rehearsal for one in drafts),
        follows=None,
        judged=True,
        batch=tuple(accounts),
        platform_told=True,  # nothing more is said of a batch: what comes late adds to each case's own report
    )
