"""Exact search: all that is near and nothing else, whatever the data look like."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.lists.index import BYTES, FAR, Hashes, Index, Near, any_near

SMALL = 4096  # fewer have no tables


def drawn(count: int, seed: int) -> Hashes:
    return np.random.default_rng(seed).integers(0, 256, (count, BYTES), dtype=np.uint8)


def with_flips(hash_: bytes, bits: list[int]) -> bytes:
    number = int.from_bytes(hash_)
    for bit in bits:
        number ^= 1 << bit
    return number.to_bytes(BYTES)


def by_counting(hashes: Hashes, asked: bytes, within: int) -> list[Near]:
    """The plain way: count the bits of every row."""
    found = [
        Near(row, (int.from_bytes(one.tobytes()) ^ int.from_bytes(asked)).bit_count())
        for row, one in enumerate(hashes)
    ]
    near = [one for one in found if one.distance <= within]
    return sorted(near, key=lambda one: (one.distance, one.place))


MANY = drawn(SMALL, seed=1)  # enough for the sorted parts
INDEX = Index(MANY)


@given(
    place=st.integers(0, SMALL - 1),
    bits=st.lists(st.integers(0, 255), max_size=40, unique=True),
    within=st.integers(0, FAR),
)
def test_what_is_near_is_found_with_its_distance(place: int, bits: list[int], within: int) -> None:
    asked = with_flips(MANY[place].tobytes(), bits)
    found = INDEX.near(asked, within)
    assert (Near(place, len(bits)) in found) is (len(bits) <= within)


@pytest.mark.parametrize("within", [0, 5, FAR, FAR + 1, 90, 256])
@pytest.mark.parametrize("count", [0, 1, 100, SMALL])
def test_search_finds_what_counting_finds(count: int, within: int) -> None:
    hashes = drawn(count, seed=2)
    asked = with_flips(hashes[count // 2].tobytes(), [1, 100, 200]) if count else bytes(BYTES)
    assert Index(hashes).near(asked, within) == by_counting(hashes, asked, within)


def test_a_family_of_near_equals_is_found_whole() -> None:
    family = np.frombuffer(
        b"".join(with_flips(MANY[0].tobytes(), [bit]) for bit in range(256)), np.uint8
    ).reshape(-1, BYTES)
    hashes = np.concatenate([MANY, family])
    asked = MANY[0].tobytes()
    assert Index(hashes).near(asked, 1) == by_counting(hashes, asked, 1)


def test_rows_that_share_a_part_with_everything_are_still_told_apart() -> None:
    """The worst case for parts: half of every hash is the same."""
    skewed = MANY.copy()
    skewed[:, :16] = 7
    asked = with_flips(skewed[3].tobytes(), [0, 255])
    assert Index(skewed).near(asked, FAR) == by_counting(skewed, asked, FAR)


@pytest.mark.parametrize("asked", [b"", bytes(31), bytes(33)])
def test_what_is_no_fingerprint_is_refused(asked: bytes) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        INDEX.near(asked, 31)


def test_rows_of_another_size_are_refused() -> None:
    with pytest.raises(ValueError, match="rows of 32 uint8, not 2 x 16"):
        Index(np.zeros((2, 16), np.uint8))


@pytest.mark.parametrize(("asked", "among"), [(3, 50), (50, 3), (0, 3), (3, 0)])
def test_either_side_may_do_the_asking(asked: int, among: int) -> None:
    some, others = drawn(asked, seed=3), drawn(among, seed=4)
    if asked and among:
        others[0] = np.frombuffer(with_flips(some[1].tobytes(), [9]), np.uint8)
    expected = [bool(by_counting(others, one.tobytes(), 10)) for one in some]
    assert any_near(some, Index(others), 10).tolist() == expected
