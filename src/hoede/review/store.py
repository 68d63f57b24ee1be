"""Tables of cases with their files, letters, and objections."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Date,
    ForeignKey,
    Index,
    Row,
    Select,
    String,
    Table,
    Text,
    and_,
    func,
    insert,
    literal,
    or_,
    select,
    text,
    tuple_,
    update,
)

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.review.rules import Grounds

OPEN, SECOND, JUDGED = "open", "second", "judged"  # states of a case; second: judged, to be checked
NOBODY, NO_LEAD = "nobody", "no_lead"  # why a person is called: none of those here may take it
DOUBLE = "double"  # why nothing comes of a case: it is a second look, at the copies of the real one

CASES = Table(
    "case_",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("service", String(64), nullable=False),
    Column("account", String(255), nullable=False, index=True),
    Column("grounds", String(16), nullable=False),
    Column("lane", String(32)),  # empty: nobody needs to look
    Column("state", String(16), nullable=False),  # open, second or judged
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment),
    Column("composed_at", Moment),  # its report is composed: later files open a new case
    # The case this one follows; checked at the end of a transaction, so that copies may come in any order.
    Column("earlier", String(40), ForeignKey("case_.id", deferrable=True, initially="DEFERRED"), index=True),
    Column("needs_human", String(64)),  # a code, why a person is called before the lane's time
    Column("rank_at", Moment),  # review/priority.py: what is earlier is more pressing
    Column("language", String(8)),  # of the account; empty: not known, anybody may judge
    Column("danger", Text),  # why a child is in danger now, as the person who saw it wrote it
    Column("blind", String(16)),  # why nothing comes of it: review/blind.py; empty: it is a real one
)
REAL = CASES.c.blind.is_(None)
_OF_CONTENT = and_(*(CASES.c.grounds != one.value for one in Grounds if not one.is_content))
_ABOUT_CONTENT = and_(_OF_CONTENT, REAL)
# One case at most takes an account's files, whichever process opens it.
_TAKES_FILES = and_(CASES.c.state == "open", CASES.c.composed_at.is_(None), _OF_CONTENT)
Index(
    "ux_case_takes_files",
    CASES.c.service,
    CASES.c.account,
    unique=True,
    sqlite_where=_TAKES_FILES,
    postgresql_where=_TAKES_FILES,
)

# What waits for a person, by lane and over all lanes. Written out, or SQLite would not see that the
# index fits: it does not know a parameter's value when it plans.
WAITS = text("case_.state <> 'judged' AND case_.lane IS NOT NULL")
_WAITS_HERE = text("state <> 'judged' AND lane IS NOT NULL")
for _name, _columns in (("ix_case_waits", ()), ("ix_case_waits_in_lane", (CASES.c.lane,))):
    Index(
        _name, *_columns, CASES.c.rank_at, CASES.c.id, sqlite_where=_WAITS_HERE, postgresql_where=_WAITS_HERE
    )

FILES = Table(
    "case_file",
    METADATA,
    Column("case_id", String(40), ForeignKey("case_.id"), primary_key=True),
    Column("evidence", String(40), primary_key=True, index=True),
    Column("event", String(40), nullable=False),
    Column("added_at", Moment, nullable=False),
)

LETTERS = Table(
    "letter",
    METADATA,
    Column("order_id", String(40), primary_key=True),
    Column("link_sha256", String(64), nullable=False, unique=True),  # the link itself is nowhere kept
    Column("service", String(64), nullable=False),
    Column("account", String(255), nullable=False),
    Column("case_id", String(40), index=True),
    Column("locale", String(8), nullable=False),
    Column("title", Text, nullable=False),
    Column("paragraphs", Text, nullable=False),  # JSON list
    Column("sent_on", Date, nullable=False),
    Column("until", Date, nullable=False),
)

OBJECTIONS = Table(
    "objection",
    METADATA,
    Column("number", String(16), primary_key=True),  # what the person is told
    Column("order_id", String(40), ForeignKey("letter.order_id"), nullable=False, unique=True),
    Column("case_id", String(40), ForeignKey("case_.id"), nullable=False),
    Column("text", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("outcome", String(16)),  # stays or reinstated; empty until somebody answered
    Column("answered_by", String(64)),
    Column("answered_at", Moment),
    Column("reason", Text),  # the judge's own, for colleagues
    Column("undone", String(64)),  # what the answer tells of; names with a space between
    Column("answer", Text),  # JSON list: word for word what the person was told
)


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseRow:
    id: str
    service: str
    account: str
    grounds: Grounds
    lane: str | None
    state: str
    opened_at: datetime
    due_at: datetime | None
    composed_at: datetime | None
    earlier: str | None
    needs_human: str | None
    rank_at: datetime | None = None
    danger: str | None = None
    blind: str | None = None
    language: str | None = None

    @property
    def takes_files(self) -> bool:
        """Until its report is composed; later files open a new case."""
        return self.state == "open" and self.composed_at is None and self.grounds.is_content


@dataclass(frozen=True, slots=True)
class CaseFile:
    evidence: str
    event: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterRow:
    order_id: str
    service: str
    account: str
    case_id: str | None
    locale: str
    title: str
    paragraphs: tuple[str, ...]
    sent_on: date
    until: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Objection:
    number: str
    case_id: str
    at: datetime
    due_at: datetime
    order_id: str = ""  # of the letter it is against
    outcome: str | None = None
    undone: tuple[str, ...] = ()
    answer: tuple[str, ...] = ()


def open_case(
    tx: Transaction,
    case_id: str,
    *,
    service: str,
    account: str,
    grounds: Grounds,
    lane: str | None,
    due_at: datetime | None,
    earlier: str | None = None,
    rank_at: datetime | None = None,
    language: str | None = None,
) -> bool:
    """Open a case, its leaf with it; false when another one takes this account's files already.

    Without a rank it ranks by when it was opened.
    """
    new = insert_new(
        tx.conn,
        CASES,
        {
            "id": case_id,
            "service": service,
            "account": account,
            "grounds": grounds,
            "lane": lane,
            "state": "open",
            "opened_at": tx.now,
            "due_at": due_at,
            "earlier": earlier,
            "rank_at": (rank_at or tx.now) if lane else None,
            "language": language,
        },
    )
    if new:
        tx.leaf(Leaf("case.opened", case_id, grounds))
    return new


def latest_case(conn: Connection, service: str, account: str) -> CaseRow | None:
    """The account's case that takes files, or else its newest one about content, open or not.

    Objections, also to an age, and what is about pairings are cases of their own.
    """
    row = conn.execute(_latest(service, account)).one_or_none()
    return None if row is None else case_row(row)


def lock_latest_case(tx: Transaction, service: str, account: str) -> CaseRow | None:
    """Likewise, and nobody else changes it or opens the next one before this transaction ends."""
    locked = tx.conn.execute(_latest(service, account).with_for_update()).one_or_none()
    latest = latest_case(tx.conn, service, account)
    if latest is None or (locked is not None and latest.id == locked.id):
        return latest
    return lock_latest_case(tx, service, account)  # another was opened while we waited


def _latest(service: str, account: str) -> Select[Any]:
    return (
        select(CASES)
        .where(CASES.c.service == service, CASES.c.account == account, _ABOUT_CONTENT)
        # Who takes files comes first, not who is newest by a clock: clocks are set back, processes sleep.
        .order_by(_TAKES_FILES.desc(), CASES.c.opened_at.desc(), CASES.c.id.desc())
        .limit(1)
    )


def join_lane(
    tx: Transaction, case: CaseRow, lane: str, due_at: datetime, rank_at: datetime | None = None
) -> None:
    """Let a person look at an open case too, in the lane whose time is up first, at the higher rank."""
    sooner = case.lane is None or case.due_at is None or due_at < case.due_at
    values: dict[str, Any] = {"lane": lane, "due_at": due_at} if sooner else {}
    values["rank_at"] = min(one for one in (case.rank_at, rank_at, tx.now) if one is not None)
    tx.conn.execute(update(CASES).where(CASES.c.id == case.id).values(grounds=Grounds.SUSPECTED, **values))


def raise_rank(tx: Transaction, case_id: str, rank_at: datetime) -> None:
    """A case that waits is more pressing than it was; never less."""
    waits_later = (CASES.c.id == case_id, CASES.c.rank_at > rank_at)
    tx.conn.execute(update(CASES).where(*waits_later).values(rank_at=rank_at))


def call_a_person(tx: Transaction, case_id: str, reason: str, lane: str, due_at: datetime) -> None:
    """Bring a case that ran by itself to the queue, with the reason."""
    case = lock_case(tx, case_id)
    if case is None:
        return
    was_judged = case.state == JUDGED  # its lane and time are over
    due = due_at if case.due_at is None or was_judged else min(case.due_at, due_at)
    tx.conn.execute(
        update(CASES)
        .where(CASES.c.id == case_id)
        .values(
            lane=lane if was_judged else case.lane or lane,
            due_at=due,
            needs_human=case.needs_human or reason,
            rank_at=case.rank_at or tx.now,
            state=OPEN if was_judged else case.state,
        )
    )


def add_file(tx: Transaction, case_id: str, evidence: str, event: str) -> None:
    insert_new(tx.conn, FILES, {"case_id": case_id, "evidence": evidence, "event": event, "added_at": tx.now})


def close_to_files(tx: Transaction, case_id: str) -> None:
    """The report is composed: what comes later belongs to a new case."""
    tx.conn.execute(
        update(CASES).where(CASES.c.id == case_id, CASES.c.composed_at.is_(None)).values(composed_at=tx.now)
    )


def goes_on(
    tx: Transaction,
    case_id: str,
    state: str,
    lane: str | None,
    due_at: datetime | None,
    *,
    called: str | None = None,
) -> None:
    """Where a case stands after a judgment, a check or an undoing; `called` is why a person is called.

    It keeps its rank, so that its age counts on.
    """
    tx.conn.execute(
        update(CASES)
        .where(CASES.c.id == case_id)
        .values(
            state=state,
            lane=lane,
            due_at=due_at,
            needs_human=called,
            rank_at=func.coalesce(CASES.c.rank_at, CASES.c.opened_at),
        )
    )


def in_danger(tx: Transaction, case_id: str, why: str, lane: str, due_at: datetime) -> None:
    """A child is in danger now: the case is taken before any other, and its report says so."""
    tx.conn.execute(
        update(CASES)
        .where(CASES.c.id == case_id)
        .values(
            danger=why, lane=lane, due_at=due_at, rank_at=func.coalesce(CASES.c.rank_at, CASES.c.opened_at)
        )
    )


def every_of_account(conn: Connection, service: str, account: str) -> tuple[CaseRow, ...]:
    """All cases of the account, oldest first: about content, objections, its age, its pairings."""
    return _of_account(conn, service, account, REAL)


def of_account(conn: Connection, service: str, account: str) -> tuple[CaseRow, ...]:
    """The account's cases about content, oldest first; objections and pairings are cases of their own."""
    return _of_account(conn, service, account, _ABOUT_CONTENT)


