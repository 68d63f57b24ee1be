"""Whose time is up, as Hoede said last. All SQL of the table of pauses."""

import sqlite3
from datetime import datetime


def begin(tx: sqlite3.Connection, account: str, opens_at: datetime | None) -> None:
    until = None if opens_at is None else opens_at.isoformat()
    tx.execute(
        "INSERT INTO pause (account, until) SELECT id, ? FROM account WHERE id = ?"
        " ON CONFLICT (account) DO UPDATE SET until = excluded.until",
        (until, account),
    )


def end(tx: sqlite3.Connection, account: str) -> None:
    tx.execute("DELETE FROM pause WHERE account = ?", (account,))


def is_on(tx: sqlite3.Connection, account: str, now: datetime) -> bool:
    row = tx.execute("SELECT until FROM pause WHERE account = ?", (account,)).fetchone()
    return row is not None and (row["until"] is None or now < datetime.fromisoformat(row["until"]))
