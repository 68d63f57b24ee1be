"""Restores from a backup, and the orders that may have been carried out in the time nobody remembers.

What was done between a backup and its restore is not in our rows. An order that cannot be done twice
waits, until a person who looked at the other side says whether it was done.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    String,
    Table,
    Text,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    update,
)

from hoede.core.leaves import Leaf
from hoede.core.orders import OrderState
from hoede.db import orders
from hoede.db.columns import METADATA, Moment
from hoede.db.engine import Transaction
from hoede.db.leases import LEASES
from hoede.db.orders import ORDERS
from hoede.db.rows import insert_new

RESTORES = Table(
    "restore",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("backup_at", Moment, nullable=False),  # what came after is not known
    Column("at", Moment, nullable=False),
    Column("leaves", BigInteger, nullable=False),  # the log as it was restored
)

RESTORED = Table(
    "restored_order",
    METADATA,
    Column("order_id", String(40), ForeignKey("orders.id"), primary_key=True),
    Column("restore_id", String(40), ForeignKey("restore.id"), primary_key=True),
    Column("at", Moment, nullable=False),
    Column("resent_at", Moment),  # a person said that it was not done: do it
    Column("resent_why", Text),
    Column("settled_at", Moment),  # a person said that it was done, under this receipt
    Column("settled_why", Text),
    Column("receipt", String(64)),
)


_WAITS = (ORDERS.c.state == OrderState.WAITING, ORDERS.c.reason == orders.RESTORED)


@dataclass(frozen=True, slots=True)
class Restore:
    id: str
    backup_at: datetime
    at: datetime


def note_restore(tx: Transaction, restore: Restore, *, leaves: int) -> None:
    """Write down that everything here comes from a backup."""
    tx.conn.execute(
        insert(RESTORES).values(id=restore.id, backup_at=restore.backup_at, at=restore.at, leaves=leaves)
    )
    tx.leaf(Leaf("restored", restore.id, restore.backup_at.isoformat(timespec="milliseconds")))


def newest(conn: Connection) -> Restore | None:
    row = conn.execute(select(RESTORES).order_by(RESTORES.c.at.desc()).limit(1)).one_or_none()
    return None if row is None else Restore(row.id, row.backup_at, row.at)


def park(tx: Transaction, order: str, restore: str) -> bool:
    """Let an order wait for a person who looks at the other side; false when it has ended.

    One that waits since an earlier restore waits for this one too; one that waits for a judgment is let be.
    """
    orders.call_a_person(tx, order)
    parked = tx.conn.execute(
        update(ORDERS)
        .where(ORDERS.c.id == order, or_(ORDERS.c.state == OrderState.OPEN, and_(*_WAITS)))
        .values(state=OrderState.WAITING, reason=orders.RESTORED, lease_by=None, lease_until=None)
    )
    row = {"order_id": order, "restore_id": restore, "at": tx.now}
    if parked.rowcount and insert_new(tx.conn, RESTORED, row):
        tx.leaf(Leaf("order.waiting", _about(order, restore)))
    return bool(parked.rowcount)


def was_parked(conn: Connection, order: str, restore: str) -> bool:
    """Whether a person was asked about this order after this restore."""
    asked = select(RESTORED.c.at).where(RESTORED.c.order_id == order, RESTORED.c.restore_id == restore)
    return conn.execute(asked).first() is not None


def resend(tx: Transaction, order: str, why: str) -> bool:
    """Let an order that waits be carried out after all, at once; false when it does not wait for that."""
    reopened = tx.conn.execute(
        update(ORDERS)
        .where(ORDERS.c.id == order, *_WAITS)
        .values(state=OrderState.OPEN, reason=None, due_at=tx.now)
    )
    if reopened.rowcount:
        _note(tx, order, "resent", RESTORED.c.resent_at, resent_at=tx.now, resent_why=why)
        tx.opened_orders = True
    return bool(reopened.rowcount)


def settle(tx: Transaction, order: str, receipt: str, why: str) -> bool:
    """End an order that was done on the other side; false when it never waited, or has ended.

    One that was resent can be settled too: somebody may have looked badly.
    """
    asked = exists().where(RESTORED.c.order_id == ORDERS.c.id)
    if tx.conn.execute(select(ORDERS.c.id).where(ORDERS.c.id == order, asked)).one_or_none() is None:
        return False
    ended = orders.end_by_receipt(tx, order, "settled")
    if ended:
        _note(
            tx, order, "settled", RESTORED.c.settled_at, settled_at=tx.now, settled_why=why, receipt=receipt
        )
    return ended


def _note(tx: Transaction, order: str, act: str, unsaid: Column[Any], **values: object) -> None:
    """Write down what a person said, once for each restore after which it was not said yet."""
    rows = (RESTORED.c.order_id == order, unsaid.is_(None))
    for restore in tx.conn.execute(select(RESTORED.c.restore_id).where(*rows)).scalars().all():
        tx.leaf(Leaf(f"order.{act}", _about(order, restore), str(values.get("receipt", ""))))
    tx.conn.execute(update(RESTORED).where(*rows).values(**values))


def waiting(conn: Connection) -> list[str]:
    """Ids of orders that wait for a person after a restore."""
    asked = select(ORDERS.c.id).where(*_WAITS).order_by(ORDERS.c.opened_at, ORDERS.c.id)
    return list(conn.execute(asked).scalars())


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An order waited after a restore, and what people said of it since."""

    backup_at: datetime
    at: datetime
    resent_at: datetime | None
    resent_why: str | None
    settled_at: datetime | None
    settled_why: str | None
    receipt: str | None


def said(conn: Connection, order: str) -> tuple[Said, ...]:
    """Every time an order waited for a person after a restore, oldest first."""
    asked = (
        select(RESTORED, RESTORES.c.backup_at)
        .join(RESTORES, RESTORES.c.id == RESTORED.c.restore_id)
        .where(RESTORED.c.order_id == order)
        .order_by(RESTORED.c.at, RESTORED.c.restore_id)
    )
    return tuple(
        Said(
            backup_at=row.backup_at,
            at=row.at,
            resent_at=row.resent_at,
            resent_why=row.resent_why,
            settled_at=row.settled_at,
            settled_why=row.settled_why,
            receipt=row.receipt,
        )
        for row in conn.execute(asked)
    )


def forget_leases(tx: Transaction) -> None:
    """Who held an order when the backup was taken holds nothing any more."""
    tx.conn.execute(update(ORDERS).values(lease_by=None, lease_until=None))
    tx.conn.execute(delete(LEASES))


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    found = [("restored", one) for one in conn.execute(select(RESTORES.c.id)).scalars()]
    for row in conn.execute(select(RESTORED)):
        about = _about(row.order_id, row.restore_id)
        found.append(("order.waiting", about))
        found += [("order.resent", about)] if row.resent_at else []
        found += [("order.settled", about)] if row.settled_at else []
    return found


def _about(order: str, restore: str) -> str:
    """An order can wait once after every restore."""
    return f"{order}/{restore}"
