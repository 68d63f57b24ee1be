"""Chance against the kernels: `python tests/native/fuzz.py TARGET [SECONDS] [SEED]`.

`./check fuzz` gives each target ten minutes on kernels that the compiler's sanitizers watch. A target may
raise what its stub names, never anything else, and what it answers is what the plain oracle answers.
"""

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[2]))
from tests.native.pictures import picture
from tests.native.plain_index import BYTES, PlainIndex, flipped, hashes
from tests.native.plain_pdq import plain_pdq

from hoede import _native

REFUSED = (ValueError, IndexError, OverflowError, TypeError)
KINDS = ("random", "clustered", "skewed", "chunks")
ALL = 1_000_000


def odd_array(chance: np.random.Generator) -> np.ndarray[Any, Any]:
    """An array of any type, shape and order, with any numbers in it."""
    shape = tuple(int(side) for side in chance.integers(0, 90, chance.integers(0, 4)))
    kind = chance.choice(["u1", "i1", "u2", "i2", "u4", "f2", "f4", "f8", "c8", "?", "i8"])
    array = np.frombuffer(chance.bytes(int(np.prod(shape)) * np.dtype(kind).itemsize), kind).reshape(shape)
    step = int(chance.choice([1, 1, 1, 2, -1]))
    return (array.T if chance.random() < 0.2 else array)[::step] if array.ndim else array


def pdq(chance: np.random.Generator) -> None:
    plane: Any = odd_array(chance)
    if chance.random() < 0.7:
        plane = picture(int(chance.integers(0, 1 << 30)), int(chance.choice([9, 70, 300])))
        plane = plane.astype(chance.choice(["u1", "f4"]))
    if chance.random() < 0.1 and plane.size:
        plane = np.resize(
            np.frombuffer(chance.bytes(4096), "f4"), plane.shape
        )  # NaN, infinities, tiny and huge
    try:
        hashes_, quality = _native.pdq(plane, turns=bool(chance.random() < 0.5))
    except REFUSED:
        return
    with np.errstate(all="ignore"):
        expected = plain_pdq(plane)
    assert (hashes_[0], quality) == expected, plane.shape


def strips(chance: np.random.Generator) -> None:
    plane = picture(int(chance.integers(0, 1 << 30)), 120)
    wide, high = (int(side) + int(chance.choice([0, 0, 0, 0, 1, -3])) for side in plane.shape[::-1])
    try:
        made = _native.PdqStrips(wide, high, exact=bool(chance.random() < 0.5))
        at = 0
        while at < len(plane):
            rows = int(chance.integers(0, 40))
            made.add(plane[at : at + rows] if chance.random() < 0.95 else odd_array(chance))
            at += rows
        found = made.found(turns=True)
    except REFUSED:
        return
    assert found in {None, _native.pdq(plane, turns=True)}


def index(chance: np.random.Generator) -> None:
    made, plain = _native.Index(), PlainIndex()
    kind = str(chance.choice(KINDS))
    for _ in range(int(chance.integers(1, 8))):
        count = int(chance.choice([0, 1, 60, 5000]))
        rows, banks = (
            hashes(kind, count, int(chance.integers(0, 99))),
            chance.integers(0, 3, count).astype(np.uint16),
        )
        assert made.add_all(rows, banks) == plain.add(rows, banks)
        if chance.random() < 0.3:
            made.merge()
        gone = chance.integers(0, len(plain.hashes) + 2, int(chance.choice([0, 1, 30]))).astype(np.uint32)
        with suppress(*REFUSED):
            made.remove(gone)
            plain.gone |= set(gone.tolist())
        with suppress(*REFUSED):
            made.near_all(odd_array(chance), 31, 1)
        with suppress(*REFUSED):
            made.near(bytes(BYTES), odd_array(chance), 1)
        with suppress(*REFUSED):
            made.remove(np.array([0, len(plain.hashes)], np.uint32))
        assert len(made) == len(plain.hashes) - len(plain.gone)
    if len(plain.hashes):
        asked = flipped(plain.hashes[chance.integers(0, len(plain.hashes), 5)], chance, 40)
        limits = chance.integers(-1, int(chance.choice([32, 257])), int(chance.integers(0, 4))).astype(
            np.int16
        )
        most = int(chance.choice([1, 7, ALL]))
        limits = limits if len(limits) else np.array([31], np.int16)
        for one in asked:
            assert made.near(one.tobytes(), limits, most) == plain.near(one.tobytes(), limits, most)


