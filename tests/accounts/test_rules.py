"""How old somebody counts as: to the day, in their zone, and by the best evidence."""

from datetime import UTC, date, datetime, timedelta

import pytest

from hoede.accounts.rules import (
    AgeGround,
    age_band,
    age_ground,
    best,
    bounds,
    known_age,
    local_date,
    surely_minor,
)
from hoede.core.ages import REVIEWED, AgeBand, AgeEvidence, Assurance, band_of, years_between

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
TODAY = NOW.date()
ADULT, MINOR, VERIFIED = AgeGround.ADULT, AgeGround.MINOR, AgeGround.VERIFIED_ADULT


def said(
    assurance: Assurance,
    *,
    born: date | None = None,
    lower: int | None = None,
    upper: int | None = None,
    as_of: date = TODAY,
    until: datetime | None = None,
) -> AgeEvidence:
    """Evidence of this assurance about somebody."""
    return AgeEvidence(
        method="any",
        assurance=assurance,
        issuer="any",
        as_of=as_of,
        born=born,
        lower=lower,
        upper=upper,
        until=until,
    )


DECLARED_ADULT = said(Assurance.DECLARED, born=date(1990, 5, 1))
DECLARED_TEEN = said(Assurance.DECLARED, born=date(2011, 5, 1))
VERIFIED_ADULT = said(Assurance.VERIFIED, lower=18)
SEEMS_A_MINOR = said(Assurance.INFERRED, upper=15)
SEEMS_AN_ADULT = said(Assurance.INFERRED, lower=20)


@pytest.mark.parametrize(
    ("end", "years"),
    [
        (date(2026, 2, 27), 17),
        (date(2026, 2, 28), 17),  # a year without 29 February: not yet
        (date(2026, 3, 1), 18),  # but on 1 March
        (date(2028, 2, 28), 19),  # a leap year: not yet
        (date(2028, 2, 29), 20),  # on the day itself
    ],
)
def test_who_is_born_on_29_february_turns_older_on_1_march(end: date, years: int) -> None:
    assert years_between(date(2008, 2, 29), end) == years


@pytest.mark.parametrize(
    ("zone", "day"),
    [
        ("Europe/Amsterdam", date(2026, 11, 24)),  # 00:30 there
        ("UTC", date(2026, 11, 23)),
        ("Pacific/Auckland", date(2026, 11, 24)),
        ("America/Los_Angeles", date(2026, 11, 23)),
        (None, date(2026, 11, 23)),  # nobody told: where a day begins last
        ("", date(2026, 11, 23)),  # likewise
        ("Europe/Atlantis", date(2026, 11, 23)),  # no such zone
        ("../etc/passwd", date(2026, 11, 23)),  # no name of a zone at all
    ],
)
def test_the_day_is_the_one_where_the_account_lives(zone: str | None, day: date) -> None:
    assert local_date(datetime(2026, 11, 23, 23, 30, tzinfo=UTC), zone) == day


def test_without_a_zone_a_birthday_begins_when_it_has_begun_everywhere() -> None:
    born = [said(Assurance.VERIFIED, born=date(2008, 11, 23))]
    assert age_ground(born, datetime(2026, 11, 23, 11, 59, tzinfo=UTC), None) is MINOR
    assert age_ground(born, datetime(2026, 11, 23, 12, 0, tzinfo=UTC), None) is VERIFIED


