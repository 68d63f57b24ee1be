"""Exact search as plainly as it goes: every hash is counted. And hashes of every kind to search among."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

Hashes = NDArray[np.uint8]
Found = list[tuple[int, int, int]]  # distance, id, bank
BYTES, BITS = 32, 256


@dataclass
class PlainIndex:
    """What an index has, by id."""

    hashes: Hashes = field(default_factory=lambda: np.empty((0, BYTES), np.uint8))
    banks: NDArray[np.uint16] = field(default_factory=lambda: np.empty(0, np.uint16))
    gone: set[int] = field(default_factory=set)

    def add(self, hashes: Hashes, banks: NDArray[np.uint16]) -> int:
        first = len(self.hashes)
        self.hashes = np.concatenate([self.hashes, hashes])
        self.banks = np.concatenate([self.banks, banks])
        return first

    def near(self, asked: bytes, limits: NDArray[np.int16], most: int) -> tuple[Found, bool]:
        """The nearest of each bank, at most so many, and whether a bank has more."""
        apart = np.bitwise_count(self.hashes ^ np.frombuffer(asked, np.uint8)).sum(axis=1, dtype=np.int64)
        within = np.where(self.banks < len(limits), limits[np.minimum(self.banks, len(limits) - 1)], -1)
        found = sorted(
            (int(apart[at]), int(at), int(self.banks[at]))
            for at in np.flatnonzero(apart <= within)
            if int(at) not in self.gone
        )
        kept: Found = []
        taken: dict[int, int] = {}
        for one in found:
            taken[one[2]] = taken.get(one[2], 0) + 1
            if taken[one[2]] <= most:
                kept.append(one)
        return kept, len(kept) < len(found)


def hashes(kind: str, count: int, seed: int) -> Hashes:
    """`random`; `clustered`: families of a few; `skewed`: all share a word; `chunks`: half of every word."""
    chance = np.random.default_rng(seed)
    drawn = chance.integers(0, 256, (count, BYTES), dtype=np.uint8)
    if kind == "clustered":
        origins = drawn[: max(1, count // 50)]
        drawn = flipped(origins[(chance.pareto(1.0, count) * 3).astype(int) % len(origins)], chance, 40)
    if kind == "skewed":
        drawn[:, :4] = 7
    if kind == "chunks":
        drawn[:, ::4] = drawn[:, 1::4] = 9
    return drawn


def flipped(rows: Hashes, chance: np.random.Generator, most: int) -> Hashes:
    """Copies with up to so many bits turned, each number of them as often as the others."""
    order = np.argsort(chance.random((len(rows), BITS)), axis=1)
    turned = np.zeros((len(rows), BITS), np.uint8)
    many = np.arange(BITS) < chance.integers(0, most + 1, len(rows))[:, None]
    np.put_along_axis(turned, order, many.astype(np.uint8), 1)
    return rows ^ np.packbits(turned, axis=1)
