"""PDQ: pictures that look like a listed one. Never more than likely, so never enough to act alone on."""

from collections.abc import Iterator

from hoede.core.events import EventKind
from hoede.core.findings import DigestKind, Finding, Listed
from hoede.core.media import Frame
from hoede.detection.port import Example, ListView, Material

_FOUND, _QUIET = bytes(range(32)), bytes(range(32, 64))


class Pdq:
    name = "pdq"
    kinds = frozenset(EventKind)  # wherever media comes with it
    wants_frames = True
    wants_pixels = 0

    def __init__(self) -> None:
        self.example = Example(
            found=_sample(_FOUND), quiet=_sample(_QUIET), listed={DigestKind.PDQ: _FOUND.hex()}
        )

    def covers(self, material: Material) -> bool:
        return bool(material.frames) or material.blind is not None

    def look(self, material: Material, lists: ListView) -> Iterator[Finding]:
        """One finding for each entry that any frame looks like, the nearest frame's."""
        nearest: dict[str, tuple[Listed, Frame]] = {}
        for frame in material.frames:
            for listed in lists.near(frame):
                before = nearest.get(listed.match.entry)
                if before is None or listed.match.distance < before[0].match.distance:
                    nearest[listed.match.entry] = (listed, frame)
        for listed, frame in nearest.values():
            yield Finding(self.name, listed.category, listed.certainty, _why(listed, frame), listed.match)


def _why(listed: Listed, frame: Frame) -> str:
    match = listed.match
    where = f" at place {frame.place}" if frame.place else ""
    return (
        f"the picture{where} looks like an entry of {match.list_name} ({match.distance} of 256 bits differ)"
    )


def _sample(fingerprint: bytes) -> Material:
    frame = Frame(width=64, height=64, pdq=(fingerprint,), quality=100)
    return Material(kind=EventKind.UPLOAD, digests={}, size=1, frames=(frame,))


DETECTOR = Pdq()
