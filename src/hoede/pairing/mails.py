"""Mail to send: kept until it is sent or too late, then without its text."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hoede.db import Transaction
from hoede.pairing.tables import GUARDIANS, MAILS

FIRST, LONGEST = timedelta(minutes=1), timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class MailRow:
    id: str
    to: str
    subject: str
    body: str
    tries: int


def add_all(tx: Transaction, rows: list[dict[str, Any]]) -> None:
    """Each with id, person, to, subject, body and until."""
    if rows:
        written = {"made_at": tx.now, "due_at": tx.now, "tries": 0}
        tx.conn.execute(insert(MAILS), [one | written for one in rows])


def claim(tx: Transaction, most: int, lease: timedelta) -> tuple[MailRow, ...]:
    """What is due, taken for a while; what is too late loses its text and is not sent."""
    c = MAILS.c
    late = (c.due_at.is_not(None), c.due_at <= tx.now, c.until <= tx.now)
    tx.conn.execute(update(MAILS).where(*late).values(due_at=None, body=None))
    asked = select(MAILS).where(c.due_at.is_not(None), c.due_at <= tx.now)
    rows = tx.conn.execute(asked.order_by(c.due_at, c.id).limit(most).with_for_update(skip_locked=True)).all()
    taken = update(MAILS).where(c.id.in_([row.id for row in rows]))
    tx.conn.execute(taken.values(due_at=tx.now + lease, tries=c.tries + 1))
    return tuple(_row(row) for row in rows)


def any_due(conn: Connection, now: datetime) -> bool:
    asked = select(MAILS.c.id).where(MAILS.c.due_at.is_not(None), MAILS.c.due_at <= now).limit(1)
    return conn.execute(asked).first() is not None


def sent(tx: Transaction, mail_id: str) -> None:
    done = {"sent_at": tx.now, "due_at": None, "body": None}
    tx.conn.execute(update(MAILS).where(MAILS.c.id == mail_id).values(**done))


def later(tx: Transaction, mail_id: str, tries: int) -> None:
    """Try again, after twice as long each time."""
    wait: timedelta = min(FIRST * 2 ** min(tries, 10), LONGEST)
    tx.conn.execute(update(MAILS).where(MAILS.c.id == mail_id).values(due_at=tx.now + wait))


def refused(tx: Transaction, mail_id: str) -> None:
    """The other side will never take it."""
    tx.conn.execute(update(MAILS).where(MAILS.c.id == mail_id).values(due_at=None, body=None))


def forget_gone(tx: Transaction) -> None:
    """What was written to guardians who went tells no more to whom, or about what."""
    gone = select(GUARDIANS.c.person).where(GUARDIANS.c.mail == GUARDIANS.c.person)
    c = MAILS.c
    theirs = (c.person.in_(gone), c.due_at.is_(None), c.to != "")
    tx.conn.execute(update(MAILS).where(*theirs).values(to="", subject=""))


def to(conn: Connection, person: str) -> tuple[tuple[str, datetime], ...]:
    """Subjects and times of what was written to somebody, the newest first."""
    asked = select(MAILS.c.subject, MAILS.c.made_at).where(MAILS.c.person == person)
    return tuple((row.subject, row.made_at) for row in conn.execute(asked.order_by(MAILS.c.made_at.desc())))


def _row(row: Row[Any]) -> MailRow:
    return MailRow(id=row.id, to=row.to, subject=row.subject, body=row.body, tries=row.tries)
