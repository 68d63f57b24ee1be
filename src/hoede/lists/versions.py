"""One number that counts every change of what is in force, so that every process sees that there was one."""

from sqlalchemy import Connection, select, update

from hoede.db import Transaction, insert_new
from hoede.lists.tables import VERSION


def count_up(tx: Transaction) -> int:
    """The next version; whoever else asks for one waits until this transaction ends."""
    insert_new(tx.conn, VERSION, {"id": 1, "version": 0})
    tx.conn.execute(update(VERSION).values(version=VERSION.c.version + 1))
    return version(tx.conn)


def held_version(tx: Transaction) -> int:
    """The version, which nobody counts up before this transaction ends."""
    asked = select(VERSION.c.version).with_for_update(read=True)
    seen = tx.conn.execute(asked).scalar_one_or_none()
    if seen is None:
        insert_new(tx.conn, VERSION, {"id": 1, "version": 0})
        seen = tx.conn.execute(asked).scalar_one()
    return int(seen)


def version(conn: Connection) -> int:
    """0 before the first change."""
    return conn.execute(select(VERSION.c.version)).scalar_one_or_none() or 0
