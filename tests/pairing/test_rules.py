"""Tables and properties of the rules: states, codes, adults, reach, limits together, leaving, digests."""

import random
import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from hoede.app.tables import read_tables
from hoede.core.ages import AgeBand, AgeEvidence, Assurance
from hoede.pairing import By, State, parse_acts
from hoede.pairing.guardians import plain_mail
from hoede.pairing.rules.adults import Asks, AssuranceError, adulthood, asked_by, parse_assurance
from hoede.pairing.rules.codes import (
    BY_EVERYBODY,
    CODE_BITS,
    LETTERS,
    MOST_CODES,
    chance_a_day,
    new_code,
    new_link,
    plain_code,
)
from hoede.pairing.rules.digest import MOST_LINES, STARTERS, Week, digest, week_of
from hoede.pairing.rules.leaving import adult_day, days_left, is_of_age, teen_asked_by
from hoede.pairing.rules.limits import LockRow, PresetsError, parse_presets, replaces, together
from hoede.pairing.rules.reach import unrelated
from hoede.pairing.rules.seeing import CountsSeen, list_version, seen_list
from hoede.pairing.rules.states import StatesError, allows
from hoede.policy import shipped_vocabulary
from hoede.words import LOCALES, catalogue

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()
ACTS = read_tables().pairing.acts
DIALS = shipped_vocabulary().settings
ROW = '[act]\nfrom = ["draft"]\nto = "invited"\nby = ["inviter"]\nsays = "x"\n'


@pytest.mark.parametrize(
    ("state", "act", "by", "invited_by", "to"),
    [
        (State.DRAFT, "invite", By.TEEN, By.TEEN, State.INVITED),
        (State.INVITED, "accept", By.GUARDIAN, By.TEEN, State.ACCEPTED),
        (State.INVITED, "accept", By.TEEN, By.TEEN, None),  # one's own
        (State.ACCEPTED, "confirm", By.GUARDIAN, By.TEEN, None),  # only the teen says yes
        (State.ACCEPTED, "start", By.CLOCK, By.TEEN, None),  # never without
        (State.CONFIRMED, "start", By.CLOCK, By.TEEN, State.ACTIVE),
        (State.ACTIVE, "freeze", By.GUARDIAN, By.TEEN, None),
        (State.ACTIVE, "freeze", By.PERSON, By.TEEN, State.FROZEN),
        (State.FROZEN, "thaw", By.GUARDIAN, By.TEEN, None),
        (State.ENDING, "take_back", By.GUARDIAN, By.TEEN, None),
        (State.ENDED, "start", By.CLOCK, By.TEEN, None),
        (State.ACTIVE, "fly", By.TEEN, By.TEEN, None),
    ],
)
def test_the_table_says_what_leads_where_and_by_whom(
    state: State, act: str, by: By, invited_by: By, to: State | None
) -> None:
    assert allows(ACTS, state, act, by, invited_by) is to


@pytest.mark.parametrize(
    ("text", "says"),
    [
        (ROW.replace('"inviter"', '"stranger"'), "who is nobody"),
        (ROW.replace("draft", "begun"), "begun"),
        (ROW.replace("to =", "into ="), "missing 1 required"),
        (ROW, "time alone never ends it"),
    ],
)
def test_a_table_that_leaves_somebody_stuck_is_refused(text: str, says: str) -> None:
    with pytest.raises(StatesError, match=says):
        parse_acts(text)


@given(st.binary(min_size=8, max_size=8))
def test_a_code_is_read_however_it_is_typed(drawn: bytes) -> None:
    code = new_code(drawn)
    plain = code.replace("-", "")

    assert re.fullmatch(r"([0-9A-HJKMNP-TV-Z]{4}-){2}[0-9A-HJKMNP-TV-Z]{4}", code)
    typed = [code.lower(), plain, f" {code} ", plain.replace("0", "O").replace("1", "l")]
    assert {plain_code(one) for one in typed} == {plain}


@given(st.binary(min_size=8, max_size=8), st.binary(min_size=8, max_size=8))
def test_codes_differ_where_their_bits_do(one: bytes, other: bytes) -> None:
    bits = [int.from_bytes(each) >> 4 for each in (one, other)]
    assert (new_code(one) == new_code(other)) is (bits[0] == bits[1])


