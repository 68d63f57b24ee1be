"""How heartbeats become minutes: of several devices one person's, whatever is lost, doubled or late."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hoede.bench.week import DAYS, Faults, drawn
from hoede.usage import (
    Beat,
    Came,
    KindsError,
    Mark,
    Part,
    Used,
    fold,
    minutes_since,
    parse_kinds,
    parts,
    shipped_kinds,
    take,
)
from hoede.usage.rules import MOST_DEVICES

NOON = datetime(2026, 11, 26, 12, tzinfo=UTC)
T = int(NOON.timestamp()) * 1000
BEGIN, ON, END = Mark.BEGIN, Mark.ON, Mark.END
NOTHING = Faults(lost=0, doubled=0, delayed=0, killed=0, held_back=0)


def beat(seq: int, mark: Mark, at_s: float, device: str = "phone", **more: Any) -> Beat:
    return Beat(device=device, seq=seq, mark=mark, at=T + round(at_s * 1000), **more)


def session(start_s: int, end_s: int, device: str = "phone", first: int = 0, **more: Any) -> list[Beat]:
    """All that a device says of one stretch of use."""
    at = [start_s, *range(start_s + 30, end_s, 30), end_s]
    marks = [BEGIN, *(ON for _ in at[1:-1]), END]
    return [
        beat(first + n, mark, when, device, **more)
        for n, (mark, when) in enumerate(zip(marks, at, strict=True))
    ]


def heard(beats: list[Beat], used: Used | None = None) -> Used:
    """What is kept when each comes as it is sent."""
    kept = used or Used()
    for one in beats:
        kept = take(kept, [one], one.at)[0]
    return kept


def seconds(used: Used) -> float:
    return sum(used.quarters.values()) / 1000


def came(used: Used, *beats: Beat, now_s: float = 0) -> dict[Came, int]:
    return dict(take(used, beats, T + round(now_s * 1000))[1])


def test_a_stretch_of_use_counts_from_its_begin_to_its_end() -> None:
    assert seconds(heard(session(0, 107))) == 107


def test_the_pause_between_two_stretches_does_not_count() -> None:
    assert seconds(heard([*session(0, 60), *session(200, 260, first=3)])) == 120


def test_two_devices_at_once_are_one_person() -> None:
    phone, tablet = session(0, 300), session(120, 420, device="tablet")
    assert seconds(heard(sorted([*phone, *tablet], key=lambda one: one.at))) == 420


def test_time_for_learning_takes_nothing_from_the_day() -> None:
    assert shipped_kinds()["learn"].counts is False
    assert seconds(heard(session(0, 300, counts=False))) == 0


LOST = [
    ([BEGIN], 50, 107, "its begin is half a minute before what comes next"),
    ([ON], 100, 107, "what comes after one that is lost tells of its time"),
    ([END], 105, 105, "where the end is lost, half of what it may have been"),
]


@pytest.mark.parametrize(("lost", "at_least", "at_most", "_why"), LOST)
def test_one_that_is_lost_changes_next_to_nothing(
    lost: list[Mark], at_least: float, at_most: float, _why: str
) -> None:
    before, mine = session(-600, -500, first=0), session(0, 107, first=5)
    first = next(one for one in mine if one.mark in lost)
    after = session(900, 960, first=10)
    total = seconds(heard([*before, *(one for one in mine if one is not first), *after])) - 160
    assert at_least <= total <= at_most


@given(st.data())
@settings(max_examples=40)
def test_what_comes_twice_or_in_another_order_at_once_changes_nothing(data: st.DataObject) -> None:
    beats = [*session(0, 107), *session(150, 200, first=5), *session(60, 260, device="tablet")]
    now = T + 300_000
    mixed = data.draw(st.permutations([*beats, *data.draw(st.lists(st.sampled_from(beats), max_size=9))]))
    assert take(Used(), mixed, now)[0] == take(Used(), beats, now)[0]
    again, how = take(take(Used(), beats, now)[0], mixed, now)
    assert again == take(Used(), beats, now)[0]
    assert how[Came.COUNTED] == 0


def test_what_a_device_held_back_counts_when_it_comes() -> None:
    held = [Beat(device="phone", seq=one.seq, mark=one.mark, at=T + 200_000) for one in session(0, 170)]
    assert seconds(take(Used(), held, T + 200_000)[0]) == pytest.approx(170, abs=30)


def test_one_that_is_late_is_in_what_came_before_it() -> None:
    used = heard([beat(1, BEGIN, 0), beat(3, ON, 60)])
    assert came(used, beat(2, ON, 62), now_s=62) == {Came.KNOWN: 1}
    assert seconds(used) == 60


def test_one_that_is_delayed_shortens_nothing() -> None:
    used = heard([beat(1, BEGIN, 0), beat(2, ON, 55), beat(3, ON, 60), beat(4, END, 75)])
    assert seconds(used) == 75


def test_a_device_that_slept_without_a_word_counts_half_a_minute() -> None:
    assert seconds(heard([beat(1, BEGIN, 0), beat(2, ON, 7200)])) == 30


def test_an_app_that_is_killed_and_opened_again_counts_half_of_what_it_may_have_been() -> None:
    assert seconds(heard([beat(1, BEGIN, 0), beat(2, ON, 30), beat(3, BEGIN, 900)])) == 45


def test_numbers_that_begin_anew_count_on() -> None:
    used = heard(session(0, 60, first=5000))
    again = session(90, 150, first=0)
    assert came(used, again[0], now_s=90) == {Came.RESTARTED: 1, Came.COUNTED: 1}
    assert seconds(heard(again, used)) == 120


def test_a_number_far_ahead_counts_no_more_than_the_time_that_went_by() -> None:
    used = heard([beat(1, BEGIN, 0), beat(2**53 - 1, ON, 3600)])
    assert seconds(used) <= 600


def test_what_is_sent_every_instant_counts_as_the_time_that_goes_by() -> None:
    used = heard([beat(0, BEGIN, 0), *(beat(n, ON, n / 10) for n in range(1, 600))])
    assert seconds(used) <= 60 + 60


def test_what_comes_after_a_quarter_of_an_hour_is_too_late() -> None:
    assert came(Used(), beat(1, ON, 0), now_s=901) == {Came.TOO_LATE: 1}


def test_where_our_clock_goes_back_nothing_counts_twice() -> None:
    used = heard(session(0, 120))
    again = heard([beat(6, BEGIN, 10), beat(7, ON, 40), beat(8, END, 60)], used)
    assert seconds(again) == 120


def test_a_beat_from_the_future_is_one_of_now() -> None:
    used = take(Used(), [beat(1, ON, 3600)], T)[0]
    assert max(used.quarters) <= T // 900_000


def test_no_more_devices_are_kept_than_somebody_has() -> None:
    used = heard([beat(1, BEGIN, at, device=f"d{at}") for at in range(100)])
    assert sorted(used.devices) == sorted(f"d{at}" for at in range(100 - MOST_DEVICES, 100))


@given(
    st.lists(
        st.tuples(st.sampled_from("abc"), st.integers(0, 60), st.sampled_from(Mark), st.integers(0, 1800))
    )
)
def test_whatever_comes_no_more_counts_than_time_went_by(told: list[tuple[str, int, Mark, int]]) -> None:
    used, now = Used(), T
    for device, seq, mark, later in told:
        now += later * 1000
        used = take(used, [Beat(device=device, seq=seq, mark=mark, at=now)], now)[0]
        assert all(0 < ms <= 900_000 for ms in used.quarters.values())
        assert all(one[1] < other[0] for one, other in pairwise(used.covered))
    assert sum(used.quarters.values()) <= now - T + 600_000


def test_minutes_in_a_row_begin_anew_after_a_break() -> None:
    first = heard(session(0, 1200))
    short, long = heard(session(1440, 1500, first=90), first), heard(session(1560, 1620, first=90), first)
    assert [one.minutes_in_a_row for one in (first, short, long)] == [20, 21, 1]
    assert first.break_until == NOON + timedelta(seconds=1500)


def test_the_day_that_has_the_most_counts_where_it_is_two_days() -> None:
    used = heard([*session(0, 600), *session(3600, 3900, first=90)])
    began = [NOON, NOON + timedelta(hours=1)]
    assert [minutes_since(used, [one]) for one in began] == [15, 5]
    assert minutes_since(used, began) == 15


DAYS_OF_CHANGE = [
    ("2026-03-29T00:59:00+00:00", 23, "an hour is left out"),
    ("2026-10-25T00:30:00+00:00", 25, "an hour comes twice"),
]


@pytest.mark.parametrize(("at", "hours", "_why"), DAYS_OF_CHANGE)
def test_a_day_is_as_long_as_the_clocks_make_it(at: str, hours: int, _why: str) -> None:
    midnight = datetime.fromisoformat(at).replace(hour=0, minute=0) - timedelta(hours=2 if hours == 25 else 1)
    first = int(midnight.timestamp()) // 900
    found = parts(dict.fromkeys(range(first, first + hours * 4), 900_000), "Europe/Amsterdam")
    assert {day for day, _ in found} == {datetime.fromisoformat(at).date()}
    assert sum(found.values()) == hours * 3_600_000


def test_what_is_over_becomes_minutes_by_part_of_the_day_there() -> None:
    used = heard(session(0, 1200))
    left, by_part = fold(used, "Asia/Tokyo", NOON + timedelta(days=4))
    assert (left, dict(by_part)) == (Used(), {(date(2026, 11, 26), Part.EVENING): 1_200_000})


def test_what_is_not_over_stays() -> None:
    used = heard(session(0, 1200))
    left, by_part = fold(used, None, NOON + timedelta(hours=47))
    assert (left, dict(by_part)) == (Used(quarters=used.quarters), {})


WRONG_KINDS = ["watch = 1", '[watch]\ncounts = "yes"\nsays = "x"', "[watch]\ncounts = true\nsays = ''"]


@pytest.mark.parametrize("text", WRONG_KINDS)
def test_a_table_of_kinds_that_is_wrong_is_refused(text: str) -> None:
    with pytest.raises(KindsError):
        parse_kinds(text)


def test_a_week_without_faults_is_counted_to_a_few_seconds() -> None:
    week = drawn(1, NOTHING)
    wrong = [abs(found - week.minutes(day)) for day, found in enumerate(week.counted())]
    assert len(wrong) == DAYS
    assert max(wrong) <= 0.25


@pytest.mark.parametrize("seed", range(4))
def test_a_week_of_three_devices_is_a_minute_a_day_wrong_at_most(seed: int) -> None:
    week = drawn(seed, Faults(killed=0, held_back=0))
    wrong = [abs(found - week.minutes(day)) for day, found in enumerate(week.counted())]
    assert max(wrong) <= 1
