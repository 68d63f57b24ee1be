"""Detectors by exact digest: one behaviour, one file per kind of digest."""

import hashlib
from collections.abc import Iterator

from hoede.core.events import EventKind
from hoede.core.findings import DigestKind, Finding
from hoede.detection.port import Example, ListView, Material

_FOUND, _QUIET = b"hoede: a harmless sample", b"hoede: another harmless sample"


class ExactDigest:
    """Content whose digest equals an entry: the same bytes; how certain that makes us, the lists say."""

    wants_frames = False
    wants_pixels = 0

    def __init__(self, kind: DigestKind) -> None:
        self.name: str = kind.value
        self.kinds = frozenset(EventKind)  # wherever media comes with it
        self._kind = kind
        self.example = Example(
            found=_sample(kind, _FOUND),
            quiet=_sample(kind, _QUIET),
            listed={kind: _sample(kind, _FOUND).digests[kind]},
        )

    def covers(self, material: Material) -> bool:
        return self._kind in material.digests

    def look(self, material: Material, lists: ListView) -> Iterator[Finding]:
        for listed in lists.matches(self._kind, material.digests[self._kind]):
            why = f"the {self._kind} digest equals an entry of {listed.match.list_name}"
            yield Finding(self.name, listed.category, listed.certainty, why, listed.match)


def _sample(kind: DigestKind, content: bytes) -> Material:
    digest = hashlib.new(kind, content, usedforsecurity=False).hexdigest()
    return Material(kind=EventKind.UPLOAD, digests={kind: digest}, size=len(content))