def _of_account(
    conn: Connection, service: str, account: str, *more: ColumnElement[bool]
) -> tuple[CaseRow, ...]:
    mine = (CASES.c.service == service, CASES.c.account == account, *more)
    rows = conn.execute(select(CASES).where(*mine).order_by(CASES.c.opened_at, CASES.c.id))
    return tuple(case_row(row) for row in rows)


def find_case(conn: Connection, case_id: str) -> CaseRow | None:
    row = conn.execute(select(CASES).where(CASES.c.id == case_id)).one_or_none()
    return None if row is None else case_row(row)


def lock_case(tx: Transaction, case_id: str) -> CaseRow | None:
    """The case; nobody else changes it, and no file joins it, before this transaction ends."""
    row = tx.conn.execute(select(CASES).where(CASES.c.id == case_id).with_for_update()).one_or_none()
    return None if row is None else case_row(row)


def files_of(conn: Connection, case_id: str) -> tuple[CaseFile, ...]:
    rows = conn.execute(
        select(FILES).where(FILES.c.case_id == case_id).order_by(FILES.c.added_at, FILES.c.evidence)
    )
    return tuple(CaseFile(row.evidence, row.event) for row in rows)


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the queue, and where the next part begins; None: that was all."""

    cases: tuple[CaseRow, ...]
    after: tuple[datetime, str] | None


def waited_for(conn: Connection, cases: Sequence[str]) -> bool:
    """Whether somebody still judges one of these: the case itself, a second look, or what follows it."""
    asked = select(CASES.c.id).where(
        or_(CASES.c.id.in_(cases), CASES.c.earlier.in_(cases)),
        CASES.c.state != JUDGED,
        or_(REAL, CASES.c.blind == DOUBLE),
        or_(CASES.c.lane.is_not(None), CASES.c.needs_human.is_not(None)),
    )
    return conn.execute(asked.limit(1)).first() is not None


def queue_page(
    conn: Connection, *, lane: str | None = None, after: tuple[datetime, str] | None = None, most: int = 50
) -> Page:
    """What waits for a person, the most pressing first: of one lane, or of all. One walk along an index."""
    asked = select(CASES).where(WAITS)
    if lane is not None:
        asked = asked.where(CASES.c.lane == lane)
    if after is not None:
        rank_at, case_id = literal(after[0], Moment), literal(after[1])
        asked = asked.where(tuple_(CASES.c.rank_at, CASES.c.id) > tuple_(rank_at, case_id))
    rows = conn.execute(asked.order_by(CASES.c.rank_at, CASES.c.id).limit(most + 1)).all()
    cases = tuple(case_row(row) for row in rows[:most])
    further = len(rows) > most
    return Page(cases, (cases[-1].rank_at or cases[-1].opened_at, cases[-1].id) if further else None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many real cases wait for a person, and how many are past their lane's time; a check counts."""

    cases: int
    overdue: int
    untakeable: int = 0  # that nobody here may take


