"""Judgments with what each says of every file, and their second checks."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Row,
    String,
    Table,
    Text,
    bindparam,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, insert_new, one_row, rows_where
from hoede.review.asked import Named, PersonIs, Said, Verdict, children_among
from hoede.review.outcomes import AccountIs
from hoede.review.rules import Grounds
from hoede.review.store import CASES, REAL, CaseRow

UNDONE, DISAGREED, REINSTATED = "undone", "disagreed", "reinstated"  # how a judgment came to count no more
ANEW = "anew"  # likewise: two people said two things, and a lead judged it anew

JUDGMENTS = Table(
    "judgment",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("case_id", String(40), ForeignKey("case_.id"), nullable=False, index=True),
    Column("person", String(64), nullable=False),
    Column("lane", String(32)),  # where the case waited
    Column("outcome", String(32), nullable=False),
    Column("reason", Text, nullable=False),
    Column("account_is", String(16), nullable=False),
    Column("incident", String(16), nullable=False),
    Column("keeps", Boolean, nullable=False),  # everything stayed as it was: somebody else decides
    Column("account_measures", Text, nullable=False),  # names with a space between
    Column("at", Moment, nullable=False),
    Column("undo_until", Moment, nullable=False),
    Column("check_until", Moment),  # when a second person should have checked it; absent: nobody needs to
    Column("undone_at", Moment),
    Column("undone_how", String(16)),  # by the judge, the second person, an objection, or a lead
    Column("called", String(64)),  # why a person had been called to the case: undoing it calls them again
    # What is in no file is to be reported, too: the platform has it no more, or somebody only told of it.
    Column("without_copy", Boolean, nullable=False, server_default=false()),
)

FILES = Table(
    "judgment_file",
    METADATA,
    Column("judgment_id", String(40), ForeignKey("judgment.id"), primary_key=True),
    Column("evidence", String(40), primary_key=True, index=True),
    Column("outcome", String(32), nullable=False),
    Column("classification", String(2)),
    Column("reported", Boolean, nullable=False),
    Column("measures", Text, nullable=False),  # on its content; names with a space between
)

PEOPLE = Table(
    "judgment_person",
    METADATA,
    Column("judgment_id", String(40), ForeignKey("judgment.id"), primary_key=True),
    Column("account", String(255), primary_key=True),
    Column("role", String(16), nullable=False),
    Column("guardian", String(255)),  # a guardian's account, only where the judge chose to name it
)

CHECKS = Table(
    "second_check",
    METADATA,
    Column("judgment_id", String(40), ForeignKey("judgment.id"), primary_key=True),
    Column("person", String(64), nullable=False),
    Column("agrees", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("at", Moment, nullable=False),
)


# Who judged may not judge again, unless they took it back themselves.
STAYS_WITH = or_(JUDGMENTS.c.undone_at.is_(None), JUDGMENTS.c.undone_how != UNDONE)


@dataclass(frozen=True, slots=True, kw_only=True)
class FileRow:
    evidence: str
    outcome: str
    classification: str | None
    reported: bool
    measures: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgmentRow:
    id: str
    case_id: str
    person: str
    lane: str | None
    outcome: str
    account_is: AccountIs
    incident: str
    keeps: bool
    account_measures: tuple[str, ...]
    at: datetime
    undo_until: datetime
    check_until: datetime | None
    undone_at: datetime | None
    files: tuple[FileRow, ...]
    people: tuple[Named, ...] = ()
    without_copy: bool = False
    called: str | None = None

    def wants(self, measure: str) -> bool:
        """Whether the judgment asks for this measure on anything."""
        asked = {name for one in self.files for name in one.measures} | set(self.account_measures)
        reports = self.without_copy or any(one.reported for one in self.files)
        return measure in asked or (measure == "report" and reports)

    @property
    def verdict(self) -> Verdict:
        return Verdict(self.wants("report"), self.account_is, self.incident, children_among(self.people))

    def file(self, evidence: str) -> FileRow | None:
        return next((one for one in self.files if one.evidence == evidence), None)


@dataclass(frozen=True, slots=True, kw_only=True)
class Earlier:
    """What was judged of a file, and still counts."""

    evidence: str
    case_id: str
    outcome: str
    person: str
    at: datetime
    checked: bool  # a second person judges the same


def save_judgment(
    tx: Transaction,
    judgment_id: str,
    said: Said,
    *,
    case: CaseRow,
    person: str,
    reason: str,
    undo_until: datetime,
    check_until: datetime | None,
) -> bool:
    """Write a judgment and its leaf; the same one again changes nothing and gives false."""
    outcome = said.outcome
    new = insert_new(
        tx.conn,
        JUDGMENTS,
        {
            "id": judgment_id,
            "case_id": case.id,
            "person": person,
            "lane": case.lane,
            "outcome": outcome.name,
            "reason": reason,
            "account_is": said.account_is,
            "incident": outcome.incident,
            "keeps": outcome.keeps,
            "account_measures": " ".join(outcome.account),
            "at": tx.now,
            "undo_until": undo_until,
            "check_until": check_until,
            "called": case.needs_human,
            "without_copy": said.without_copy,
        },
    )
    if new:
        for file in said.files:
            tx.conn.execute(
                insert(FILES).values(
                    judgment_id=judgment_id,
                    evidence=file.evidence,
                    outcome=file.outcome.name,
                    classification=file.classification,
                    reported=file.outcome.report,
                    measures=" ".join(file.outcome.content),
                )
            )
        for one in said.people:
            tx.conn.execute(
                insert(PEOPLE).values(
                    judgment_id=judgment_id, account=one.account, role=one.role, guardian=one.guardian
                )
            )
        tx.leaf(Leaf(f"{_acts(case.blind)}.judged", judgment_id, outcome.name))
    return new


def save_check(tx: Transaction, judgment_id: str, person: str, *, agrees: bool, reason: str) -> bool:
    """Write what the second person says, with its leaf; one check per judgment."""
    row = {"judgment_id": judgment_id, "person": person, "agrees": agrees, "reason": reason, "at": tx.now}
    new = insert_new(tx.conn, CHECKS, row)
    if new:
        act = f"{_acts(_blind(tx.conn, judgment_id))}.checked"
        tx.leaf(Leaf(act, judgment_id, "agrees" if agrees else "disagrees"))
    return new


def undo(tx: Transaction, judgment_id: str, how: str) -> bool:
    """The judgment counts no more; false when it did not before."""
    undone = tx.conn.execute(
        update(JUDGMENTS)
        .where(JUDGMENTS.c.id == judgment_id, JUDGMENTS.c.undone_at.is_(None))
        .values(undone_at=tx.now, undone_how=how)
    )
    if undone.rowcount:
        tx.leaf(Leaf(f"{_acts(_blind(tx.conn, judgment_id))}.undone", judgment_id, how))
    return bool(undone.rowcount)


def find(conn: Connection, judgment_id: str) -> JudgmentRow | None:
    row = one_row(conn, JUDGMENTS, id=judgment_id)
    return None if row is None else _judgment(conn, row)


_IN_FORCE = (
    select(JUDGMENTS)
    .where(
        JUDGMENTS.c.case_id == bindparam("case"),
        JUDGMENTS.c.undone_at.is_(None),
        JUDGMENTS.c.keeps.is_(False),
    )
    .order_by(JUDGMENTS.c.at.desc(), JUDGMENTS.c.id.desc())
    .limit(1)
)


def in_force(conn: Connection, case_id: str) -> JudgmentRow | None:
    """What counts for a case: its newest judgment that decides and was not undone."""
    row = conn.execute(_IN_FORCE, {"case": case_id}).one_or_none()
    return None if row is None else _judgment(conn, row)


def earlier(conn: Connection, evidence: Collection[str]) -> tuple[Earlier, ...]:
    """What counts of these files, the newest first; what everybody left as it was does not."""
    counts = (FILES.c.evidence.in_(evidence), JUDGMENTS.c.undone_at.is_(None), JUDGMENTS.c.keeps.is_(False))
    j = JUDGMENTS.c
    asked = select(FILES.c.evidence, FILES.c.outcome, j.case_id, j.person, j.at, CHECKS.c.agrees)
    joined = FILES.join(JUDGMENTS).join(CASES, CASES.c.id == j.case_id)
    joined = joined.outerjoin(CHECKS, CHECKS.c.judgment_id == j.id)
    rows = conn.execute(asked.select_from(joined).where(*counts, REAL).order_by(j.at.desc(), j.id))
    return tuple(
        Earlier(
            evidence=row.evidence,
            case_id=row.case_id,
            outcome=row.outcome,
            person=row.person,
            at=row.at,
            checked=bool(row.agrees),
        )
        for row in rows
    )


def of_case(conn: Connection, case_id: str) -> tuple[JudgmentRow, ...]:
    """All judgments of a case, oldest first."""
    c = JUDGMENTS.c
    rows = conn.execute(select(JUDGMENTS).where(c.case_id == case_id).order_by(c.at, c.id)).all()
    return tuple(_judgment(conn, row) for row in rows)


def decides(*, lead: bool) -> tuple[ColumnElement[bool], ...]:
    """Of judgments, those that keep their judge from judging again.

    A lead who only left it as it was looks again: else a case that nobody could tell would be nobody's.
    """
    return (JUDGMENTS.c.keeps.is_(False),) if lead else ()


def barred(conn: Connection, case: CaseRow, *, lead: bool = False) -> frozenset[str]:
    """Who judged or checked this case, or the one an objection is against: somebody else must look."""
    objected = case.earlier if case.grounds is Grounds.OBJECTION else None
    about = JUDGMENTS.c.case_id.in_([one for one in (case.id, objected) if one])
    judges = select(JUDGMENTS.c.person).where(about, STAYS_WITH, *decides(lead=lead))
    checks = select(CHECKS.c.person).join(JUDGMENTS, JUDGMENTS.c.id == CHECKS.c.judgment_id).where(about)
    return frozenset((*conn.execute(judges).scalars(), *conn.execute(checks).scalars()))


def checked_by(conn: Connection, judgment_id: str) -> str | None:
    """The second person, if there was one."""
    asked = select(CHECKS.c.person).where(CHECKS.c.judgment_id == judgment_id)
    return conn.execute(asked).scalar_one_or_none()


def count_since(conn: Connection, since: datetime) -> int:
    """How often anybody judged."""
    return int(conn.execute(select(func.count()).where(JUDGMENTS.c.at >= since)).scalar_one())


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    c, about = JUDGMENTS.c, JUDGMENTS.join(CASES, CASES.c.id == JUDGMENTS.c.case_id)
    judged = conn.execute(select(c.id, c.undone_at, CASES.c.blind).select_from(about)).all()
    acts = {row.id: _acts(row.blind) for row in judged}
    found = [(f"{acts[row.id]}.judged", row.id) for row in judged]
    found += [(f"{acts[row.id]}.undone", row.id) for row in judged if row.undone_at is not None]
    checked = conn.execute(select(CHECKS.c.judgment_id)).scalars()
    return found + [(f"{acts[one]}.checked", one) for one in checked]


def _acts(blind: str | None) -> str:
    """What the log calls it: figures of real cases count real ones."""
    return "blind" if blind else "case"


def _blind(conn: Connection, judgment_id: str) -> str | None:
    about = JUDGMENTS.join(CASES, CASES.c.id == JUDGMENTS.c.case_id)
    asked = select(CASES.c.blind).select_from(about).where(JUDGMENTS.c.id == judgment_id)
    return conn.execute(asked).scalar_one_or_none()


def _judgment(conn: Connection, row: Row[Any]) -> JudgmentRow:
    files = rows_where(conn, FILES, FILES.c.evidence, judgment_id=row.id)
    people = rows_where(conn, PEOPLE, PEOPLE.c.account, judgment_id=row.id)
    return JudgmentRow(
        id=row.id,
        case_id=row.case_id,
        person=row.person,
        lane=row.lane,
        outcome=row.outcome,
        account_is=AccountIs(row.account_is),
        incident=row.incident,
        keeps=row.keeps,
        account_measures=tuple(row.account_measures.split()),
        at=row.at,
        undo_until=row.undo_until,
        check_until=row.check_until,
        undone_at=row.undone_at,
        called=row.called,
        without_copy=row.without_copy,
        files=tuple(
            FileRow(
                evidence=one.evidence,
                outcome=one.outcome,
                classification=one.classification,
                reported=one.reported,
                measures=tuple(one.measures.split()),
            )
            for one in files
        ),
        people=tuple(Named(one.account, PersonIs(one.role), one.guardian) for one in people),
    )
