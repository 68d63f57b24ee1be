"""Plein's one SQLite file: its tables and its transactions."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

BUSY_S = 10.0

SCHEMA = """
CREATE TABLE IF NOT EXISTS account (
    id TEXT PRIMARY KEY, name TEXT NOT NULL, born TEXT NOT NULL, country TEXT NOT NULL, locale TEXT NOT NULL,
    joined_at TEXT NOT NULL, verified_at TEXT,
    restricted INTEGER NOT NULL DEFAULT 0, closed INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0  -- 1: Hoede has this row as it is now
) STRICT;
CREATE TABLE IF NOT EXISTS session (
    token_hash TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id)
) STRICT;
CREATE TABLE IF NOT EXISTS post (
    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id), caption TEXT NOT NULL,
    media_type TEXT NOT NULL, state TEXT NOT NULL, posted_at TEXT NOT NULL,
    ask_at TEXT NOT NULL,  -- while it waits: when to ask Hoede again
    wanted_by TEXT  -- the case for which Hoede wants the picture again
) STRICT;
CREATE INDEX IF NOT EXISTS post_waiting ON post (ask_at) WHERE state = 'waiting';
CREATE TABLE IF NOT EXISTS carried (
    id TEXT PRIMARY KEY, measure TEXT NOT NULL, reason TEXT,  -- reason: why it could not be done
    carried_at TEXT NOT NULL,
    receipt_sent INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX IF NOT EXISTS carried_owing ON carried (carried_at) WHERE receipt_sent = 0;
CREATE TABLE IF NOT EXISTS pause (
    account TEXT PRIMARY KEY REFERENCES account (id), until TEXT  -- when it opens by itself
) STRICT;
CREATE TABLE IF NOT EXISTS news (
    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id), what TEXT NOT NULL,
    opens_at TEXT, came_at TEXT NOT NULL
) STRICT;
CREATE TABLE IF NOT EXISTS letter (
    id TEXT PRIMARY KEY, account TEXT NOT NULL REFERENCES account (id), locale TEXT NOT NULL,
    title TEXT NOT NULL, paragraphs TEXT NOT NULL, appeal_url TEXT NOT NULL, came_at TEXT NOT NULL
) STRICT;
"""


class Database:
    """Opens a connection per transaction; safe to share between threads."""

    def __init__(self, file: Path) -> None:
        self._file = file
        with closing(self._connect()) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.executescript(SCHEMA)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """Give a connection whose writes are all on disk when the block ends, or none when it raises."""
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._file, timeout=BUSY_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        connection.execute("PRAGMA synchronous = FULL")  # a receipt may only follow what survives a power cut
        connection.execute("PRAGMA foreign_keys = ON")
        return connection
