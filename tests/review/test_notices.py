"""What people report: where it waits, whose voice it is, and that many weigh little more than one."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.review import parse_lanes
from hoede.review.notices import (
    FULL,
    MOST,
    Notice,
    Reason,
    ReasonsError,
    Source,
    answer_by,
    case_weight,
    lane_of_notice,
    parse_reasons,
    storable,
    urgency,
    voice_of,
    voice_weight,
)

SHIPPED = (files("hoede") / "review" / "reasons.toml").read_text(encoding="utf-8")
LANES = parse_lanes((files("hoede") / "review" / "lanes.toml").read_text(encoding="utf-8"))
REASONS = parse_reasons(SHIPPED)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
NOTICE = Notice(
    service="plein",
    source=Source.PERSON,
    subject="a-7",
    reason=Reason.BULLY,
    at=NOON,
    reporter="a-3",
    since=date(2024, 1, 1),
)


def test_every_reason_that_ships_has_a_lane_and_a_severity() -> None:
    assert set(REASONS) == set(Reason)
    assert {row.lane for row in REASONS.values()} <= set(LANES)
    assert {row.severity for row in REASONS.values()} <= set(range(1, 6))


@pytest.mark.parametrize(
    "text",
    [
        "[other",  # no TOML
        "",  # nothing at all
        SHIPPED.replace("[other]", "[boredom]"),  # a reason nobody knows
        SHIPPED.replace("severity = 1", "severity = 6"),  # graver than there is
        SHIPPED.replace("severity = 1", 'severity = "1"'),  # a word in place of a number
        SHIPPED + "colour = 1",  # an unknown key
    ],
)
def test_a_table_of_reasons_that_is_not_right_is_refused(text: str) -> None:
    with pytest.raises(ReasonsError) as caught:
        parse_reasons(text)
    assert (caught.value.code, bool(caught.value.detail)) == ("reasons-invalid", True)


@pytest.mark.parametrize(
    ("reason", "source", "adult", "lane"),
    [
        (Reason.PRESSURE, Source.PERSON, True, "child_safety"),
        (Reason.PRESSURE, Source.PERSON, False, "minors"),  # first who is victim and who is not
        (Reason.SELF_HARM, Source.PERSON, False, "self_harm"),
        (Reason.BULLY, Source.PERSON, False, "notices"),
        (Reason.SCAM, Source.PERSON, True, "notices"),
        (Reason.OTHER, Source.FLAGGER, True, "flagger"),  # whatever it is
        (Reason.CHILD_SEXUAL, Source.HOTLINE, False, "flagger"),
    ],
)
def test_which_lane_a_notice_goes_to(reason: Reason, source: Source, *, adult: bool, lane: str) -> None:
    told = replace(NOTICE, reason=reason, source=source)
    assert lane_of_notice(told, REASONS, adult=adult) == lane


SAME = [
    # two new accounts on one day, whatever they write
    (
        {"since": date(2026, 11, 20), "words": "a"},
        {"reporter": "a-4", "since": date(2026, 11, 1), "words": "b"},
    ),
    # nobody we know, twice
    ({"reporter": None, "since": None}, {"reporter": None, "since": None, "words": "again"}),
    # one hand by the platform's word
    ({"linked": "device-1", "words": "a"}, {"reporter": "a-4", "linked": "device-1", "words": "b"}),
    # the same words but for case and signs
    ({"words": "He is BAD!"}, {"reporter": "a-4", "words": "he is... bad"}),
    # one account, without words
    ({}, {"content": "c-9"}),
]
APART = [
    ({}, {"reporter": "a-4"}),  # two people
    ({"words": "a"}, {"reporter": "a-4", "words": "b"}),
    ({"linked": "device-1"}, {"reporter": "a-4", "linked": "device-2"}),
    # new accounts of two days
    ({"since": date(2026, 11, 20)}, {"since": date(2026, 11, 20), "at": NOON + timedelta(days=1)}),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_these_are_one_voice(one: dict[str, object], other: dict[str, object]) -> None:
    first, second = replace(NOTICE, **one), replace(NOTICE, **other)  # type: ignore[arg-type]
    assert voice_of(first, known=True) == voice_of(second, known=True)


@pytest.mark.parametrize(("one", "other"), APART)
def test_these_are_two_voices(one: dict[str, object], other: dict[str, object]) -> None:
    first, second = replace(NOTICE, **one), replace(NOTICE, **other)  # type: ignore[arg-type]
    assert voice_of(first, known=True) != voice_of(second, known=True)


def test_an_account_that_nobody_told_us_of_counts_as_new_unless_the_platform_says_since_when() -> None:
    unknown = replace(NOTICE, since=None)
    assert voice_of(unknown, known=False) == "young 2026-11-23"
    assert voice_of(unknown, known=True) == "account a-3"
    assert voice_of(NOTICE, known=False) == "account a-3"


def test_a_flagger_speaks_for_itself() -> None:
    one, other = (replace(NOTICE, source=Source.FLAGGER, reporter=name) for name in ("watch", "guard"))
    assert voice_of(one, known=False) != voice_of(other, known=False)


def test_ten_thousand_of_one_voice_weigh_twice_one_and_less_than_three_people() -> None:
    wave = voice_weight(10_000)
    assert wave == 2 * voice_weight(1)
    assert case_weight(wave) < case_weight(3 * voice_weight(1))


def test_one_person_weighs_in_full_and_nobody_nothing() -> None:
    assert [case_weight(voice_weight(count)) for count in (0, 1)] == [0, FULL]


@given(st.integers(1, 10**6), st.integers(1, 10**6))
def test_more_of_one_voice_never_weigh_less_and_never_as_much_as_apart(one: int, more: int) -> None:
    assert voice_weight(one) <= voice_weight(one + more) < voice_weight(one) + voice_weight(more)


@given(st.lists(st.integers(1, 10**6), max_size=50), st.integers(1, 10**6))
def test_another_voice_never_lowers_a_cases_weight_and_no_number_goes_over_the_cap(
    voices: list[int], another: int
) -> None:
    before = sum(voice_weight(one) for one in voices)
    after = before + voice_weight(another)
    assert case_weight(before) <= case_weight(after) <= MOST
    assert case_weight(after) <= case_weight(before) + case_weight(voice_weight(another))  # sublinear


@given(st.integers(1, 5), st.integers(0, 10**9))
def test_urgency_is_bounded_whatever_comes(severity: int, voices: int) -> None:
    assert 0 <= urgency(severity, voices) <= severity * MOST


WORDS = [
    ("He asked\r\nwhere I live.", "He asked\nwhere I live."),
    ("a\x00b\x1bc", "abc"),
    ("\u202eturned\u202c", "turned"),  # a page's text stays in its direction
    ("\ud800half", "half"),  # no database holds half a character
    ("caf\u00e9\u00a0\u3000\U0001f468\u200d\U0001f469\u200d\U0001f467", None),  # spaces and families stay
    ("\u0645\u0631\u062d\u0628\u0627", None),  # so does Arabic
]


@pytest.mark.parametrize(("typed", "kept"), WORDS)
def test_what_somebody_typed_is_kept_but_for_what_no_database_holds(typed: str, kept: str | None) -> None:
    assert storable(typed) == (typed if kept is None else kept)


@given(st.text())
def test_whatever_is_typed_can_be_stored(typed: str) -> None:
    kept = storable(typed)
    assert kept.encode().decode() == kept
    assert "\x00" not in kept


def test_an_answer_comes_within_a_week() -> None:
    assert answer_by(date(2026, 11, 23)) == date(2026, 11, 30)
