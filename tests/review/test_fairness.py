"""Whom measures hit wrongly: only figures in which nobody can be recognised."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.review.agreement import share
from hoede.review.fairness import Acted, Found, fairness, missed

FROM = 10


def acted(times: int, band: str = "18+", wrong: Found | None = None) -> list[Acted]:
    return [Acted("csea", band, "nl", wrong)] * times


def test_what_was_wrong_is_told_by_group_and_by_how_it_was_found() -> None:
    cases = [*acted(30), *acted(4, wrong=Found.APPEAL), *acted(12, "13-15"), *acted(1, "13-15", Found.CHECK)]
    found = fairness(cases, [], shown_from=FROM)
    assert (found.acted, found.appeal, found.check) == (share(5, 47), 4, 1)
    assert found.by_band.shown == {"13-15": share(1, 13), "18+": share(4, 34)}
    assert found.by_language.shown == {"nl": share(5, 47)}


@pytest.mark.parametrize(
    ("sizes", "shown", "hidden"),
    [
        ({"a": 30, "b": 12}, {"a", "b"}, 0),  # all are large enough
        ({"a": 30, "b": 3}, set(), 33),  # two groups: the small one could be had by subtracting
        ({"a": 30, "b": 12, "c": 3}, {"a"}, 15),  # likewise: the next one goes with it
        ({"a": 30, "b": 6, "c": 5}, {"a"}, 11),  # together they are many
        ({"a": 3}, set(), 3),  # one group
    ],
)
def test_small_groups_cannot_be_had_by_subtracting(
    sizes: dict[str, int], shown: set[str], hidden: int
) -> None:
    cases = [Acted("csea", name, "nl") for name, times in sizes.items() for _ in range(times)]
    found = fairness(cases, [], shown_from=FROM).by_band
    assert (set(found.shown), found.hidden) == (shown, hidden)


def test_of_few_nothing_is_told() -> None:
    found = fairness(acted(9), [timedelta(hours=1)] * 9, shown_from=FROM)
    assert (found.acted, found.appeal, found.cleared, found.median) == (None, None, None, None)
    assert missed(20, 9, 1, shown_from=FROM).judged is None


def test_how_long_people_were_limited_who_had_done_nothing() -> None:
    times = [timedelta(hours=number) for number in range(20)]
    found = fairness([], times, shown_from=FROM)
    told = (found.cleared, found.median, found.longest_tenth)
    assert told == (20, timedelta(hours=10), timedelta(hours=18))


@given(st.lists(st.sampled_from("abcd"), max_size=80))
def test_no_group_that_is_shown_or_left_is_small(names: list[str]) -> None:
    found = fairness([Acted("csea", one, "nl") for one in names], [], shown_from=FROM).by_band
    assert all(one.all >= FROM for one in found.shown.values())
    assert found.hidden == 0 or found.hidden >= FROM or not found.shown
    assert sum(one.all for one in found.shown.values()) + found.hidden == len(names)
