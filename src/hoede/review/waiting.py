"""How much waits for people, by lane; cheap however long the queue is."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, func, literal, select

from hoede.db import Moment
from hoede.review.store import CASES, OBJECTIONS, WAITS

MOST_COUNTED: Final = 1000  # of a lane, the most pressing first; above it nobody needs the exact number


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a lane; of more than `MOST_COUNTED` cases the most pressing ones."""

    lane: str
    count: int
    overdue: int
    first_due_at: datetime | None


def waiting(conn: Connection, lanes: Iterable[str], now: datetime) -> tuple[Waiting, ...]:
    """Every lane in this order, empty ones too."""
    return tuple(_in_lane(conn, lane, now) for lane in lanes)


def objection_text(conn: Connection, case_id: str) -> str | None:
    """What somebody wrote who objected; their own words."""
    asked = select(OBJECTIONS.c.text).where(OBJECTIONS.c.case_id == case_id)
    return conn.execute(asked).scalar_one_or_none()


def _in_lane(conn: Connection, lane: str, now: datetime) -> Waiting:
    c = CASES.c
    walk = select(c.due_at).where(WAITS, c.lane == lane).order_by(c.rank_at, c.id).limit(MOST_COUNTED)
    first = walk.subquery()
    late = func.count().filter(first.c.due_at < literal(now, Moment))
    row = conn.execute(select(func.count(), late, func.min(first.c.due_at)).select_from(first)).one()
    return Waiting(lane, row[0], row[1], row[2])
