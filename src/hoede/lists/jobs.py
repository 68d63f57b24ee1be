"""Importing a file, trying it first, and taking entries back: small steps, in force all at once."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from functools import partial
from typing import TypeVar

from hoede.core.errors import HoedeError
from hoede.core.findings import DigestKind
from hoede.db import Database, Transaction
from hoede.db.leases import give_back, take_lease
from hoede.lists import quarantine, rescans, store
from hoede.lists.quarantine import Why
from hoede.lists.reader import Line
from hoede.lists.rules import ListFacts
from hoede.lists.store import Imported
from hoede.lists.trial import trial

ROWS_A_STEP = 5000  # small enough that uploads being judged meanwhile hardly wait
_LEASE = timedelta(minutes=2)
T = TypeVar("T")


class ListDiffers(HoedeError):
    """This list is known as something else. Give the same facts, or import under another name."""

    code = "list-differs"


class ListWithdrawn(HoedeError):
    """This list was withdrawn as a whole. Import under another name."""

    code = "list-withdrawn"


class ImportRunning(HoedeError):
    """Another import of this list is running. Wait until it is done."""

    code = "list-import-running"


class ListUnknown(HoedeError):
    """There is no list or entry of that name."""

    code = "list-unknown"


def import_lines(
    db: Database,
    facts: ListFacts,
    lines: list[Line],
    *,
    import_id: str,
    file_sha256: str,
    progress: Callable[[int], object] = int,
) -> Imported:
    """Bring the lines of one file into the list `facts` describes, all in force or none.

    What is new is tried against the negative banks first; what is harmless goes into quarantine with it.
    Raises `ListDiffers` when the list is known with other facts, `ListWithdrawn` when it was taken back,
    `ImportRunning` when one is at work.
    """
    known = db.commit(lambda tx: store.add_list(tx, facts))
    if known != facts:
        raise ListDiffers(list=facts.name)
    if db.read(lambda conn: store.is_withdrawn(conn, facts.name)):
        raise ListWithdrawn(list=facts.name)
    lease = f"import:{facts.name}"
    if not db.commit(lambda tx: take_lease(tx, lease, import_id, _LEASE)):
        raise ImportRunning(list=facts.name)
    db.commit(lambda tx: store.begin_import(tx, import_id, facts.name, file_sha256))
    new, withdrawn = _write(db, facts.name, lines, lease=lease, import_id=import_id, progress=progress)
    harmless = db.read(lambda conn: trial(conn, import_id))
    if not db.commit(partial(_activated, import_id=import_id, harmless=harmless)):
        raise ImportRunning(list=facts.name)
    db.commit(lambda tx: give_back(tx, lease, import_id))
    return Imported(import_id, len(lines), new, withdrawn, len(harmless))


def rows(lines: Iterable[Line]) -> int:
    """How many rows an import of these lines writes at most: what its `progress` counts up to."""
    return sum(1 + len(line.digests) for line in lines)


def _write(
    db: Database,
    name: str,
    lines: list[Line],
    *,
    lease: str,
    import_id: str,
    progress: Callable[[int], object],
) -> tuple[int, int]:
    """Entries, then their digests kind by kind, each in the order of its table, not yet in force.

    Returns how many entries are new, and how many were there and withdrawn.
    """
    entries = store.by_entry(name, lines)
    new = withdrawn = 0
    for some in _steps(entries, progress):
        add = partial(_entries, import_id=import_id, name=name, lines=dict(some))
        added, gone = db.commit(partial(_leased, lease=lease, import_id=import_id, write=add))
        new, withdrawn = new + added, withdrawn + gone
    for kind in DigestKind:
        for digests in _steps(store.by_value(kind, entries), progress):
            put = partial(store.add_digests, import_id=import_id, kind=kind, digests=digests)
            db.commit(partial(_leased, lease=lease, import_id=import_id, write=put))
    return new, withdrawn


def _steps(rows: Sequence[T], progress: Callable[[int], object]) -> Iterator[Sequence[T]]:
    """Rows that are written together; what was written is told once the next are asked for."""
    for start in range(0, len(rows), ROWS_A_STEP):
        some = rows[start : start + ROWS_A_STEP]
        yield some
        progress(len(some))


def _leased(tx: Transaction, *, lease: str, import_id: str, write: Callable[[Transaction], T]) -> T:
    """A step of an import that still holds its lease, or `ImportRunning`."""
    if not take_lease(tx, lease, import_id, _LEASE):
        raise ImportRunning(lease=lease)
    return write(tx)


def _entries(tx: Transaction, *, import_id: str, name: str, lines: Mapping[str, Line]) -> tuple[int, int]:
    """How many of these entries are new, and how many were there and withdrawn."""
    added = store.add_entries(tx, import_id, name, lines)
    return added, store.withdrawn_among(tx.conn, lines) if added < len(lines) else 0


def _activated(tx: Transaction, *, import_id: str, harmless: Mapping[str, Why]) -> bool:
    """In force, in quarantine, to be rescanned, at one moment; false when another import has swept it."""
    if not store.activate(tx, import_id):
        return False
    for entry, why in harmless.items():
        quarantine.put(tx, [entry], why)
    rescans.open_rescan(tx, import_id)
    return True


def withdraw(db: Database, what: str, why: str) -> int:
    """Withdraw one entry (`ent_...`) or a whole list by name; returns how many were in force."""
    if what.startswith("ent_"):
        _known_entry(db, what)
        return db.commit(lambda tx: store.withdraw(tx, [what], why))
    if db.read(lambda conn: store.find_list(conn, what)) is None:
        raise ListUnknown(f"There is no list {what}.")
    return db.commit(lambda tx: store.withdraw_list(tx, what, why))


def roll_back(db: Database, import_id: str, why: str) -> int:
    """Take back every entry that an import brought first; returns how many were in force."""
    if not db.read(lambda conn: store.is_import(conn, import_id)):
        raise ListUnknown(f"There is no import {import_id} that came into force.")
    return db.commit(lambda tx: store.roll_back(tx, import_id, why))


def hold_back(db: Database, entry: str) -> bool:
    """Put an entry into quarantine by hand; false when it was there."""
    _known_entry(db, entry)
    return bool(db.commit(lambda tx: quarantine.put(tx, [entry], Why.PERSON)))


def release(db: Database, entry: str, why: str) -> bool:
    """Let an entry out of quarantine; false when it was not there."""
    _known_entry(db, entry)
    return db.commit(lambda tx: quarantine.release(tx, entry, why))


def _known_entry(db: Database, entry: str) -> None:
    if db.read(lambda conn: store.entry(conn, entry)) is None:
        raise ListUnknown(f"There is no entry {entry}.")
