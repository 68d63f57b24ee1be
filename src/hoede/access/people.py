"""People who sign in here, and the history of what was changed about them: each change with its leaf."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from hoede.access.tables import CHANGES, PEOPLE
from hoede.core.errors import HoedeError
from hoede.core.leaves import Leaf
from hoede.db import Transaction

LONGEST_NAME = 80  # characters
COMMAND_LINE = "command-line"  # who did it, where it was no person that is known here


class PersonKind(StrEnum):
    """Who signs in: at the desk, or at the pages of families. Neither passes for the other."""

    STAFF = "staff"
    GUARDIAN = "guardian"


class PersonUnknown(HoedeError):
    """There is no such person. `hoede people list` shows who there is."""

    code = "person-unknown"


class NameUnfit(HoedeError):
    """A name has 1 to 80 printable characters."""

    code = "name-unfit"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    id: str
    name: str
    roles: tuple[str, ...]
    language: str
    created_at: datetime
    disabled_at: datetime | None
    kind: PersonKind = PersonKind.STAFF

    @property
    def is_disabled(self) -> bool:
        return self.disabled_at is not None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that was done: to whom, by whom, when."""

    person: str
    act: str
    by: str
    detail: str
    at: datetime


def add_person(
    tx: Transaction,
    person_id: str,
    *,
    name: str,
    roles: Collection[str],
    language: str,
    by: str,
    kind: PersonKind = PersonKind.STAFF,
) -> None:
    """Add somebody, who cannot sign in until they used an invitation. Raises `NameUnfit`."""
    fit = _fit(name)
    held = json.dumps(list(roles))
    tx.conn.execute(
        insert(PEOPLE).values(
            id=person_id, name=fit, roles=held, language=language, created_at=tx.now, kind=kind
        )
    )
    note(tx, person_id, "person.created", by=by, detail=held)


def rename(tx: Transaction, person_id: str, name: str) -> None:
    """Raises `NameUnfit`."""
    tx.conn.execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(name=_fit(name)))
    note(tx, person_id, "person.renamed", by=person_id)


def forget_name(tx: Transaction, person_id: str) -> None:
    """They are gone; what they did stays, and not who they were."""
    tx.conn.execute(update(PEOPLE).where(PEOPLE.c.id == person_id).values(name=""))


def find_person(conn: Connection, person_id: str) -> Person | None:
    row = conn.execute(select(PEOPLE).where(PEOPLE.c.id == person_id)).one_or_none()
    return None if row is None else _person(row)


def all_people(conn: Connection) -> tuple[Person, ...]:
    """Everybody who works here, in the order they were added."""
    staff = PEOPLE.c.kind == PersonKind.STAFF
    rows = conn.execute(select(PEOPLE).where(staff).order_by(PEOPLE.c.created_at, PEOPLE.c.id))
    return tuple(_person(row) for row in rows)


def disabled(conn: Connection) -> frozenset[str]:
    """Ids of those who may not sign in any more."""
    return frozenset(conn.execute(select(PEOPLE.c.id).where(PEOPLE.c.disabled_at.is_not(None))).scalars())


def lock_person(tx: Transaction, person_id: str) -> Person:
    """The person; nobody else changes anything about them before this transaction ends."""
    row = tx.conn.execute(select(PEOPLE).where(PEOPLE.c.id == person_id).with_for_update()).one_or_none()
    if row is None:
        raise PersonUnknown
    return _person(row)


def lock_everybody(tx: Transaction) -> dict[str, Person]:
    """Likewise for all who work here: who counts administrators must be the only one who takes one away."""
    staff = PEOPLE.c.kind == PersonKind.STAFF
    rows = tx.conn.execute(select(PEOPLE).where(staff).order_by(PEOPLE.c.id).with_for_update())
    return {row.id: _person(row) for row in rows}


def note(tx: Transaction, person_id: str, act: str, *, by: str, detail: str = "") -> None:
    """Write down what was done, with its leaf; the person stays locked until this transaction ends."""
    lock_person(tx, person_id)  # two changes at once never get one number
    newest = select(func.max(CHANGES.c.number)).where(CHANGES.c.person_id == person_id)
    number = (tx.conn.execute(newest).scalar_one() or 0) + 1
    row = {"person_id": person_id, "number": number, "act": act, "by": by, "detail": detail, "at": tx.now}
    tx.conn.execute(insert(CHANGES).values(**row))
    tx.leaf(Leaf(act, _about(person_id, number), f"{by}/{detail}"))


def history(conn: Connection, person_id: str, most: int) -> tuple[Change, ...]:
    """What was done about a person, the newest first."""
    rows = conn.execute(
        select(CHANGES).where(CHANGES.c.person_id == person_id).order_by(CHANGES.c.number.desc()).limit(most)
    )
    return tuple(Change(row.person_id, row.act, row.by, row.detail, row.at) for row in rows)


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    rows = conn.execute(select(CHANGES.c.act, CHANGES.c.person_id, CHANGES.c.number))
    return [(row.act, _about(row.person_id, row.number)) for row in rows]


def _fit(name: str) -> str:
    fit = name.strip()
    if not (1 <= len(fit) <= LONGEST_NAME and fit.isprintable()):
        raise NameUnfit
    return fit


def _about(person_id: str, number: int) -> str:
    return f"{person_id}/{number}"


def _person(row: Row[Any]) -> Person:
    return Person(
        id=row.id,
        name=row.name,
        roles=tuple(json.loads(row.roles)),
        language=row.language,
        created_at=row.created_at,
        disabled_at=row.disabled_at,
        kind=PersonKind(row.kind),
    )
