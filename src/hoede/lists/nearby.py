"""Perceptual fingerprints of all lists, by bank, in memory; told of changes by the version row."""

import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from hoede import _native
from hoede.core.findings import DigestKind
from hoede.db import Database
from hoede.lists.banks import all_banks
from hoede.lists.index import BYTES
from hoede.lists.kept import ENTRY_BYTES, KeptLists, ListsFolder
from hoede.lists.rules import Bank
from hoede.lists.tables import DIGESTS, IMPORTS, LISTS
from hoede.lists.versions import version

FIRST_LOAD_WITHIN_S = 120
WORTH_KEEPING = 100_000  # fingerprints that are not kept yet; reading fewer from the database takes a moment
MOST = 1000  # of each bank, for one fingerprint; a larger family is asked for when it is wanted
_ID = "ent_"


@dataclass(frozen=True, slots=True)
class Candidate:
    """An entry near to what was asked, in force or not any more."""

    entry: str
    distance: int


@dataclass(frozen=True, slots=True)
class Nearest:
    """The candidates of one bank, the nearest first; where there are very many, only those."""

    candidates: Sequence[Candidate] = ()
    complete: bool = True


@dataclass(frozen=True, slots=True)
class _Snapshot:
    version: int = -1
    banks: tuple[Bank, ...] = ()
    numbers: Mapping[str, int] = field(default_factory=dict)  # of banks, as the index knows them
    count: int = 0


class Nearby:
    """Finds entries by nearness. `refresh` is called every quarter of a second by a thread of its process.

    With a folder it begins with what is kept there, and `keep`, called now and then, keeps what it has.
    """

    def __init__(
        self, db: Database, folder: ListsFolder | None = None, *, worth_keeping: int = WORTH_KEEPING
    ) -> None:
        self._db = db
        self._folder = folder
        self._worth_keeping = worth_keeping
        self._kept = 0
        self._index = _native.Index()
        self._entries = np.empty((0, ENTRY_BYTES), np.uint8)  # by id of the index; with room behind the last
        self._snapshot = _Snapshot()
        self._loaded = threading.Event()
        self._refreshing = threading.Lock()

    def refresh(self) -> bool:
        """Take in what became active since; false when nothing changed."""
        with self._refreshing:
            before = self._snapshot if self._loaded.is_set() else self._begun()
            if self._loaded.is_set() and self._db.read(version) == before.version:
                return False
            now, banks, loaded = self._db.read(lambda conn: _grown(conn, before.version))
            numbers = dict(before.numbers)
            for bank, hashes, entries in loaded:
                self._add(numbers.setdefault(bank, len(numbers)), hashes, entries)
            if not before.count:
                self._index.merge()
            self._snapshot = _Snapshot(now, banks, numbers, len(self._index))
            self._loaded.set()
            return True

    def _begun(self) -> _Snapshot:
        """Where a process begins: with nothing, or with what is kept."""
        kept = self._db.read(self._folder.open) if self._folder else None
        if kept is None:
            self._index, self._entries = _native.Index(), self._entries[:0]
            return _Snapshot()
        self._index, self._entries, self._kept = kept.index, kept.entries, len(kept.entries)
        return _Snapshot(version=kept.version, numbers=kept.banks, count=self._kept)

    def keep(self) -> bool:
        """Write down what there is, when much of it is not kept yet; false when it was not written.

        Raises `OSError`.
        """
        now = self._snapshot
        if not self._folder or now.count - self._kept < max(self._worth_keeping, now.count // 64):
            return False
        lists = KeptLists(
            version=now.version, banks=now.numbers, index=self._index, entries=self._entries[: now.count]
        )
        kept = self._db.read(partial(self._folder.keep, lists=lists))
        self._kept = now.count if kept else self._kept
        return kept

    def _add(self, number: int, hashes: NDArray[np.uint8], entries: NDArray[np.uint8]) -> None:
        """An id's entry is there before the index can tell the id."""
        first = len(self._index)
        if first + len(entries) > len(self._entries):
            room = np.empty((max(first + len(entries), 2 * first), ENTRY_BYTES), np.uint8)
            room[:first] = self._entries[:first]
            self._entries = room
        self._entries[first : first + len(entries)] = entries
        self._index.add_all(hashes, np.full(len(hashes), number, np.uint16))

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

    def near(
        self, banks: Iterable[Bank], asked: Sequence[bytes], *, most: int | None = MOST
    ) -> Mapping[str, Nearest]:
        """By bank, the entries within its threshold of one of these fingerprints, an entry once.

        With `most` only so many for each fingerprint; None brings all.
        """
        numbers = self._snapshot.numbers
        names = {numbers[bank.name]: bank.name for bank in banks if bank.name in numbers}
        limits = np.full(len(numbers), -1, np.int16)
        for bank in banks:
            if bank.name in numbers:
                limits[numbers[bank.name]] = bank.threshold
        rows = np.frombuffer(b"".join(asked), np.uint8).reshape(-1, BYTES)
        wanted = len(self._index) + 1 if most is None else most
        starts, distances, ids, of_bank, _ = self._index.near_all(rows, limits, wanted)
        if not len(ids):
            return {}
        found: dict[int, list[list[tuple[int, str]]]] = {}
        for begin, end in zip(starts[:-1].tolist(), starts[1:].tolist(), strict=True):
            for number in set(of_bank[begin:end].tolist()):
                places = begin + np.flatnonzero(of_bank[begin:end] == number)
                answer = [(int(distances[place]), self._entry(int(ids[place]))) for place in places]
                found.setdefault(number, []).append(answer)
        return {names[number]: _nearest(answers, wanted) for number, answers in found.items()}

    def _entry(self, id_: int) -> str:
        return f"{_ID}{self._entries[id_].tobytes().hex()}"


def _nearest(answers: Sequence[Sequence[tuple[int, str]]], wanted: int) -> Nearest:
    """Each entry once; where an answer was cut off, only what nothing that is missing can come before."""
    cut_off = [answer[-1][0] for answer in answers if len(answer) >= wanted]
    sure = min(cut_off, default=None)
    nearest: dict[str, int] = {}
    for distance, entry in sorted(one for answer in answers for one in answer):
        if sure is None or distance < sure:
            nearest.setdefault(entry, distance)
    return Nearest([Candidate(entry, distance) for entry, distance in nearest.items()], not cut_off)


def _grown(
    conn: Connection, after: int
) -> tuple[int, tuple[Bank, ...], list[tuple[str, NDArray[np.uint8], NDArray[np.uint8]]]]:
    now = version(conn)
    return now, all_banks(conn), list(load(conn, after=after, up_to=now))


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
        yield bank, _rows(hashes, BYTES), _rows(entries, ENTRY_BYTES)


def _rows(values: bytearray, width: int) -> NDArray[np.uint8]:
    return np.frombuffer(values, np.uint8).reshape(-1, width)
