"""Rows of lists, imports and entries: what comes in, what is in force, what is taken back."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Connection,
    Executable,
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    union_all,
    update,
)

from hoede.core.findings import EXACT, Category, DigestKind
from hoede.core.leaves import Leaf
from hoede.db import Transaction, insert_all_new, insert_new
from hoede.lists.banks import ensure_bank
from hoede.lists.reader import Line
from hoede.lists.rules import ListFacts, Standing
from hoede.lists.tables import DIGESTS, ENTRIES, IMPORTS, LISTS, in_force, joined, quarantined
from hoede.lists.versions import count_up


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import brought."""

    id: str
    entries: int
    new: int
    withdrawn: int  # in the file, but withdrawn here before: they stay withdrawn
    quarantined: int = 0  # new, and put in quarantine at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One entry with what a decision or a person needs to know of it."""

    id: str
    facts: ListFacts
    source_id: str | None
    withdrawn_at: datetime | None  # by itself, with its list, or with its import
    quarantined: bool

    @property
    def counts(self) -> bool:
        """Whether something irreversible may stand on it."""
        return self.withdrawn_at is None and not self.quarantined


def add_list(tx: Transaction, facts: ListFacts) -> ListFacts:
    """Make the list known, or tell what it is known as; what a list is never changes by an import."""
    ensure_bank(tx, facts.bank)
    insert_new(
        tx.conn,
        LISTS,
        {
            "name": facts.name,
            "source": facts.source,
            "standing": facts.standing,
            "category": facts.category,
            "rehearsal": facts.rehearsal,
            "bank": facts.bank,
        },
    )
    known = find_list(tx.conn, facts.name)
    return known or facts


def find_list(conn: Connection, name: str) -> ListFacts | None:
    row = conn.execute(select(LISTS).where(LISTS.c.name == name)).one_or_none()
    return None if row is None else _facts(row)


def begin_import(tx: Transaction, import_id: str, list_name: str, file_sha256: str) -> None:
    """Open an import; what an import that was cut off left of this list goes away."""
    stale = select(IMPORTS.c.id).where(IMPORTS.c.list == list_name, IMPORTS.c.active.is_(False))
    tx.conn.execute(delete(DIGESTS).where(DIGESTS.c.import_id.in_(stale)))
    tx.conn.execute(delete(ENTRIES).where(ENTRIES.c.import_id.in_(stale)))
    tx.conn.execute(delete(IMPORTS).where(IMPORTS.c.id.in_(stale)))
    tx.conn.execute(
        insert(IMPORTS).values(id=import_id, list=list_name, file_sha256=file_sha256, at=tx.now, active=False)
    )


def add_entries(tx: Transaction, import_id: str, list_name: str, lines: Mapping[str, Line]) -> int:
    """Add lines by their entry's id where they are not there yet; returns how many are new.

    None of them is in force before `activate`.
    """
    return insert_all_new(
        tx.conn,
        ENTRIES,
        [(key, list_name, import_id, line.source_id, line.number) for key, line in lines.items()],
    )


def add_digests(
    tx: Transaction, import_id: str, kind: DigestKind, digests: Sequence[tuple[bytes, str]]
) -> None:
    """Add digests of one kind with their entries; what an entry brought before stays as it is."""
    insert_all_new(tx.conn, DIGESTS, [(kind.value, value, entry, import_id) for value, entry in digests])


def activate(tx: Transaction, import_id: str) -> bool:
    """Put a whole import in force; false when another import has swept it meanwhile."""
    values = {"active": True, "version": count_up(tx)}
    done = tx.conn.execute(update(IMPORTS).where(IMPORTS.c.id == import_id).values(**values))
    if done.rowcount:
        tx.leaf(Leaf("list.imported", import_id))
    return bool(done.rowcount)


def withdraw(tx: Transaction, entries: Iterable[str], why: str) -> int:
    """Take entries out of force, for every process from its next look on; returns how many were in force."""
    gone = 0
    for entry in entries:
        done = tx.conn.execute(
            update(ENTRIES)
            .where(ENTRIES.c.id == entry, ENTRIES.c.withdrawn_at.is_(None))
            .values(withdrawn_at=tx.now, withdrawn_why=why)
        )
        if done.rowcount:
            tx.leaf(Leaf("list.withdrawn", entry, why))
        gone += done.rowcount
    count_up(tx)
    return gone


