"""Limits that guardians set, what they said yes to, and whom they blocked."""

import json
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, select, update

from hoede.db import Transaction, insert_new
from hoede.pairing.rules.limits import LockRow
from hoede.pairing.tables import BLOCKS, GRANTS, LOCKS


def add_lock(tx: Transaction, lock: LockRow) -> None:
    tx.conn.execute(
        insert(LOCKS).values(
            id=lock.id,
            link=lock.link,
            setting=lock.setting,
            step=json.dumps(lock.step),
            reason=lock.reason,
            at=lock.at,
            until=lock.until,
        )
    )


def locks_of(conn: Connection, link: str, setting: str | None = None) -> tuple[LockRow, ...]:
    """A pairing's limits that were not replaced, the oldest first."""
    asked = select(LOCKS).where(LOCKS.c.link == link, LOCKS.c.ended_at.is_(None))
    if setting is not None:
        asked = asked.where(LOCKS.c.setting == setting)
    return tuple(_lock(row) for row in conn.execute(asked.order_by(LOCKS.c.at, LOCKS.c.id)))


def end_lock(tx: Transaction, lock_id: str) -> None:
    tx.conn.execute(update(LOCKS).where(LOCKS.c.id == lock_id).values(ended_at=tx.now))


def grant(
    tx: Transaction,
    request: str,
    link: str,
    *,
    kind: str,
    until: datetime,
    setting: str | None = None,
    step: Any = None,
    about: str | None = None,
) -> None:
    """Write down a yes; an earlier one of this pairing to the same setting or account ends."""
    same = (GRANTS.c.kind == kind, GRANTS.c.setting == setting, GRANTS.c.about == about)
    if kind != "extra_time":
        tx.conn.execute(update(GRANTS).where(GRANTS.c.link == link, *same).values(ended_at=tx.now))
    tx.conn.execute(
        insert(GRANTS).values(
            request=request,
            link=link,
            kind=kind,
            setting=setting,
            step=None if step is None else json.dumps(step),
            about=about,
            at=tx.now,
            until=until,
        )
    )


def end_all(tx: Transaction, link: str) -> tuple[str, ...]:
    """All limits, yeses and blocks of a pairing end; the settings that were limited."""
    limited = tuple(dict.fromkeys(one.setting for one in locks_of(tx.conn, link)))
    for table in (LOCKS, GRANTS):
        tx.conn.execute(
            update(table).where(table.c.link == link, table.c.ended_at.is_(None)).values(ended_at=tx.now)
        )
    tx.conn.execute(delete(BLOCKS).where(BLOCKS.c.link == link))
    return limited


def end_grants(tx: Transaction, link: str, setting: str) -> None:
    """A guardian who sets a limit anew says so instead of what they said yes to before."""
    mine = (GRANTS.c.link == link, GRANTS.c.setting == setting, GRANTS.c.ended_at.is_(None))
    tx.conn.execute(update(GRANTS).where(*mine).values(ended_at=tx.now))


def block(tx: Transaction, link: str, about: str) -> bool:
    """False when it was blocked before."""
    return insert_new(tx.conn, BLOCKS, {"link": link, "about": about, "at": tx.now})


def unblock(tx: Transaction, link: str, about: str) -> bool:
    mine = (BLOCKS.c.link == link, BLOCKS.c.about == about)
    return bool(tx.conn.execute(delete(BLOCKS).where(*mine)).rowcount)


def blocked_by(conn: Connection, link: str) -> tuple[str, ...]:
    asked = select(BLOCKS.c.about).where(BLOCKS.c.link == link).order_by(BLOCKS.c.about)
    return tuple(conn.execute(asked).scalars())


def _lock(row: Row[Any]) -> LockRow:
    return LockRow(
        id=row.id,
        link=row.link,
        setting=row.setting,
        step=json.loads(row.step),
        reason=row.reason,
        at=row.at,
        until=row.until,
    )
