"""Looking: every detector that covers the material looks, and blindness is a finding. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from hoede.core.findings import Category, Certainty, Finding
from hoede.detection.port import Detector, ListView, Material


class Coverage(StrEnum):
    LOOKED = "looked"
    NOT_LOOKED = "not_looked"  # the law says we may not
    NOT_COVERED = "not_covered"  # no detector covers this kind
    PENDING = "pending"  # the look goes on as an order: it took too long, or a detector is ill


@dataclass(frozen=True, slots=True)
class Looked:
    """What was seen, by which detectors, and which of them could not look."""

    coverage: Coverage
    findings: tuple[Finding, ...] = ()
    asked: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()

    def __add__(self, other: "Looked") -> "Looked":
        """Both together: looked is looked, whoever did."""
        looked = Coverage.LOOKED in {self.coverage, other.coverage}
        return Looked(
            Coverage.LOOKED if looked else self.coverage,
            self.findings + other.findings,
            self.asked | other.asked,
            self.failed | other.failed,
        )

    def of(self, detectors: frozenset[str]) -> tuple[Finding, ...]:
        """The findings of these detectors."""
        return tuple(finding for finding in self.findings if finding.detector in detectors)


def look_with_all(detectors: Iterable[Detector], material: Material, lists: ListView) -> Looked:
    """What all detectors together saw of this material."""
    looked = Looked(Coverage.NOT_COVERED)
    for one in detectors:
        if material.kind in one.kinds:
            looked += look(one, material, lists)
    return looked


def look(detector: Detector, material: Material, lists: ListView) -> Looked:
    """What one detector saw; not covered when there is nothing here for it to look at.

    When it fails, in either question, the finding that it could not look.
    """
    name = frozenset({detector.name})
    try:
        if not detector.covers(material):
            return Looked(Coverage.NOT_COVERED)
        if detector.wants_frames and material.blind:
            return Looked(Coverage.LOOKED, (_unseen(detector, material.blind),), name, name)
        return Looked(Coverage.LOOKED, tuple(detector.look(material, lists)), name)
    except Exception as error:  # noqa: BLE001 - the detector fence: a blind detector is a reason to look, not to pass
        return Looked(Coverage.LOOKED, (_unseen(detector, type(error).__name__),), name, name)


def _unseen(detector: Detector, why: str) -> Finding:
    return Finding(detector.name, Category.UNSEEN, Certainty.HINT, f"{detector.name} could not look: {why}")
