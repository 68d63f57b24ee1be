"""The clock that destroys: it never runs ahead of what was seen, and a jump needs a person.

A clock set back only destroys later, and what is kept from then on is kept from the latest time seen. One
that jumps ahead would destroy everything too early, so a step of more than three days since the last look
stops destroying until somebody says that the time is right.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Column, Connection, Integer, Table, select, update

from hoede.db import METADATA, Moment, Transaction, insert_new

LONGEST_STEP: Final = timedelta(days=3)  # a long weekend switched off is no jump

CLOCK = Table(
    "retention_clock",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("seen_at", Moment, nullable=False),  # the latest time that was believed
    Column("stopped_at", Moment),  # since when, by the last time believed, nothing is destroyed
)


def jumped(seen: datetime, now: datetime) -> bool:
    """Whether nobody should believe this time without looking. Pure."""
    return now - seen > LONGEST_STEP


def believed(tx: Transaction) -> datetime | None:
    """The time by which something may be destroyed; None while the clock is not believed."""
    if insert_new(tx.conn, CLOCK, {"id": 1, "seen_at": tx.now}):
        return tx.now
    row = tx.conn.execute(select(CLOCK).where(CLOCK.c.id == 1).with_for_update()).one()
    if row.stopped_at is None and not jumped(row.seen_at, tx.now):
        tx.conn.execute(update(CLOCK).values(seen_at=max(row.seen_at, tx.now)))
        return tx.now
    if row.stopped_at is None:
        tx.conn.execute(update(CLOCK).values(stopped_at=row.seen_at))
    return None


def surely(tx: Transaction) -> datetime:
    """The time by which a duty may be over: now, or the last time believed while this one is not."""
    now = believed(tx)
    return tx.conn.execute(select(CLOCK.c.seen_at)).scalar_one() if now is None else now


def from_when(tx: Transaction) -> datetime:
    """When keeping something, or a right to object, begins: now, or the latest time seen if that is later.

    What a clock that runs behind dates would be over as soon as it is set right.
    """
    seen = tx.conn.execute(select(CLOCK.c.seen_at)).scalar_one_or_none()
    return tx.now if seen is None else max(seen, tx.now)


def stopped_at(conn: Connection) -> datetime | None:
    """Since when nothing is destroyed; None while the clock is believed."""
    return conn.execute(select(CLOCK.c.stopped_at)).scalar_one_or_none()


def believe(tx: Transaction) -> None:
    """Somebody looked: it is as late as the clock says."""
    if not insert_new(tx.conn, CLOCK, {"id": 1, "seen_at": tx.now}):
        tx.conn.execute(update(CLOCK).values(seen_at=tx.now, stopped_at=None))
