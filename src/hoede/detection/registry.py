"""All detectors there are: ours by file, others' by entry point `hoede.detectors`."""

from hoede.core.plugins import plugins
from hoede.detection import detectors
from hoede.detection.port import Detector


def all_detectors() -> dict[str, Detector]:
    """By name; `PluginClash` when two share one."""
    return plugins(detectors, "DETECTOR", "hoede.detectors")
