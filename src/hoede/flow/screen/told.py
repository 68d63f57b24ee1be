"""One event as it came in, and the ids that follow from it. Pure."""

from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from hoede.core.errors import HoedeError
from hoede.core.events import Answer, Event
from hoede.core.findings import DigestKind
from hoede.core.orders import Target, TargetKind, opaque, order_id
from hoede.detection import EventRow, Material


class EventDiffers(HoedeError):
    """This event id was told before with other facts or bytes. An event's id is used once."""

    code = "event-differs"


class Media(Protocol):
    """Media that lies unnamed on disk until the answer; its digests were taken while it streamed in."""

    @property
    def digests(self) -> Mapping[DigestKind, str]: ...

    @property
    def size(self) -> int: ...

    def chunks(self) -> Iterator[bytes]: ...

    def opened(self) -> AbstractContextManager[int]:
        """A descriptor of a file with these bytes, as long as this is open."""


@dataclass(frozen=True, slots=True)
class EventAnswer:
    answer: Answer
    hold: str | None = None  # the hold order's id, and nothing else, whatever was found


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """An event with what came with it."""

    service: str
    event: Event
    media: Media | None
    request: str  # SHA-256 of all that was told

    def material(self) -> Material:
        return Material(
            kind=self.event.kind,
            digests=self.media.digests if self.media else {},
            size=self.media.size if self.media else 0,
            text=self.event.text,
        )

    def event_id(self, names: bytes) -> str:
        return "evt_" + opaque(names, f"event\x1f{self.service}\x1f{self.event.id}")

    def decision_id(self, names: bytes) -> str:
        """The cause of every order about this event, the hold of a look that took too long too."""
        return "dec_" + opaque(names, f"decision\x1f{self.service}\x1f{self.event.id}")

    def hold_id(self, names: bytes) -> str:
        content = Target(TargetKind.CONTENT, self.event.content)
        return order_id(names, self.decision_id(names), "hold", content)

    def answered(self, before: EventRow) -> EventAnswer:
        """The answer given to this event before; `EventDiffers` when it was another event."""
        if before.request != self.request:
            raise EventDiffers(event=before.id)
        return EventAnswer(before.answer, before.hold)
