"""The whole look at one event: the law, the exact digests, and only what is not known by then is decoded."""

import time
from collections.abc import Callable, Iterable
from concurrent.futures import Executor
from concurrent.futures import TimeoutError as TookTooLong
from dataclasses import dataclass, replace

import structlog

from hoede.core.findings import Certainty, DigestKind, Finding
from hoede.core.media import Seen
from hoede.db import Database
from hoede.detection import Coverage, Detector, Health, Looked, Material, look_with_all
from hoede.flow.screen.standing import looking_allowed
from hoede.flow.screen.told import Told
from hoede.lists import Lists, Nearby, strong
from hoede.media import Reader, SandboxBroken
from hoede.policy import LookingLaw

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Look:
    """What was looked at and what was seen in it."""

    looked: Looked
    seen: Seen | None = None  # the decoded media, where it was decoded
    as_of: int = 0  # the version of the lists that everything was held against, or a later one


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """Everything a look needs; built once by `app`."""

    db: Database
    detectors: tuple[Detector, ...]
    laws: tuple[LookingLaw, ...]
    reader: Reader
    nearby: Nearby
    quorum: int
    health: Health
    within_s: float
    executor: Executor

    def within(self, told: Told) -> Look:
        """The look, or `PENDING` when it takes too long or a detector that failed is ill.

        Raises `MediaRefused` when the uploader must be told that this file is not taken.
        """
        if not self.db.read(lambda conn: looking_allowed(conn, told, self.laws, self.db.time(conn))):
            return Look(Looked(Coverage.NOT_LOOKED))
        going = self.executor.submit(self._fully, told, lambda: None, first=True)
        try:
            look = going.result(timeout=self.within_s)
        except TookTooLong:
            going.cancel()  # one that waits in line need not begin any more
            return Look(Looked(Coverage.PENDING))
        if self.is_blind(look.looked):
            return replace(look, looked=replace(look.looked, coverage=Coverage.PENDING))
        return look

    def again(self, told: Told, beat: Callable[[], object]) -> Look:
        """Another look, however long it takes; `beat` is called now and then. Raises `MediaRefused`."""
        return self._fully(told, beat, first=False)

    def _fully(self, told: Told, beat: Callable[[], object], *, first: bool) -> Look:
        as_of = self.nearby.as_of()
        material = told.material()
        exact = self._ask((one for one in self.detectors if not one.wants_frames), material, first=first)
        if _settled(exact.findings):
            return Look(exact, as_of=as_of)  # nobody, and no decoder, needs to look at what is known
        wanting = [one for one in self.detectors if one.wants_frames and material.kind in one.kinds]
        if told.media is None or not wanting:
            return Look(exact, as_of=as_of)
        seen, blind = self._decoded(told, max(one.wants_pixels for one in wanting), beat)
        frames = seen.frames if seen else ()
        decoded = self._ask(wanting, replace(material, frames=frames, blind=blind), first=first)
        return Look(exact + decoded, seen, as_of)

    def is_blind(self, looked: Looked) -> bool:
        """Whether all that was found is that ill detectors failed: then it is looked at again later."""
        failed = looked.failed & self.health.ill(time.monotonic())
        return bool(failed) and len(looked.of(failed)) == len(looked.findings)

    def _ask(self, detectors: Iterable[Detector], material: Material, *, first: bool) -> Looked:
        """What these see. Failing once more on what one failed on before is no further sign of illness."""
        looked = self.db.read(
            lambda conn: look_with_all(detectors, material, Lists(conn, self.nearby, quorum=self.quorum))
        )
        before = self.health.ill(time.monotonic())
        asked = looked.asked if first else looked.asked - looked.failed
        self.health.note(asked, looked.failed, time.monotonic())
        for name in self.health.ill(time.monotonic()) - before:
            log.error("detector.ill", detector=name)
        return looked

    def _decoded(self, told: Told, pixels: int, beat: Callable[[], object]) -> tuple[Seen | None, str | None]:
        """What the media shows, or a code for why we could not look."""
        assert told.media is not None  # noqa: S101 - asked only where there is media
        try:
            with told.media.opened() as file:
                return self.reader.look(file, small=pixels, beat=beat), None
        except SandboxBroken as broken:
            return None, broken.code


def _settled(findings: Iterable[Finding]) -> bool:
    """Whether an entry is known by digests nobody can forge: a further fingerprint would add nothing."""
    kinds: dict[str, set[DigestKind]] = {}
    for finding in findings:
        if finding.match is not None and finding.certainty is Certainty.KNOWN:
            kinds.setdefault(finding.match.entry, set()).add(finding.match.kind)
    return any(strong(one) for one in kinds.values())
