"""A list against an archive on disk: every pair that is near, and no other, whatever the sizes."""

from pathlib import Path

import numpy as np
import pytest
from tests.native.plain_index import BYTES, Hashes, flipped, hashes

from hoede import _native

ROWS = 150_000  # more than two pieces
ALL = 10_000_000
CLUSTERED = hashes("clustered", 12_000, 1)
Pairs = list[tuple[int, int, int]]


def archive(folder: Path, rows: Hashes, *, before: bytes = b"") -> str:
    path = folder / "archive"
    path.write_bytes(before + rows.tobytes())
    return str(path)


def plain(rows: Hashes, asked: Hashes, within: int) -> Pairs:
    found = []
    for which, one in enumerate(asked):
        apart = np.bitwise_count(rows.view(np.uint64) ^ one.view(np.uint64)).sum(axis=1, dtype=np.int64)
        found += [(int(row), which, int(apart[row])) for row in np.flatnonzero(apart <= within)]
    return sorted(found)


def met(
    path: str, asked: Hashes, within: int, *, most: int = ALL, offset: int = 0, threads: int = 1
) -> Pairs:
    rows, which, distances, _ = _native.meet(path, asked, within, most, offset, threads)
    return list(zip(rows.tolist(), which.tolist(), distances.tolist(), strict=True))


def asked_of(rows: Hashes, count: int) -> Hashes:
    chance = np.random.default_rng(5)
    return flipped(rows[chance.integers(0, len(rows), count)], chance, 40)


@pytest.mark.parametrize("avx2", [True, False], ids=["avx2", "portable"])
@pytest.mark.parametrize(
    ("count", "within"), [(0, 31), (1, 31), (3, 31), (60, 31), (60, 12), (20, 40), (5, 0)]
)
def test_every_pair_that_is_near_is_told(tmp_path: Path, avx2: bool, count: int, within: int) -> None:  # noqa: FBT001
    rows = CLUSTERED
    path, asked = archive(tmp_path, rows), asked_of(rows, count)
    _native.allow_avx2(allow=avx2)
    try:
        assert met(path, asked, within) == plain(rows, asked, within)
    finally:
        _native.allow_avx2(allow=True)


def test_pieces_and_threads_change_nothing(tmp_path: Path) -> None:
    rows = hashes("random", ROWS, 2)
    rows[[0, 65_535, 65_536, ROWS - 1]] = rows[7]
    path, asked = archive(tmp_path, rows, before=b"header"), rows[7:15]
    expected = plain(rows, asked, 31)
    assert [met(path, asked, 31, offset=6, threads=threads) for threads in (1, 4)] == [expected] * 2
    assert [row for row, which, _ in expected if which == 0] == [0, 7, 65_535, 65_536, ROWS - 1]


@pytest.mark.parametrize("threads", [1, 3])
def test_of_too_many_pairs_the_first_are_told(tmp_path: Path, threads: int) -> None:
    rows = np.zeros((ROWS, BYTES), np.uint8)
    path = archive(tmp_path, rows)
    asked = np.zeros((6, BYTES), np.uint8)
    found, which, _, more = _native.meet(path, asked, 31, 20, 0, threads)
    assert list(zip(found.tolist(), which.tolist(), strict=True)) == [(n // 6, n % 6) for n in range(20)]
    assert more


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"within": 257}, "0 to 256"),
        ({"within": -1}, "0 to 256"),
        ({"most": 0}, "at least one"),
        ({"offset": -1}, "begins at a byte"),
        ({"offset": 5}, "whole hash"),
        ({"offset": 3201}, "whole hash"),
        ({"threads": 0}, "1 to 256 threads"),
        ({"asked": np.zeros((65_537, BYTES), np.uint8)}, "at most 65536 hashes"),
        ({"asked": np.zeros((1, 31), np.uint8)}, "rows of 32"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(
    tmp_path: Path, change: dict[str, object], why: str
) -> None:
    path = archive(tmp_path, hashes("random", 100, 1))
    usual: dict[str, object] = {"asked": hashes("random", 2, 1), "within": 31, "most": 1}
    with pytest.raises(ValueError, match=why):
        _native.meet(path, **(usual | change))  # type: ignore[arg-type]


def test_an_archive_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="nowhere"):
        _native.meet(str(tmp_path / "nowhere"), hashes("random", 1, 1), 31, 1)
    assert met(archive(tmp_path, hashes("random", 0, 1)), hashes("random", 1, 1), 31) == []