def waiting(conn: Connection, now: datetime) -> Waiting:
    late = func.count().filter(CASES.c.due_at < now)
    stuck = func.count().filter(CASES.c.needs_human.in_((NOBODY, NO_LEAD)))
    asked = select(func.count().label("cases"), late.label("late"), stuck.label("stuck"))
    row = conn.execute(asked.where(WAITS, REAL)).one()
    return Waiting(row.cases, row.late, row.stuck)


def queue(conn: Connection) -> tuple[CaseRow, ...]:
    """Open cases that wait for a person, the one due first at the top."""
    rows = conn.execute(
        select(CASES)
        .where(CASES.c.state == "open", CASES.c.lane.is_not(None), REAL)
        .order_by(CASES.c.due_at, CASES.c.opened_at)
    )
    return tuple(case_row(row) for row in rows)


def case_ids(conn: Connection) -> list[str]:
    """Of the real ones."""
    return list(conn.execute(select(CASES.c.id).where(REAL)).scalars())


def save_letter(tx: Transaction, letter: LetterRow, link: str) -> bool:
    """Keep a letter and the digest of its link; the first version stays."""
    return insert_new(
        tx.conn,
        LETTERS,
        {
            "order_id": letter.order_id,
            "link_sha256": link_digest(link),
            "service": letter.service,
            "account": letter.account,
            "case_id": letter.case_id,
            "locale": letter.locale,
            "title": letter.title,
            "paragraphs": json.dumps(letter.paragraphs, ensure_ascii=False),
            "sent_on": letter.sent_on,
            "until": letter.until,
        },
    )


