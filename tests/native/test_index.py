"""The kernel of search: exactly what counting every hash finds, whatever happens in whatever order."""

import threading
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from tests.native.plain_index import BYTES, Found, Hashes, PlainIndex, flipped, hashes

from hoede import _native

COUNT = 6_000  # enough for tables
KINDS = ("random", "clustered", "skewed", "chunks")
EVERYWHERE = np.array([31], np.int16)
ALL = 1_000_000


@pytest.fixture(params=["avx2", "portable"])
def path(request: pytest.FixtureRequest) -> Iterator[None]:
    _native.allow_avx2(allow=request.param == "avx2")
    yield
    _native.allow_avx2(allow=True)


def both(rows: Hashes, banks: int = 1, *, merged: bool = True) -> tuple[_native.Index, PlainIndex]:
    index, plain = _native.Index(), PlainIndex()
    numbers = (np.arange(len(rows)) % banks).astype(np.uint16)
    assert index.add_all(rows, numbers) == plain.add(rows, numbers)
    if merged:
        index.merge()
    return index, plain


def asked_of(rows: Hashes, seed: int, count: int = 24) -> Hashes:
    """Copies with up to 40 bits turned, and hashes of nobody."""
    chance = np.random.default_rng(seed)
    near = flipped(rows[chance.integers(0, len(rows), count)], chance, 40)
    return np.concatenate([near, rows[:2], chance.integers(0, 256, (4, BYTES), dtype=np.uint8)])


def told(answer: Any) -> list[tuple[Found, bool]]:
    """An answer to many, one after the other."""
    starts, distances, ids, banks, more = (part.tolist() for part in answer)
    rows = list(zip(distances, ids, banks, strict=True))
    return [(rows[a:b], bool(m)) for a, b, m in zip(starts, starts[1:], more, strict=False)]


def same(
    index: _native.Index, plain: PlainIndex, asked: Hashes, limits: NDArray[np.int16], most: int = ALL
) -> bool:
    expected = [plain.near(one.tobytes(), limits, most) for one in asked]
    one_by_one = [index.near(one.tobytes(), limits, most) for one in asked]
    return one_by_one == expected == told(index.near_all(asked, limits, most))


@pytest.mark.usefixtures("path")
@pytest.mark.parametrize("kind", KINDS)
def test_everything_within_the_limit_is_found_and_nothing_else(kind: str) -> None:
    rows = hashes(kind, COUNT, 1)
    index, plain = both(rows)
    assert same(index, plain, asked_of(rows, 2), EVERYWHERE)


@pytest.mark.parametrize("within", [0, 1, 7, 8, 15, 16, 23, 24, 30, 31, 32, 100, 256])
def test_any_limit_is_exact(within: int) -> None:
    rows = hashes("clustered", COUNT, 3)
    index, plain = both(rows)
    assert same(index, plain, asked_of(rows, 4, 8), np.array([within], np.int16))


@pytest.mark.parametrize("within", [7, 15, 23, 31])
def test_a_copy_at_the_limit_is_found_however_its_bits_are_spread(within: int) -> None:
    """As many bits in every word as can be: the worst case for pigeonholes."""
    rows = hashes("random", COUNT, 5)
    chance = np.random.default_rng(6)
    index, _ = both(rows)
    for at in range(40):
        bits = np.zeros((8, 32), np.uint8)
        for word in range(8):
            many = within // 8 + (1 if word < within % 8 else 0)
            bits[word, chance.permutation(32)[:many]] = 1
        copy = rows[at] ^ np.packbits(bits.ravel(), bitorder="little")
        found, _ = index.near(copy.tobytes(), within, ALL)
        assert (within, at, 0) in found
        assert index.near(copy.tobytes(), within - 1, ALL)[0] == [one for one in found if one[1] != at]


def test_each_bank_has_its_limit_and_its_share_of_the_answers() -> None:
    rows = hashes("clustered", COUNT, 7)
    index, plain = both(rows, banks=4)
    for limits in ([31, 10, -1, 20], [-1, 31], [5, 5, 5, 256], [-1, -1, -1, -1]):
        for most in (1, 5, ALL):
            assert same(index, plain, asked_of(rows, 8, 6), np.array(limits, np.int16), most)


def test_one_number_is_the_limit_of_every_bank() -> None:
    rows = hashes("clustered", COUNT, 7)
    index, plain = both(rows, banks=3)
    asked = rows[5].tobytes()
    assert index.near(asked, 31, 3) == plain.near(asked, np.array([31, 31, 31], np.int16), 3)


@settings(max_examples=25)
@given(st.data())
def test_whatever_happens_in_whatever_order_answers_stay_exact(data: st.DataObject) -> None:
    kind = data.draw(st.sampled_from(KINDS))
    seed = data.draw(st.integers(0, 1000))
    index, plain = both(hashes(kind, data.draw(st.sampled_from([0, 40, COUNT])), seed), banks=2)
    for step in range(data.draw(st.integers(1, 6))):
        what = data.draw(st.sampled_from(["add one", "add many", "remove", "merge"]))
        if what == "add one":
            row = hashes(kind, 1, seed + step)
            assert index.add(row[0].tobytes(), 1) == plain.add(row, np.array([1], np.uint16))
        if what == "add many":
            rows = hashes(kind, data.draw(st.sampled_from([3, 5000])), seed + step)
            numbers = np.zeros(len(rows), np.uint16)
            assert index.add_all(rows, numbers) == plain.add(rows, numbers)
        if what == "remove" and len(index):
            there = [one for one in range(len(plain.hashes)) if one not in plain.gone]
            gone = np.random.default_rng(step).permutation(there)[: data.draw(st.sampled_from([1, 700]))]
            index.remove(gone.astype(np.uint32))
            plain.gone |= set(gone.tolist())
        if what == "merge":
            index.merge()
        assert len(index) == len(plain.hashes) - len(plain.gone)
        asked = asked_of(plain.hashes, step, 3) if len(plain.hashes) else hashes("random", 3, 1)
        assert same(index, plain, asked, np.array([31, 20], np.int16), 50)