def withdraw_list(tx: Transaction, name: str, why: str) -> int:
    """Take a whole list out of force in one row; returns how many of its entries were in force."""
    gone = count_in_force(tx.conn, name)
    done = tx.conn.execute(
        update(LISTS)
        .where(LISTS.c.name == name, LISTS.c.withdrawn_at.is_(None))
        .values(withdrawn_at=tx.now, withdrawn_why=why)
    )
    if done.rowcount:
        tx.leaf(Leaf("list.withdrawn", name, why))
        count_up(tx)
    return gone


def roll_back(tx: Transaction, import_id: str, why: str) -> int:
    """Take out of force every entry that an import brought first; returns how many were in force."""
    asked = in_force(select(func.count())).where(ENTRIES.c.import_id == import_id)
    gone = int(tx.conn.execute(asked).scalar_one())
    done = tx.conn.execute(
        update(IMPORTS)
        .where(IMPORTS.c.id == import_id, IMPORTS.c.active.is_(True), IMPORTS.c.rolled_back_at.is_(None))
        .values(rolled_back_at=tx.now, rolled_back_why=why)
    )
    if done.rowcount:
        tx.leaf(Leaf("list.rolled_back", import_id, why))
        count_up(tx)
    return gone


def is_withdrawn(conn: Connection, list_name: str) -> bool:
    """Whether the list as a whole was withdrawn."""
    asked = select(LISTS.c.name).where(LISTS.c.name == list_name, LISTS.c.withdrawn_at.is_not(None))
    return conn.execute(asked).first() is not None


def is_import(conn: Connection, import_id: str) -> bool:
    """Whether this import ever came into force."""
    asked = select(IMPORTS.c.id).where(IMPORTS.c.id == import_id, IMPORTS.c.active.is_(True))
    return conn.execute(asked).first() is not None


def count_in_force(conn: Connection, list_name: str) -> int:
    asked = in_force(select(func.count())).where(LISTS.c.name == list_name)
    return int(conn.execute(asked).scalar_one())


def entries_of(conn: Connection, list_name: str) -> list[str]:
    """Ids of a list's entries in force."""
    asked = in_force(select(ENTRIES.c.id)).where(LISTS.c.name == list_name).order_by(ENTRIES.c.line)
    return list(conn.execute(asked).scalars())


_GONE_AT = func.coalesce(ENTRIES.c.withdrawn_at, LISTS.c.withdrawn_at, IMPORTS.c.rolled_back_at)
_ENTRY = joined(
    select(ENTRIES.c.id, ENTRIES.c.source_id, _GONE_AT.label("gone_at"), quarantined().label("held"), LISTS)
).where(ENTRIES.c.id == bindparam("entry"), IMPORTS.c.active.is_(True))


def entry(conn: Connection, entry_id_: str) -> Entry | None:
    """An entry of a finished import, withdrawn or not."""
    row = conn.execute(_ENTRY, {"entry": entry_id_}).one_or_none()
    if row is None:
        return None
    return Entry(
        id=row.id,
        facts=_facts(row),
        source_id=row.source_id,
        withdrawn_at=row.gone_at,
        quarantined=row.held,
    )


def exact_digests(conn: Connection, import_id: str, among: Sequence[bytes]) -> set[bytes]:
    """Those of these exact digests that an entry of the import has."""
    asked = select(DIGESTS.c.value).where(DIGESTS.c.kind.in_(EXACT), DIGESTS.c.value.in_(among))
    return set(conn.execute(asked.where(DIGESTS.c.import_id == import_id)).scalars())


def fingerprints_of(conn: Connection, import_id: str) -> list[bytes]:
    """The perceptual fingerprints that an import brought first."""
    asked = select(DIGESTS.c.value).where(DIGESTS.c.import_id == import_id)
    return list(conn.execute(asked.where(DIGESTS.c.kind == DigestKind.PDQ)).scalars())


