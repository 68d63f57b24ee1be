"""What is the most pressing: monotone in everything that counts, in an order that an index can keep."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.core.findings import Category, Certainty, DigestKind, Finding, Match
from hoede.review.priority import Pressing, next_lane, offered, pressing, priority, rank_of
from hoede.review.rules import parse_lanes

LANES = parse_lanes((files("hoede") / "review" / "lanes.toml").read_text(encoding="utf-8"))
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
SHARED = {name: lane.share for name, lane in LANES.items() if not lane.first}

counts = st.integers(1, 1000)
pressings = st.builds(Pressing, severity=counts, certainty=counts, reach=counts)
ages = st.timedeltas(timedelta(0), timedelta(days=30))


@given(pressings, ages, counts)
def test_whatever_grows_makes_a_case_more_pressing(what: Pressing, age: timedelta, more: int) -> None:
    before = priority(what, age)
    graver = Pressing(severity=what.severity + more, certainty=what.certainty, reach=what.reach)
    surer = Pressing(severity=what.severity, certainty=what.certainty + more, reach=what.reach)
    wider = Pressing(severity=what.severity, certainty=what.certainty, reach=what.reach + more)
    assert min(priority(one, age) for one in (graver, surer, wider)) > before
    assert priority(what, age + timedelta(minutes=more)) > before


@given(pressings, pressings, ages, ages)
def test_the_rank_keeps_the_order_of_priority_at_every_moment(
    one: Pressing, other: Pressing, age: timedelta, later: timedelta
) -> None:
    opened, opened_other = NOON - age, NOON - later
    first, second = rank_of(opened, one), rank_of(opened_other, other)
    if abs(first - second) > timedelta(milliseconds=1):
        assert (first < second) == (priority(one, age) > priority(other, later))


def test_waiting_an_hour_weighs_as_much_as_being_twice_as_grave() -> None:
    once, twice = Pressing(severity=1, certainty=1), Pressing(severity=2, certainty=1)
    assert priority(once, HOUR) == priority(twice, timedelta(0))
    assert rank_of(NOON - HOUR, once) == rank_of(NOON, twice)


def match() -> Match:
    return Match("a list", "ent_1", DigestKind.SHA256)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        ([], Pressing(severity=1, certainty=1)),
        ([Finding("a", Category.UNSEEN, Certainty.HINT, "w")], Pressing(severity=1, certainty=1)),
        ([Finding("a", Category.CSEA, Certainty.LIKELY, "w")], Pressing(severity=8, certainty=2)),
        (  # the gravest category, the surest finding
            [
                Finding("a", Category.UNSEEN, Certainty.HINT, "w"),
                Finding("b", Category.CSEA, Certainty.KNOWN, "w", match()),
            ],
            Pressing(severity=8, certainty=4),
        ),
    ],
)
def test_a_case_is_as_pressing_as_the_gravest_finding(found: list[Finding], expected: Pressing) -> None:
    assert pressing(found) == expected


def taken_in(picks: int, heads: dict[str, datetime]) -> Counter[str]:
    taken: list[str] = []
    for _ in range(picks):
        lane = next_lane(heads, taken, LANES)
        assert lane is not None
        taken.insert(0, lane)
    return Counter(taken)


@given(st.permutations(list(SHARED)))
def test_no_lane_starves_while_all_are_full(pressing_first: list[str]) -> None:
    heads = {name: NOON + timedelta(days=place) for place, name in enumerate(pressing_first)}
    taken = taken_in(200, heads)
    assert {name: n for name, n in taken.items() if n < 2 * SHARED[name] - 1} == {}
    assert set(taken) == set(SHARED)


@given(st.sampled_from(sorted(SHARED)), st.sampled_from(sorted(SHARED)))
def test_a_flood_in_one_lane_leaves_another_its_share(flooded: str, genuine: str) -> None:
    if flooded == genuine:
        return
    heads = {flooded: NOON - timedelta(days=30), genuine: NOON}
    assert taken_in(100, heads)[genuine] >= SHARED[genuine] - 1


def test_a_child_in_danger_now_goes_before_everything() -> None:
    heads = {"child_safety": NOON - timedelta(days=9), "now": NOON}
    assert taken_in(20, heads) == {"now": 20}


def test_where_nothing_waits_there_is_no_next_lane() -> None:
    assert next_lane({}, ["minors"], LANES) is None


def test_beyond_the_shares_the_most_pressing_case_is_taken() -> None:
    heads = {"notices": NOON, "appeals": NOON - timedelta(days=1)}
    taken = ["notices"] * 20 + ["appeals"] * 20  # both had more than their share
    assert next_lane(heads, taken, LANES) == "appeals"


SEVERE = ("now", "minors", "child_safety")
WAITING = {"now": NOON, "minors": NOON, "child_safety": NOON, "notices": NOON, "age": NOON}


@pytest.mark.parametrize(
    ("waits", "closed", "between", "had", "expected"),
    [
        (WAITING, False, 0, ["minors"], set(WAITING)),
        (WAITING, True, 0, [], {"now", "notices", "age"}),  # a child in danger is offered to everybody
        ({"minors": NOON}, True, 0, [], set()),
        (WAITING, False, 1, ["minors"], {"now", "notices", "age"}),
        (WAITING, False, 1, ["notices", "minors"], set(WAITING)),
        (WAITING, False, 2, ["notices", "minors"], {"now", "notices", "age"}),
        (WAITING, False, 2, [], set(WAITING)),  # the first of the day
        ({"minors": NOON}, False, 2, ["minors"], {"minors"}),  # nothing calmer waits
    ],
)
def test_who_saw_much_is_offered_calmer_work(
    waits: dict[str, datetime], *, closed: bool, between: int, had: list[str], expected: set[str]
) -> None:
    found = offered(waits, LANES, SEVERE, closed=closed, between=between, had=had)
    assert set(found) == expected
