"""Who opened which evidence, for what, and whether it was all of it; what two people opened as it is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    func,
    insert,
    select,
    update,
)

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction
from hoede.review.claims import CLAIMS

RAW_FOR = timedelta(minutes=15)

VIEWS = Table(
    "evidence_view",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), ForeignKey("case_.id"), nullable=False),
    Column("evidence", String(40), nullable=False, index=True),
    Column("person", String(64), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("how", String(16), nullable=False),  # blurred, small, grey, clear or raw
    Column("at", Moment, nullable=False),
    Column("whole", Boolean, nullable=False),  # all of the file went out, neither blurred nor small
)

RAW = Table(
    "raw_view",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), ForeignKey("case_.id"), nullable=False, index=True),
    Column("evidence", String(40), nullable=False),
    Column("person", String(64), nullable=False),
    Column("purpose", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("approved_by", String(64)),
    Column("until", Moment),
    Column("opened_at", Moment),  # once; to open it again takes two people again
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RawRow:
    """One wish to open a file as it is, and who else said yes."""

    id: str
    case_id: str
    evidence: str
    person: str
    purpose: str
    asked_at: datetime
    approved_by: str | None
    until: datetime | None
    opened_at: datetime | None

    def may_open(self, now: datetime) -> bool:
        """Whether a second person said yes just now, and it was not opened since."""
        return self.opened_at is None and self.until is not None and now < self.until


def note_view(
    tx: Transaction, view_id: str, *, case_id: str, evidence: str, person: str, purpose: str, how: str
) -> None:
    """Write down that somebody opens it, before a byte of it goes out; the leaf fixes who and what for."""
    row = {"id": view_id, "case_id": case_id, "evidence": evidence, "person": person, "how": how}
    tx.conn.execute(insert(VIEWS).values(**row, purpose=purpose, at=tx.now, whole=False))
    tx.leaf(Leaf("evidence.viewed", view_id, f"{person} {evidence} {how} {purpose}"))


def note_whole(tx: Transaction, view_id: str) -> None:
    """All of the file was rendered, or read to its end."""
    tx.conn.execute(update(VIEWS).where(VIEWS.c.id == view_id).values(whole=True))


def was_opened_whole(conn: Connection, evidence: str) -> bool:
    """Whether any person opened the entire file, unblurred."""
    asked = select(VIEWS.c.id).where(VIEWS.c.evidence == evidence, VIEWS.c.whole.is_(True)).limit(1)
    return conn.execute(asked).first() is not None


def opened_of(conn: Connection, case_id: str, person: str, evidence: Collection[str]) -> set[str]:
    """Those of these files that this person opened, however little, for this case."""
    c = VIEWS.c
    mine = (c.evidence.in_(evidence), c.case_id == case_id, c.person == person)
    return set(conn.execute(select(c.evidence).where(*mine).distinct()).scalars())


def ask_raw(tx: Transaction, raw_id: str, *, case_id: str, evidence: str, person: str, purpose: str) -> None:
    row = {"id": raw_id, "case_id": case_id, "evidence": evidence, "person": person}
    tx.conn.execute(insert(RAW).values(**row, purpose=purpose, asked_at=tx.now))


def approve_raw(tx: Transaction, raw_id: str, person: str) -> bool:
    """A second person says yes, for a quarter of an hour; false when somebody did, or it is one's own."""
    approved = tx.conn.execute(
        update(RAW)
        .where(RAW.c.id == raw_id, RAW.c.person != person, RAW.c.approved_by.is_(None))
        .values(approved_by=person, until=tx.now + RAW_FOR)
    )
    if approved.rowcount:
        tx.leaf(Leaf("evidence.approved", raw_id, person))
    return bool(approved.rowcount)


def lock_raw(tx: Transaction, raw_id: str) -> RawRow | None:
    """The wish; nobody else says yes to it or opens it before this transaction ends."""
    row = tx.conn.execute(select(RAW).where(RAW.c.id == raw_id).with_for_update()).one_or_none()
    return None if row is None else _raw(row)


def open_raw(tx: Transaction, raw_id: str) -> None:
    """It is opened now, and not once more."""
    tx.conn.execute(update(RAW).where(RAW.c.id == raw_id).values(opened_at=tx.now))


def raw_of(conn: Connection, case_id: str, person: str) -> tuple[RawRow, ...]:
    """What this person asked to open of the case, the newest first."""
    mine = select(RAW).where(RAW.c.case_id == case_id, RAW.c.person == person)
    return tuple(_raw(row) for row in conn.execute(mine.order_by(RAW.c.asked_at.desc(), RAW.c.id)))


def raw_asked(conn: Connection, person: str, now: datetime) -> tuple[RawRow, ...]:
    """What others wait for a second person to say yes to, the oldest first; only who has the case waits."""
    asked = _asked(select(RAW), person, now).order_by(RAW.c.asked_at, RAW.c.id)
    return tuple(_raw(row) for row in conn.execute(asked))


def count_raw_asked(conn: Connection, person: str, now: datetime) -> int:
    return int(conn.execute(_asked(select(func.count()), person, now)).scalar_one())


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    seen = [("evidence.viewed", one) for one in conn.execute(select(VIEWS.c.id)).scalars()]
    approved = select(RAW.c.id).where(RAW.c.approved_by.is_not(None))
    return seen + [("evidence.approved", one) for one in conn.execute(approved).scalars()]


def _asked(what: Select[Any], person: str, now: datetime) -> Select[Any]:
    """Wishes of others nobody said yes to, while who asked still has the case."""
    asks = and_(CLAIMS.c.case_id == RAW.c.case_id, CLAIMS.c.person == RAW.c.person)
    has_it = (CLAIMS.c.ended_at.is_(None), CLAIMS.c.until > now, CLAIMS.c.taken_at <= RAW.c.asked_at)
    waits = (RAW.c.approved_by.is_(None), RAW.c.person != person)
    return what.select_from(RAW.join(CLAIMS, asks)).where(*has_it, *waits)


def _raw(row: Row[Any]) -> RawRow:
    return RawRow(
        id=row.id,
        case_id=row.case_id,
        evidence=row.evidence,
        person=row.person,
        purpose=row.purpose,
        asked_at=row.asked_at,
        approved_by=row.approved_by,
        until=row.until,
        opened_at=row.opened_at,
    )
