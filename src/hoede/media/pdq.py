"""PDQ, the perceptual fingerprint lists are exchanged in: 256 bits that a recoded picture keeps. Pure.

The blur and the shrinking of the reference are linear, so both are one matrix per side; numpy does the rest.
Source: the PDQ reference implementation, docs/sources.md#pdq.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

LEAST_SIDE = 5  # pixels; below that the reference gives no fingerprint
SIDE, KEPT = 64, 16
LONGEST_KEPT = 8192  # pixels: 2 MB of matrix; whoever sends every size there is does not fill our memory
_PASSES = 2  # two boxes in a row make a tent
Plane = NDArray[np.floating[Any]]


@dataclass(frozen=True, slots=True)
class Pdq:
    """One picture's fingerprints: itself first, then its seven turns and mirrors."""

    hashes: tuple[bytes, ...]  # 32 bytes each, most significant first
    quality: int  # 0 (flat) to 100; below 50 a fingerprint says little


def fingerprint(strips: Iterable[Plane], width: int, height: int) -> Pdq | None:
    """The fingerprints of a picture whose grey rows (0 to 255) come in strips from the top.

    None when a side is shorter than `LEAST_SIDE`. Strips keep the memory small: a picture of 100
    megapixels is never in one plane.
    """
    if min(width, height) < LEAST_SIDE:
        return None
    small = _shrunk(strips, width, height)
    dct: Plane = _DCT @ small @ _DCT.T
    return Pdq(tuple(_bits(one) for one in _turned(dct)), _quality(small))


def distance(one: bytes, other: bytes) -> int:
    r"""In how many of 256 bits two fingerprints differ; unrelated pictures lie near 128.

    >>> distance(bytes(32), bytes(31) + b"\x07")
    3
    """
    if len(one) != len(other):
        raise ValueError(f"fingerprints of {len(one)} and {len(other)} bytes")
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()


def _shrunk(strips: Iterable[Plane], width: int, height: int) -> Plane:
    down, across = _blur(height), _blur(width).T
    small = np.zeros((SIDE, SIDE), np.float32)
    top = 0
    for strip in strips:
        small += down[:, top : top + len(strip)] @ (strip @ across)
        top += len(strip)
    if top != height:
        raise ValueError(f"{top} rows came, not {height}")
    return small


def _blur(length: int) -> Plane:
    """The matrix that blurs a line of this length with two boxes and takes 64 points of it."""
    return _kept(length) if length <= LONGEST_KEPT else _made(length)


@lru_cache(maxsize=32)
def _kept(length: int) -> Plane:
    return _made(length)


def _made(length: int) -> Plane:
    window = (length + 2 * SIDE - 1) // (2 * SIDE)
    ahead = (window + 2) // 2
    at = np.arange(length)
    first = np.maximum(0, at - (window - ahead))  # a box ends at the border and then is shorter
    after = np.minimum(length, at + ahead)
    share = 1.0 / (after - first)
    points = ((np.arange(SIDE) + 0.5) * length / SIDE).astype(int)  # the middle of each part
    rows = np.zeros((SIDE, length))
    rows[np.arange(SIDE), points] = 1.0
    for _ in range(_PASSES):
        rows = _boxed(rows * share, first, after)
    return rows.astype(np.float32)


def _boxed(
    rows: NDArray[np.float64], first: NDArray[np.int_], after: NDArray[np.int_]
) -> NDArray[np.float64]:
    """Spread each column's weight over its box: add it where the box begins, take it off where it ends."""
    edges = np.zeros((len(rows), rows.shape[1] + 1))
    for row, edge in zip(rows, edges, strict=True):
        np.add.at(edge, first, row)
        np.subtract.at(edge, after, row)
    return np.cumsum(edges, axis=1)[:, :-1]


def _cosines() -> Plane:
    """Frequencies 1 to 16 of a discrete cosine transform over 64 points."""
    frequency, point = np.arange(1, KEPT + 1)[:, None], np.arange(SIDE)[None, :]
    waves = np.cos(np.pi / 2 / SIDE * frequency * (2 * point + 1))
    scaled: Plane = (np.sqrt(2.0 / SIDE) * waves).astype(np.float32)
    return scaled


_DCT = _cosines()
# A mirror turns the sign of every odd frequency; the first one kept is odd.
_ODD = np.where(np.arange(KEPT) % 2 == 0, -1.0, 1.0).astype(np.float32)


def _turned(dct: Plane) -> Iterator[Plane]:
    """The transforms of the picture's eight turns and mirrors; transposing a picture transposes its own."""
    for one in (dct, dct.T):
        for down in (np.float32(1.0), _ODD[:, None]):
            for across in (np.float32(1.0), _ODD[None, :]):
                yield one * down * across


def _bits(dct: Plane) -> bytes:
    """A bit for every frequency stronger than the median, the first one the least significant."""
    flat = dct.ravel()
    median = np.partition(flat, len(flat) // 2 - 1)[len(flat) // 2 - 1]
    return np.packbits(flat > median, bitorder="little").tobytes()[::-1]


def _quality(small: Plane) -> int:
    """How much the shrunk picture changes from point to point, as the reference counts it."""
    steps = (np.diff(small, axis=0), np.diff(small, axis=1))
    total = sum(int(np.abs(np.trunc(step * 100 / 255)).sum()) for step in steps)
    return min(100, total // 90)
