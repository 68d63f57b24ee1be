"""Quarantine: an entry that hits too much, or hits the harmless, is a hint until a person looked at it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Connection, func, insert, select, update

from hoede.core.leaves import Leaf
from hoede.db import Transaction
from hoede.lists.tables import ENTRIES, QUARANTINES
from hoede.lists.versions import count_up


class Why(StrEnum):
    """What put an entry there."""

    HARMLESS = "harmless"  # equal or near to an entry of a negative bank
    FLAT = "flat"  # the fingerprint of a picture without contrast: it resembles everything
    TOO_MANY = "too-many"  # the breaker: it hit more accounts in ten minutes than one thing can
    PERSON = "person"  # somebody put it there


@dataclass(frozen=True, slots=True, kw_only=True)
class Quarantined:
    """One stay in quarantine."""

    entry: str
    list_name: str
    why: str
    at: datetime


def put(tx: Transaction, entries: Iterable[str], why: str) -> int:
    """Put entries into quarantine; those that are there stay there. Returns how many are new."""
    new = sum(_put(tx, entry, why) for entry in entries)
    if new:
        count_up(tx)
    return new


def _put(tx: Transaction, entry: str, why: str) -> bool:
    # Whoever else puts the same entry there waits for this row.
    tx.conn.execute(select(ENTRIES.c.id).where(ENTRIES.c.id == entry).with_for_update())
    times, there = tx.conn.execute(
        select(func.count(), func.count().filter(QUARANTINES.c.released_at.is_(None))).where(
            QUARANTINES.c.entry == entry
        )
    ).one()
    if there:
        return False
    tx.conn.execute(insert(QUARANTINES).values(entry=entry, number=times + 1, why=why, at=tx.now))
    tx.leaf(Leaf("list.quarantined", f"{entry}:{times + 1}", why))
    return True


def release(tx: Transaction, entry: str, why: str) -> bool:
    """Let an entry out; false when it was not in."""
    row = tx.conn.execute(
        update(QUARANTINES)
        .where(QUARANTINES.c.entry == entry, QUARANTINES.c.released_at.is_(None))
        .values(released_at=tx.now, released_why=why)
        .returning(QUARANTINES.c.number)
    ).one_or_none()
    if row is None:
        return False
    tx.leaf(Leaf("list.released", f"{entry}:{row.number}", why))
    count_up(tx)
    return True


def last_released(conn: Connection, entry: str) -> datetime | None:
    """When a person last let it out: hits before then were known to that person."""
    asked = select(func.max(QUARANTINES.c.released_at)).where(QUARANTINES.c.entry == entry)
    released: datetime | None = conn.execute(asked).scalar_one()
    return released


def all_quarantined(conn: Connection) -> tuple[Quarantined, ...]:
    """What is in quarantine now, oldest first."""
    rows = conn.execute(
        select(QUARANTINES, ENTRIES.c.list)
        .join(ENTRIES, ENTRIES.c.id == QUARANTINES.c.entry)
        .where(QUARANTINES.c.released_at.is_(None))
        .order_by(QUARANTINES.c.at, QUARANTINES.c.entry)
    )
    return tuple(Quarantined(entry=row.entry, list_name=row.list, why=row.why, at=row.at) for row in rows)


def count(conn: Connection) -> int:
    asked = select(func.count()).where(QUARANTINES.c.released_at.is_(None))
    return int(conn.execute(asked).scalar_one())


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    rows = conn.execute(select(QUARANTINES.c.entry, QUARANTINES.c.number, QUARANTINES.c.released_at)).all()
    went_in = [("list.quarantined", f"{row.entry}:{row.number}") for row in rows]
    return went_in + [("list.released", f"{row.entry}:{row.number}") for row in rows if row.released_at]
