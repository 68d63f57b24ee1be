"""What is known of an age and what is permitted belong together: less evidence never permits more."""

from dataclasses import replace
from datetime import UTC, date, datetime

from hypothesis import given, settings
from hypothesis import strategies as st

from hoede.accounts import age_band
from hoede.core.ages import BANDS, AgeBand, AgeEvidence, Assurance, youngest_of
from hoede.policy import (
    SOMEBODY,
    Answer,
    Attempt,
    Policy,
    Side,
    decide,
    shipped_pack,
    shipped_vocabulary,
)

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)
POLICY = Policy(shipped_vocabulary(), (shipped_pack("hoede-baseline"), shipped_pack("eu-dsa28")))
RANKS = list(Answer)[::-1]  # from refused to granted
BIRTHS = st.dates(date(1980, 1, 1), date(2013, 1, 1))  # 13 and over
GUESSES = st.sampled_from([one for one in Assurance if one is not Assurance.VERIFIED])
TEEN = Side(band=AgeBand.FROM_16, known=True, age=16)


def said(born: date, assurance: Assurance) -> AgeEvidence:
    return AgeEvidence(method="any", assurance=assurance, issuer="any", as_of=NOW.date(), born=born)


def side(evidence: list[AgeEvidence]) -> Side:
    """As a flow builds it: the band of the best evidence, unknown where there is none."""
    if not evidence:
        return SOMEBODY
    band = age_band(evidence, NOW, "UTC")
    return replace(SOMEBODY, band=band, known=True, age=youngest_of(band))


def permitted(who: Side, what: str) -> int:
    return RANKS.index(decide(POLICY, who, Attempt(what=what, counterpart=TEEN), NOW).answer)


@settings(max_examples=50)
@given(
    BIRTHS, GUESSES, st.sampled_from(["message", "go_live", "gift", "post", "download", "account.visibility"])
)
def test_without_any_evidence_no_more_is_permitted(born: date, assurance: Assurance, what: str) -> None:
    assert permitted(side([]), what) <= permitted(side([said(born, assurance)]), what)


@settings(max_examples=50)
@given(BIRTHS, BIRTHS, st.sampled_from(["message", "go_live", "gift", "post", "download"]))
def test_without_the_evidence_of_being_older_no_more_is_permitted(one: date, other: date, what: str) -> None:
    younger, older = said(max(one, other), Assurance.DECLARED), said(min(one, other), Assurance.VERIFIED)
    assert permitted(side([younger]), what) <= permitted(side([younger, older]), what)


@settings(max_examples=50)
@given(BIRTHS, BIRTHS, st.sampled_from(["message", "go_live", "gift", "post", "download"]))
def test_a_guess_from_behaviour_never_permits_more(born: date, guessed: date, what: str) -> None:
    known = said(born, Assurance.DECLARED)
    assert permitted(side([known, said(guessed, Assurance.INFERRED)]), what) <= permitted(side([known]), what)


def test_every_band_is_reached_by_its_evidence() -> None:
    births = [date(2018, 1, 1), date(2012, 1, 1), date(2010, 1, 1), date(1990, 1, 1)]
    assert [side([said(born, Assurance.VERIFIED)]).band for born in births] == list(BANDS)
