"""Safe exits, and guardians who reached for many: what a person has to decide, and what they decided.

Nothing here is read by a page of a guardian, nor does any row elsewhere point here.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from hoede.db import Transaction
from hoede.pairing.tables import EXITS


class About(StrEnum):
    EXIT = "exit"
    REACH = "reach"


class Decided(StrEnum):
    """What a person says; which fit depends on what it is about."""

    ENDS = "ends"  # the pairing rests from now on
    STAYS = "stays"
    CLEARS = "clears"  # this guardian may pair on
    SHUTS_OUT = "shuts_out"  # all of this guardian's pairings rest


FITS = {
    About.EXIT: frozenset({Decided.ENDS, Decided.STAYS}),
    About.REACH: frozenset({Decided.CLEARS, Decided.SHUTS_OUT}),
}


class Reach(StrEnum):
    """How somebody may be told what came of it."""

    UNSAID = "unsaid"  # so not at all
    APP = "app"
    NOT = "not"
    TRUSTED = "trusted"  # through somebody they name in their words


@dataclass(frozen=True, slots=True, kw_only=True)
class ExitRow:
    case_id: str
    about: About
    service: str | None
    account: str | None
    guardian: str | None
    words: str
    reach: Reach
    asked_at: datetime
    answer: Decided | None
    answered_by: str | None
    answered_at: datetime | None
    reason: str | None


def add_exit(tx: Transaction, case_id: str, *, service: str, account: str, words: str, reach: Reach) -> None:
    _add(tx, case_id, About.EXIT, service=service, account=account, words=words, reach=reach)


def add_words(tx: Transaction, exit_: ExitRow, words: str, reach: Reach) -> bool:
    """Put what somebody says later below what they said; false when a person answered meanwhile.

    How to reach them is as they said first, or not at all as soon as they say so: who holds their phone
    later cannot have it told there.
    """
    said = words if not exit_.words else f"{exit_.words}\n\n{words}" if words else exit_.words
    open_one = (EXITS.c.case_id == exit_.case_id, EXITS.c.answer.is_(None))
    values = {"words": said, "reach": said_first(exit_.reach, reach)}
    return bool(tx.conn.execute(update(EXITS).where(*open_one).values(**values)).rowcount)


def said_first(before: Reach, said: Reach) -> Reach:
    """How somebody may be told, after they said it again."""
    return said if before is Reach.UNSAID or said is Reach.NOT else before


def add_reach(tx: Transaction, case_id: str, guardian: str) -> None:
    _add(tx, case_id, About.REACH, guardian=guardian, words="", reach=Reach.UNSAID)


def find(conn: Connection, case_id: str) -> ExitRow | None:
    row = conn.execute(select(EXITS).where(EXITS.c.case_id == case_id)).one_or_none()
    return None if row is None else _row(row)


def open_of(tx: Transaction, service: str, account: str) -> ExitRow | None:
    """The newest exit somebody asked for that nobody answered; nobody does until this transaction ends."""
    c = EXITS.c
    mine = (c.about == About.EXIT, c.service == service, c.account == account, c.answer.is_(None))
    row = tx.conn.execute(
        select(EXITS).where(*mine).order_by(c.asked_at.desc(), c.case_id.desc()).with_for_update()
    ).first()
    return None if row is None else _row(row)


def newest_of(conn: Connection, service: str, account: str) -> ExitRow | None:
    c = EXITS.c
    mine = (c.about == About.EXIT, c.service == service, c.account == account)
    row = conn.execute(select(EXITS).where(*mine).order_by(c.asked_at.desc(), c.case_id)).first()
    return None if row is None else _row(row)


def ended_at(conn: Connection, service: str, account: str) -> datetime | None:
    """When a person last decided that a teen's pairings rest."""
    c = EXITS.c
    mine = (c.about == About.EXIT, c.service == service, c.account == account, c.answer == Decided.ENDS)
    found: datetime | None = conn.execute(select(func.max(c.answered_at)).where(*mine)).scalar()
    return found


def open_reach(conn: Connection, guardian: str) -> ExitRow | None:
    c = EXITS.c
    mine = (c.about == About.REACH, c.guardian == guardian, c.answer.is_(None))
    row = conn.execute(select(EXITS).where(*mine)).first()
    return None if row is None else _row(row)


def answer(tx: Transaction, case_id: str, said: Decided, *, person: str, reason: str) -> bool:
    """Write down what a person decided; false when somebody did before."""
    open_one = (EXITS.c.case_id == case_id, EXITS.c.answer.is_(None))
    values = {"answer": said, "answered_by": person, "answered_at": tx.now, "reason": reason}
    return bool(tx.conn.execute(update(EXITS).where(*open_one).values(**values)).rowcount)


def _add(tx: Transaction, case_id: str, about: About, **values: Any) -> None:
    tx.conn.execute(insert(EXITS).values(case_id=case_id, about=about, asked_at=tx.now, **values))


def _row(row: Row[Any]) -> ExitRow:
    told = row._asdict()
    told |= {"about": About(row.about), "reach": Reach(row.reach)}
    told["answer"] = None if row.answer is None else Decided(row.answer)
    return ExitRow(**told)
