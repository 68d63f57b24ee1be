"""Tables of notices: what was told, by which voices, and what came of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
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

from hoede.core.leaves import Leaf
from hoede.core.orders import opaque
from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.review.notices import Notice, NoticeAnswer, Reason, Source, State, urgency, voice_weight
from hoede.review.store import CASES, link_digest

NOTICES = Table(
    "notice",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("number", String(16), nullable=False, unique=True),  # what the person is told
    Column("link_sha256", String(64), nullable=False, unique=True),  # the link itself is nowhere kept
    Column("case_id", String(40), ForeignKey("case_.id"), nullable=False),
    Column("service", String(64), nullable=False),
    Column("source", String(16), nullable=False),
    Column("reporter", String(255)),  # never told to the subject, nor to anybody by an order
    Column("subject", String(255), nullable=False),
    Column("content", String(255)),
    Column("reason", String(32), nullable=False),
    Column("words", Text),
    Column("locale", String(35)),
    Column("voice", String(40), nullable=False),  # opaque; equal for notices of one voice
    Column("at", Moment, nullable=False),  # when they said so
    Column("came_at", Moment, nullable=False),
    Column("wanted", String(40)),  # the order by which the content was asked for
    Column("looking_at", Moment),
    Column("outcome", String(16)),
    Column("answered_at", Moment),
    Column("victim_country", String(2)),
    Index("ix_notice_case_reporter", "case_id", "reporter"),
    Index("ix_notice_content", "service", "content"),
    Index("ix_notice_reporter", "service", "reporter", "came_at"),
)

# Per case, kept as it grows: ten thousand notices are not counted anew for each of them.
VOICES = Table(
    "notice_voice",
    METADATA,
    Column("case_id", String(40), ForeignKey("case_.id"), primary_key=True),
    Column("voice", String(40), primary_key=True),
    Column("notices", Integer, nullable=False),
)

GROUPS = Table(
    "notice_group",
    METADATA,
    Column("case_id", String(40), ForeignKey("case_.id"), primary_key=True),
    Column("notices", Integer, nullable=False),
    Column("voices", Integer, nullable=False),  # the sum of what its voices weigh, in thousandths
    Column("severity", Integer, nullable=False),  # of the gravest reason
    Column("newest_at", Moment, nullable=False),
)

HANDOVERS = Table(
    "handover",
    METADATA,
    Column("service", String(64), primary_key=True),
    Column("once_sha256", String(64), primary_key=True),
    Column("notice_id", String(40), ForeignKey("notice.id"), nullable=False),
    Column("used_at", Moment, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeRow:
    """A notice as it stands now."""

    id: str
    number: str
    case_id: str
    notice: Notice
    came_at: datetime
    wanted: str | None
    looking_at: datetime | None
    outcome: NoticeAnswer | None
    answered_at: datetime | None

    @property
    def state(self) -> State:
        if self.outcome is not None:
            return State.ANSWERED
        return State.RECEIVED if self.looking_at is None else State.LOOKING


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeGroup:
    """All notices of one case together."""

    case_id: str
    notices: int
    voices: int  # thousandths
    severity: int
    newest_at: datetime

    @property
    def urgency(self) -> int:
        return urgency(self.severity, self.voices)


def add_notice(
    tx: Transaction,
    notice_id: str,
    notice: Notice,
    *,
    case_id: str,
    number: str,
    link: str,
    voice: str,
    severity: int,
    wanted: str | None,
) -> NoticeRow:
    """Keep a notice, its leaf with it, and let its voice count in its case."""
    mark = opaque(tx.key, f"voice\x1f{notice.service}\x1f{voice}")
    tx.conn.execute(
        insert(NOTICES).values(
            id=notice_id,
            number=number,
            link_sha256=link_digest(link),
            case_id=case_id,
            service=notice.service,
            source=notice.source,
            reporter=notice.reporter,
            subject=notice.subject,
            content=notice.content,
            reason=notice.reason,
            words=notice.words,
            locale=notice.locale,
            voice=mark,
            at=notice.at,
            came_at=tx.now,
            wanted=wanted,
            victim_country=notice.victim_country,
        )
    )
    tx.leaf(Leaf("notice.received", notice_id, notice.reason))
    _count(tx, case_id, mark, severity)
    return known(tx.conn, notice_id)


def _count(tx: Transaction, case_id: str, voice: str, severity: int) -> None:
    """One notice more of this voice. The case is locked, so nobody else counts meanwhile."""
    mine = (VOICES.c.case_id == case_id, VOICES.c.voice == voice)
    before = tx.conn.execute(select(VOICES.c.notices).where(*mine)).scalar_one_or_none() or 0
    if before:
        tx.conn.execute(update(VOICES).where(*mine).values(notices=before + 1))
    else:
        tx.conn.execute(insert(VOICES).values(case_id=case_id, voice=voice, notices=1))
    more = voice_weight(before + 1) - voice_weight(before)
    group = group_of(tx.conn, case_id)
    if group is None:
        first = {"notices": 1, "voices": more, "severity": severity, "newest_at": tx.now}
        tx.conn.execute(insert(GROUPS).values(case_id=case_id, **first))
        return
    tx.conn.execute(
        update(GROUPS)
        .where(GROUPS.c.case_id == case_id)
        .values(
            notices=group.notices + 1,
            voices=group.voices + more,
            severity=max(group.severity, severity),
            newest_at=tx.now,
        )
    )


def same_notice(conn: Connection, case_id: str, notice: Notice) -> NoticeRow | None:
    """What the same reporter said of the same thing in this case before; a stranger is never the same."""
    if notice.reporter is None:
        return None
    c = NOTICES.c
    content = c.content.is_(None) if notice.content is None else c.content == notice.content
    row = conn.execute(
        select(NOTICES).where(
            c.case_id == case_id,
            c.reporter == notice.reporter,
            c.source == notice.source,
            c.reason == notice.reason,
            content,
        )
    ).first()
    return None if row is None else _row(row)


def learn_country(tx: Transaction, notice_id: str, country: str) -> None:
    """Who said the same before says now where a child lives; what was said of it first stays."""
    mine = (NOTICES.c.id == notice_id, NOTICES.c.victim_country.is_(None))
    tx.conn.execute(update(NOTICES).where(*mine).values(victim_country=country))


def find(conn: Connection, notice_id: str) -> NoticeRow | None:
    row = conn.execute(select(NOTICES).where(NOTICES.c.id == notice_id)).one_or_none()
    return None if row is None else _row(row)


def known(conn: Connection, notice_id: str) -> NoticeRow:
    """Likewise, of one that is certainly there."""
    return _row(conn.execute(select(NOTICES).where(NOTICES.c.id == notice_id)).one())


def behind_link(conn: Connection, link: str) -> NoticeRow | None:
    """The notice whose receipt this link opens."""
    row = conn.execute(select(NOTICES).where(NOTICES.c.link_sha256 == link_digest(link))).one_or_none()
    return None if row is None else _row(row)


def of_case(conn: Connection, case_id: str, most: int = 100) -> tuple[NoticeRow, ...]:
    """A case's notices, the newest first, and no more than somebody reads."""
    asked = select(NOTICES).where(NOTICES.c.case_id == case_id)
    rows = conn.execute(asked.order_by(NOTICES.c.came_at.desc(), NOTICES.c.id).limit(most))
    return tuple(_row(row) for row in rows)


