"""Windows: how they are written, joined, and when what they close opens again."""

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.policy.rules.windows import DAY, WEEK, closed_until, read_window, show_windows, union

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
INTERVALS = st.lists(
    st.tuples(st.integers(0, WEEK - 1), st.integers(1, WEEK)).map(lambda one: (one[0], min(WEEK, sum(one)))),
    max_size=5,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("21:00-07:00", ("21:00-07:00",)),
        ("mon-fri 08:00-15:00", ("mon-fri 08:00-15:00",)),
        ("sat,mon 08:00-15:00", ("mon,sat 08:00-15:00",)),
        ("fri-mon 22:00-23:00", ("mon,fri,sat,sun 22:00-23:00",)),  # over the weekend
        ("sun 23:00-01:00", ("sun 23:00-01:00",)),  # over the end of the week
    ],
)
def test_a_window_is_shown_as_it_is_written(text: str, shown: tuple[str, ...]) -> None:
    assert show_windows(read_window(text)) == shown


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("21-7", "write it like"),
        ("21:00-24:00", "no time of day"),
        ("21:00-21:00", "begins when it ends"),
        ("mo 08:00-09:00", "names no days"),
        ("sep-may 08:00-09:00", "names no days"),
    ],
)
def test_what_is_no_window_is_refused(text: str, words: str) -> None:
    with pytest.raises(ValueError, match=words):
        read_window(text)


@given(INTERVALS)
def test_what_is_shown_is_read_again_as_the_same(intervals: list[tuple[int, int]]) -> None:
    windows = union(intervals)
    assert union(*(read_window(one) for one in show_windows(windows))) == windows


@given(INTERVALS, st.integers(0, WEEK - 1))
def test_it_is_closed_in_a_window_and_only_there(intervals: list[tuple[int, int]], minute: int) -> None:
    local = datetime(2026, 11, 23 + minute // DAY, minute % DAY // 60, minute % 60, tzinfo=AMSTERDAM)
    closed = any(start <= minute < end for start, end in intervals)
    assert (closed_until(union(intervals), local) is not None) == closed


@pytest.mark.parametrize(
    ("now", "opens"),
    [
        ("2026-11-22T23:30", "2026-11-23T07:00"),  # over Sunday's midnight
        ("2026-11-25T06:59", "2026-11-25T07:00"),
        ("2026-11-25T07:00", None),
        ("2026-03-29T01:30", "2026-03-29T07:00"),  # an hour is skipped
        ("2026-10-25T02:30", "2026-10-25T07:00"),  # an hour comes twice
    ],
)
def test_it_opens_when_the_clock_on_the_wall_says_so(now: str, opens: str | None) -> None:
    local = datetime.fromisoformat(now).replace(tzinfo=AMSTERDAM)
    told = closed_until(read_window("21:00-07:00"), local)
    assert (told and told.strftime("%Y-%m-%dT%H:%M")) == opens
