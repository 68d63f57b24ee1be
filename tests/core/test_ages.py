"""Age evidence that says nothing, or two things at once, cannot be made."""

from datetime import date

import pytest

from hoede.core.ages import AgeEvidence, Assurance


def evidence(*, born: date | None = None, lower: int | None = None, upper: int | None = None) -> AgeEvidence:
    return AgeEvidence(
        method="self-declared",
        assurance=Assurance.DECLARED,
        issuer="plein",
        as_of=date(2026, 1, 1),
        born=born,
        lower=lower,
        upper=upper,
    )


@pytest.mark.parametrize(
    ("born", "lower", "upper", "words"),
    [
        (None, None, None, "needs born, lower or upper"),  # says nothing
        (date(2000, 1, 1), 18, None, "not both"),  # a birth date and a bound
        (date(2000, 1, 1), None, 30, "not both"),  # likewise
        (None, 18, 17, "lower above upper"),  # nobody has that age
    ],
)
def test_evidence_that_cannot_be_is_refused(
    born: date | None, lower: int | None, upper: int | None, words: str
) -> None:
    with pytest.raises(ValueError, match=words):
        evidence(born=born, lower=lower, upper=upper)


def test_lower_and_upper_may_be_equal_and_a_bound_may_stand_alone() -> None:
    assert evidence(lower=18, upper=18).lower == 18
    assert evidence(upper=0).upper == 0
    assert evidence(lower=0).lower == 0


def test_verified_is_the_highest_assurance_and_declared_the_lowest() -> None:
    assert max(Assurance) is Assurance.VERIFIED
    assert min(Assurance) is Assurance.DECLARED