def group_of(conn: Connection, case_id: str) -> NoticeGroup | None:
    row = conn.execute(select(GROUPS).where(GROUPS.c.case_id == case_id)).one_or_none()
    return None if row is None else NoticeGroup(**row._asdict())


def contents_wanted(conn: Connection, case_id: str) -> int:
    """How many things were asked of the platform for this case because of notices."""
    asked = select(func.count(NOTICES.c.wanted.distinct())).where(NOTICES.c.case_id == case_id)
    return int(conn.execute(asked).scalar_one())


def made_by(
    conn: Connection, service: str, reporters: Collection[str], since: datetime, until: datetime
) -> dict[str, int]:
    """By account, how often it reported in a time: a number and nothing else."""
    c = NOTICES.c
    counted = select(c.reporter, func.count().label("times")).where(
        c.service == service, c.reporter.in_(reporters), c.came_at >= since, c.came_at < until
    )
    return {row.reporter: row.times for row in conn.execute(counted.group_by(c.reporter))}


def case_that_asked(conn: Connection, service: str, content: str, case_id: str | None = None) -> str | None:
    """The newest open case for which this content was asked because of a notice; `case_id` names one."""
    asked = (
        select(CASES.c.id)
        .join(NOTICES, NOTICES.c.case_id == CASES.c.id)
        .where(
            NOTICES.c.service == service,
            NOTICES.c.content == content,
            NOTICES.c.wanted.is_not(None),
            CASES.c.state == "open",
        )
        .order_by(CASES.c.opened_at.desc(), CASES.c.id)
    )
    if case_id is not None:
        asked = asked.where(CASES.c.id == case_id)
    return conn.execute(asked).scalars().first()


