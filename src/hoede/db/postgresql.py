"""PostgreSQL as a backend, version 15 or newer: several processes write at once, rows are locked as needed.

Nothing a paused process holds stays locked: the server ends a transaction that idles, and waiting for
a lock has an end. A commit is durable when it returns, whatever the server's default says.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, cast

from sqlalchemy import URL, Connection, Engine, create_engine, text
from sqlalchemy.exc import DBAPIError

from hoede.db.columns import milliseconds, moment
from hoede.db.errors import DatabaseBusy, DatabaseUnavailable, DiskFull
from hoede.db.statements import OPTIONS

NAME = "postgresql"
MOST_READERS = 8  # of a server's hundred or so connections, for each of several processes
NOBODY_IN_THE_WAY = False  # each step may wait for a row, and leases are of the time after that
_READING: Mapping[str, Any] = {"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
CONNECT_WITHIN_S = 5
_NOW = text("SELECT clock_timestamp()")
_LOCK = text("SELECT pg_advisory_xact_lock(4711)")
_KEEP = text("SELECT pg_advisory_xact_lock(4712)")
_SAFETY = text(
    "SELECT name FROM pg_settings"
    " WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name"
)
_THINK = text("SET LOCAL idle_in_transaction_session_timeout = 0")
THINKS_AT_MOST_S = 3600  # between two looks of one question, e.g. while a whole log is verified

_RACES = frozenset({"40001", "40P01"})  # serialization failure, deadlock: rolled back whole
_BUSY = frozenset({"55P03", "53300"})  # a lock or a connection was not to be had
_FULL = frozenset({"53100"})
_GONE = frozenset({"08", "57", "25P03"})  # classes: connection lost, server stopping; idled too long


def engine(url: URL, *, connections: int, busy_wait_s: float, writes: bool) -> Engine:
    # Shorter than the wait: who waits for what a paused writer holds gets it in time. Readers hold nothing.
    idles_at_most_s = busy_wait_s / 2 if writes else THINKS_AT_MOST_S
    options = {
        "synchronous_commit": "on",
        "lock_timeout": f"{int(busy_wait_s * 1000)}ms",
        "idle_in_transaction_session_timeout": f"{int(idles_at_most_s * 1000)}ms",
    }
    return create_engine(
        url.set(drivername="postgresql+psycopg"),
        pool_size=connections,
        max_overflow=0,
        pool_timeout=busy_wait_s,
        execution_options=OPTIONS if writes else {**OPTIONS, **_READING},
        pool_pre_ping=True,  # a server that was restarted is found again
        connect_args={
            "connect_timeout": CONNECT_WITHIN_S,
            # A network that swallows packets is noticed within a minute, not when the kernel gives up.
            "keepalives_idle": 20,
            "keepalives_interval": 10,
            "keepalives_count": 3,
            "tcp_user_timeout": 45_000,
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )


def now(conn: Connection) -> datetime:
    said = cast("datetime", conn.execute(_NOW).scalar_one())
    return moment(milliseconds(said))


def control(conn: Connection, statement: str) -> None:
    """Savepoints; each is a message to the server, and may find that it is gone."""
    conn.exec_driver_sql(statement)


def lock_whole(conn: Connection) -> None:
    """Keep other processes that ask for the same out until this transaction ends, however long it thinks."""
    conn.execute(_THINK)
    conn.execute(_LOCK)


def lock_kept(conn: Connection) -> None:
    """One after the other: who says what must be kept, and who destroys what need not be.

    Whoever comes second sees what the first one wrote.
    """
    conn.execute(_KEEP)


def unsafe_settings(conn: Connection) -> list[str]:
    """Settings of the server that are off, so that a power cut can lose or tear what was committed."""
    return list(conn.execute(_SAFETY).scalars())


def named(error: DBAPIError) -> Exception:
    """The error in words a caller can act on, or as it is."""
    state = _state(error)
    if state in _RACES | _BUSY:
        return DatabaseBusy()
    if state in _FULL:
        return DiskFull()
    if error.connection_invalidated or state is None or state[:2] in _GONE or state in _GONE:
        return DatabaseUnavailable()
    return error


def sync_failed(error: DBAPIError) -> bool:  # noqa: ARG001 - the other backend's question
    """Never ours to see: the server ends itself on a failed sync, and reads its log anew."""
    return False


def lost_a_race(error: DBAPIError) -> bool:
    """Another process was in the way: nothing of the group was written, each step may be done anew."""
    return _state(error) in _RACES


def _state(error: DBAPIError) -> str | None:
    return getattr(error.orig, "sqlstate", None)
