"""Lanes and due times, read strictly; who comes into which lane; until when one may object."""

from collections.abc import Iterable
from datetime import date, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.core.findings import Category
from hoede.review.rules import LanesError, lane_of, objection_until, parse_lanes

SHIPPED = (files("hoede") / "review" / "lanes.toml").read_text(encoding="utf-8")
LANE = '[minors]\ndue_minutes = 60\nsays = "first who is who"\n'


def test_the_lanes_that_ship_and_their_due_times() -> None:
    due = {lane.name: lane.due for lane in parse_lanes(SHIPPED).values()}
    assert due == {
        "now": timedelta(hours=1),
        "minors": timedelta(hours=1),
        "child_safety": timedelta(minutes=30),
        "flagger": timedelta(hours=1),
        "self_harm": timedelta(hours=1),
        "unseen": timedelta(days=1),
        "age": timedelta(days=1),
        "notices": timedelta(days=1),
        "safe_exit": timedelta(days=1),
        "appeals": timedelta(days=7),
        "second": timedelta(days=1),
    }


@pytest.mark.parametrize(
    "text",
    [
        "[minors",  # no TOML
        "minors = 60",  # no table
        LANE + "colour = 1",  # an unknown key
        '[minors]\nsays = "x"',  # no due time
        LANE.replace("60", "0"),  # due at once is due never
        LANE.replace("60", '"60"'),  # a word in place of a number
        LANE + "share = 101",  # more than all
        LANE + 'share = "5"',
        LANE + 'first = "yes"',
        LANE + "share = 60\n" + LANE.replace("[minors]", "[unseen]") + "share = 50",  # more than all together
    ],
)
def test_a_table_of_lanes_that_is_not_right_is_refused(text: str) -> None:
    with pytest.raises(LanesError) as caught:
        parse_lanes(text)
    assert caught.value.code == "lanes-invalid"
    assert caught.value.detail


@pytest.mark.parametrize(
    ("categories", "adult", "lane"),
    [
        ([Category.CSEA], True, "child_safety"),
        ([Category.CSEA], False, "minors"),
        ([Category.UNSEEN], True, "unseen"),
        ([Category.UNSEEN], False, "unseen"),
        ([Category.UNSEEN, Category.CSEA], True, "child_safety"),  # the graver decides
        (iter([Category.UNSEEN, Category.CSEA]), False, "minors"),
    ],
)
def test_which_lane_a_case_goes_to(categories: Iterable[Category], *, adult: bool, lane: str) -> None:
    assert lane_of(categories, adult=adult) == lane
    assert lane in parse_lanes(SHIPPED)


@pytest.mark.parametrize(
    ("sent", "until"),
    [
        (date(2026, 1, 15), date(2026, 7, 15)),
        (date(2026, 7, 15), date(2027, 1, 15)),  # over the end of the year
        (date(2026, 6, 30), date(2026, 12, 30)),  # into December, not into the next year
        (date(2026, 8, 31), date(2027, 2, 28)),  # a shorter month: its last day
        (date(2027, 8, 31), date(2028, 2, 29)),  # likewise in a leap year
        (date(2026, 12, 31), date(2027, 6, 30)),
    ],
)
def test_one_may_object_for_six_months(sent: date, until: date) -> None:
    assert objection_until(sent) == until


@given(st.dates(date(2020, 1, 1), date(2100, 1, 1)))
def test_nobody_has_less_than_six_months_but_for_a_shorter_month(sent: date) -> None:
    assert timedelta(days=181) <= objection_until(sent) - sent <= timedelta(days=184)
