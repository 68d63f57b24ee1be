"""Time: caps, extra time, breaks and the evening screen, and whose yes lets go of what."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from tests.policy.scene import AMSTERDAM, NOW, ask, born, codes, policies, policy, sides

from hoede.core.ages import AgeBand
from hoede.policy import (
    Answer,
    Attempt,
    Compiled,
    Limit,
    Lock,
    Policy,
    Side,
    Whom,
    decide,
    shipped_vocabulary,
    time_now,
)
from hoede.policy.rules.steps import NO_LIMIT

BASELINE = policy("hoede-baseline")
TEEN = replace(born("2012-01-01"), minutes_today=0)
EVENING = datetime(2026, 11, 26, 21, 30, tzinfo=UTC)  # half past ten in Amsterdam
SOON = NOW + timedelta(minutes=4)


def lock(name: str, raw: Any) -> tuple[Lock, ...]:
    step = shipped_vocabulary()[name].kind.read(raw)
    return (Lock(setting=name, step=step, reason="agreed", by="pair_1"),)


def limited(open_to: int | None) -> Policy:
    """The baseline with a limit of 60 minutes that a yes opens this far."""
    row = Limit(
        setting="time.daily_cap",
        bands=frozenset(AgeBand),
        step=60,
        open_to=open_to,
        source="made up",
        unverified=False,
        line=1,
    )
    return replace(BASELINE, packs=(replace(BASELINE.packs[0], limits=(row,), starts=()),))


def left(side: Side, which: Policy = BASELINE, now: datetime = NOW) -> int | None:
    return time_now(which, side, now).minutes_left


def test_what_is_left_is_what_is_allowed_less_what_was_used() -> None:
    assert [left(replace(TEEN, minutes_today=used)) for used in (0, 59, 60, 90)] == [60, 1, 0, 0]


def test_an_adult_has_no_end_of_time() -> None:
    found = time_now(BASELINE, replace(born("1990-01-01"), minutes_today=900), NOW)
    assert (found.minutes_left, found.permit.answer) == (None, Answer.GRANTED)


def test_the_cap_of_the_weekday_counts_where_it_is_less() -> None:
    side = replace(TEEN, locks=lock("time.weekday_caps", {"thu": 40, "fri": 10}))
    assert left(side) == 40


EXTRA = [
    (BASELINE, TEEN, 75, "a start lets go"),
    (BASELINE, replace(TEEN, locks=lock("time.daily_cap", 30)), 45, "and so does a lock"),
    (limited(None), TEEN, 60, "a limit does not"),
    (limited(70), TEEN, 70, "but as far as a yes opens it"),
]


@pytest.mark.parametrize(("which", "side", "allowed", "_why"), EXTRA)
def test_extra_time_goes_on_top_of_what_somebody_may_let_go_of(
    which: Policy, side: Side, allowed: int, _why: str
) -> None:
    at_the_end = replace(side, extra_minutes=15, minutes_today=allowed - 1)
    over = replace(at_the_end, minutes_today=allowed)
    assert time_now(which, at_the_end, NOW).minutes_allowed == allowed
    assert [
        decide(which, one, Attempt(what="post"), NOW).answer is Answer.GRANTED for one in (at_the_end, over)
    ] == [
        True,
        False,
    ]


OWN_EXTRA = [
    (BASELINE, TEEN, 75, True, "a start that is one's own lets go"),
    (BASELINE, replace(TEEN, choices={"time.daily_cap": 50}), 65, True, "and so does one's own choice"),
    (BASELINE, replace(TEEN, locks=lock("time.daily_cap", 30)), 30, False, "what a guardian set does not"),
    (limited(None), TEEN, 60, False, "nor does a limit"),
    (limited(70), TEEN, 60, False, "not even one that a guardian's yes would open"),
]


@pytest.mark.parametrize(("which", "side", "allowed", "may", "_why"), OWN_EXTRA)
def test_what_somebody_takes_themselves_goes_on_top_of_what_is_their_own(
    which: Policy, side: Side, allowed: int, may: object, _why: str
) -> None:
    over = time_now(which, replace(side, own_extra_minutes=15, minutes_today=allowed), NOW)
    assert (over.minutes_allowed, over.may_go_on) == (allowed, may)


def test_nobody_goes_on_while_something_else_closes_it_too() -> None:
    side = replace(
        TEEN, choices={"time.break_every": 45}, minutes_in_a_row=45, break_until=SOON, minutes_today=60
    )
    assert not time_now(BASELINE, side, NOW).may_go_on
    assert not time_now(BASELINE, TEEN, NOW).may_go_on


def test_extra_time_is_in_the_words_of_the_refusal() -> None:
    permit = ask("hoede-baseline", replace(TEEN, extra_minutes=15, minutes_today=75), "post")
    assert [one.step for one in permit.reasons] == [75]


BREAKS = [
    (44, SOON, Answer.GRANTED, "not so long in a row"),
    (45, SOON, Answer.REFUSED, "a break"),
    (45, NOW, Answer.GRANTED, "the break is over"),
    (45, None, Answer.GRANTED, "nobody heard of any use"),
]


@pytest.mark.parametrize(("in_a_row", "until", "answer", "_why"), BREAKS)
def test_a_break_comes_after_so_many_minutes_in_a_row(
    in_a_row: int, until: datetime | None, answer: Answer, _why: str
) -> None:
    side = replace(TEEN, choices={"time.break_every": 45}, minutes_in_a_row=in_a_row, break_until=until)
    permit = ask("hoede-baseline", side, "search")
    assert permit.answer is answer
    if answer is Answer.REFUSED:
        assert (codes(permit), permit.whom, permit.retry_at) == (["break"], None, SOON)


def test_extra_time_does_not_put_off_a_break() -> None:
    side = replace(
        TEEN, choices={"time.break_every": 45}, minutes_in_a_row=45, break_until=SOON, extra_minutes=60
    )
    assert codes(ask("hoede-baseline", side, "post")) == ["break"]


def test_when_time_is_up_somebody_may_say_yes_as_the_pack_says() -> None:
    teen = time_now(BASELINE, replace(TEEN, minutes_today=60), NOW).permit
    child = time_now(BASELINE, replace(born("2018-01-01"), minutes_today=60), NOW).permit
    assert (teen.whom, child.whom) == (Whom.SELF, Whom.GUARDIAN)


EVENINGS = [
    (EVENING, 1, "past ten"),
    (EVENING - timedelta(hours=1), 0, "past nine"),
    (EVENING + timedelta(hours=6), 1, "past four"),
    (EVENING + timedelta(hours=7), 0, "the morning"),
]


@pytest.mark.parametrize(("now", "calm", "_why"), EVENINGS)
def test_the_evening_screen_comes_in_the_evening_and_closes_nothing(
    now: datetime, calm: int, _why: str
) -> None:
    found = time_now(BASELINE, TEEN, now)
    assert (found.wind_down_at, found.winds_down) == ("22:00", bool(calm))
    assert found.permit.answer is Answer.GRANTED


def test_without_an_evening_screen_there_is_none() -> None:
    side = replace(TEEN, choices={"time.wind_down_at": NO_LIMIT})
    found = time_now(BASELINE, side, EVENING)
    assert (found.wind_down_at, found.winds_down) == (None, False)


def test_an_open_account_is_answered_from_the_table_whatever_was_used() -> None:
    compiled = Compiled(BASELINE)
    used = [compiled.seat(replace(TEEN, minutes_today=many, zones=AMSTERDAM), NOW) for many in (0, 30, 59)]
    found = [compiled.decide(seat, "post", NOW) for seat in used]
    assert found[0] is found[1] is found[2]


@given(policies(), sides())
def test_time_closes_exactly_what_the_permit_says(which: Policy, side: Side) -> None:
    found = time_now(which, side, NOW)
    permit = decide(which, side, Attempt(what="use"), NOW)
    timed = {one.setting for one in found.permit.reasons if one.setting}
    assert timed == {one.setting for one in permit.reasons if one.setting}
    if found.minutes_left == 0 and side.minutes_today is not None:
        assert timed & {"time.daily_cap", "time.weekday_caps"}


@given(policies(), sides())
def test_more_extra_time_never_closes_anything(which: Policy, side: Side) -> None:
    more = replace(side, extra_minutes=side.extra_minutes + 30, own_extra_minutes=side.own_extra_minutes + 15)
    before, after = (time_now(which, one, NOW) for one in (side, more))
    assert after.minutes_allowed is None or before.minutes_allowed is not None
    if before.permit.answer is Answer.GRANTED:
        assert after.permit.answer is Answer.GRANTED
