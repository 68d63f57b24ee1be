"""Who has a case: one person at a time, for a while; skips, notes, and who may not have it at all."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    Text,
    and_,
    delete,
    exists,
    insert,
    or_,
    select,
    text,
    true,
    update,
)

from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.review import blind
from hoede.review.asked import Refused, Why
from hoede.review.blind import BLIND
from hoede.review.fits import CONFLICTS, fits, knows_party
from hoede.review.judgments import CHECKS, JUDGMENTS, STAYS_WITH, barred, decides
from hoede.review.rules import WHOLE, Grounds
from hoede.review.store import CASES, JUDGED, NO_LEAD, NOBODY, REAL, WAITS, CaseRow, case_row, lock_case

LEASE = timedelta(minutes=20)
SKIPPED_FOR = timedelta(days=7)
NO_LANE = "none"  # of a claim on what stands in no lane: it uses up nobody's share
LEAD_ONLY = frozenset({"escalated", "disagreed", NO_LEAD})

CLAIMS = Table(
    "case_claim",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), ForeignKey("case_.id"), nullable=False),
    Column("person", String(64), nullable=False),
    Column("lane", String(32), nullable=False),  # where it was taken from: lanes share what people take
    Column("taken_at", Moment, nullable=False, index=True),
    Column("until", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("how", String(16)),  # judged, checked, skipped, handed_over, escalated, given_back or ran_out
    Index("ix_case_claim_person", "person", "taken_at"),
    # One person at most has a case, whichever process gives it.
    Index(
        "ux_case_claim_open",
        "case_id",
        unique=True,
        sqlite_where=text("ended_at IS NULL"),
        postgresql_where=text("ended_at IS NULL"),
    ),
)

SKIPS = Table(
    "case_skip",
    METADATA,
    Column("case_id", String(40), ForeignKey("case_.id"), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("reason", String(32), nullable=False),
    Column("until", Moment, nullable=False),
)

NOTES = Table(
    "case_note",
    METADATA,
    Column("case_id", String(40), ForeignKey("case_.id"), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """A case in one person's hands, until the lease ends."""

    claim: str
    case: CaseRow
    person: str
    until: datetime


def take(tx: Transaction, case_id: str, person: str, *, claim_id: str, lead: bool) -> Taken | Refused:
    """Give the case to this person; taking one's own again renews it."""
    case = lock_case(tx, case_id)  # whoever else takes it waits here
    if case is None:
        return Refused(Why.GONE)
    if why := may_not(tx.conn, case, person, lead=lead):
        return Refused(why)
    now = _open(tx.conn, case_id)
    if now is not None and now.until > tx.now:
        if now.person != person:
            return Refused(Why.TAKEN, now.person, now.until)
        prolong(tx, now.id, tx.now + LEASE)
        return Taken(now.id, case, person, tx.now + LEASE)
    if now is not None:
        end(tx, now.id, "ran_out", at=now.until)
    row = {"id": claim_id, "case_id": case_id, "person": person, "lane": case.lane}
    tx.conn.execute(insert(CLAIMS).values(**row, taken_at=tx.now, until=tx.now + LEASE))
    return Taken(claim_id, case, person, tx.now + LEASE)


def take_own(tx: Transaction, case_id: str, person: str, *, claim_id: str) -> Taken | Refused:
    """A case that stands in no lane, for the person it is there for; again and again until it is judged."""
    case, now = lock_case(tx, case_id), _open(tx.conn, case_id)
    if case is None:
        return Refused(Why.GONE)
    if knows_party(tx.conn, person, case):
        return Refused(Why.KNOWS)
    if now is not None:
        if now.until > tx.now:
            prolong(tx, now.id, tx.now + LEASE)
            return Taken(now.id, case, person, tx.now + LEASE)
        end(tx, now.id, "ran_out", at=now.until)
    row = {"id": claim_id, "case_id": case_id, "person": person, "lane": NO_LANE}
    tx.conn.execute(insert(CLAIMS).values(**row, taken_at=tx.now, until=tx.now + LEASE))
    return Taken(claim_id, case, person, tx.now + LEASE)


def may_not(conn: Connection, case: CaseRow, person: str, *, lead: bool) -> Why | None:
    """Why this person may not have the case at all, whoever has it now."""
    if case.state == JUDGED:
        return Why.ALREADY
    if case.lane is None:
        return Why.GONE
    if case.needs_human in LEAD_ONLY and not lead:
        return Why.RIGHT
    if knows_party(conn, person, case):
        return Why.KNOWS
    knows = person in barred(conn, case, lead=lead) | blind.barred(conn, case) or _had(conn, case, person)
    return Why.OWN if knows else None