def fingerprints_in_force(conn: Connection, list_name: str) -> list[tuple[str, bytes]]:
    """The perceptual fingerprints of a list and their entries; none that were taken back or held back."""
    asked = in_force(select(DIGESTS.c.entry, DIGESTS.c.value)).join(DIGESTS, DIGESTS.c.entry == ENTRIES.c.id)
    mine = asked.where(LISTS.c.name == list_name, DIGESTS.c.kind == DigestKind.PDQ, ~quarantined())
    return [(row.entry, row.value) for row in conn.execute(mine.order_by(ENTRIES.c.line, DIGESTS.c.value))]


def withdrawn_among(conn: Connection, entries: Iterable[str]) -> int:
    asked = select(func.count()).where(ENTRIES.c.id.in_(list(entries)), ENTRIES.c.withdrawn_at.is_not(None))
    return conn.execute(asked).scalar_one()


@dataclass(frozen=True, slots=True)
class Overview:
    """A list with its entries in force, withdrawn ones, and those of the first kind in quarantine."""

    facts: ListFacts
    in_force: int
    withdrawn: int
    quarantined: int


def overview(conn: Connection) -> list[Overview]:
    """Every list with its figures, by name."""
    known = joined(select(ENTRIES.c.list, func.count().label("entries"))).where(IMPORTS.c.active.is_(True))
    standing = in_force(select(ENTRIES.c.list, func.count().label("entries")))
    all_of, stand = _counted(conn, known), _counted(conn, standing)
    held = _counted(conn, standing.where(quarantined()))
    return [
        Overview(
            facts=_facts(row),
            in_force=stand.get(row.name, 0),
            withdrawn=all_of.get(row.name, 0) - stand.get(row.name, 0),
            quarantined=held.get(row.name, 0),
        )
        for row in conn.execute(select(LISTS).order_by(LISTS.c.name))
    ]


def _counted(conn: Connection, asked: Select[Any]) -> dict[str, int]:
    rows = conn.execute(asked.group_by(ENTRIES.c.list))
    return {row.list: row.entries for row in rows}


def rehearsal_entries(conn: Connection) -> int:
    """How many test entries are in force; a production authority tolerates none."""
    asked = in_force(select(func.count())).where(LISTS.c.rehearsal.is_(True))
    return int(conn.execute(asked).scalar_one())


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    told: dict[str, Executable] = {
        "list.imported": select(IMPORTS.c.id).where(IMPORTS.c.active.is_(True)),
        "list.rolled_back": select(IMPORTS.c.id).where(IMPORTS.c.rolled_back_at.is_not(None)),
        "list.withdrawn": union_all(
            select(ENTRIES.c.id).where(ENTRIES.c.withdrawn_at.is_not(None)),
            select(LISTS.c.name).where(LISTS.c.withdrawn_at.is_not(None)),
        ),
    }
    return [(act, one) for act, asked in told.items() for one in conn.execute(asked).scalars()]


def by_entry(list_name: str, lines: Iterable[Line]) -> list[tuple[str, Line]]:
    """Each entry once, with the first line that tells of it, by id: so the table grows page by page."""
    found: dict[str, Line] = {}
    for line in lines:
        found.setdefault(entry_id(list_name, line), line)
    return sorted(found.items(), key=lambda one: one[0])


def by_value(kind: DigestKind, entries: Iterable[tuple[str, Line]]) -> list[tuple[bytes, str]]:
    """The digests of one kind with their entries, by value: likewise."""
    return sorted(
        (bytes.fromhex(line.digests[kind]), entry) for entry, line in entries if kind in line.digests
    )


def entry_id(list_name: str, line: Line) -> str:
    """The same digests on the same list are the same entry."""
    parts = [list_name, *(f"{kind}:{value}" for kind, value in sorted(line.digests.items()))]
    return "ent_" + hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


def _facts(row: Row[Any]) -> ListFacts:
    return ListFacts(
        name=row.name,
        source=row.source,
        standing=Standing(row.standing),
        category=Category(row.category),
        rehearsal=row.rehearsal,
        bank=row.bank,
    )
