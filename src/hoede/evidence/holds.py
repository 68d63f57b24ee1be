"""Legal holds: what nobody may destroy, on what ground and until when. A hold beats every erasure."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    Row,
    String,
    Table,
    Text,
    insert,
    or_,
    select,
    update,
)

from hoede.core.errors import HoedeError
from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, lock_kept

HOLDS = Table(
    "legal_hold",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("service", String(64)),  # of an account
    Column("target", String(255), nullable=False),
    Column("basis", Text, nullable=False),  # the order or law, as it is cited
    Column("why", Text, nullable=False),
    Column("set_by", String(64), nullable=False),
    Column("set_at", Moment, nullable=False),
    Column("until", Moment),  # empty: until somebody ends it
    Column("ended_at", Moment),
    Column("ended_by", String(64)),
    Column("ended_why", Text),
    Index("ix_legal_hold_target", "kind", "target"),
)


class HoldUnknown(HoedeError):
    """There is no such hold in force. `hoede evidence holds` names them."""

    code = "hold-unknown"


class Kept(StrEnum):
    """What a hold is on."""

    ACCOUNT = "account"
    CASE = "case"
    COPY = "copy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    id: str
    kind: Kept
    service: str | None
    target: str
    basis: str
    why: str
    set_by: str
    until: datetime | None


def set_hold(tx: Transaction, hold: Hold) -> None:
    """From this commit on it is kept: what destroys meanwhile ends before, or sees the hold."""
    lock_kept(tx)
    tx.conn.execute(
        insert(HOLDS).values(
            id=hold.id,
            kind=hold.kind,
            service=hold.service,
            target=hold.target,
            basis=hold.basis,
            why=hold.why,
            set_by=hold.set_by,
            set_at=tx.now,
            until=hold.until,
        )
    )
    tx.leaf(Leaf("hold.set", hold.id))


def end_hold(tx: Transaction, hold_id: str, *, by: str, why: str) -> None:
    """Raises `HoldUnknown`."""
    ended = tx.conn.execute(
        update(HOLDS)
        .where(HOLDS.c.id == hold_id, HOLDS.c.ended_at.is_(None))
        .values(ended_at=tx.now, ended_by=by, ended_why=why)
    )
    if not ended.rowcount:
        raise HoldUnknown
    tx.leaf(Leaf("hold.ended", hold_id))


def forget_account(tx: Transaction, service: str, account: str) -> None:
    """The account is erased: holds that were on it name it no more."""
    mine = (HOLDS.c.kind == Kept.ACCOUNT, HOLDS.c.service == service, HOLDS.c.target == account)
    tx.conn.execute(update(HOLDS).where(*mine).values(target=""))


def in_force(conn: Connection, now: datetime) -> tuple[Hold, ...]:
    """The newest first."""
    rows = conn.execute(select(HOLDS).where(*_standing(now)).order_by(HOLDS.c.set_at.desc(), HOLDS.c.id))
    return tuple(_hold(row) for row in rows)


def on_account(conn: Connection, service: str, account: str, now: datetime) -> bool:
    mine = (HOLDS.c.kind == Kept.ACCOUNT, HOLDS.c.service == service, HOLDS.c.target == account)
    return conn.execute(select(HOLDS.c.id).where(*mine, *_standing(now)).limit(1)).first() is not None


def among(conn: Connection, kind: Kept, ids: Collection[str], now: datetime) -> set[str]:
    """Those of these cases or copies that a hold is on."""
    asked = select(HOLDS.c.target).where(HOLDS.c.kind == kind, HOLDS.c.target.in_(ids), *_standing(now))
    return set(conn.execute(asked).scalars())


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    rows = conn.execute(select(HOLDS.c.id, HOLDS.c.ended_at)).all()
    return [("hold.set", row.id) for row in rows] + [("hold.ended", row.id) for row in rows if row.ended_at]


def _standing(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return HOLDS.c.ended_at.is_(None), or_(HOLDS.c.until.is_(None), HOLDS.c.until > now)


def _hold(row: Row[Any]) -> Hold:
    return Hold(
        id=row.id,
        kind=Kept(row.kind),
        service=row.service,
        target=row.target,
        basis=row.basis,
        why=row.why,
        set_by=row.set_by,
        until=row.until,
    )
