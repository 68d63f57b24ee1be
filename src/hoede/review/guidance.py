"""What was learned from cases that people judged differently, shown at the outcome it is about."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, String, Table, Text, insert, select, update

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction

GUIDANCE = Table(
    "guidance",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("outcome", String(32), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("written_by", String(64), nullable=False),
    Column("written_at", Moment, nullable=False),
    Column("about", String(40)),  # the disagreement or the calibration it came of
    Column("ended_at", Moment),
)


@dataclass(frozen=True, slots=True)
class Guidance:
    id: str
    outcome: str
    text: str
    written_by: str
    written_at: datetime
    about: str | None
    ended_at: datetime | None


def write(
    tx: Transaction, guidance_id: str, outcome: str, text: str, person: str, *, about: str | None = None
) -> None:
    """Keep it; whoever judges from now on reads it at this outcome."""
    row = {"id": guidance_id, "outcome": outcome, "text": text, "written_by": person, "about": about}
    tx.conn.execute(insert(GUIDANCE).values(**row, written_at=tx.now))
    tx.leaf(Leaf("guidance.written", guidance_id, outcome))


def end(tx: Transaction, guidance_id: str) -> bool:
    """It is shown no more; false when it was not before."""
    mine = (GUIDANCE.c.id == guidance_id, GUIDANCE.c.ended_at.is_(None))
    ended = tx.conn.execute(update(GUIDANCE).where(*mine).values(ended_at=tx.now))
    if ended.rowcount:
        tx.leaf(Leaf("guidance.ended", guidance_id, ""))
    return bool(ended.rowcount)


def in_force(conn: Connection) -> Mapping[str, tuple[Guidance, ...]]:
    """By outcome, the oldest first."""
    c = GUIDANCE.c
    rows = conn.execute(select(GUIDANCE).where(c.ended_at.is_(None)).order_by(c.written_at, c.id))
    found: dict[str, tuple[Guidance, ...]] = {}
    for row in rows:
        found[row.outcome] = (*found.get(row.outcome, ()), _guidance(row))
    return found


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    rows = conn.execute(select(GUIDANCE.c.id, GUIDANCE.c.ended_at)).all()
    found = [("guidance.written", row.id) for row in rows]
    return found + [("guidance.ended", row.id) for row in rows if row.ended_at is not None]


def _guidance(row: Row[Any]) -> Guidance:
    return Guidance(**row._mapping)  # noqa: SLF001 - the public way to a row's names
