"""Laws of ages: what makes somebody younger always counts, a guess never makes anybody older."""

from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from hoede.accounts.rules import AgeGround, age_band, age_ground
from hoede.core.ages import REVIEWED, AgeBand, AgeEvidence, Assurance

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
GROUNDS = (AgeGround.MINOR, AgeGround.ADULT, AgeGround.VERIFIED_ADULT)  # from least to most
BANDS = tuple(AgeBand)
AGES = st.integers(0, 99)
DAYS = st.dates(date(2024, 1, 1), NOW.date())
ASSURANCES = st.sampled_from(Assurance)
UNVERIFIED = st.sampled_from([one for one in Assurance if one is not Assurance.VERIFIED])
ZONES = st.sampled_from((None, "UTC", "Pacific/Auckland", "America/Los_Angeles", "Nowhere/Else"))


@st.composite
def evidence(draw: st.DrawFn, assurances: st.SearchStrategy[Assurance] = ASSURANCES) -> AgeEvidence:
    """Any statement that can be made."""
    shape = draw(st.sampled_from(("born", "lower", "upper", "both")))
    lower, upper = sorted((draw(AGES), draw(AGES)))
    return AgeEvidence(
        method="any",
        assurance=draw(assurances),
        issuer="any",
        as_of=draw(DAYS),
        born=draw(st.dates(date(1930, 1, 1), NOW.date())) if shape == "born" else None,
        lower=lower if shape in {"lower", "both"} else None,
        upper=upper if shape in {"upper", "both"} else None,
        until=draw(st.sampled_from((None, NOW - timedelta(days=1), NOW + timedelta(days=1)))),
    )


@st.composite
def upper_bounds(draw: st.DrawFn) -> AgeEvidence:
    """A statement that somebody is at most so old, and nothing else."""
    return AgeEvidence(
        method="any",
        assurance=draw(ASSURANCES),
        issuer="any",
        as_of=draw(DAYS),
        upper=draw(AGES),
    )


@given(st.lists(evidence(), max_size=4), upper_bounds(), ZONES)
def test_a_further_upper_bound_never_makes_anybody_older(
    known: list[AgeEvidence], further: AgeEvidence, zone: str | None
) -> None:
    before, after = age_ground(known, NOW, zone), age_ground([*known, further], NOW, zone)
    assert GROUNDS.index(after) <= GROUNDS.index(before)
    younger = BANDS.index(age_band([*known, further], NOW, zone))
    assert younger <= BANDS.index(age_band(known, NOW, zone))


@given(st.lists(evidence(), max_size=4), evidence(st.just(Assurance.INFERRED)), ZONES)
def test_a_guess_never_makes_anybody_more_of_an_adult(
    known: list[AgeEvidence], guess: AgeEvidence, zone: str | None
) -> None:
    before, after = age_ground(known, NOW, zone), age_ground([*known, guess], NOW, zone)
    assert GROUNDS.index(after) <= GROUNDS.index(before)


@given(st.lists(evidence(), max_size=4), evidence(st.just(Assurance.INFERRED)), ZONES)
def test_a_guess_never_opens_a_band(known: list[AgeEvidence], guess: AgeEvidence, zone: str | None) -> None:
    before, after = age_band(known, NOW, zone), age_band([*known, guess], NOW, zone)
    assert BANDS.index(after) <= BANDS.index(before)


@given(st.lists(evidence(UNVERIFIED), max_size=4), ASSURANCES, ZONES)
def test_what_we_found_ourselves_never_makes_a_machine_act_alone(
    known: list[AgeEvidence], assurance: Assurance, zone: str | None
) -> None:
    found = AgeEvidence(
        method=REVIEWED, assurance=assurance, issuer="hoede", as_of=date(2026, 11, 1), lower=18
    )
    assert age_ground([*known, found], NOW, zone) is not AgeGround.VERIFIED_ADULT


@given(st.lists(evidence(), max_size=4), ZONES)
def test_the_order_in_which_evidence_was_told_changes_nothing(
    known: list[AgeEvidence], zone: str | None
) -> None:
    assert age_ground(known, NOW, zone) is age_ground(known[::-1], NOW, zone)
    assert age_band(known, NOW, zone) is age_band(known[::-1], NOW, zone)


@given(st.lists(evidence(UNVERIFIED), max_size=4), ZONES)
def test_nobody_is_a_verified_adult_without_verified_evidence(
    known: list[AgeEvidence], zone: str | None
) -> None:
    assert age_ground(known, NOW, zone) is not AgeGround.VERIFIED_ADULT
