"""A detector as somebody else would ship it: it fails, or takes its time, when a harmless text asks it to."""

import time
from collections.abc import Iterable
from pathlib import Path

from hoede.core.events import EventKind
from hoede.core.findings import Finding
from hoede.detection import Example, ListView, Material

FAIL, DAWDLE = "hoede-test: cannot look", "hoede-test: look slowly"
ILL_WHILE = "hoede-test: ill while there is "  # and the path of a file
UNTIL = "hoede-test: look until there is "  # likewise; where it waits a file of its name and `.begun` appears
DAWDLES_S = 0.4


class Trigger:
    name = "trigger"
    kinds = frozenset(EventKind)
    wants_frames = False
    wants_pixels = 0
    example = Example(
        found=Material(kind=EventKind.COMMENT, digests={}, text=FAIL),
        quiet=Material(kind=EventKind.COMMENT, digests={}, text="hoede-test: nothing"),
        listed={},
    )

    def covers(self, material: Material) -> bool:
        return (material.text or "").startswith("hoede-test:")

    def look(self, material: Material, lists: ListView) -> Iterable[Finding]:  # noqa: ARG002 - the protocol's signature
        text = material.text or ""
        if text.startswith(FAIL):
            raise ValueError(f"an error that quotes what it saw: {text}")
        if text.startswith(ILL_WHILE) and Path(text.removeprefix(ILL_WHILE)).exists():
            raise ValueError("ill")
        if text.startswith(UNTIL):
            awaited = Path(text.removeprefix(UNTIL))
            awaited.with_suffix(".begun").touch()
            while not awaited.exists():
                time.sleep(0.01)
        if text.startswith(DAWDLE):
            time.sleep(DAWDLES_S)
            if text.endswith(FAIL):
                raise ValueError("slowly")
        return ()


DETECTOR = Trigger()
