"""Batches: many cases about one widely shared file, told to an authority in one report."""

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Index, Row, String, Table, exists, insert, select, update

from hoede.db import METADATA, TOO_FAR, Moment, Transaction
from hoede.reporting.store import REPORTS

BATCHED = Table(
    "report_batched",
    METADATA,
    Column("order_id", String(40), primary_key=True),  # of the case's own report
    Column("batch", String(40), nullable=False, index=True),  # the order of the report that tells of all
    Column("case_id", String(40), nullable=False, index=True),
    Column("service", String(64), nullable=False),
    Column("authority", String(64), nullable=False),
    Column("sha256", String(64), nullable=False),  # of the file
    Column("closes_at", Moment, nullable=False),
    Column("left_at", Moment),  # it is reported by itself after all
    Index("ix_report_batched_gathers", "service", "authority", "sha256", "closes_at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A case's report in a batch."""

    order_id: str
    batch: str
    case_id: str
    service: str
    authority: str
    sha256: str
    closes_at: datetime
    left_at: datetime | None = None


def join(tx: Transaction, begins: Member) -> Member:
    """Join the batch of this file that gathers now, else begin this one; who joined before stays there.

    One that is composed gathers no more, whatever the clock says, nor does one of a clock that ran ahead.
    """
    if (before := of_report(tx.conn, begins.order_id)) is not None:
        return before
    c = BATCHED.c
    of_file = (c.service == begins.service, c.authority == begins.authority, c.sha256 == begins.sha256)
    composed = exists().where(REPORTS.c.order_id == c.batch)
    gathers = (c.left_at.is_(None), c.closes_at > tx.now, c.closes_at <= tx.now + TOO_FAR, ~composed)
    asked = select(c.batch, c.closes_at).where(*of_file, *gathers).order_by(c.closes_at, c.batch).limit(1)
    there = tx.conn.execute(asked).one_or_none()
    joined = replace(begins, batch=there.batch, closes_at=there.closes_at) if there else begins
    tx.conn.execute(insert(BATCHED).values(**asdict(joined)))
    return joined


def leave(tx: Transaction, orders: Collection[str]) -> None:
    """These are reported by themselves."""
    mine = (BATCHED.c.order_id.in_(orders), BATCHED.c.left_at.is_(None))
    tx.conn.execute(update(BATCHED).where(*mine).values(left_at=tx.now))


def of_report(conn: Connection, order_id: str) -> Member | None:
    """The batch that a case's own report is or was in."""
    row = conn.execute(select(BATCHED).where(BATCHED.c.order_id == order_id)).one_or_none()
    return None if row is None else _member(row)


def members(conn: Connection, batch: str) -> tuple[Member, ...]:
    """Those that did not leave."""
    mine = (BATCHED.c.batch == batch, BATCHED.c.left_at.is_(None))
    rows = conn.execute(select(BATCHED).where(*mine).order_by(BATCHED.c.order_id)).all()
    return tuple(_member(row) for row in rows)


def _member(row: Row[Any]) -> Member:
    return Member(**row._asdict())
