"""Calibration: a set of golden cases that several people judge each for themselves, and then talk about."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, ForeignKey, Row, String, Table, insert, select, update

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction

LONGEST_TITLE = 80  # characters

CALIBRATIONS = Table(
    "calibration",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("title", String(LONGEST_TITLE), nullable=False),
    Column("opened_by", String(64), nullable=False),
    Column("opened_at", Moment, nullable=False),
    Column("closed_at", Moment),
)

OF = Table(
    "calibration_golden",
    METADATA,
    Column("calibration", String(40), ForeignKey("calibration.id"), primary_key=True),
    Column("golden", String(40), primary_key=True),  # may be gone: it goes with its source's account
)


@dataclass(frozen=True, slots=True)
class Calibration:
    id: str
    title: str
    opened_by: str
    opened_at: datetime
    closed_at: datetime | None
    golden: tuple[str, ...]


def open_(tx: Transaction, calibration_id: str, title: str, person: str, golden: Sequence[str]) -> None:
    row = {"id": calibration_id, "title": title, "opened_by": person, "opened_at": tx.now}
    tx.conn.execute(insert(CALIBRATIONS).values(**row))
    tx.conn.execute(insert(OF), [{"calibration": calibration_id, "golden": one} for one in golden])
    tx.leaf(Leaf("calibration.opened", calibration_id, " ".join(golden)))


def close(tx: Transaction, calibration_id: str) -> bool:
    """From now on its answers are shown, and nobody answers any more; false when it was closed before."""
    mine = (CALIBRATIONS.c.id == calibration_id, CALIBRATIONS.c.closed_at.is_(None))
    closed = tx.conn.execute(update(CALIBRATIONS).where(*mine).values(closed_at=tx.now))
    if closed.rowcount:
        tx.leaf(Leaf("calibration.closed", calibration_id, ""))
    return bool(closed.rowcount)


def find(conn: Connection, calibration_id: str) -> Calibration | None:
    row = conn.execute(select(CALIBRATIONS).where(CALIBRATIONS.c.id == calibration_id)).one_or_none()
    return None if row is None else _calibration(conn, row)


def newest(conn: Connection, most: int = 50) -> tuple[Calibration, ...]:
    """The newest first."""
    c = CALIBRATIONS.c
    rows = conn.execute(select(CALIBRATIONS).order_by(c.opened_at.desc(), c.id).limit(most)).all()
    return tuple(_calibration(conn, row) for row in rows)


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    rows = conn.execute(select(CALIBRATIONS.c.id, CALIBRATIONS.c.closed_at)).all()
    found = [("calibration.opened", row.id) for row in rows]
    return found + [("calibration.closed", row.id) for row in rows if row.closed_at is not None]


def _calibration(conn: Connection, row: Row[tuple[object, ...]]) -> Calibration:
    asked = select(OF.c.golden).where(OF.c.calibration == row.id).order_by(OF.c.golden)
    golden = tuple(conn.execute(asked).scalars())
    return Calibration(row.id, row.title, row.opened_by, row.opened_at, row.closed_at, golden)
