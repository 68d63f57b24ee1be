"""Sessions: who is signed in, and for how long yet (docs/sources.md#sessions). No cookie is kept."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, delete, insert, or_, select, update

from hoede.access.people import Person, PersonKind, find_person, note
from hoede.access.rules import digest_of
from hoede.access.tables import SESSIONS
from hoede.db import Transaction

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
TOUCHED_AFTER = timedelta(minutes=1)  # a page does not write each time it is read


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser somebody is signed in with."""

    id: str
    person: Person
    opened_at: datetime
    used_at: datetime
    verified_at: datetime  # when a passkey was used in it last

    def wants_touch(self, now: datetime) -> bool:
        return now - self.used_at >= TOUCHED_AFTER

    def is_fresh(self, now: datetime, within: timedelta) -> bool:
        """Whether a passkey was used in it at most so long ago."""
        return now - self.verified_at <= within


def open_session(tx: Transaction, session_id: str, cookie: str, person_id: str) -> None:
    """Sign somebody in, who is locked and not disabled; the passkey was used just now."""
    tx.conn.execute(
        insert(SESSIONS).values(
            digest=digest_of(cookie),
            id=session_id,
            person_id=person_id,
            opened_at=tx.now,
            used_at=tx.now,
            verified_at=tx.now,
        )
    )
    note(tx, person_id, "session.opened", by=person_id, detail=session_id)


def session_of(
    conn: Connection, cookie: str, now: datetime, kind: PersonKind = PersonKind.STAFF
) -> Session | None:
    """The session behind a cookie, of a person of this kind.

    None when there is none, its time is up or the person is disabled.
    """
    row = conn.execute(select(SESSIONS).where(SESSIONS.c.digest == digest_of(cookie))).one_or_none()
    if row is None or _is_over(row, now):
        return None
    person = find_person(conn, row.person_id)
    if person is None or person.is_disabled or person.kind is not kind:
        return None
    return _session(row, person)


def sessions_of(conn: Connection, person: Person, now: datetime) -> tuple[Session, ...]:
    """Where somebody is signed in, the newest first."""
    rows = conn.execute(
        select(SESSIONS).where(SESSIONS.c.person_id == person.id).order_by(SESSIONS.c.opened_at.desc())
    )
    return tuple(_session(row, person) for row in rows if not _is_over(row, now))


def touch(tx: Transaction, session_id: str) -> None:
    """It was used just now; one that ended meanwhile stays ended."""
    tx.conn.execute(update(SESSIONS).where(SESSIONS.c.id == session_id).values(used_at=tx.now))


def renew(tx: Transaction, session_id: str, cookie: str) -> bool:
    """A passkey was used in it anew: it gets another cookie; false when it ended meanwhile."""
    renewed = tx.conn.execute(
        update(SESSIONS)
        .where(SESSIONS.c.id == session_id)
        .values(digest=digest_of(cookie), used_at=tx.now, verified_at=tx.now)
    )
    return bool(renewed.rowcount)


def end_session(tx: Transaction, session_id: str, person_id: str, *, by: str) -> bool:
    """End one of a person's sessions at once; false when they have none of this id."""
    ended = tx.conn.execute(
        delete(SESSIONS).where(SESSIONS.c.id == session_id, SESSIONS.c.person_id == person_id)
    )
    if ended.rowcount:
        note(tx, person_id, "session.ended", by=by, detail=session_id)
    return bool(ended.rowcount)


def end_all_sessions(tx: Transaction, person_id: str) -> None:
    """End all of a person's sessions; what they end for has a leaf of its own."""
    tx.conn.execute(delete(SESSIONS).where(SESSIONS.c.person_id == person_id))


def forget_over(tx: Transaction) -> int:
    """Delete sessions whose time is up."""
    over = or_(SESSIONS.c.used_at <= tx.now - IDLE, SESSIONS.c.opened_at <= tx.now - ABSOLUTE)
    return tx.conn.execute(delete(SESSIONS).where(over)).rowcount


def _is_over(row: Row[Any], now: datetime) -> bool:
    return bool(now - row.used_at >= IDLE or now - row.opened_at >= ABSOLUTE)


def _session(row: Row[Any], person: Person) -> Session:
    return Session(
        id=row.id,
        person=person,
        opened_at=row.opened_at,
        used_at=row.used_at,
        verified_at=row.verified_at,
    )