def test_somebody_turns_18_at_midnight_in_their_own_zone() -> None:
    born = [said(Assurance.VERIFIED, born=date(2008, 11, 24))]
    before, after = (datetime(2026, 11, 23, hour, tzinfo=UTC) for hour in (22, 23))
    assert age_ground(born, before, "Europe/Amsterdam") is MINOR
    assert age_ground(born, after, "Europe/Amsterdam") is VERIFIED


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        (said(Assurance.DECLARED, born=date(2008, 11, 24)), (17, 17)),  # tomorrow is the birthday
        (said(Assurance.DECLARED, born=date(2008, 11, 23)), (18, 18)),
        (said(Assurance.DECLARED, born=date(2027, 1, 1)), (0, 0)),  # not born yet: a slip, not an age
        (said(Assurance.ESTIMATED, lower=16, upper=20), (16, 20)),  # said today
        (said(Assurance.ESTIMATED, lower=16, upper=20, as_of=date(2026, 11, 22)), (16, 21)),  # yesterday
        (said(Assurance.ESTIMATED, lower=16, upper=20, as_of=date(2025, 11, 23)), (17, 22)),  # a year ago
        (said(Assurance.ESTIMATED, lower=16, upper=20, as_of=date(2024, 11, 24)), (17, 22)),  # almost two
        (
            said(Assurance.ESTIMATED, lower=16, upper=20, as_of=date(2026, 11, 24)),
            (16, 20),
        ),  # tomorrow, there
        (said(Assurance.VERIFIED, lower=18), (18, None)),
        (said(Assurance.INFERRED, upper=15), (0, 15)),
    ],
)
def test_bounds_grow_with_the_time_since_they_were_said(
    evidence: AgeEvidence, expected: tuple[int, int | None]
) -> None:
    assert bounds(evidence, TODAY) == expected


@pytest.mark.parametrize(
    ("evidence", "ground"),
    [
        ([], MINOR),  # nothing known
        ([DECLARED_ADULT], ADULT),
        ([DECLARED_TEEN], MINOR),
        ([VERIFIED_ADULT], VERIFIED),
        ([VERIFIED_ADULT, DECLARED_ADULT], VERIFIED),
        ([said(Assurance.VERIFIED, lower=17)], MINOR),  # 17 for certain, 18 perhaps
        ([said(Assurance.ESTIMATED, lower=18)], ADULT),  # a measured face is no document
        ([said(Assurance.VOUCHED, lower=18)], ADULT),
        ([SEEMS_AN_ADULT], MINOR),  # a guess makes nobody an adult
        ([DECLARED_TEEN, SEEMS_AN_ADULT], MINOR),  # nor does it outweigh what somebody says
        ([DECLARED_ADULT, SEEMS_A_MINOR], MINOR),  # says 30, behaves like 15
        ([VERIFIED_ADULT, SEEMS_A_MINOR], ADULT),  # contradicted: an adult, but nobody acts alone
        ([VERIFIED_ADULT, DECLARED_TEEN], ADULT),  # likewise
        ([DECLARED_ADULT, DECLARED_TEEN], MINOR),  # of two equal words the younger counts
        ([VERIFIED_ADULT, said(Assurance.VERIFIED, lower=14, upper=16)], MINOR),  # likewise of documents
        ([DECLARED_ADULT, said(Assurance.VERIFIED, upper=17)], MINOR),
    ],
)
def test_what_a_measure_may_build_on(evidence: list[AgeEvidence], ground: AgeGround) -> None:
    assert age_ground(evidence, NOW, "UTC") is ground
    assert age_ground(reversed(evidence), NOW, "UTC") is ground  # in whatever order it was told


def test_a_contradiction_counts_in_every_zone_on_the_day_it_is_said() -> None:
    morning = datetime(2026, 11, 23, 6, tzinfo=UTC)
    seems_17 = said(Assurance.INFERRED, upper=17, as_of=morning.date())
    for zone in (None, "America/Los_Angeles", "UTC", "Pacific/Auckland"):  # in two it is yesterday
        assert age_ground([DECLARED_ADULT, seems_17], morning, zone) is MINOR
        assert age_ground([VERIFIED_ADULT, seems_17], morning, zone) is ADULT


def test_expired_evidence_counts_for_nothing_from_that_moment_on() -> None:
    verified = said(Assurance.VERIFIED, lower=18, until=NOW)
    assert age_ground([verified], NOW - timedelta(milliseconds=1), "UTC") is VERIFIED
    assert age_ground([verified], NOW, "UTC") is MINOR
    assert age_ground([verified, DECLARED_ADULT], NOW, "UTC") is ADULT


def test_an_expired_contradiction_contradicts_no_longer() -> None:
    expired = said(Assurance.INFERRED, upper=15, until=NOW)
    assert age_ground([VERIFIED_ADULT, expired], NOW, "UTC") is VERIFIED