def test_what_is_merged_is_sorted_in_by_itself_when_much_came() -> None:
    index = _native.Index()
    for at in range(5):
        index.add_all(hashes("random", 4000, at), np.zeros(4000, np.uint16))
    index.merge()
    assert (len(index), index.recent) == (20_000, 0)


def test_readers_see_everything_that_was_there_before_they_asked_while_others_write_and_merge() -> None:
    rows = hashes("clustered", 12_000, 9)
    index = _native.Index()
    index.add_all(rows[:5000], np.zeros(5000, np.uint16))
    added, wrong, done = [5000], [], threading.Event()

    def write() -> None:
        for start in range(5000, 12_000, 100):
            index.add_all(rows[start : start + 100], np.zeros(100, np.uint16))
            added[0] = start + 100
            index.remove(np.array([start], np.uint32))
            if start % 1000 == 0:
                index.merge()
        done.set()

    def read(seed: int) -> None:
        chance = np.random.default_rng(seed)
        while not done.is_set():
            before = added[0]
            at = int(chance.integers(0, before))
            found = {one for _, one, _ in index.near(rows[at].tobytes(), 0, ALL)[0]}
            removed = at >= 5000 and at % 100 == 0
            if not removed and at not in found:
                wrong.append(at)

    threads = [threading.Thread(target=read, args=(seed,)) for seed in range(2)] + [
        threading.Thread(target=write)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert len(index) == 12_000 - 70


@pytest.mark.parametrize("ids", [[9_999_999], [COUNT], [3, 3], [1, 2, COUNT + 5]])
def test_an_unknown_or_repeated_id_removes_nothing(ids: list[int]) -> None:
    rows = hashes("random", COUNT, 1)
    index, plain = both(rows)
    with pytest.raises((KeyError, IndexError, ValueError), match="id"):
        index.remove(np.array(ids, np.uint32))
    assert len(index) == COUNT
    assert same(index, plain, rows[:4], EVERYWHERE)


def test_what_was_removed_cannot_be_removed_again_and_its_id_is_not_given_again() -> None:
    index, _ = both(hashes("random", 10, 1), merged=False)
    index.remove(np.array([9], np.uint32))
    for _ in range(2):
        with pytest.raises(IndexError, match="no hash has id 9"):
            index.remove(np.array([9], np.uint32))
        index.merge()
    assert index.add(bytes(32), 0) == 10


@pytest.mark.parametrize(
    ("call", "why"),
    [
        (lambda index: index.add(bytes(31)), "32 bytes, not 31"),
        (lambda index: index.add(bytes(32), -1), "0 to 65535"),
        (lambda index: index.add(bytes(32), 65536), "0 to 65535"),
        (lambda index: index.near(bytes(33), 31, 1), "32 bytes, not 33"),
        (lambda index: index.near(bytes(32), -1, 1), "0 to 256 bits, not -1"),
        (lambda index: index.near(bytes(32), 257, 1), "0 to 256 bits, not 257"),
        (lambda index: index.near(bytes(32), 1 << 80, 1), "0 to 256 bits"),
        (lambda index: index.near(bytes(32), np.array([300], np.int16), 1), "to 256 bits, not 300"),
        (lambda index: index.near(bytes(32), np.array([-2], np.int16), 1), "to 256 bits, not -2"),
        (lambda index: index.near(bytes(32), np.array([1], np.int64), 1), "int16"),
        (lambda index: index.near(bytes(32), "far", 1), "limits are one number"),
        (lambda index: index.near(bytes(32), 31, 0), "at least one answer"),
        (lambda index: index.near_all(np.zeros((2, 31), np.uint8), 31, 1), "rows of 32 uint8, not 2 x 31"),
        (lambda index: index.near_all(np.zeros((2, 64), np.uint8)[:, ::2], 31, 1), "ascontiguousarray"),
        (lambda index: index.near_all(np.zeros((4, 32), np.uint8)[::2], 31, 1), "ascontiguousarray"),
        (lambda index: index.near_all(np.zeros((2, 32), np.int8), 31, 1), "rows of 32 uint8"),
        (
            lambda index: index.add_all(np.zeros((2, 32), np.uint8), np.zeros(3, np.uint16)),
            "2 hashes and 3 banks",
        ),
        (lambda index: index.add_all(np.zeros((2, 32), np.uint8), np.zeros(2, np.int64)), "uint16"),
        (lambda index: index.remove(np.zeros(1, np.int32)), "uint32"),
        (lambda index: index.remove(np.zeros((1, 1), np.uint32)), "uint32, not 1 x 1"),
    ],
)
def test_what_makes_no_sense_is_refused_with_the_reason(call: Any, why: str) -> None:
    index = _native.Index()
    with pytest.raises(ValueError, match=why):
        call(index)
    assert len(index) == 0


def test_nothing_is_near_in_an_empty_index_and_no_question_has_no_answer() -> None:
    index = _native.Index()
    assert index.near(bytes(32), 256, 1) == ([], False)
    assert told(index.near_all(np.empty((0, 32), np.uint8), 31, 1)) == []
    index.remove(np.empty(0, np.uint32))
    index.merge()
    assert (len(index), index.recent) == (0, 0)
