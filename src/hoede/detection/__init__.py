"""Detection: events in, findings out. A detector that could not look is a finding too."""

from hoede.detection.health import Health
from hoede.detection.port import Detector, Example, ListView, Material, digests_of
from hoede.detection.registry import all_detectors
from hoede.detection.rules import Coverage, Looked, look, look_with_all
from hoede.detection.store import EventRow

__all__ = [
    "Coverage",
    "Detector",
    "EventRow",
    "Example",
    "Health",
    "ListView",
    "Looked",
    "Material",
    "all_detectors",
    "digests_of",
    "look",
    "look_with_all",
]
