"""Every look of a guardian, for the teen to read."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, insert, select

from hoede.db import Transaction
from hoede.pairing.tables import LOOKS

MOST_SHOWN = 200


@dataclass(frozen=True, slots=True)
class LookRow:
    page: str
    at: datetime


def looked(tx: Transaction, link: str, page: str) -> None:
    """Write down a look, in the same step that reads what is shown. The pairing is locked."""
    newest = select(func.max(LOOKS.c.number)).where(LOOKS.c.link == link)
    number = (tx.conn.execute(newest).scalar_one() or 0) + 1
    tx.conn.execute(insert(LOOKS).values(link=link, number=number, page=page, at=tx.now))


def looks_of(conn: Connection, link: str, since: datetime | None = None) -> tuple[LookRow, ...]:
    """The newest first."""
    asked = select(LOOKS).where(LOOKS.c.link == link)
    if since is not None:
        asked = asked.where(LOOKS.c.at >= since)
    rows = conn.execute(asked.order_by(LOOKS.c.number.desc()).limit(MOST_SHOWN))
    return tuple(LookRow(row.page, row.at) for row in rows)
