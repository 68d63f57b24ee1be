"""What each person was served to see, and what they chose for themselves; counted where it is served.

A row says who, when, how hard and how much, and which material by a mark that only our key makes: no account,
no file. So it outlives what was judged, and a budget never begins anew because an account was erased.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    Text,
    delete,
    func,
    insert,
    select,
    update,
)

from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.review.asked import Refused, Why
from hoede.review.wellness import Closed, Limit, Seen, Severity, Wellness

EXPOSURE = Table(
    "exposure",
    METADATA,
    Column("id", String(40), primary_key=True),  # of the view
    Column("person", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("severity", String(16), nullable=False),
    Column("full", Boolean, nullable=False),  # all of it, not less
    Column("mark", String(64), nullable=False),  # of the material, by our key
    Column("case_id", String(40), nullable=False),
    Column("evidence", String(40), nullable=False),
    Index("ix_exposure_person", "person", "at"),
    Index("ix_exposure_at", "at"),
    Index("ix_exposure_mark", "mark", "person"),
)

OWN = Table(
    "judge_own",
    METADATA,
    Column("person", String(64), primary_key=True),
    Column("first", String(16)),  # how they begin to look; empty: small
    Column("break_until", Moment),  # a break of their own
)

AGAIN = Table(
    "look_again",
    METADATA,
    Column("case_id", String(40), ForeignKey("case_.id"), primary_key=True),
    Column("evidence", String(40), primary_key=True),
    Column("person", String(64), primary_key=True),
    Column("why", Text, nullable=False),
    Column("at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Own:
    """What somebody chose for themselves; nobody else is shown it."""

    person: str
    first: str | None = None
    break_until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What is to be served: which copy, of which case, how hard, and its mark."""

    case_id: str
    evidence: str
    mark: str
    severity: Severity


def serve(
    tx: Transaction, wellness: Wellness, view_id: str, person: str, what: Material, *, full: bool
) -> Refused | None:
    """Count one view before it is served, or say why it is not: nobody else counts for them meanwhile."""
    own = lock_own(tx, person)
    seen = seen_by(tx.conn, person, wellness.counts_from(tx.now))
    closed = wellness.closed(seen, what.severity, tx.now, full=full, own_until=own.break_until)
    if closed is not None:
        return refused(closed)
    tx.conn.execute(
        insert(EXPOSURE).values(
            id=view_id,
            person=person,
            at=tx.now,
            severity=what.severity,
            full=full,
            mark=what.mark,
            case_id=what.case_id,
            evidence=what.evidence,
        )
    )
    return None


def refused(closed: Closed) -> Refused:
    why = Why.BREAK if closed.limit is Limit.BREAK else Why.BUDGET
    return Refused(why, until=closed.until)


def nothing_shown(tx: Transaction, view_id: str) -> None:
    """It could not be rendered: nobody saw anything."""
    tx.conn.execute(delete(EXPOSURE).where(EXPOSURE.c.id == view_id))


def seen_by(conn: Connection, person: str, since: datetime) -> tuple[Seen, ...]:
    """What this person was served since then, oldest first."""
    c = EXPOSURE.c
    asked = select(c.at, c.severity, c.full).where(c.person == person, c.at >= since).order_by(c.at)
    return tuple(Seen(row.at, Severity(row.severity), row.full) for row in conn.execute(asked))


def seen_elsewhere(conn: Connection, person: str, what: Material) -> bool:
    """Whether this person was served the same material for another case."""
    c = EXPOSURE.c
    same = (c.mark == what.mark, c.person == person, c.case_id != what.case_id)
    return conn.execute(select(c.id).where(*same).limit(1)).first() is not None


def copies_of(conn: Connection, what: Material) -> set[str]:
    """Other copies of the very same material that anybody was served."""
    c = EXPOSURE.c
    same = select(c.evidence).where(c.mark == what.mark, c.evidence != what.evidence).distinct()
    return set(conn.execute(same).scalars())


def lock_own(tx: Transaction, person: str) -> Own:
    """What they chose; nobody else counts or chooses for them before this transaction ends."""
    insert_new(tx.conn, OWN, {"person": person})
    return _own(tx.conn.execute(select(OWN).where(OWN.c.person == person).with_for_update()).one())


def own(conn: Connection, person: str) -> Own:
    row = conn.execute(select(OWN).where(OWN.c.person == person)).one_or_none()
    return Own(person=person) if row is None else _own(row)


def choose_first(tx: Transaction, person: str, first: str) -> None:
    """How they begin to look from now on."""
    lock_own(tx, person)
    tx.conn.execute(update(OWN).where(OWN.c.person == person).values(first=first))


def take_break(tx: Transaction, person: str, until: datetime | None) -> None:
    """A break of their own until then; None ends it."""
    lock_own(tx, person)
    tx.conn.execute(update(OWN).where(OWN.c.person == person).values(break_until=until))


def ask_again(tx: Transaction, case_id: str, evidence: str, person: str, why: str) -> None:
    """Keep why somebody must see what nobody needs to see, or what they saw before."""
    key = {"case_id": case_id, "evidence": evidence, "person": person}
    tx.conn.execute(delete(AGAIN).filter_by(**key))
    tx.conn.execute(insert(AGAIN).values(**key, why=why, at=tx.now))


def asked_again(conn: Connection, case_id: str, evidence: str, person: str) -> str | None:
    """Why they asked to see it all the same."""
    key = {"case_id": case_id, "evidence": evidence, "person": person}
    return conn.execute(select(AGAIN.c.why).filter_by(**key)).scalar_one_or_none()


def people_since(conn: Connection, since: datetime) -> int:
    """How many people were served severe material in full: among them all of it is counted."""
    asked = select(func.count(EXPOSURE.c.person.distinct())).where(*_severe(since))
    return int(conn.execute(asked).scalar_one())


def severe_since(conn: Connection, since: datetime) -> int:
    """How often severe material was served in full, to all together."""
    return int(conn.execute(select(func.count()).where(*_severe(since))).scalar_one())


def at_budget(conn: Connection, *, since: datetime, until: datetime, most: int) -> int:
    """How many people used all of their severe budget between these two moments; not who."""
    used = select(EXPOSURE.c.person).where(*_severe(since), EXPOSURE.c.at < until)
    full = used.group_by(EXPOSURE.c.person).having(func.count() >= most).subquery()
    return int(conn.execute(select(func.count()).select_from(full)).scalar_one())


def _severe(since: datetime) -> tuple[ColumnElement[bool], ...]:
    c = EXPOSURE.c
    return (c.at >= since, c.severity == Severity.SEVERE, c.full.is_(True))


def forget_before(tx: Transaction, day: datetime) -> int:
    """Views of long ago: neither a budget nor a repeat asks for them any more."""
    return tx.conn.execute(delete(EXPOSURE).where(EXPOSURE.c.at < day)).rowcount


def _own(row: Row[Any]) -> Own:
    return Own(person=row.person, first=row.first, break_until=row.break_until)
