"""Kernels: fingerprints of pictures, and exact search among fingerprints. The C++ is in `native/`."""

from typing import Any, TypeAlias, final

from numpy.typing import NDArray

# uint8 or float32, 0 to 255; rows first, the pixels of a row beside one another
Plane: TypeAlias = NDArray[Any]

def pdq(plane: Plane, turns: bool = False) -> tuple[tuple[bytes, ...], int]:
    """Fingerprints of 32 bytes and the quality: of the picture alone, or of its eight turns, itself first.

    Raises `ValueError` for what is no such plane, or one with a side below 5 or above 1,048,576.
    """

class Damaged(ValueError):
    """A file of an index is not as it was written, or was written by another make of it."""

def checksum(content: bytes) -> int:
    """XXH64 of these bytes, as the files of an index have it."""

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

Hashes: TypeAlias = NDArray[Any]  # rows of 32 uint8

# One number, or an int16 for each bank: the most bits that may differ, -1 where a bank is not asked.
Limits: TypeAlias = int | NDArray[Any]

def meet(
    path: str, asked: Hashes, within: int, most: int, offset: int = 0, threads: int = 1
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], bool]:
    """Which rows of an archive (a file of hashes behind one another) are near to which of a list.

    Rows of the archive in order, places in the list, distances, and whether there are more than `most`.
    Raises `OSError`, or `ValueError` when the file does not end with a whole hash.
    """

@final
class Index:
    """Finds every hash within a distance, exactly, while others come and go; threads may share it."""

    def __init__(self, folder: str = ...) -> None:
        """In memory only; or kept in this folder, which is there and belongs to one process at a time.

        Raises `Damaged`, `OSError`, or `RuntimeError` when another process has it.
        """

    def __len__(self) -> int: ...
    @property
    def recent(self) -> int:
        """How many came since they were last sorted in; these are counted one by one."""

    @property
    def memory_bytes(self) -> int:
        """How much memory the hashes and their tables take."""

    def add(self, value: bytes, bank: int = 0) -> int:
        """The id it got; ids rise and are never given twice."""

    def add_all(self, hashes: Hashes, banks: NDArray[Any]) -> int:
        """The first of the ids, which follow one another. `banks` is a uint16 for each."""

    def remove(self, ids: NDArray[Any]) -> None:
        """Forget these (uint32). Raises `IndexError`, and forgets none, when one of them is not there."""

    def near(self, asked: bytes, within: Limits, most: int) -> tuple[list[tuple[int, int, int]], bool]:
        """Distance, id and bank of the nearest `most` of each bank; and whether a bank has more."""

    def near_all(
        self, asked: Hashes, within: Limits, most: int
    ) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any], NDArray[Any]]:
        """The same for many, quicker: where each answer begins, distances, ids, banks, and each `more`."""

    def merge(self) -> None:
        """Sort in what came so far, and wait for it; else that happens by itself when much came."""

    def save(self) -> None:
        """The same, and write a snapshot, so that opening it again is quick. Readers and writers go on."""

    def save_as(self, path: str) -> int:
        """The same, to a file of its own; returns below which id everything is in it. Raises `OSError`."""

    @staticmethod
    def from_file(path: str) -> Index:
        """In memory, beginning with what `save_as` wrote, which all that begin with it share.

        Raises `Damaged` or `OSError`.
        """