def kept(chance: np.random.Generator) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = _native.Index(folder)
        rows, given = (
            hashes("clustered", int(chance.choice([0, 3, 300, 5000])), int(chance.integers(0, 99))),
            0,
        )
        for part in np.array_split(rows, int(chance.integers(1, 6))):
            made.add_all(np.ascontiguousarray(part), np.zeros(len(part), np.uint16))
            given += len(part)
            if len(part) and chance.random() < 0.3:
                made.remove(np.array([given - 1], np.uint32))
            if chance.random() < 0.4:
                made.save()
        expected = [made.near(one.tobytes(), 31, ALL) for one in rows[:9]]
        count = len(made)
        del made
        path = Path(folder) / str(chance.choice([one.name for one in Path(folder).iterdir()]))
        content = bytearray(path.read_bytes())
        for _ in range(int(chance.integers(0, 4))):
            if content:
                content[int(chance.integers(0, min(len(content), int(chance.choice([140, 1 << 30])))))] = int(
                    chance.integers(0, 256)
                )
        cut = chance.random() < 0.3
        path.write_bytes(content[: int(chance.integers(0, len(content) + 1))] if cut else content)
        try:
            again = _native.Index(folder)
        except _native.Damaged:
            return
        if not cut:
            assert (len(again), [again.near(one.tobytes(), 31, ALL) for one in rows[:9]]) == (count, expected)


def archive(chance: np.random.Generator) -> None:
    kind = str(chance.choice(KINDS))
    rows = hashes(kind, int(chance.choice([0, 1, 700])), int(chance.integers(0, 99)))
    asked = hashes(kind, int(chance.choice([0, 1, 5, 40])), int(chance.integers(0, 99)))
    asked[: len(rows)] = flipped(rows[: len(asked)], chance, 40)
    within, offset = int(chance.integers(-1, 60)), int(chance.choice([0, 0, 7, 40]))
    with tempfile.NamedTemporaryFile() as file:
        file.write(bytes(int(chance.choice([0, 0, 7, 40]))) + rows.tobytes())
        file.flush()
        held = Path(file.name).read_bytes()[offset:]
        try:
            found = _native.meet(file.name, asked, within, ALL, offset, int(chance.integers(1, 4)))
        except REFUSED:
            return
    there = np.frombuffer(held, np.uint8).reshape(-1, BYTES)
    expected = []
    for row, one in enumerate(there):
        apart = np.bitwise_count(one ^ asked).sum(axis=1, dtype=np.int64)
        expected += [(row, int(which), int(apart[which])) for which in np.flatnonzero(apart <= within)]
    assert list(zip(*(part.tolist() for part in found[:3]), strict=True)) == expected


TARGETS: dict[str, Callable[[np.random.Generator], None]] = {
    "pdq": pdq, "strips": strips, "index": index, "kept": kept, "archive": archive,
}  # fmt: skip


def main(target: str, seconds: str = "600", seed: str = "20261127") -> None:
    """Runs until the time is over; an error names the case that brought it."""
    if target not in TARGETS:
        sys.exit(f"There is no target {target}; there are {', '.join(TARGETS)}.")
    ends, case = time.monotonic() + float(seconds), 0
    while time.monotonic() < ends:
        try:
            TARGETS[target](np.random.default_rng([int(seed), case]))
        except BaseException:
            sys.stderr.write(f"{target}: case {case} of seed {seed}\n")
            raise
        case += 1
    sys.stdout.write(f"{target}: {case} cases, nothing found\n")


if __name__ == "__main__":
    main(*sys.argv[1:] or [""])
