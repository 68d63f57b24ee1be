"""Tables of reports, their files, and every call made for them."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Integer,
    LargeBinary,
    Row,
    String,
    Table,
    Text,
    delete,
    select,
    update,
)

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Serial, Transaction, change, insert, insert_new, one_row, rows_where
from hoede.reporting.drafts import Draft
from hoede.reporting.port import Reply
from hoede.reporting.rules import Saga, SagaFile, SagaState, Step, StepKind

LONGEST_REQUEST_ID = 128  # a longer one is cut: what the authority sends must never stop a note

REPORTS = Table(
    "report",
    METADATA,
    Column("order_id", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False, index=True),
    Column("authority", String(32), nullable=False),
    Column("state", String(16), nullable=False),
    Column("remote_id", String(64)),  # the authority's own, of the report that is open or finished
    Column("remote_touched_at", Moment),
    Column("calling", String(16)),  # announced, answer unknown
    Column("calling_evidence", String(40)),
    Column("draft", Text, nullable=False),  # JSON: what the report says, the same at every try
    Column("rehearsal", Boolean, nullable=False),
    Column("composed_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("receipt", LargeBinary),  # the authority's raw answer to finish
    Column("url", String(255)),  # where it goes: the authority's numbers mean something there only
)

FILES = Table(
    "report_file",
    METADATA,
    Column("order_id", String(40), ForeignKey("report.order_id"), primary_key=True),
    Column("evidence", String(40), primary_key=True),
    Column("place", Integer, nullable=False),
    Column("remote_id", String(64)),
    Column("detailed", Boolean, nullable=False),
)

CALLS = Table(
    "report_call",
    METADATA,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("order_id", String(40), ForeignKey("report.order_id"), nullable=False, index=True),
    Column("step", String(16), nullable=False),
    Column("evidence", String(40)),
    Column("request_sha256", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("answered_at", Moment),
    Column("code", String(32)),
    Column("request_id", String(LONGEST_REQUEST_ID)),
    Column("raw", LargeBinary),
    Column("opened_remote_id", String(64)),  # the open report this answer gave; each has a leaf
)

_DRAFT = TypeAdapter(
    Draft
)  # what an older version of us wrote lacks some fields, and reads as their defaults


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportRow:
    order_id: str
    case_id: str
    authority: str
    saga: Saga
    draft: Draft
    finished_at: datetime | None
    receipt: bytes | None


def add_report(tx: Transaction, order_id: str, authority: str, draft: Draft, url: str | None = None) -> bool:
    """Save a composed draft; one report per order, the first composition stays."""
    new = insert_new(
        tx.conn,
        REPORTS,
        {
            "order_id": order_id,
            "case_id": draft.case_id,
            "authority": authority,
            "state": SagaState.DRAFT,
            "draft": _json(draft),
            "rehearsal": draft.rehearsal,
            "composed_at": draft.composed_at,
            "url": url,
        },
    )
    if new:
        _add_files(tx, order_id, draft)
    return new


def compose_anew(tx: Transaction, order_id: str, draft: Draft) -> None:
    """Let another draft take the place of one of which nothing is at the authority."""
    said = {"draft": _json(draft), "rehearsal": draft.rehearsal, "composed_at": draft.composed_at}
    if not change(tx.conn, REPORTS, said, order_id=order_id, state=SagaState.DRAFT):
        raise LookupError(f"no report that is still a draft: {order_id}")
    tx.conn.execute(delete(FILES).where(FILES.c.order_id == order_id))
    _add_files(tx, order_id, draft)


def _add_files(tx: Transaction, order_id: str, draft: Draft) -> None:
    for place, file in enumerate(draft.files):
        row = {"order_id": order_id, "evidence": file.evidence, "place": place, "detailed": False}
        insert(tx.conn, FILES, row, FILES.c.place)


def _json(draft: Draft) -> str:
    return json.dumps(asdict(draft), default=_plain)


def announce(tx: Transaction, order_id: str, saga: Saga, step: Step, request: bytes) -> int:
    """Note that a call is about to be made; returns the call's row."""
    save(tx, order_id, saga)
    call = {
        "order_id": order_id,
        "step": step.kind,
        "evidence": step.evidence,
        "request_sha256": hashlib.sha256(request).hexdigest(),
        "at": tx.now,
    }
    return int(insert(tx.conn, CALLS, call, CALLS.c.id))


def note(tx: Transaction, order_id: str, call: int, saga: Saga, reply: Reply) -> None:
    """Note an answer and where the report stands now, with the leaves that belong to it."""
    answered = {
        "answered_at": tx.now,
        "code": reply.code,
        "request_id": (reply.request_id or "")[:LONGEST_REQUEST_ID] or None,
        "raw": reply.raw,
    }
    change(tx.conn, CALLS, answered, id=call)
    before = _state(tx.conn, order_id)
    save(tx, order_id, saga)
    if saga.state is SagaState.OPEN and before is SagaState.DRAFT:
        change(tx.conn, CALLS, {"opened_remote_id": saga.remote_id}, id=call)
        tx.leaf(Leaf("report.opened", f"{order_id}/{saga.remote_id}"))
    if saga.state is SagaState.FINISHED:
        finished = tx.conn.execute(
            update(REPORTS)
            .where(REPORTS.c.order_id == order_id, REPORTS.c.finished_at.is_(None))
            .values(finished_at=tx.now, receipt=reply.raw)
        )
        if finished.rowcount:
            tx.leaf(Leaf("report.finished", order_id, saga.remote_id or ""))