@pytest.mark.parametrize("typed", ["", "7K3M-0QWZ", "7K3M-0QWZ-94T!", "7K3M-0QWZ-94TAX", "éééé-éééé-éééé"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert plain_code(typed) is None


def test_a_link_has_128_bits() -> None:
    assert new_link(bytes(16)) != new_link(bytes(15) + b"\x01")
    with pytest.raises(ValueError, match="16 random bytes"):
        new_link(bytes(15))
    with pytest.raises(ValueError, match="8 random bytes"):
        new_code(bytes(7))


def test_guessing_any_code_within_a_day_is_less_likely_than_one_in_2_to_the_40() -> None:
    assert chance_a_day() <= 2**-40
    assert chance_a_day() == BY_EVERYBODY * MOST_CODES / 2**CODE_BITS
    without_the_name = BY_EVERYBODY * 1_000_000 / 2**CODE_BITS  # a million open codes, and a guess fits any
    assert without_the_name > 2**-40  # which is why a code counts only beside its inviter's name


def test_the_computed_chance_is_what_guessing_comes_to() -> None:
    """With codes of two letters, short enough to be guessed: the share of days on which somebody did."""
    chance, bits, guesses, days = random.Random(20261127), 10, 8, 4000  # noqa: S311 - a simulation
    hits = 0
    for _ in range(days):
        codes = {chance.getrandbits(bits) for _ in range(MOST_CODES)}
        hits += any(chance.getrandbits(bits) in codes for _ in range(guesses))
    computed = guesses * MOST_CODES / 2**bits

    assert hits / days == pytest.approx(computed, rel=0.35)
    assert len(LETTERS) == 32


def proof(
    lower: int | None = 18,
    *,
    born: date | None = None,
    upper: int | None = None,
    method: str = "document",
    assurance: Assurance = Assurance.VERIFIED,
    as_of: date = TODAY,
    until: datetime | None = None,
) -> AgeEvidence:
    return AgeEvidence(
        method=method,
        assurance=assurance,
        issuer="bureau",
        as_of=as_of,
        born=born,
        lower=None if born or upper else lower,
        upper=upper,
        until=until,
    )


@pytest.mark.parametrize(
    ("evidence", "is_minor", "assured"),
    [
        ([], False, False),
        ([proof()], False, True),
        ([proof(born=date(1986, 1, 1))], False, True),
        ([proof(method="guess")], False, False),  # not a method that counts
        ([proof(assurance=Assurance.DECLARED)], False, False),
        ([proof(assurance=Assurance.ESTIMATED)], False, False),
        ([proof(until=NOW)], False, False),  # ran out
        ([proof(lower=17)], False, False),
        ([proof(lower=17, as_of=date(2025, 11, 1))], False, True),  # a year older since
        ([proof(born=date(2010, 1, 1), assurance=Assurance.DECLARED), proof()], True, False),  # says so
        ([proof(upper=16, assurance=Assurance.INFERRED)], True, False),
        ([proof(upper=17, as_of=date(2025, 1, 1), assurance=Assurance.INFERRED)], False, False),
    ],
)
def test_who_is_an_adult(evidence: list[AgeEvidence], *, is_minor: bool, assured: bool) -> None:
    found = adulthood(evidence, {"document"}, NOW)
    assert (found.is_minor, found.assured) == (is_minor, assured)


def test_a_proof_lasts_as_long_as_the_longest() -> None:
    later = NOW + timedelta(days=9)
    assert (
        adulthood([proof(until=NOW + timedelta(days=1)), proof(until=later)], {"document"}, NOW).until
        == later
    )
    assert adulthood([proof(until=later), proof()], {"document"}, NOW).until is None


def test_packs_together_take_only_what_each_takes() -> None:
    table = {
        "house": Asks(frozenset({"a", "b", "c"}), needed=False),
        "one": Asks(frozenset({"a", "b"}), needed=False),
        "two": Asks(frozenset({"b", "c"}), needed=True),
    }
    assert asked_by(table, ["one", "two", "unknown"]) == Asks(frozenset({"b"}), needed=True)
    assert asked_by(table, []) == table["house"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[house]\nmethods = []\nneeded = false",
        "[house]\nmethods = ['a']\nneeded = 1",
        "[house]\nneeded = true",
    ],
)
def test_a_table_of_proofs_that_says_too_little_is_refused(text: str) -> None:
    with pytest.raises(AssuranceError):
        parse_assurance(text)


@pytest.mark.parametrize(
    ("others", "families"),
    [
        ([(), (), ()], 3),  # nobody else
        ([("bo",), ("bo",), ("bo",)], 1),  # siblings
        ([("bo",), ("bo", "cis"), ("cis",)], 1),  # by way of the middle one
        ([("bo",), ("cis",), ()], 3),
        ([("cis",), ("bo",), ("bo", "cis")], 1),  # whoever comes last joins them
    ],
)
def test_families_are_told_by_the_other_guardian(others: list[tuple[str, ...]], families: int) -> None:
    teens = [("plein", name) for name in ("noor", "sam", "kim")]
    assert unrelated(teens, dict(zip(teens, others, strict=True))) == families


STEPS = st.sampled_from(["none", "trusted", "connections", "band_adjacent", "everyone"])
MOMENTS = st.none() | st.integers(-2, 5).map(lambda days: NOW + timedelta(days=days))


def lock(step: str, until: datetime | None, number: int = 0) -> LockRow:
    return LockRow(
        id=f"lock_{number}", link="pair_1", setting="dm.send", step=step, reason="", at=NOW, until=until
    )


@given(st.lists(st.tuples(STEPS, MOMENTS), max_size=5), st.randoms())
def test_limits_together_are_one_meet_in_any_order(drawn: list[Any], shuffled: random.Random) -> None:
    kind = DIALS["dm.send"].kind
    locks = [lock(*one) for one in drawn]
    said = together(kind, locks, NOW)
    other = list(locks)
    shuffled.shuffle(other)

    assert together(kind, other, NOW) == said
    assert all(kind.meet(said, one.step) == said for one in locks if one.stands(NOW))
    assert together(kind, [*locks, *locks], NOW) == said


@given(STEPS, MOMENTS, STEPS, MOMENTS)
def test_what_a_new_limit_replaces_says_nothing_more_at_any_time(
    step: str, until: datetime | None, old: str, old_until: datetime | None
) -> None:
    kind, new, before = DIALS["dm.send"].kind, lock(step, until, 1), lock(old, old_until)
    if replaces(kind, new, before):
        for days in range(-3, 7):
            at = NOW + timedelta(days=days)
            assert together(kind, [new], at) == together(kind, [new, before], at)


@pytest.mark.parametrize(
    "text", ['[a]\n"no.such" = 1', '[a]\n"dm.send" = "sideways"', '[a]\n"time.daily_cap" = 10', "a = 1"]
)
def test_a_preset_no_guardian_could_set_is_refused(text: str) -> None:
    with pytest.raises(PresetsError):
        parse_presets(text, DIALS)


@given(
    st.text(min_size=1, max_size=20), st.datetimes(timezones=st.just(UTC)).filter(lambda at: at.year < 9000)
)
def test_a_teen_is_asked_at_a_moment_of_their_own(link: str, since: datetime) -> None:
    assert timedelta(hours=1) <= teen_asked_by(b"k" * 32, link, since) - since <= timedelta(days=180)
    assert teen_asked_by(b"k" * 32, link, since) == teen_asked_by(b"k" * 32, link, since)


def test_a_teen_may_be_asked_on_any_day_and_at_any_hour() -> None:
    moments = [teen_asked_by(b"k" * 32, f"pair_{one}", NOW) for one in range(3000)]
    assert {(one - NOW).days for one in moments} == set(range(180))
    assert {one.hour for one in moments} == set(range(24))


@pytest.mark.parametrize(
    ("born", "age", "day"),
    [
        (date(2012, 5, 5), 14, date(2030, 5, 5)),
        (date(2012, 2, 29), 14, date(2030, 3, 1)),
        (None, 14, date(2030, 11, 23)),  # by bounds: the latest it can be
        (None, None, None),
    ],
)
def test_the_day_somebody_is_18(born: date | None, age: int | None, day: date | None) -> None:
    assert adult_day(born, age, TODAY) == day


@pytest.mark.parametrize(
    ("adult_on", "age", "verified", "ends"),
    [
        (TODAY, 18, False, True),
        (TODAY + timedelta(days=1), 19, False, False),  # says 19 since, and was 17 when it began
        (TODAY, 17, False, False),  # turned out younger
        (None, 30, False, False),
        (None, None, True, True),
    ],
)
def test_a_pairing_ends_at_18_and_not_by_saying_so(
    adult_on: date | None, age: int | None, *, verified: bool, ends: bool
) -> None:
    assert is_of_age(adult_on=adult_on, age=age, verified_adult=verified, today=TODAY) is ends


@pytest.mark.parametrize(("hours", "days"), [(-1, 0), (0, 0), (1, 1), (24, 1), (25, 2)])
def test_days_left_are_told_with_the_one_that_has_begun(hours: int, days: int) -> None:
    assert days_left(NOW + timedelta(hours=hours), NOW) == days


def test_less_is_visible_at_16_and_nothing_at_18() -> None:
    younger, older = seen_list(AgeBand.FROM_13), seen_list(AgeBand.FROM_16)
    assert set(younger) - set(older) == {"time_parts", "public"}
    assert (set(older) - set(younger), seen_list(AgeBand.FROM_18)) == ({"time_week"}, ())


def test_another_word_on_the_list_is_another_version() -> None:
    words = dict(catalogue("en").texts)
    keys = seen_list(AgeBand.FROM_13)
    changed = words | {"pair.sees.counts": "numbers, and names"}
    assert list_version(keys, words) != list_version(keys, changed)
    assert list_version(keys, words) != list_version(keys[:-1], words)


FULL = Week(
    begins=date(2026, 11, 16),
    guardian="Anna",
    minutes=430,
    minutes_before=500,
    most_in="evening",
    settings=("dm.send", "feed.level"),
    asked=3,
    answers={"approved": 1, "countered": 1, "declined": 1},
    counts=CountsSeen(connections=2, blocks=1, reports=1),
    looks=4,
)


def told(week: Week, locale: str = "en") -> tuple[str, ...]:
    names = {name: one.say("name", locale) for name, one in DIALS.items()}
    return digest(week, catalogue(locale), names).lines


def test_a_full_week_has_seven_lines_and_one_thing_to_talk_about() -> None:
    assert told(FULL) == (
        "Time: 7 h 10 min; last week 8 h 20 min",
        "Most time: evening",
        "Settings changed: Messages out and Content level",
        "Questions: 3; agreed 1, other offer 1, not now 1",
        "New connections: 2. Blocks: 1. Reports: 1.",
        "Looks at this page by Anna: 4",
        f"To talk about: {catalogue('en').say('starter.7')}",
    )


@pytest.mark.parametrize("locale", LOCALES)
@given(
    weeks=st.integers(0, 60),
    named=st.lists(st.sampled_from(sorted(DIALS)), max_size=9),
    asked=st.integers(0, 3),
)
def test_a_week_is_never_longer_than_seven_lines(
    locale: str, weeks: int, named: list[str], asked: int
) -> None:
    begins = date(2026, 1, 5) + timedelta(weeks=weeks)
    lines = told(replace(FULL, begins=begins, settings=tuple(named), asked=asked), locale)

    assert len(lines) <= MOST_LINES
    assert (
        len([one for one in lines if one.startswith(catalogue(locale).say("digest.talk", starter=""))]) == 1
    )


def test_an_empty_week_has_only_something_to_talk_about() -> None:
    assert len(told(Week(begins=date(2026, 11, 16), guardian="Anna"))) == 1


def test_every_week_of_half_a_year_has_another_starter() -> None:
    begins = [date(2026, 1, 5) + timedelta(weeks=one) for one in range(STARTERS)]
    assert len({told(Week(begins=one, guardian="A"))[-1] for one in begins}) == STARTERS
    assert week_of(date(2026, 11, 22)) == date(2026, 11, 16)


@pytest.mark.parametrize(
    ("typed", "mail"),
    [
        (" Anna@Mail.Example ", "anna@mail.example"),
        ("anna@straße.example", "anna@strasse.example"),
        ("anna@@mail.example", None),
        ("anna@mail", None),
        ("a\nb@mail.example", None),
        ("anna,bo@mail.example", None),
        ("x" * 65 + "@mail.example", None),
        ("anna@" + "x" * 64 + ".example", None),
        ("anna@.example", None),
    ],
)
def test_an_address_is_compared_as_it_is_delivered(typed: str, mail: str | None) -> None:
    assert plain_mail(typed) == mail
