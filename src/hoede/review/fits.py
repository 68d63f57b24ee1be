"""Whom a case fits: what somebody was trained for, what they read, and whom they know."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Index,
    String,
    Table,
    delete,
    exists,
    insert,
    or_,
    select,
)

from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.review.blind import BLIND
from hoede.review.rules import Lane
from hoede.review.store import CASES, CaseRow

SHORTEST: Final = 2  # letters of a language: nl, eng
LONGEST: Final = 3

SKILLS = Table(
    "judge_skill",
    METADATA,
    Column("person", String(64), primary_key=True),
    Column("kind", String(16), primary_key=True),
    Column("value", String(64), primary_key=True),
)

CONFLICTS = Table(
    "judge_conflict",
    METADATA,
    Column("person", String(64), primary_key=True),
    Column("service", String(64), primary_key=True),
    Column("account", String(255), primary_key=True),
    Column("at", Moment, nullable=False),
    Index("ix_judge_conflict_account", "service", "account"),
)


class Skill(StrEnum):
    LANE = "lane"  # trained for what waits there
    LANGUAGE = "language"  # reads it; the first part of BCP 47


@dataclass(frozen=True, slots=True, kw_only=True)
class Skills:
    """What somebody can do; nothing said means everything."""

    lanes: frozenset[str] = frozenset()
    languages: frozenset[str] = frozenset()


def skills_of(conn: Connection, person: str) -> Skills:
    rows = conn.execute(select(SKILLS.c.kind, SKILLS.c.value).where(SKILLS.c.person == person)).all()
    return Skills(
        lanes=frozenset(row.value for row in rows if row.kind == Skill.LANE),
        languages=frozenset(row.value for row in rows if row.kind == Skill.LANGUAGE),
    )


def covered(conn: Connection, kind: Skill, gone: Collection[str] = ()) -> frozenset[str]:
    """What anybody who is still here was said to be able to do."""
    here = (SKILLS.c.kind == kind, SKILLS.c.person.not_in(list(gone)))
    return frozenset(conn.execute(select(SKILLS.c.value).where(*here).distinct()).scalars())


def set_skills(tx: Transaction, person: str, kind: Skill, values: Collection[str]) -> None:
    """What this person can do of a kind, instead of what was said before."""
    tx.conn.execute(delete(SKILLS).where(SKILLS.c.person == person, SKILLS.c.kind == kind))
    rows = [{"person": person, "kind": kind, "value": value} for value in sorted(set(values))]
    if rows:
        tx.conn.execute(insert(SKILLS), rows)


def knows(tx: Transaction, person: str, case: CaseRow) -> None:
    """This person knows somebody in it: no case about the account is theirs, now or later."""
    service, account = _about(tx.conn, case)
    row = {"person": person, "service": service, "account": account, "at": tx.now}
    insert_new(tx.conn, CONFLICTS, row)


def knows_party(conn: Connection, person: str, case: CaseRow) -> bool:
    service, account = _about(conn, case)
    mine = {"person": person, "service": service, "account": account}
    return conn.execute(select(CONFLICTS.c.person).filter_by(**mine)).first() is not None


def _about(conn: Connection, case: CaseRow) -> tuple[str, str]:
    """The service and account it is about; a golden case shows an invented one, its material is another's."""
    source = select(CASES.c.service, CASES.c.account).join(BLIND, BLIND.c.source == CASES.c.id)
    found = conn.execute(source.where(BLIND.c.case_id == case.id)).one_or_none() if case.blind else None
    return (case.service, case.account) if found is None else (found.service, found.account)


def fits(
    conn: Connection, person: str, now: datetime, gone: Collection[str] = ()
) -> tuple[ColumnElement[bool], ...]:
    """What a case must be to fit this person: nobody they know is in it, and they read its language.

    What nobody here was said to read is anybody's, and so is what is late: a case never waits for one person.
    A child who is in danger now never waits at all. `gone` are people who work here no more.
    """
    c = CASES.c
    source, known = CASES.alias("source"), CONFLICTS.c
    party = exists().where(known.service == c.service, known.account == c.account, known.person == person)
    of_source = exists().where(
        BLIND.c.case_id == c.id,
        source.c.id == BLIND.c.source,
        known.service == source.c.service,
        known.account == source.c.account,
        known.person == person,
    )
    nobody_known = ~or_(party, of_source)
    mine = skills_of(conn, person).languages
    if not mine:
        return (nobody_known,)
    elsewhere = covered(conn, Skill.LANGUAGE, gone) - mine
    return (
        nobody_known,
        or_(c.language.is_(None), c.language.not_in(elsewhere), c.due_at < now, c.danger.is_not(None)),
    )


def lanes_for(
    conn: Connection, person: str, lanes: Iterable[Lane], gone: Collection[str] = ()
) -> frozenset[str]:
    """The lanes this person is asked to take from.

    One that nobody here was trained for is everybody's, and so is one that goes before all else.
    """
    mine = skills_of(conn, person).lanes
    others = covered(conn, Skill.LANE, gone) - mine if mine else frozenset()
    return frozenset(one.name for one in lanes if one.first or one.name not in others)


def language_of(locale: str | None) -> str | None:
    """The language of a locale, as `Skill.LANGUAGE` has it; None when it is not known."""
    first = (locale or "").partition("-")[0].lower()
    return first if SHORTEST <= len(first) <= LONGEST and first.isalpha() else None
