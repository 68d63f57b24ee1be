"""SQLite as a backend: WAL, every commit synced, one writer at a time."""

import os
import sqlite3
from contextlib import closing
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any, cast
from urllib.parse import quote
from weakref import WeakSet

from sqlalchemy import URL, Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DBAPIError

from hoede.db.columns import moment
from hoede.db.errors import DatabaseBusy, DiskFull
from hoede.db.statements import OPTIONS

NAME = "sqlite"
MOST_READERS = 32
NOBODY_IN_THE_WAY = True  # once a transaction has begun it waits for nobody: one time holds for all its steps
_NOW = text("SELECT CAST((julianday('now') - 2440587.5) * 86400000 AS INTEGER)")


class _Connection(sqlite3.Connection):
    """Ends what is still being read when its transaction ends.

    A row that nobody asked for any more, because of an error or of a generator that somebody let go of,
    keeps SQLite's snapshot open beyond a rollback: whoever got the connection next would see the past, with
    sessions and keys in it that have ended since.
    """

    def __init__(self, *args: Any, **named: Any) -> None:
        super().__init__(*args, **named)
        self._reading: WeakSet[sqlite3.Cursor] = WeakSet()

    def cursor(self, factory: Any = sqlite3.Cursor) -> Any:
        made = super().cursor(factory)
        self._reading.add(made)
        return made

    def commit(self) -> None:
        self._read_no_more()
        super().commit()

    def rollback(self) -> None:
        self._read_no_more()
        super().rollback()

    def _read_no_more(self) -> None:
        for one in list(self._reading):
            one.close()


def engine(url: URL, *, connections: int, busy_wait_s: float, writes: bool) -> Engine:
    made = create_engine(
        url,
        pool_size=connections,
        pool_timeout=busy_wait_s,
        execution_options=OPTIONS,
        connect_args={"factory": _Connection},
    )
    event.listen(made, "connect", partial(_open, busy_wait_s))
    event.listen(made, "begin", _begin_to_write if writes else _begin_to_read)
    return made


def read_only(path: Path) -> Engine:
    """A file nobody writes any more, read without leaving anything beside it."""
    return create_engine(f"sqlite:///file:{quote(str(path.absolute()))}?mode=ro&immutable=1&uri=true")


def make_one_file(path: Path) -> None:
    """Bring everything beside a closed database into its one file, durable but for its name."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def now(conn: Connection) -> datetime:
    return moment(cast("int", conn.execute(_NOW).scalar_one()))


def control(conn: Connection, statement: str) -> None:
    """What moves nothing to the disk, past SQLAlchemy, whose way costs five times as much."""
    cast("sqlite3.Connection", conn.connection.driver_connection).execute(statement)


def lock_whole(conn: Connection) -> None:
    """Nothing to do: whoever writes has the file."""


def lock_kept(conn: Connection) -> None:
    """Likewise."""


def unsafe_settings(conn: Connection) -> list[str]:  # noqa: ARG001 - the other backend's question
    """None: every connection of ours sets what it needs."""
    return []


def named(error: DBAPIError) -> Exception:
    """The error in words a caller can act on, or as it is."""
    words = str(error.orig)
    if "is locked" in words or "busy" in words:
        return DatabaseBusy()
    if "disk is full" in words:
        return DiskFull()
    return error


def sync_failed(error: DBAPIError) -> bool:
    return "disk I/O error" in str(error.orig)


def lost_a_race(error: DBAPIError) -> bool:  # noqa: ARG001 - the other backend's question
    """Never: there is one writer."""
    return False


def _open(busy_wait_s: float, connection: sqlite3.Connection, _record: object) -> None:
    connection.isolation_level = None  # SQLAlchemy begins, not the driver
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
    connection.execute(f"PRAGMA busy_timeout={int(busy_wait_s * 1000)}")


def _begin_to_write(conn: Connection) -> None:
    conn.exec_driver_sql("BEGIN IMMEDIATE")  # so that a step never has to give up midway


def _begin_to_read(conn: Connection) -> None:
    control(conn, "BEGIN")  # takes no lock; a connection that is gone is all that could fail