def use_handover(tx: Transaction, service: str, once: str, notice_id: str) -> bool:
    """A hand-over link was used for this notice; false when it was used before."""
    row = {
        "service": service,
        "once_sha256": link_digest(once),
        "notice_id": notice_id,
        "used_at": tx.now,
    }
    return insert_new(tx.conn, HANDOVERS, row)


def used_for(conn: Connection, service: str, once: str) -> NoticeRow | None:
    """The notice that a hand-over link was used for."""
    asked = select(HANDOVERS.c.notice_id).where(
        HANDOVERS.c.service == service, HANDOVERS.c.once_sha256 == link_digest(once)
    )
    notice_id = conn.execute(asked).scalar_one_or_none()
    return None if notice_id is None else known(conn, notice_id)


def forget_handovers(tx: Transaction, before: datetime) -> int:
    """Links used before this have expired long since."""
    return tx.conn.execute(delete(HANDOVERS).where(HANDOVERS.c.used_at < before)).rowcount


def looking(tx: Transaction, case_id: str) -> int:
    """Somebody is looking at this case: its receipts say so from now on. Tells how many."""
    told = tx.conn.execute(
        update(NOTICES)
        .where(NOTICES.c.case_id == case_id, NOTICES.c.looking_at.is_(None), NOTICES.c.outcome.is_(None))
        .values(looking_at=tx.now)
    )
    return told.rowcount


def answer(tx: Transaction, case_id: str, outcome: NoticeAnswer) -> int:
    """What came of all notices of a case that have no answer yet, a leaf for each; tells how many."""
    open_ones = (NOTICES.c.case_id == case_id, NOTICES.c.outcome.is_(None))
    ids = list(tx.conn.execute(select(NOTICES.c.id).where(*open_ones).order_by(NOTICES.c.id)).scalars())
    tx.conn.execute(update(NOTICES).where(*open_ones).values(outcome=outcome, answered_at=tx.now))
    for one in ids:
        tx.leaf(Leaf("notice.answered", one, outcome))
    return len(ids)


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    rows = conn.execute(select(NOTICES.c.id, NOTICES.c.outcome)).all()
    came = [("notice.received", row.id) for row in rows]
    return came + [("notice.answered", row.id) for row in rows if row.outcome is not None]


def _row(row: Row[Any]) -> NoticeRow:
    return NoticeRow(
        id=row.id,
        number=row.number,
        case_id=row.case_id,
        notice=Notice(
            service=row.service,
            source=Source(row.source),
            subject=row.subject,
            reason=Reason(row.reason),
            at=row.at,
            reporter=row.reporter,
            content=row.content,
            words=row.words,
            locale=row.locale,
        ),
        came_at=row.came_at,
        wanted=row.wanted,
        looking_at=row.looking_at,
        outcome=None if row.outcome is None else NoticeAnswer(row.outcome),
        answered_at=row.answered_at,
    )
