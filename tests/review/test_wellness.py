"""Budgets by severity and day, breaks after what was served in a row, and what no table may go beyond."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.app.tables import read_tables
from hoede.core.findings import Category, Certainty, DigestKind, Finding, Match
from hoede.review.wellness import Budget, Closed, Limit, Seen, Severity, WellnessError, parse_wellness

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
LANES = ("now", "minors", "notices", "age")
TABLE = """
[day]
zone = "Europe/Amsterdam"
begins_hour = 4
[severe]
full = 5
reduced = 8
[moderate]
full = 9
reduced = 9
[rest]
after_views = 3
after_minutes = 30
minutes = 10
[lanes]
notices = "moderate"
age = "calm"
"""
OURS = parse_wellness(TABLE, LANES)
ABUSE = Finding("pdq", Category.CSEA, Certainty.LIKELY, "near")
BLIND = Finding("pdq", Category.UNSEEN, Certainty.HINT, "could not look")
KNOWN = Finding("md5", Category.CSEA, Certainty.KNOWN, "equal", Match("list", "ent_1", DigestKind.MD5))


def served(*minutes_ago: float, severity: Severity = Severity.SEVERE, full: bool = True) -> list[Seen]:
    return [Seen(NOON - timedelta(minutes=one), severity, full) for one in minutes_ago]


def closed(seen: list[Seen], severity: Severity = Severity.SEVERE, *, full: bool = True) -> Closed | None:
    return OURS.closed(seen, severity, NOON, full=full)


def test_what_is_within_the_budget_is_served() -> None:
    assert closed(served(200, 150, 100, 50)) is None


def test_a_budget_that_is_used_closes_until_the_next_day() -> None:
    ends = datetime(2026, 11, 28, 3, tzinfo=UTC)  # four in the morning in Amsterdam
    assert closed(served(250, 200, 150, 100, 50)) == Closed(Limit.BUDGET, ends)


@pytest.mark.parametrize(
    ("severity", "full"),
    [(Severity.SEVERE, False), (Severity.MODERATE, True), (Severity.CALM, True)],
)
def test_each_severity_and_each_measure_of_looking_has_a_budget_of_its_own(
    severity: Severity, *, full: bool
) -> None:
    assert closed(served(250, 200, 150, 100, 50), severity, full=full) is None


@pytest.mark.parametrize(
    ("hour", "began"),
    [
        (2, datetime(2026, 11, 26, 3, tzinfo=UTC)),  # three at night there: still yesterday's
        (3, datetime(2026, 11, 27, 3, tzinfo=UTC)),
        (23, datetime(2026, 11, 27, 3, tzinfo=UTC)),
    ],
)
def test_a_day_begins_where_the_people_are(hour: int, began: datetime) -> None:
    assert OURS.day_began(NOON.replace(hour=hour)) == began


@pytest.mark.parametrize(
    ("minutes_ago", "until"),
    [
        ((5, 3), None),
        ((5, 3, 1), 9),  # three in a row: ten minutes after the last one
        ((30, 5, 3, 1), 9),  # what was before a pause is another row
        ((30, 5, 3), None),
        ((13, 12, 11), None),  # the break is over
        ((34, 26, 18, 1), None),  # only the last belongs to this row
        ((35, 27, 19, 11, 3), 7),  # half an hour without a pause
    ],
)
def test_a_break_comes_after_views_in_a_row_or_after_minutes(
    minutes_ago: tuple[float, ...], until: float | None
) -> None:
    expected = None if until is None else NOON + timedelta(minutes=until)
    assert OURS.rest_until(served(*minutes_ago), NOON) == expected


def test_looking_at_less_ends_no_break_and_makes_the_row_longer() -> None:
    little = served(35, 27, 19, 11, 3, full=False)
    assert OURS.rest_until(little, NOON) == NOON + timedelta(minutes=7)
    assert OURS.rest_until(served(3, 2, 1, full=False), NOON) is None


def test_a_break_of_ones_own_closes_what_is_severe_and_nothing_else() -> None:
    own = NOON + timedelta(minutes=5)
    severe = OURS.closed([], Severity.SEVERE, NOON, full=False, own_until=own)
    other = OURS.closed([], Severity.MODERATE, NOON, full=False, own_until=own)
    assert (severe, other) == (Closed(Limit.BREAK, own), None)


@pytest.mark.parametrize(
    ("lane", "findings", "severity"),
    [
        ("notices", (), Severity.MODERATE),
        ("notices", (BLIND,), Severity.MODERATE),
        ("notices", (ABUSE,), Severity.SEVERE),  # whatever the lane
        ("age", (), Severity.CALM),
        ("minors", (), Severity.SEVERE),  # a lane nobody named
        (None, (), Severity.SEVERE),
    ],
)
def test_what_nobody_named_is_severe(
    lane: str | None, findings: tuple[Finding, ...], severity: Severity
) -> None:
    assert OURS.severity(lane, findings) is severity


@pytest.mark.parametrize(("views", "between"), [(0, 0), (2, 0), (3, 1), (4, 2), (5, 2)])
def test_the_more_is_used_the_more_calmer_cases_come_between(views: int, between: int) -> None:
    assert OURS.between(served(*range(views)), NOON) == between


TIMES = st.lists(st.tuples(st.integers(0, 3000), st.booleans()), max_size=30)


@given(TIMES)
def test_a_break_ends_once_nobody_looked_for_as_long_as_it_lasts(drawn: list[tuple[int, bool]]) -> None:
    seen = [Seen(NOON - timedelta(seconds=ago), Severity.SEVERE, full) for ago, full in drawn]
    until = OURS.rest_until(seen, NOON)
    if until is not None:
        assert until == max(one.at for one in seen) + OURS.rest.length
        assert OURS.rest_until(seen, until) is None


@given(TIMES)
def test_what_was_served_is_used_or_left_and_never_less_than_nothing(drawn: list[tuple[int, bool]]) -> None:
    seen = [Seen(NOON - timedelta(minutes=ago), Severity.SEVERE, full) for ago, full in drawn]
    used, left = (count(seen, Severity.SEVERE, NOON) for count in (OURS.used, OURS.left))
    most = OURS.budgets[Severity.SEVERE]
    assert left == Budget(full=max(0, most.full - used.full), reduced=max(0, most.reduced - used.reduced))
    assert used.full + used.reduced == sum(one.at >= OURS.day_began(NOON) for one in seen)


def test_an_operators_table_stands_instead_of_ours_and_the_rest_stays() -> None:
    own = parse_wellness(TABLE, LANES, '[severe]\nfull = 2\nreduced = 3\n[lanes]\nminors = "moderate"')
    assert own.budgets == {**OURS.budgets, Severity.SEVERE: Budget(full=2, reduced=3)}
    assert own.lanes == {"minors": "moderate", "notices": "moderate", "age": "calm"}
    assert (own.rest, own.zone, own.begins_hour) == (OURS.rest, OURS.zone, OURS.begins_hour)


@pytest.mark.parametrize(
    "own",
    [
        "[severe]\nfull = 61\nreduced = 1",  # above the ceiling
        "[severe]\nfull = 1\nreduced = 241",
        "[moderate]\nfull = 301\nreduced = 1",
        "[severe]\nfull = -1\nreduced = 1",
        "[severe]\nfull = true\nreduced = 1",
        "[severe]\nfull = 1",
        "[rest]\nafter_views = 13\nafter_minutes = 30\nminutes = 10",
        "[rest]\nafter_views = 3\nafter_minutes = 61\nminutes = 10",
        "[rest]\nafter_views = 3\nafter_minutes = 30\nminutes = 4",
        "[rest]\nafter_views = 0\nafter_minutes = 30\nminutes = 10",
        '[day]\nzone = "Moon/Crater"\nbegins_hour = 4',
        '[day]\nzone = "UTC"\nbegins_hour = 24',
        '[lanes]\nmoon = "calm"',
        '[lanes]\nminors = "soft"',
        "[speed]\nmost = 1",
        "severe = 1",
        "[severe",
    ],
)
def test_a_table_that_is_wrong_or_beyond_a_ceiling_refuses_to_start(own: str) -> None:
    with pytest.raises(WellnessError):
        parse_wellness(TABLE, LANES, own)


def test_every_lane_that_ships_says_how_hard_it_is() -> None:
    tables = read_tables()
    assert tables.wellness.lanes.keys() == tables.lanes.keys()
