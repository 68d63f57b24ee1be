"""PDQ, the perceptual fingerprint lists are exchanged in: 256 bits that a recoded picture keeps. Pure.

The kernel (native/pdq.hpp) gives the reference's bits. Its quick way says when rounding could decide one of
them; then the strips come once more, and every rounding step is retraced.
Source: the PDQ reference implementation, docs/sources.md#pdq.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from numpy.typing import NDArray

from hoede._native import PdqStrips

LEAST_SIDE = 5  # pixels; below that the reference gives no fingerprint
Plane = NDArray[Any]  # uint8 or float32; rows first


@dataclass(frozen=True, slots=True)
class Pdq:
    """One picture's fingerprints: itself first, then its seven turns and mirrors."""

    hashes: tuple[bytes, ...]  # 32 bytes each, most significant first
    quality: int  # 0 (flat) to 100; below 50 a fingerprint says little


def fingerprint(strips: Callable[[], Iterable[Plane]], width: int, height: int) -> Pdq | None:
    """The fingerprints of a picture whose grey rows (0 to 255) come in strips from the top, once or twice.

    None when a side is shorter than `LEAST_SIDE`. Strips keep the memory small: a picture of 100
    megapixels is never in one plane. Raises `ValueError` for strips that are no such picture.
    """
    if min(width, height) < LEAST_SIDE:
        return None
    found = _found(strips(), width, height) or _found(strips(), width, height, exact=True)
    if found is None:
        raise AssertionError("an exact fingerprint is certain")
    return Pdq(*found)


def _found(
    strips: Iterable[Plane], width: int, height: int, *, exact: bool = False
) -> tuple[tuple[bytes, ...], int] | None:
    picture = PdqStrips(width, height, exact)
    for strip in strips:
        picture.add(strip)
    return picture.found(turns=True)


def distance(one: bytes, other: bytes) -> int:
    r"""In how many of 256 bits two fingerprints differ; unrelated pictures lie near 128.

    >>> distance(bytes(32), bytes(31) + b"\x07")
    3
    """
    if len(one) != len(other):
        raise ValueError(f"fingerprints of {len(one)} and {len(other)} bytes")
    return (int.from_bytes(one) ^ int.from_bytes(other)).bit_count()
