"""What was allowed and drawn by chance for a person to look at, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, exists, func, select

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.review.judgments import JUDGMENTS

SAMPLES = Table(
    "allow_sample",
    METADATA,
    Column("event", String(40), primary_key=True),
    Column("case_id", String(40), nullable=False),
    Column("drawn_at", Moment, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True)
class Sampled:
    """Of what was drawn: how much people looked at, and how much of that should not have been allowed."""

    drawn: int
    judged: int
    missed: int


def add(tx: Transaction, event: str, case_id: str) -> bool:
    """Note that it was drawn; false when it was before."""
    new = insert_new(tx.conn, SAMPLES, {"event": event, "case_id": case_id, "drawn_at": tx.now})
    if new:
        tx.leaf(Leaf("sample.drawn", event, case_id))
    return new


def drawn_since(conn: Connection, since: datetime) -> int:
    asked = select(func.count()).select_from(SAMPLES).where(SAMPLES.c.drawn_at >= since)
    return int(conn.execute(asked).scalar_one())


def sampled(conn: Connection, since: datetime, allows: Collection[str]) -> Sampled:
    """What became of what was drawn since then; `allows` are the outcomes that say it may be seen."""
    c, j = SAMPLES.c, JUDGMENTS.c
    judged = exists().where(j.case_id == c.case_id, j.undone_at.is_(None), j.keeps.is_(False))
    missed = exists().where(
        j.case_id == c.case_id, j.undone_at.is_(None), j.keeps.is_(False), j.outcome.not_in(allows)
    )
    counts = (func.count(), func.count().filter(judged), func.count().filter(missed))
    return Sampled(*conn.execute(select(*counts).select_from(SAMPLES).where(c.drawn_at >= since)).one())


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    return [("sample.drawn", one) for one in conn.execute(select(SAMPLES.c.event)).scalars()]
