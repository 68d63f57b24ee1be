"""What a match is worth: a digest that can be forged is not enough by itself, nor is one source of many."""

import pytest

from hoede.core.findings import Certainty, DigestKind
from hoede.lists.rules import Bank, Standing, certainty, strong

MD5, SHA1, SHA256, PDQ = DigestKind.MD5, DigestKind.SHA1, DigestKind.SHA256, DigestKind.PDQ
HINT, LIKELY, KNOWN = Certainty.HINT, Certainty.LIKELY, Certainty.KNOWN


@pytest.mark.parametrize(
    ("kinds", "is_strong"),
    [
        (set(), False),
        ({MD5}, False),  # two files with one MD5 can be made at will
        ({SHA1}, False),  # likewise, at a price
        ({PDQ}, False),  # looks alike
        ({MD5, SHA1}, True),  # a second fingerprint of the same entry
        ({MD5, PDQ}, True),  # likewise
        ({SHA256}, True),
        ({MD5, SHA256}, True),
        (set(DigestKind), True),
    ],
)
def test_how_strong_a_match_is(kinds: set[DigestKind], *, is_strong: bool) -> None:
    assert strong(kinds) is is_strong


@pytest.mark.parametrize(
    ("kind", "standing", "quarantined", "sources", "certain"),
    [
        (SHA256, Standing.VERIFYING_AUTHORITY, False, 1, KNOWN),  # people looked, as their office
        (MD5, Standing.OWN, False, 1, KNOWN),
        (SHA256, Standing.EXPLOITATIVE, False, 1, KNOWN),  # known for what it is
        (SHA256, Standing.SELF_SUBMITTED, False, 9, LIKELY),  # nobody verified it, however many say so
        (SHA256, Standing.INDUSTRY, False, 1, LIKELY),  # one platform's word
        (SHA256, Standing.INDUSTRY, False, 2, KNOWN),  # two agree
        (PDQ, Standing.VERIFYING_AUTHORITY, False, 9, LIKELY),  # it looks like it, no more
        (SHA256, Standing.VERIFYING_AUTHORITY, True, 9, HINT),  # whatever its list
        (PDQ, Standing.OWN, True, 1, HINT),
    ],
)
def test_how_certain_a_match_makes_us(
    kind: DigestKind, standing: Standing, *, quarantined: bool, sources: int, certain: Certainty
) -> None:
    assert certainty(kind, standing, quarantined=quarantined, sources=sources, quorum=2) is certain


@pytest.mark.parametrize(
    "wrong", [{"threshold": -1}, {"threshold": 65}, {"quality_floor": 101}, {"most_results": 0}]
)
def test_a_bank_that_would_match_anything_or_nothing_is_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"bits|quality|result"):
        Bank(name="north", **wrong)  # type: ignore[arg-type] # numbers only
