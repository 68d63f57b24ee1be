"""Wishes to be erased: asked, under way while something is kept, done. What went leaves bare ids behind.

The log has leaves of some rows. Once those are gone, their ids alone tell that nobody took them away
unseen; a leaf for each step is bound to all of them.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    func,
    insert,
    select,
    update,
)

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction

ERASURES = Table(
    "erasure",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("service", String(64), nullable=False),
    Column("account", String(255)),  # emptied once it is done
    Column("kept", String(32)),  # a code, why something is still there
    Column("asked_at", Moment, nullable=False),
    Column("done_at", Moment),
    Index("ix_erasure_account", "service", "account"),
)

GONE = Table(
    "erasure_gone",
    METADATA,
    Column("erasure_id", String(40), ForeignKey("erasure.id"), primary_key=True),
    Column("step", Integer, primary_key=True, autoincrement=False),
    Column("id", String(96), primary_key=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    id: str
    service: str
    account: str | None
    kept: str | None
    asked_at: datetime
    done_at: datetime | None


def ask(tx: Transaction, erasure_id: str, service: str, account: str) -> str:
    """Note the wish; the one that is under way already counts for another. Returns its id."""
    c = ERASURES.c
    same = select(c.id).where(c.service == service, c.account == account, c.done_at.is_(None))
    if (known := tx.conn.execute(same).scalars().first()) is not None:
        return str(known)
    tx.conn.execute(insert(ERASURES).values(id=erasure_id, service=service, account=account, asked_at=tx.now))
    tx.leaf(Leaf("erasure.asked", erasure_id))
    return erasure_id


def under_way(conn: Connection, erasure_id: str) -> tuple[str, str] | None:
    """Service and account; None once it is done."""
    c = ERASURES.c
    asked = select(c.service, c.account).where(c.id == erasure_id, c.done_at.is_(None))
    row = conn.execute(asked).one_or_none()
    return None if row is None or row.account is None else (row.service, row.account)


def all_under_way(conn: Connection) -> list[str]:
    asked = select(ERASURES.c.id).where(ERASURES.c.done_at.is_(None)).order_by(ERASURES.c.asked_at)
    return list(conn.execute(asked).scalars())


def all_erasures(conn: Connection) -> tuple[Erasure, ...]:
    """The newest first."""
    rows = conn.execute(select(ERASURES).order_by(ERASURES.c.asked_at.desc(), ERASURES.c.id))
    return tuple(Erasure(**row) for row in rows.mappings())


def note_step(tx: Transaction, erasure_id: str, gone: Iterable[str]) -> None:
    """Keep the ids of rows that went in this step, with a leaf that is bound to them."""
    ids = sorted(set(gone))
    if not ids:
        return
    newest = select(func.max(GONE.c.step)).where(GONE.c.erasure_id == erasure_id)
    step = (tx.conn.execute(newest).scalar_one_or_none() or 0) + 1
    tx.conn.execute(insert(GONE), [{"erasure_id": erasure_id, "step": step, "id": one} for one in ids])
    tx.leaf(Leaf("erasure.step", _about(erasure_id, step, ids)))


def end(tx: Transaction, erasure_id: str) -> None:
    """Nothing is left: the account's id goes from here, too."""
    tx.conn.execute(
        update(ERASURES).where(ERASURES.c.id == erasure_id).values(account=None, kept=None, done_at=tx.now)
    )
    tx.leaf(Leaf("erasure.done", erasure_id))


def keep_on(tx: Transaction, erasure_id: str, why: str) -> None:
    tx.conn.execute(update(ERASURES).where(ERASURES.c.id == erasure_id).values(kept=why))


def gone(conn: Connection) -> set[str]:
    """Ids of every row that the log may have leaves of and that is no more."""
    return set(conn.execute(select(GONE.c.id)).scalars())


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    rows = conn.execute(select(ERASURES.c.id, ERASURES.c.done_at)).all()
    found = [("erasure.asked", row.id) for row in rows]
    found += [("erasure.done", row.id) for row in rows if row.done_at is not None]
    steps: dict[tuple[str, int], list[str]] = {}
    for row in conn.execute(select(GONE)):
        steps.setdefault((row.erasure_id, row.step), []).append(row.id)
    return found + [("erasure.step", _about(*step, sorted(ids))) for step, ids in steps.items()]


def _about(erasure_id: str, step: int, ids: list[str]) -> str:
    digest = hashlib.sha256("\x1f".join(ids).encode()).hexdigest()
    return f"{erasure_id}/{step}/{digest}"