def settle(tx: Transaction, order_id: str, receipt: str) -> None:
    """Note that a report was finished under this id, by a person's word; without a draft there is nothing."""
    settled = tx.conn.execute(
        update(REPORTS)
        .where(REPORTS.c.order_id == order_id, REPORTS.c.finished_at.is_(None))
        .values(state=SagaState.FINISHED, remote_id=receipt, calling=None, finished_at=tx.now)
    )
    if settled.rowcount:
        tx.leaf(Leaf("report.finished", order_id, receipt))


def finish_with(tx: Transaction, order_id: str, of_all: ReportRow) -> None:
    """Note that a report was finished as a part of another one, under its number and by its receipt."""
    number = of_all.saga.remote_id or ""
    finished = tx.conn.execute(
        update(REPORTS)
        .where(REPORTS.c.order_id == order_id, REPORTS.c.finished_at.is_(None))
        .values(
            state=SagaState.FINISHED,
            remote_id=number,
            finished_at=tx.now,
            receipt=of_all.receipt,
            calling=None,
        )
    )
    if finished.rowcount:
        tx.leaf(Leaf("report.finished", order_id, number))


def save(tx: Transaction, order_id: str, saga: Saga) -> None:
    now = {
        "state": saga.state,
        "remote_id": saga.remote_id,
        "remote_touched_at": saga.touched_at,
        "calling": saga.calling.kind if saga.calling else None,
        "calling_evidence": saga.calling.evidence if saga.calling else None,
    }
    change(tx.conn, REPORTS, now, order_id=order_id)
    for file in saga.files:
        values = {"remote_id": file.remote_id, "detailed": file.detailed}
        change(tx.conn, FILES, values, order_id=order_id, evidence=file.evidence)


def find(conn: Connection, order_id: str) -> ReportRow | None:
    row = one_row(conn, REPORTS, order_id=order_id)
    return None if row is None else _report(conn, row)


def all_reports(conn: Connection) -> tuple[ReportRow, ...]:
    rows = conn.execute(select(REPORTS).order_by(REPORTS.c.composed_at)).all()
    return tuple(_report(conn, row) for row in rows)


def of_case(conn: Connection, case_id: str) -> tuple[ReportRow, ...]:
    rows = conn.execute(select(REPORTS).where(REPORTS.c.case_id == case_id).order_by(REPORTS.c.composed_at))
    return tuple(_report(conn, row) for row in rows.all())


def told_in(conn: Connection, case_id: str) -> set[str]:
    """The copies that finished reports of a case tell of, also those that a transcript was made of."""
    drafts = [one.draft for one in of_case(conn, case_id) if one.finished_at is not None]
    files = [file for draft in drafts for file in draft.files]
    return {copy for file in files for copy in (file.evidence, *file.stands_on)}


def numbers_of(conn: Connection, cases: Collection[str], *, authority: str, url: str) -> tuple[str, ...]:
    """The authority's numbers of finished reports of these cases at this address, oldest first."""
    c = REPORTS.c
    mine = (c.case_id.in_(cases), c.authority == authority, c.url == url, c.finished_at.is_not(None))
    found = conn.execute(select(c.remote_id).where(*mine).order_by(c.finished_at, c.order_id)).scalars()
    return tuple(dict.fromkeys(one for one in found if one))  # one of a batch is many cases'


def opened(conn: Connection) -> list[str]:
    """What each `report.opened` leaf is about: order and the authority's id, from the answers kept."""
    rows = conn.execute(
        select(CALLS.c.order_id, CALLS.c.opened_remote_id).where(CALLS.c.opened_remote_id.is_not(None))
    )
    return [f"{row.order_id}/{row.opened_remote_id}" for row in rows]


def finished(conn: Connection) -> list[str]:
    return list(conn.execute(select(REPORTS.c.order_id).where(REPORTS.c.finished_at.is_not(None))).scalars())


def _state(conn: Connection, order_id: str) -> SagaState:
    row = one_row(conn, REPORTS, order_id=order_id)
    if row is None:
        raise LookupError(f"a call without its report: {order_id}")
    return SagaState(row.state)


def _report(conn: Connection, row: Row[Any]) -> ReportRow:
    files = rows_where(conn, FILES, FILES.c.place, order_id=row.order_id)
    saga = Saga(
        state=SagaState(row.state),
        files=tuple(SagaFile(file.evidence, file.remote_id, file.detailed) for file in files),
        remote_id=row.remote_id,
        touched_at=row.remote_touched_at,
        calling=Step(StepKind(row.calling), row.calling_evidence) if row.calling else None,
    )
    return ReportRow(
        order_id=row.order_id,
        case_id=row.case_id,
        authority=row.authority,
        saga=saga,
        draft=_DRAFT.validate_json(row.draft),
        finished_at=row.finished_at,
        receipt=row.receipt,
    )


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in a draft")
