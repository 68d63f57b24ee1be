"""What Hoede told about families and time, for whose account it is. All SQL of the table of news."""

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from hoede.client import OrderCall

TOLD = frozenset({"link_started", "link_ended", "settings_changed", "time_up"})
MOST_SHOWN = 8


@dataclass(frozen=True, slots=True)
class News:
    what: str  # the order's measure
    opens_at: datetime | None  # time_up
    came_at: datetime


def keep(tx: sqlite3.Connection, call: OrderCall, now: datetime) -> None:
    """Write down what an order tells; the same order again is the same news."""
    if call.measure not in TOLD:
        return
    opens_at = call.time.opens_at if call.time else None
    tx.execute(
        "INSERT INTO news (id, account, what, opens_at, came_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (
            call.order,
            call.account,
            call.measure,
            opens_at.isoformat() if opens_at else None,
            now.isoformat(),
        ),
    )


def newest(tx: sqlite3.Connection, account: str) -> list[News]:
    rows = tx.execute(
        "SELECT * FROM news WHERE account = ? ORDER BY came_at DESC, rowid DESC LIMIT ?",
        (account, MOST_SHOWN),
    )
    return [
        News(
            row["what"],
            datetime.fromisoformat(row["opens_at"]) if row["opens_at"] else None,
            datetime.fromisoformat(row["came_at"]),
        )
        for row in rows
    ]


def is_paired(tx: sqlite3.Connection, account: str) -> bool:
    """Whether the sign that somebody is paired has to show: as many pairings began as did not end."""
    row = tx.execute(
        "SELECT SUM(what = 'link_started') - SUM(what = 'link_ended') AS there FROM news WHERE account = ?",
        (account,),
    ).fetchone()
    return bool(row["there"])
