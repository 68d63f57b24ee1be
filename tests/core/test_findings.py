"""Findings: known means equal to an entry, and says to which."""

import hashlib

import pytest

from hoede.core.findings import EXACT, Category, Certainty, DigestKind, Finding, Match


def test_nothing_is_known_without_a_match() -> None:
    with pytest.raises(ValueError, match="nothing is known without a match"):
        Finding("looker", Category.CSEA, Certainty.KNOWN, "somebody said so")


def test_what_is_likely_or_a_hint_needs_no_match() -> None:
    for certainty in (Certainty.HINT, Certainty.LIKELY):
        assert Finding("looker", Category.CSEA, certainty, "looks like it").match is None


def test_a_match_makes_a_finding_known() -> None:
    match = Match("list", "ent_1", DigestKind.MD5)
    assert Finding("md5", Category.CSEA, Certainty.KNOWN, "equal", match).match == match


@pytest.mark.parametrize("kind", EXACT)
def test_a_digest_is_as_long_as_its_kind_says(kind: DigestKind) -> None:
    assert len(hashlib.new(kind, b"", usedforsecurity=False).hexdigest()) == kind.hex_length


def test_certainties_are_ordered() -> None:
    assert sorted(Certainty) == [Certainty.HINT, Certainty.LIKELY, Certainty.KNOWN]