def test_the_best_assured_statement_counts_and_of_several_the_youngest() -> None:
    older, younger = (said(Assurance.VERIFIED, lower=age) for age in (40, 20))
    assert best([DECLARED_TEEN, older, younger], NOW, TODAY) == younger
    assert best([], NOW, TODAY) is None


@pytest.mark.parametrize(
    ("evidence", "band"),
    [
        ([], AgeBand.FROM_13),  # unknown
        ([said(Assurance.DECLARED, lower=0)], AgeBand.FROM_13),  # says nothing either
        ([DECLARED_TEEN], AgeBand.FROM_13),
        ([DECLARED_ADULT], AgeBand.FROM_18),
        ([VERIFIED_ADULT, DECLARED_TEEN], AgeBand.FROM_18),  # a document outweighs a word
        ([said(Assurance.VERIFIED, lower=16, upper=19)], AgeBand.FROM_16),  # the lower bound decides
        ([SEEMS_A_MINOR], AgeBand.FROM_13),  # 15 at most, otherwise unknown
        ([DECLARED_ADULT, SEEMS_A_MINOR], AgeBand.FROM_13),  # a guess tightens
    ],
)
def test_the_band_is_that_of_the_best_evidence(evidence: list[AgeEvidence], band: AgeBand) -> None:
    assert age_band(evidence, NOW, "UTC") is band


@pytest.mark.parametrize(
    ("age", "band"),
    [
        (0, "under-13"),
        (12, "under-13"),
        (13, "13-15"),
        (15, "13-15"),
        (16, "16-17"),
        (17, "16-17"),
        (18, "18+"),
    ],
)
def test_bands_begin_at_13_16_and_18(age: int, band: str) -> None:
    assert band_of(age) == band


FOUND = AgeEvidence(
    method=REVIEWED, assurance=Assurance.VOUCHED, issuer="hoede", as_of=date(2026, 11, 1), lower=18
)


@pytest.mark.parametrize(
    ("beside", "band"),
    [
        ((), AgeBand.FROM_18),
        ((DECLARED_TEEN,), AgeBand.FROM_18),  # outweighed
        ((SEEMS_A_MINOR,), AgeBand.FROM_18),  # else a guess made every day would undo every answer
        ((said(Assurance.INFERRED, upper=15, as_of=date(2026, 10, 1)),), AgeBand.FROM_18),
        ((said(Assurance.VOUCHED, lower=13, upper=15),), AgeBand.FROM_13),  # as good, and younger
        ((said(Assurance.VERIFIED, born=date(2011, 5, 1)),), AgeBand.FROM_13),  # better
    ],
)
def test_what_a_person_here_found_outweighs_guesses_and_what_is_known_less_well(
    beside: tuple[AgeEvidence, ...], band: AgeBand
) -> None:
    assert age_band([FOUND, *beside], NOW, "UTC") is band


def test_after_a_year_guesses_count_again() -> None:
    later = datetime(2027, 11, 3, 12, tzinfo=UTC)
    guess = said(Assurance.INFERRED, upper=15, as_of=later.date())
    assert age_band([FOUND, guess], later, "UTC") is AgeBand.FROM_13


@pytest.mark.parametrize(
    ("evidence", "age", "minor"),
    [
        ([], None, False),
        ([said(Assurance.DECLARED, lower=13)], None, False),  # 13 or older
        ([said(Assurance.VERIFIED, lower=18)], None, False),
        ([said(Assurance.VERIFIED, lower=13, upper=17)], None, True),
        ([said(Assurance.ESTIMATED, lower=15, upper=15)], 15, True),
        ([said(Assurance.DECLARED, lower=15, upper=15, as_of=date(2025, 10, 1))], 16, True),  # or 17 by now
        ([DECLARED_TEEN], 15, True),
        ([DECLARED_ADULT], 36, False),
        ([DECLARED_ADULT, said(Assurance.INFERRED, upper=16)], None, False),  # contradicted, not known
        ([DECLARED_TEEN, VERIFIED_ADULT], None, False),
    ],
)
def test_an_age_is_told_to_others_only_where_it_is_known_to_the_year(
    evidence: list[AgeEvidence], age: int | None, *, minor: bool
) -> None:
    assert (known_age(evidence, NOW, TODAY), surely_minor(evidence, NOW, TODAY)) == (age, minor)
