"""Exact search for all fingerprints within a distance, in memory. Pure.

256 bits are 16 parts of 16 bits. Two fingerprints that differ in at most 31 bits differ in at most one bit
in at least one part, so looking up each part and its 16 neighbours finds them all; the rest is counting.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BYTES = 32
PARTS = 16
FAR = 2 * PARTS - 1  # the largest distance the parts find everything within
SMALL = 4096  # below this many, counting them all is quicker
_VALUES = 1 << 16
_NEIGHBOURS = np.array([0, *(1 << bit for bit in range(16))], np.uint16)

Hashes = NDArray[np.uint8]  # one row of 32 bytes each


@dataclass(frozen=True, slots=True)
class Near:
    place: int  # row of the hash
    distance: int  # bits that differ


class Index:
    """Finds rows of `hashes` by distance. Never changes; building takes about a second per million."""

    def __init__(self, hashes: Hashes) -> None:
        if hashes.ndim != 2 or hashes.shape[1] != BYTES:  # noqa: PLR2004 - rows and bytes
            raise ValueError(f"hashes are rows of {BYTES} bytes")
        self._words = np.ascontiguousarray(hashes).view(np.uint64)
        self._tables = _tables(hashes) if len(hashes) >= SMALL else None

    def __len__(self) -> int:
        return len(self._words)

    @property
    def hashes(self) -> Hashes:
        return self._words.view(np.uint8)

    def near(self, asked: bytes, within: int) -> list[Near]:
        """Every row at most `within` bits away, the nearest first; exact for any distance."""
        if len(asked) != BYTES:
            raise ValueError(f"a fingerprint has {BYTES} bytes, not {len(asked)}")
        word = np.frombuffer(asked, np.uint64)
        if self._tables is None or within > FAR:
            return _within(_distances(self._words, word), None, within)
        places = self._candidates(np.frombuffer(asked, np.uint16))
        return _within(_distances(self._words[places], word), places, within)

    def _candidates(self, parts: NDArray[np.uint16]) -> NDArray[np.int32]:
        order, starts = self._tables or _NO_TABLES
        found = []
        for part in range(PARTS):
            asked = (parts[part] ^ _NEIGHBOURS).astype(np.int64)
            begin, end = starts[part][asked], starts[part][asked + 1]
            found += [order[part][b:e] for b, e in zip(begin, end, strict=True) if b < e]
        return np.unique(np.concatenate(found)) if found else np.empty(0, np.int32)


def any_near(asked: Hashes, among: Index, within: int) -> NDArray[np.bool_]:
    """Which rows of `asked` are that near to anything in `among`; the smaller side does the asking."""
    found = np.zeros(len(asked), np.bool_)
    if not len(asked) or not len(among):
        return found
    if len(asked) <= len(among):
        for row, one in enumerate(asked):
            found[row] = bool(among.near(one.tobytes(), within))
        return found
    index = Index(asked)
    for one in among.hashes:
        found[[near.place for near in index.near(one.tobytes(), within)]] = True
    return found


_Tables = tuple[NDArray[np.int32], NDArray[np.int32]]
_NO_TABLES: _Tables = (np.empty((PARTS, 0), np.int32), np.zeros((PARTS, _VALUES + 1), np.int32))


def _tables(hashes: Hashes) -> _Tables:
    """For each part the rows in the order of its value, and where each value begins in that order."""
    parts = np.ascontiguousarray(hashes).view(np.uint16)
    order = np.empty((PARTS, len(hashes)), np.int32)
    starts = np.zeros((PARTS, _VALUES + 1), np.int32)
    for part in range(PARTS):
        order[part] = np.argsort(parts[:, part], kind="stable")
        np.cumsum(np.bincount(parts[:, part], minlength=_VALUES), out=starts[part, 1:])
    return order, starts


def _distances(words: NDArray[np.uint64], asked: NDArray[np.uint64]) -> NDArray[np.uint16]:
    counted: NDArray[np.uint16] = np.bitwise_count(words ^ asked).sum(axis=1, dtype=np.uint16)
    return counted


def _within(distances: NDArray[np.uint16], places: NDArray[np.int32] | None, within: int) -> list[Near]:
    (at,) = np.nonzero(distances <= within)
    rows = at if places is None else places[at]
    return sorted(
        (Near(int(row), int(distances[one])) for one, row in zip(at, rows, strict=True)),
        key=lambda near: (near.distance, near.place),
    )