def _had(conn: Connection, case: CaseRow, person: str) -> bool:
    """Whether they had the real case that this one is of, and may have seen what is in it."""
    of_source = (BLIND.c.case_id == case.id, CLAIMS.c.case_id == BLIND.c.source, CLAIMS.c.person == person)
    return conn.execute(select(CLAIMS.c.id).where(*of_source).limit(1)).first() is not None


def hold(tx: Transaction, case_id: str, person: str) -> Taken | Refused:
    """The case in this person's hands, and nobody else's before this transaction ends; `LEASE` if not."""
    case, now = lock_case(tx, case_id), _open(tx.conn, case_id)
    if case is None:
        return Refused(Why.GONE)
    if now is None or now.person != person or now.until <= tx.now:
        if now is not None and now.person != person and now.until > tx.now:
            return Refused(Why.TAKEN, now.person, now.until)
        return Refused(Why.LEASE)
    return Taken(now.id, case, person, now.until)


def renew(tx: Transaction, case_id: str, person: str) -> Taken | Refused:
    """Hold on to a case for another lease."""
    held = hold(tx, case_id, person)
    if isinstance(held, Refused):
        return held
    prolong(tx, held.claim, tx.now + LEASE)
    return Taken(held.claim, held.case, person, tx.now + LEASE)


def end(tx: Transaction, claim: str, how: str, *, at: datetime | None = None) -> None:
    ended = update(CLAIMS).where(CLAIMS.c.id == claim, CLAIMS.c.ended_at.is_(None))
    tx.conn.execute(ended.values(ended_at=at or tx.now, how=how))


def give_back(tx: Transaction, case_id: str) -> None:
    """Whoever has the case has it no more: another has to look at it now."""
    held = update(CLAIMS).where(CLAIMS.c.case_id == case_id, CLAIMS.c.ended_at.is_(None))
    tx.conn.execute(held.values(ended_at=tx.now, how="given_back"))


def skip(tx: Transaction, taken: Taken, reason: str) -> None:
    """Give a case back that one does not want to judge; it does not come to this person again soon."""
    key = {"case_id": taken.case.id, "person": taken.person}
    tx.conn.execute(delete(SKIPS).filter_by(**key))
    tx.conn.execute(insert(SKIPS).values(**key, reason=reason, until=tx.now + SKIPPED_FOR))
    end(tx, taken.claim, "skipped")


def give_back_known(tx: Transaction, person: str) -> None:
    """What this person has about an account they know goes back to the queue."""
    mine = (CLAIMS.c.person == person, CLAIMS.c.ended_at.is_(None))
    held = select(CLAIMS.c.id.label("claim"), CASES).join(CASES, CASES.c.id == CLAIMS.c.case_id).where(*mine)
    for row in tx.conn.execute(held).all():
        if knows_party(tx.conn, person, case_row(row)):
            end(tx, row.claim, "given_back")


def note(tx: Transaction, case_id: str, person: str, text_: str) -> None:
    """Keep what somebody notes about a case, whether they still have it or not."""
    new = {"case_id": case_id, "person": person, "text": text_, "at": tx.now}
    if not insert_new(tx.conn, NOTES, new):
        mine = (NOTES.c.case_id == case_id, NOTES.c.person == person)
        tx.conn.execute(update(NOTES).where(*mine).values(text=text_, at=tx.now))


def note_of(conn: Connection, case_id: str, person: str) -> str | None:
    mine = select(NOTES.c.text).where(NOTES.c.case_id == case_id, NOTES.c.person == person)
    return conn.execute(mine).scalar_one_or_none()


def holder(conn: Connection, case_id: str, now: datetime) -> tuple[str, datetime] | None:
    """Who has the case at this moment, and until when."""
    found = _open(conn, case_id)
    return (found.person, found.until) if found is not None and found.until > now else None


