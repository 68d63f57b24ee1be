"""Objecting to an age: on what it may be believed, and when one may ask again."""

from datetime import UTC, date, datetime

import pytest

from hoede.app.tables import read_tables
from hoede.core.ages import Assurance
from hoede.review.ages import AgeAnswer, AgeBasesError, again_on, parse_age_bases
from hoede.review.outcomes import KnownNames, OutcomesError, parse_outcomes

KNOWN = KnownNames(measures={}, irreversible=set(), lanes={"second"})
ONE = '[a]\nassurance = "verified"\nsays = "x"\n'


def test_what_ships_believes_nobody_on_their_word_or_a_guess() -> None:
    worth = {one.assurance for one in read_tables().age_bases.values()}
    assert worth == {Assurance.VOUCHED, Assurance.ESTIMATED, Assurance.VERIFIED}


def test_one_outcome_believes_and_one_does_not() -> None:
    ages = {name: one.age for name, one in read_tables().outcomes.items() if one.age}
    assert ages == {"age_adult": AgeAnswer.BELIEVED, "age_stays": AgeAnswer.STAYS}


def test_the_lane_has_a_days_clock() -> None:
    assert read_tables().lanes["age"].due.total_seconds() == 24 * 3600


@pytest.mark.parametrize(
    "text",
    [
        "",  # nothing to believe anybody on
        "[a",  # no TOML
        "a = 1",  # no table
        '[a]\nassurance = "verified"',  # does not say what it is
        ONE + "colour = true",
        ONE.replace("verified", "certain"),
        ONE.replace("verified", "declared"),  # their own word
        ONE.replace("verified", "inferred"),  # a guess
    ],
)
def test_a_table_that_believes_too_easily_is_refused(text: str) -> None:
    with pytest.raises(AgeBasesError):
        parse_age_bases(text)


@pytest.mark.parametrize(
    "more", ['content = ["preserve"]', "keeps = true", "undoes = true", "second = true", 'tells = "more"']
)
def test_an_outcome_of_an_age_asks_for_nothing_else(more: str) -> None:
    parse_outcomes('[a]\nage = "stays"\nsays = "x"\n', KNOWN)
    with pytest.raises(OutcomesError):
        parse_outcomes(f'[a]\nage = "stays"\nsays = "x"\n{more}\n', KNOWN)


def test_one_may_ask_again_after_a_month() -> None:
    assert again_on(datetime(2026, 11, 27, 23, 59, tzinfo=UTC)) == date(2026, 12, 27)
