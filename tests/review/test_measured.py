"""How well people judge, from pairs of what should be said and what was."""

import pytest

from hoede.review.agreement import kappa, share
from hoede.review.measured import DRIFTS_FROM, Pair, drifts, measured, shown

FLOORS = {"right": 0.85, "agreement": 0.6}


def golden(right: int, wrong: int, lane: str = "minors") -> list[Pair]:
    return [Pair(lane, "victim", "victim")] * right + [Pair(lane, "victim", "no_violation")] * wrong


def test_what_is_right_is_counted_by_lane_and_by_the_right_answer() -> None:
    found = measured([*golden(8, 2), *golden(5, 0, "notices")], [])
    assert found.golden == share(13, 15)
    assert found.golden_by_lane == {"minors": share(8, 10), "notices": share(5, 5)}
    assert found.golden_by_outcome == {"victim": share(13, 15)}
    assert found.mistaken == (("victim", "no_violation", 2),)


def test_agreement_is_counted_by_lane_and_by_outcome() -> None:
    pairs = [Pair("minors", "a", "a"), Pair("minors", "b", "a"), Pair("notices", "b", "b")]
    found = measured([], pairs)
    assert found.double_by_lane["minors"] == kappa([("a", "a"), ("b", "a")])
    assert found.double_by_outcome["a"] == kappa([("yes", "yes"), ("no", "yes"), ("no", "no")])
    assert set(found.double_by_outcome) == {"a", "b"}


@pytest.mark.parametrize(
    ("right", "wrong", "is_ill"),
    [
        (0, 0, False),  # nothing is known
        (8, 2, False),  # fewer than the floor, and maybe by chance
        (80, 20, False),  # likewise
        (60, 40, True),  # surely fewer
        (95, 5, False),  # above it
    ],
)
def test_an_alarm_is_what_chance_does_not_explain(right: int, wrong: int, is_ill: bool) -> None:  # noqa: FBT001 - a table
    found = measured(golden(right, wrong), [])
    assert (drifts(found, **FLOORS) == ("minors",)) is is_ill


def test_two_people_who_surely_agree_too_little_are_an_alarm() -> None:
    pairs = [Pair("minors", one, other) for one in "ab" for other in "ab"] * 20
    assert drifts(measured([], pairs), **FLOORS) == ("minors",)


@pytest.mark.parametrize("pairs", range(1, DRIFTS_FROM))
def test_few_answers_are_no_alarm(pairs: int) -> None:
    """One case that two people called differently says nothing of a lane."""
    apart = [Pair("minors", "a", "b")] * pairs
    assert drifts(measured(golden(0, pairs), apart), **FLOORS) == ()
    assert drifts(measured(golden(0, DRIFTS_FROM), []), **FLOORS) == ("minors",)


def test_few_answers_are_not_shown_nor_what_could_be_reckoned_out() -> None:
    """Of a hundred cases in one lane and one in another, who judged that one would be known."""
    many = [*golden(90, 10), *golden(0, 1, "notices")]
    double = [Pair(one.lane, one.expected, one.said) for one in many] + [Pair("minors", "a", "a")]
    found = shown(measured(many, double), 10)
    assert (found.golden, found.double) == (share(90, 101), kappa([(p.expected, p.said) for p in double]))
    assert [*found.golden_by_lane.values(), *found.double_by_lane.values()] == [None] * 4
    assert found.golden_by_outcome == {"victim": share(90, 101)}
    assert [name for name, one in found.double_by_outcome.items() if one is None] == ["a"]


def test_of_few_answers_at_all_nothing_is_shown() -> None:
    few = shown(measured(golden(1, 1), golden(1, 1)), 10)
    assert (few.golden, few.double, few.mistaken) == (None, None, ())
    nothing = measured([], [])
    assert shown(nothing, 10) == nothing
