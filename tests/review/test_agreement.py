"""Kappa and Wilson's interval, held against what others published."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.review.agreement import Kappa, kappa, kappa_of, share

Table = list[list[int]]


def pairs_of(table: Table) -> list[tuple[str, str]]:
    """A table of counts, the first person's names in its rows, as pairs of names."""
    return [
        (str(one), str(other))
        for one, row in enumerate(table)
        for other, times in enumerate(row)
        for _ in range(times)
    ]


@pytest.mark.parametrize(
    ("table", "value", "low", "high"),
    [
        # The output of SAS's PROC FREQ that statsmodels is tested against (test_inter_rater.py).
        ([[0, 4, 1], [0, 8, 0], [0, 1, 5]], 0.4842, 0.2137, 0.7547),
    ],
)
def test_kappa_and_its_interval_are_as_published(table: Table, value: float, low: float, high: float) -> None:
    found = kappa(pairs_of(table))
    assert [found.value, found.low, found.high] == pytest.approx([value, low, high], abs=1e-4)


@pytest.mark.parametrize(
    ("table", "value"),
    [
        ([[20, 5], [10, 15]], 0.4),  # the worked example of Wikipedia's page on Cohen's kappa
        ([[45, 15], [25, 15]], 0.1304),  # likewise, the two of equal agreement
        ([[25, 35], [5, 35]], 0.2593),
        # Boyd et al. 1982, two readings of 85 xeromammograms, as in Stata's manual of `kap`
        ([[21, 12, 0, 0], [4, 17, 1, 0], [3, 9, 15, 2], [0, 0, 0, 1]], 0.4728),
    ],
)
def test_kappa_is_as_published(table: Table, value: float) -> None:
    assert kappa(pairs_of(table)).value == pytest.approx(value, abs=5e-5)


@pytest.mark.parametrize(
    ("some", "of", "low", "high"),
    [  # Newcombe 1998, table I, method 3
        (81, 263, 0.2553, 0.3662),
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_wilsons_interval_is_as_published(some: int, of: int, low: float, high: float) -> None:
    found = share(some, of)
    assert [found.low, found.high] == pytest.approx([low, high], abs=5e-5)


def test_of_nothing_nothing_is_known() -> None:
    assert kappa([]) == Kappa(0, 0, None)
    assert (share(0, 0).is_known, share(0, 0).low, share(0, 0).high) == (False, 0.0, 1.0)


def test_who_calls_everything_the_same_shows_no_agreement_beyond_chance() -> None:
    assert kappa([("allowed", "allowed")] * 9) == Kappa(9, 9, None)


@pytest.mark.parametrize("pairs", [[("a", "b")], [("a", "b"), ("a", "b")]])
def test_pairs_that_do_not_vary_have_no_interval(pairs: list[tuple[str, str]]) -> None:
    assert kappa(pairs) == Kappa(len(pairs), 0, 0.0)


def test_one_outcome_is_held_against_all_others() -> None:
    pairs = [("a", "a"), ("a", "b"), ("b", "c"), ("c", "b")]
    assert kappa_of("a", pairs) == kappa([("y", "y"), ("y", "n"), ("n", "n"), ("n", "n")])


NAMES = st.sampled_from("abc")


@given(st.lists(st.tuples(NAMES, NAMES), max_size=60))
def test_kappa_lies_in_its_interval_and_does_not_care_who_was_first(pairs: list[tuple[str, str]]) -> None:
    found, turned = kappa(pairs), kappa([(other, one) for one, other in pairs])
    if found.value is None or found.low is None or found.high is None:
        assert (turned.value is None, turned.low) == (found.value is None, None)
        return
    assert -1 <= found.low <= found.value + 1e-9
    assert found.value - 1e-9 <= found.high <= 1
    assert turned.value == pytest.approx(found.value)


@given(st.integers(0, 500), st.integers(0, 500))
def test_a_share_lies_in_its_interval(some: int, more: int) -> None:
    found = share(some, some + more)
    assert 0 <= found.low <= found.value + 1e-9 <= found.high + 2e-9