def first_for(
    conn: Connection,
    person: str,
    now: datetime,
    *,
    lane: str | None,
    lead: bool,
    gone: Collection[str] = (),
) -> CaseRow | None:
    """The most pressing case, of a lane or of all, that this person may take at this moment.

    What people can do who are `gone` leaves nothing to them.
    """
    c = CASES.c
    held = exists().where(CLAIMS.c.case_id == c.id, CLAIMS.c.ended_at.is_(None), CLAIMS.c.until > now)
    skipped = exists().where(SKIPS.c.case_id == c.id, SKIPS.c.person == person, SKIPS.c.until > now)
    objected = and_(c.grounds == Grounds.OBJECTION, JUDGMENTS.c.case_id == c.earlier)
    about = or_(JUDGMENTS.c.case_id == c.id, objected)
    # What a lead could not tell comes to them again once it is late, or when they take it themselves.
    stays = or_(*decides(lead=lead), c.due_at >= now) if lead else true()
    judged = exists().where(about, JUDGMENTS.c.person == person, STAYS_WITH, stays)
    checked = exists().where(about, CHECKS.c.judgment_id == JUDGMENTS.c.id, CHECKS.c.person == person)
    had = exists().where(
        BLIND.c.case_id == c.id, CLAIMS.c.case_id == BLIND.c.source, CLAIMS.c.person == person
    )
    free = (WAITS, ~held, ~skipped, ~judged, ~checked, ~blind.knows(person), ~had)
    asked = select(CASES).where(*free, *fits(conn, person, now, gone))
    if lane is not None:
        asked = asked.where(c.lane == lane)
    if not lead:
        asked = asked.where(or_(c.needs_human.is_(None), c.needs_human.not_in(LEAD_ONLY)))
    row = conn.execute(asked.order_by(c.rank_at, c.id).limit(1)).one_or_none()
    return None if row is None else case_row(row)


def may_be_stuck(conn: Connection) -> list[str]:
    """Real cases that wait and that somebody is kept from: those among which one may be nobody's."""
    c = CASES.c
    about = or_(JUDGMENTS.c.case_id == c.id, JUDGMENTS.c.case_id == c.earlier)
    judged = exists().where(about)
    known = exists().where(CONFLICTS.c.service == c.service, CONFLICTS.c.account == c.account)
    seen_to = and_(c.needs_human.is_not(None), c.needs_human.in_((NOBODY, NO_LEAD)))
    kept_from = or_(judged, known, c.needs_human.in_(LEAD_ONLY))
    return list(conn.execute(select(c.id).where(WAITS, REAL, ~seen_to, kept_from)).scalars())


def lanes_taken(conn: Connection) -> list[str]:
    """The lanes of the last cases that people took, the newest first."""
    newest = (
        select(CLAIMS.c.lane)
        .where(CLAIMS.c.lane != NO_LANE)
        .order_by(CLAIMS.c.taken_at.desc(), CLAIMS.c.id)
        .limit(WHOLE)
    )
    return list(conn.execute(newest).scalars())


def lanes_taken_by(conn: Connection, person: str, since: datetime) -> list[str]:
    """The lanes of the cases this person took since then, the newest first."""
    mine = select(CLAIMS.c.lane).where(CLAIMS.c.person == person, CLAIMS.c.taken_at >= since)
    return list(conn.execute(mine.order_by(CLAIMS.c.taken_at.desc(), CLAIMS.c.id)).scalars())


def held_by(conn: Connection, person: str, now: datetime) -> tuple[tuple[str, datetime], ...]:
    """The cases in this person's hands, each with until when; what they took first comes first."""
    mine = (CLAIMS.c.person == person, CLAIMS.c.ended_at.is_(None), CLAIMS.c.until > now)
    rows = conn.execute(select(CLAIMS).where(*mine).order_by(CLAIMS.c.taken_at, CLAIMS.c.id))
    return tuple((row.case_id, row.until) for row in rows)


def claim_of(conn: Connection, case_id: str, person: str, now: datetime) -> str | None:
    """Under which this person has the case at this moment; None when they have it not."""
    found = _open(conn, case_id)
    return found.id if found is not None and found.person == person and found.until > now else None


def last_of(conn: Connection, case_id: str, person: str) -> str | None:
    """The newest claim this person had on the case, ended or not."""
    mine = select(CLAIMS.c.id).where(CLAIMS.c.case_id == case_id, CLAIMS.c.person == person)
    return conn.execute(mine.order_by(CLAIMS.c.taken_at.desc()).limit(1)).scalar_one_or_none()


def _open(conn: Connection, case_id: str) -> Row[Any] | None:
    asked = select(CLAIMS).where(CLAIMS.c.case_id == case_id, CLAIMS.c.ended_at.is_(None))
    return conn.execute(asked).one_or_none()


def prolong(tx: Transaction, claim: str, until: datetime) -> None:
    """It lasts until then."""
    tx.conn.execute(update(CLAIMS).where(CLAIMS.c.id == claim).values(until=until))
