"""Kernels: fingerprints of pictures, and exact search among fingerprints. The C++ is in `native/`."""

from typing import Any, TypeAlias, final

from numpy.typing import NDArray

# uint8 or float32, 0 to 255; rows first, the pixels of a row beside one another
Plane: TypeAlias = NDArray[Any]

def pdq(plane: Plane, turns: bool = False) -> tuple[tuple[bytes, ...], int]:
    """Fingerprints of 32 bytes and the quality: of the picture alone, or of its eight turns, itself first.

    Raises `ValueError` for what is no such plane, or one with a side below 5 or above 1,048,576.
    """

def uses_avx2() -> bool:
    """Whether the kernels run their AVX2 path on this machine, now."""

def allow_avx2(allow: bool) -> None:
    """Run the portable path although the machine has AVX2; for tests."""

@final
class PdqStrips:
    """A picture whose rows come in strips from the top, so that it is never in memory as a whole."""

    def __init__(self, width: int, height: int, exact: bool = False) -> None:
        """`exact` retraces every rounding step of the reference, for about ten times the time."""

    def add(self, strip: Plane) -> None:
        """Take the next rows. Raises `ValueError` as `pdq` does, and for more rows than the picture has."""

    def found(self, turns: bool = False) -> tuple[tuple[bytes, ...], int] | None:
        """As `pdq`; None where rounding could decide a bit, and only `exact` strips tell which way."""
