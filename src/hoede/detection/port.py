"""What a detector is, and what it gets to see."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from hoede.core.events import EventKind
from hoede.core.findings import EXACT, DigestKind, Finding, Listed
from hoede.core.media import Frame


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What there is to look at: digests taken while the media streamed in, its frames, and text."""

    kind: EventKind
    digests: Mapping[DigestKind, str]  # of the media, lower-case hex; empty when there is none
    size: int = 0  # of the media, bytes
    text: str | None = None
    frames: tuple[Frame, ...] = ()  # decoded, for detectors that look at them; the first one first
    blind: str | None = None  # a code for why there are no frames though there should be


def digests_of(chunks: Iterable[bytes]) -> dict[DigestKind, str]:
    """Every kind of exact digest of these bytes, lower-case hex."""
    taking = {kind: hashlib.new(kind, usedforsecurity=False) for kind in EXACT}
    for chunk in chunks:
        for digest in taking.values():
            digest.update(chunk)
    return {kind: digest.hexdigest() for kind, digest in taking.items()}


class ListView(Protocol):
    """The lists as they stand at this moment: one snapshot per look."""

    def matches(self, kind: DigestKind, value: str) -> tuple[Listed, ...]:
        """The entries that hold this digest (lower-case hex)."""

    def near(self, frame: Frame) -> tuple[Listed, ...]:
        """The entries that this picture looks like, by the thresholds of their banks."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """Harmless samples that come with a detector; the contract tests and the docs feed them back."""

    found: Material
    quiet: Material
    listed: Mapping[DigestKind, str]  # a list entry that `found` equals or is near to, when lists are read


class Detector(Protocol):
    """Looks at one event's material and says what it saw.

    An empty answer means: looked, saw nothing. Raise when you could not look: screening turns that
    into a hold and a review, never into silence. `look` fetches nothing and keeps nothing.
    """

    name: str  # never changes: it is stored with findings
    kinds: frozenset[EventKind]
    wants_frames: bool  # whether the media has to be decoded for it; what is known by then is not
    wants_pixels: int  # sides of the small copies it wants with its frames, 0 for none
    example: Example

    def covers(self, material: Material) -> bool:
        """Whether there is anything here for this detector to look at."""

    def look(self, material: Material, lists: ListView) -> Iterable[Finding]: ...
