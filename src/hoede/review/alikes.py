"""Which pictures of cases look alike, so that one that was opened decides for its near copies.

A picture is found by sixteen parts of its fingerprint, one of which near copies almost always share: all
within 15 bits, most within 31. What is missed is one more look, never a wrong judgment.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    insert,
    select,
    tuple_,
)

from hoede.core.media import Frame
from hoede.db import METADATA, Moment, Transaction, insert_new

NEAR: Final = 31  # bits of 256 that may differ (docs/sources.md#pdq)
LEAST_QUALITY: Final = 50  # below it pictures are too plain to tell apart
PARTS: Final = 16
_BYTES = 2  # of a part
MOST_MET: Final = 500

ALIKES = Table(
    "alike",
    METADATA,
    Column("evidence", String(40), primary_key=True),
    Column("value", LargeBinary, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)

ALIKE_PARTS = Table(
    "alike_part",
    METADATA,
    Column("part", Integer, primary_key=True, autoincrement=False),
    Column("value", Integer, primary_key=True, autoincrement=False),
    Column("evidence", String(40), primary_key=True, index=True),
)


@dataclass(frozen=True, slots=True)
class Alike:
    """A copy that looks like another, and by how many bits they differ."""

    evidence: str
    distance: int


def keep(tx: Transaction, evidence: str, value: bytes, quality: int) -> None:
    """Keep what a picture looks like; of one too plain to tell nothing is kept."""
    if quality < LEAST_QUALITY:
        return
    if insert_new(tx.conn, ALIKES, {"evidence": evidence, "value": value, "at": tx.now}):
        rows = [{"part": part, "value": one, "evidence": evidence} for part, one in parts(value)]
        tx.conn.execute(insert(ALIKE_PARTS), rows)


def keep_looks(tx: Transaction, evidence: str, frames: Sequence[Frame]) -> None:
    """Keep what a picture looks like; of moving ones nothing is kept, they are equal or they are not."""
    if len(frames) == 1 and frames[0].pdq:
        keep(tx, evidence, frames[0].pdq[0], frames[0].quality)


def near(conn: Connection, evidence: str) -> tuple[Alike, ...]:
    """Other copies that look like this one, the nearest first."""
    mine = conn.execute(select(ALIKES.c.value).where(ALIKES.c.evidence == evidence)).scalar_one_or_none()
    if mine is None:
        return ()
    share = tuple_(ALIKE_PARTS.c.part, ALIKE_PARTS.c.value).in_(list(parts(mine)))
    met = select(ALIKE_PARTS.c.evidence).where(share, ALIKE_PARTS.c.evidence != evidence).distinct()
    rows = conn.execute(select(ALIKES).where(ALIKES.c.evidence.in_(met.limit(MOST_MET))))
    found = [Alike(row.evidence, distance(mine, row.value)) for row in rows]
    return tuple(sorted((one for one in found if one.distance <= NEAR), key=lambda one: one.distance))


def clusters(conn: Connection, evidence: Iterable[str]) -> dict[str, str]:
    """For each of these copies the first of them that it looks like; itself where there is none."""
    told = list(evidence)
    rows = conn.execute(select(ALIKES).where(ALIKES.c.evidence.in_(told)))
    values = {row.evidence: bytes(row.value) for row in rows}
    first: dict[str, str] = {}
    for one in told:
        heads = (head for head in first if first[head] == head and head in values)
        alike = (head for head in heads if one in values and distance(values[head], values[one]) <= NEAR)
        first[one] = next(alike, one)
    return first


def forget_before(tx: Transaction, day: datetime) -> int:
    """What came long ago meets no near copy any more."""
    old = select(ALIKES.c.evidence).where(ALIKES.c.at < day)
    tx.conn.execute(delete(ALIKE_PARTS).where(ALIKE_PARTS.c.evidence.in_(old)))
    return tx.conn.execute(delete(ALIKES).where(ALIKES.c.at < day)).rowcount


def parts(value: bytes) -> Iterable[tuple[int, int]]:
    """Number and value of each part of a fingerprint."""
    return (
        (part, int.from_bytes(value[part * _BYTES : (part + 1) * _BYTES], "big")) for part in range(PARTS)
    )


def distance(one: bytes, other: bytes) -> int:
    return (int.from_bytes(one, "big") ^ int.from_bytes(other, "big")).bit_count()
