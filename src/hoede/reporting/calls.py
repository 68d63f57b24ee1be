"""Reports as people look at them: in pages, and every call that was made for one."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, func, literal, select, tuple_

from hoede.db import Moment
from hoede.reporting.rules import SagaState, StepKind
from hoede.reporting.store import CALLS, REPORTS

PAGE: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A report in one line."""

    order_id: str
    case_id: str
    authority: str
    state: SagaState
    remote_id: str | None
    rehearsal: bool
    composed_at: datetime
    finished_at: datetime | None


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the reports, the newest first; `after` is where the next part begins, None: that was all."""

    reports: tuple[Line, ...]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One call to the authority, and what it answered; without `answered_at` nobody knows."""

    step: StepKind
    evidence: str | None
    at: datetime
    answered_at: datetime | None
    code: str | None
    request_id: str | None
    gave: str | None  # the id of the report this answer opened


def page(
    conn: Connection,
    *,
    case: str | None = None,
    unfinished: bool = False,
    after: str | None = None,
    most: int = PAGE,
) -> Page:
    """Reports, of one case or all, from the one behind `after` on (its order); drafts are not read."""
    c = REPORTS.c
    asked = select(
        c.order_id, c.case_id, c.authority, c.state, c.remote_id, c.rehearsal, c.composed_at, c.finished_at
    )
    if case is not None:
        asked = asked.where(c.case_id == case)
    if unfinished:
        asked = asked.where(c.finished_at.is_(None))
    if after is not None and (begin := _composed_at(conn, after)) is not None:
        here = tuple_(literal(begin, Moment), literal(after))
        asked = asked.where(tuple_(c.composed_at, c.order_id) < here)
    rows = conn.execute(asked.order_by(c.composed_at.desc(), c.order_id.desc()).limit(most + 1)).all()
    lines = tuple(_line(row) for row in rows[:most])
    return Page(lines, lines[-1].order_id if len(rows) > most else None)


def count_unfinished(conn: Connection) -> int:
    asked = select(func.count()).select_from(REPORTS).where(REPORTS.c.finished_at.is_(None))
    return int(conn.execute(asked).scalar_one())


def calls_of(conn: Connection, order_id: str) -> tuple[Call, ...]:
    """Every call made for a report, oldest first."""
    rows = conn.execute(select(CALLS).where(CALLS.c.order_id == order_id).order_by(CALLS.c.id))
    return tuple(
        Call(
            step=StepKind(row.step),
            evidence=row.evidence,
            at=row.at,
            answered_at=row.answered_at,
            code=row.code,
            request_id=row.request_id,
            gave=row.opened_remote_id,
        )
        for row in rows
    )


def _line(row: Any) -> Line:
    return Line(
        order_id=row.order_id,
        case_id=row.case_id,
        authority=row.authority,
        state=SagaState(row.state),
        remote_id=row.remote_id,
        rehearsal=row.rehearsal,
        composed_at=row.composed_at,
        finished_at=row.finished_at,
    )


def _composed_at(conn: Connection, order_id: str) -> datetime | None:
    asked = select(REPORTS.c.composed_at).where(REPORTS.c.order_id == order_id)
    return conn.execute(asked).scalar_one_or_none()