def letter_of(conn: Connection, order_id: str) -> LetterRow | None:
    row = conn.execute(select(LETTERS).where(LETTERS.c.order_id == order_id)).one_or_none()
    return None if row is None else _letter(row)


def letter_behind(conn: Connection, link: str) -> LetterRow | None:
    row = conn.execute(_behind(link)).one_or_none()
    return None if row is None else _letter(row)


def lock_letter(tx: Transaction, order_id: str) -> LetterRow | None:
    """Likewise by the order that told of it."""
    row = tx.conn.execute(
        select(LETTERS).where(LETTERS.c.order_id == order_id).with_for_update()
    ).one_or_none()
    return None if row is None else _letter(row)


def lock_letter_behind(tx: Transaction, link: str) -> LetterRow | None:
    """Likewise, and nobody else objects to it before this transaction ends."""
    row = tx.conn.execute(_behind(link).with_for_update()).one_or_none()
    return None if row is None else _letter(row)


def _behind(link: str) -> Select[Any]:
    return select(LETTERS).where(LETTERS.c.link_sha256 == link_digest(link))


def save_objection(tx: Transaction, order_id: str, objection: Objection, text: str) -> None:
    """Keep an objection against the measures a letter told of."""
    tx.conn.execute(
        insert(OBJECTIONS).values(
            number=objection.number,
            order_id=order_id,
            case_id=objection.case_id,
            text=text,
            at=objection.at,
            due_at=objection.due_at,
        )
    )


