"""Exact search for all fingerprints within a distance, in memory. Pure.

The kernel (native/index.hpp) does it; docs/why/exact-search.md tells how.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from hoede import _native

BYTES = 32
FAR = 31  # the largest distance that tables are asked for; beyond it every fingerprint is counted

Hashes = NDArray[np.uint8]  # one row of 32 bytes each


@dataclass(frozen=True, slots=True)
class Near:
    place: int  # row of the hash
    distance: int  # bits that differ


class Index:
    """Finds rows of `hashes` by distance. Never changes; building takes less than a second per million."""

    def __init__(self, hashes: Hashes) -> None:
        self.hashes = np.ascontiguousarray(hashes)
        self._index = _native.Index()
        self._index.add_all(self.hashes, np.zeros(len(hashes), np.uint16))
        self._index.merge()

    def __len__(self) -> int:
        return len(self.hashes)

    def near(self, asked: bytes, within: int) -> list[Near]:
        """Every row at most `within` bits away, the nearest first; exact for any distance."""
        found, _ = self._index.near(asked, within, max(1, len(self)))
        return [Near(place, distance) for distance, place, _ in found]

    def places_near(self, asked: Hashes, within: int, *, most: int) -> tuple[NDArray[Any], NDArray[Any]]:
        """For many at once: how many answers each has, and their rows behind one another."""
        starts, _, places, _, _ = self._index.near_all(np.ascontiguousarray(asked), within, most)
        return np.diff(starts), places


def any_near(asked: Hashes, among: Index, within: int) -> NDArray[np.bool_]:
    """Which rows of `asked` are that near to anything in `among`; the smaller side does the asking."""
    if len(asked) <= len(among):
        counts, _ = among.places_near(asked, within, most=1)
        return counts > 0
    found = np.zeros(len(asked), np.bool_)
    _, places = Index(asked).places_near(among.hashes, within, most=len(asked))
    found[places] = True
    return found
