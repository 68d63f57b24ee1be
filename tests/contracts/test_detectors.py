"""What every detector keeps to, ours and others'."""

from collections.abc import Mapping
from dataclasses import replace

import pytest

from hoede.core.events import EventKind
from hoede.core.findings import Category, Certainty, DigestKind, Finding, Listed, Match
from hoede.core.media import Frame
from hoede.detection import Coverage, Detector, Material, all_detectors, look_with_all

LONGEST_NAME = 64  # what the table of findings holds
DETECTORS = all_detectors()


class Lists:
    """The list entries that a detector brings as its example."""

    def __init__(self, listed: Mapping[DigestKind, str]) -> None:
        self._listed = listed

    def matches(self, kind: DigestKind, value: str) -> tuple[Listed, ...]:
        return _found(kind, Certainty.KNOWN) if self._listed.get(kind) == value else ()

    def near(self, frame: Frame) -> tuple[Listed, ...]:
        hashes = {one.hex() for one in frame.pdq}
        return _found(DigestKind.PDQ, Certainty.LIKELY) if self._listed.get(DigestKind.PDQ) in hashes else ()


def _found(kind: DigestKind, certainty: Certainty) -> tuple[Listed, ...]:
    return (Listed(Match("example-list", "ent_example", kind), Category.CSEA, certainty),)


@pytest.fixture(params=DETECTORS.values(), ids=list(DETECTORS))
def detector(request: pytest.FixtureRequest) -> Detector:
    found: Detector = request.param
    return found


def findings(detector: Detector, material: Material) -> list[Finding]:
    return list(detector.look(material, Lists(detector.example.listed)))


def test_there_are_detectors() -> None:
    assert DETECTORS


def test_it_is_registered_under_its_own_name(detector: Detector) -> None:
    assert DETECTORS[detector.name] is detector
    assert 0 < len(detector.name) <= LONGEST_NAME


def test_it_says_which_kinds_of_event_it_looks_at(detector: Detector) -> None:
    assert detector.kinds
    assert detector.kinds <= set(EventKind)


def test_it_covers_its_own_examples(detector: Detector) -> None:
    for material in (detector.example.found, detector.example.quiet):
        assert material.kind in detector.kinds
        assert detector.covers(material)


def test_it_finds_its_own_example(detector: Detector) -> None:
    assert findings(detector, detector.example.found)


def test_it_leaves_the_quiet_one_alone(detector: Detector) -> None:
    assert findings(detector, detector.example.quiet) == []


def test_looking_again_sees_the_same(detector: Detector) -> None:
    found = detector.example.found
    assert findings(detector, found) == findings(detector, found)


def test_its_findings_carry_its_name_and_a_reason_without_the_digest_itself(detector: Detector) -> None:
    for finding in findings(detector, detector.example.found):
        assert finding.detector == detector.name
        assert finding.why
        assert [value for value in detector.example.found.digests.values() if value in finding.why] == []


def test_what_it_knows_it_knows_from_an_entry(detector: Detector) -> None:
    for finding in findings(detector, detector.example.found):
        if finding.certainty is Certainty.KNOWN:
            assert finding.match is not None
            assert finding.match.list_name == "example-list"


def test_an_entry_that_was_withdrawn_is_found_no_longer(detector: Detector) -> None:
    if detector.example.listed:
        assert list(detector.look(detector.example.found, Lists({}))) == []


def test_of_material_that_holds_nothing_it_says_so_or_sees_nothing(detector: Detector) -> None:
    nothing = Material(kind=detector.example.found.kind, digests={})
    looked = look_with_all([detector], nothing, Lists({}))
    assert looked.findings == ()
    assert (looked.coverage is Coverage.LOOKED) is detector.covers(nothing)


def test_it_is_not_asked_about_kinds_it_does_not_look_at(detector: Detector) -> None:
    for kind in set(EventKind) - detector.kinds:
        other = replace(detector.example.found, kind=kind)
        looked = look_with_all([detector], other, Lists(detector.example.listed))
        assert looked.coverage is Coverage.NOT_COVERED


def test_what_it_wants_decoded_it_says(detector: Detector) -> None:
    assert detector.wants_pixels >= 0
    assert detector.wants_frames or not detector.wants_pixels


def test_where_decoding_failed_it_is_not_silent(detector: Detector) -> None:
    if detector.wants_frames:
        blind = replace(detector.example.found, frames=(), blind="sandbox-broken")
        looked = look_with_all([detector], blind, Lists(detector.example.listed))
        assert looked.failed == {detector.name}