def objection_to(conn: Connection, order_id: str) -> Objection | None:
    return _objection_where(conn, OBJECTIONS.c.order_id == order_id)


def objection_of(conn: Connection, case_id: str) -> Objection | None:
    """The objection that opened this case."""
    return _objection_where(conn, OBJECTIONS.c.case_id == case_id)


def objection(conn: Connection, number: str) -> Objection | None:
    return _objection_where(conn, OBJECTIONS.c.number == number)


def answer_objection(
    tx: Transaction, number: str, outcome: str, *, person: str, reason: str, undone: Iterable[str]
) -> None:
    """Write what was decided about an objection, and its leaf."""
    values = {"outcome": outcome, "answered_by": person, "answered_at": tx.now, "reason": reason}
    asked = update(OBJECTIONS).where(OBJECTIONS.c.number == number)
    tx.conn.execute(asked.values(**values, undone=" ".join(undone)))
    tx.leaf(Leaf("objection.answered", number, outcome))


def keep_answer(tx: Transaction, number: str, paragraphs: Iterable[str]) -> None:
    """Keep word for word what the person is told; the first version stays."""
    told = json.dumps(list(paragraphs), ensure_ascii=False)
    mine = (OBJECTIONS.c.number == number, OBJECTIONS.c.answer.is_(None))
    tx.conn.execute(update(OBJECTIONS).where(*mine).values(answer=told))


def answered(conn: Connection) -> list[str]:
    """Numbers of the objections that somebody answered; each has a leaf."""
    asked = select(OBJECTIONS.c.number).where(OBJECTIONS.c.answered_at.is_not(None))
    return list(conn.execute(asked).scalars())


def _objection_where(conn: Connection, which: ColumnElement[bool]) -> Objection | None:
    row = conn.execute(select(OBJECTIONS).where(which)).one_or_none()
    if row is None:
        return None
    return Objection(
        number=row.number,
        case_id=row.case_id,
        at=row.at,
        due_at=row.due_at,
        order_id=row.order_id,
        outcome=row.outcome,
        undone=tuple((row.undone or "").split()),
        answer=tuple(json.loads(row.answer)) if row.answer else (),
    )


def link_digest(link: str) -> str:
    return hashlib.sha256(link.encode()).hexdigest()


def case_row(row: Row[Any]) -> CaseRow:
    return CaseRow(
        id=row.id,
        service=row.service,
        account=row.account,
        grounds=Grounds(row.grounds),
        lane=row.lane,
        state=row.state,
        opened_at=row.opened_at,
        due_at=row.due_at,
        composed_at=row.composed_at,
        earlier=row.earlier,
        needs_human=row.needs_human,
        rank_at=row.rank_at,
        danger=row.danger,
        blind=row.blind,
        language=row.language,
    )


def _letter(row: Row[Any]) -> LetterRow:
    return LetterRow(
        order_id=row.order_id,
        service=row.service,
        account=row.account,
        case_id=row.case_id,
        locale=row.locale,
        title=row.title,
        paragraphs=tuple(json.loads(row.paragraphs)),
        sent_on=row.sent_on,
        until=row.until,
    )
