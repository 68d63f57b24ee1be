"""Perceptual fingerprints of all lists, by bank, in memory; told of changes by the version row."""

import threading
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from hoede.core.findings import DigestKind
from hoede.db import Database
from hoede.lists.banks import all_banks
from hoede.lists.index import BYTES, Index
from hoede.lists.rules import Bank
from hoede.lists.tables import DIGESTS, IMPORTS, LISTS
from hoede.lists.versions import version

FIRST_LOAD_WITHIN_S = 120
TAIL = 4096  # new fingerprints that are counted one by one before they are sorted in
_ID = "ent_"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry near to what was asked, in force or not any more."""

    entry: str
    distance: int


@dataclass(frozen=True, slots=True)
class _Shelf:
    """One bank's fingerprints: most of them sorted, the newest behind them."""

    hashes: NDArray[np.uint8]
    entries: NDArray[np.uint8]  # 16 bytes each, what follows `ent_`
    sorted: Index
    newest: Index

    def near(self, asked: Iterable[bytes], within: int) -> Iterator[tuple[int, str]]:
        """Distance and entry; an entry as often as it is near to one of what is asked."""
        for one in asked:
            for near in self.sorted.near(one, within):
                yield near.distance, self._entry(near.place)
            for near in self.newest.near(one, within):
                yield near.distance, self._entry(len(self.sorted) + near.place)

    def with_more(self, hashes: NDArray[np.uint8], entries: NDArray[np.uint8]) -> "_Shelf":
        all_hashes = np.concatenate([self.hashes, hashes])
        all_entries = np.concatenate([self.entries, entries])
        if len(all_hashes) - len(self.sorted) > TAIL:
            return _Shelf(all_hashes, all_entries, Index(all_hashes), Index(all_hashes[:0]))
        return replace(
            self, hashes=all_hashes, entries=all_entries, newest=Index(all_hashes[len(self.sorted) :])
        )

    def _entry(self, place: int) -> str:
        return f"{_ID}{self.entries[place].tobytes().hex()}"


def _empty() -> _Shelf:
    nothing = np.empty((0, BYTES), np.uint8)
    return _Shelf(nothing, np.empty((0, 16), np.uint8), Index(nothing), Index(nothing))


@dataclass(frozen=True, slots=True)
class _Snapshot:
    version: int = -1
    banks: tuple[Bank, ...] = ()
    shelves: Mapping[str, _Shelf] = field(default_factory=dict)


class Nearby:
    """Finds entries by nearness. `refresh` is called every quarter of a second by a thread of its process."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._snapshot = _Snapshot()
        self._loaded = threading.Event()
        self._refreshing = threading.Lock()

    def refresh(self) -> bool:
        """Take in what became active since; false when nothing changed."""
        with self._refreshing:
            before = self._snapshot
            if self._db.read(version) == before.version:
                return False
            self._snapshot = self._db.read(lambda conn: _grown(conn, before))
            self._loaded.set()
            return True

    def as_of(self) -> int:
        """The version of the lists at the last refresh. Waits for the first one."""
        return self._loaded_snapshot().version

    def banks(self) -> tuple[Bank, ...]:
        """As of the last refresh. Waits for the first one: before it nothing is known to be far."""
        return self._loaded_snapshot().banks

    def _loaded_snapshot(self) -> _Snapshot:
        if not self._loaded.wait(FIRST_LOAD_WITHIN_S):
            raise TimeoutError("the fingerprints of the lists are not loaded yet")
        return self._snapshot

    def near(self, bank: Bank, asked: Iterable[bytes]) -> list[Candidate]:
        """Entries of a bank within its threshold of one of these fingerprints, the nearest first."""
        shelf = self._snapshot.shelves.get(bank.name)
        nearest: dict[str, int] = {}
        for distance, entry in shelf.near(asked, bank.threshold) if shelf else ():
            nearest[entry] = min(distance, nearest.get(entry, distance))
        return [
            Candidate(entry, nearest[entry]) for entry in sorted(nearest, key=lambda one: (nearest[one], one))
        ]


def _grown(conn: Connection, before: _Snapshot) -> _Snapshot:
    now = version(conn)
    shelves = dict(before.shelves)
    for bank, hashes, entries in load(conn, after=before.version, up_to=now):
        shelves[bank] = shelves.get(bank, _empty()).with_more(hashes, entries)
    return _Snapshot(now, all_banks(conn), shelves)


def load(
    conn: Connection, *, after: int, up_to: int
) -> Iterator[tuple[str, NDArray[np.uint8], NDArray[np.uint8]]]:
    """By bank, fingerprints and entries of imports that became active in these versions."""
    asked = (
        select(LISTS.c.bank, DIGESTS.c.entry, DIGESTS.c.value)
        .join(IMPORTS, IMPORTS.c.id == DIGESTS.c.import_id)
        .join(LISTS, LISTS.c.name == IMPORTS.c.list)
        .where(DIGESTS.c.kind == DigestKind.PDQ, IMPORTS.c.version > after, IMPORTS.c.version <= up_to)
    )
    found: dict[str, tuple[bytearray, bytearray]] = {}
    for bank, entry, value in conn.execution_options(yield_per=10_000).execute(asked):
        hashes, entries = found.setdefault(bank, (bytearray(), bytearray()))
        hashes += value
        entries += bytes.fromhex(entry.removeprefix(_ID))
    for bank, (hashes, entries) in found.items():
        yield bank, _rows(hashes, BYTES), _rows(entries, 16)


def _rows(values: bytearray, width: int) -> NDArray[np.uint8]:
    return np.frombuffer(values, np.uint8).reshape(-1, width)
