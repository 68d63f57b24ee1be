"""What was allowed and drawn by chance for a person to look at, and what became of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    String,
    Table,
    and_,
    exists,
    func,
    or_,
    select,
)

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.review.judgments import FILES as SAYS
from hoede.review.judgments import JUDGMENTS
from hoede.review.rules import Grounds
from hoede.review.store import CASES, FILES

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
    """What became of what was drawn since then; `allows` are the outcomes that say it may be seen.

    The newest judgment that counts decides, by what it says of what was drawn. A case that something else
    joined says nothing of chance, and is not counted as judged.
    """
    c, j, file = SAMPLES.c, JUDGMENTS.c, SAYS.c
    counts = (j.case_id == c.case_id, j.undone_at.is_(None), j.keeps.is_(False))
    newest = select(j.id).where(*counts).order_by(j.at.desc(), j.id.desc()).limit(1)
    drawn = select(newest.correlate(SAMPLES).scalar_subquery().label("judgment"))
    one = drawn.where(c.drawn_at >= since, ~_joined()).subquery()
    of_files = exists().where(file.judgment_id == one.c.judgment)
    not_allowed = exists().where(
        j.id == one.c.judgment,
        or_(and_(~of_files, j.outcome.not_in(allows)), of_files.where(file.outcome.not_in(allows))),
    )
    judged = func.count(one.c.judgment)
    found = conn.execute(select(judged, judged.filter(not_allowed)).select_from(one)).one()
    return Sampled(drawn_since(conn, since), *found)


def _joined() -> ColumnElement[bool]:
    """Whether the case is not only about what was drawn."""
    c = SAMPLES.c
    suspected = exists().where(CASES.c.id == c.case_id, CASES.c.grounds != Grounds.SAMPLE)
    file, other = FILES.alias("one_file"), FILES.alias("other_file")
    several = exists().where(
        file.c.case_id == c.case_id, other.c.case_id == c.case_id, file.c.event != other.c.event
    )
    return or_(suspected, several)


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    return [("sample.drawn", one) for one in conn.execute(select(SAMPLES.c.event)).scalars()]
