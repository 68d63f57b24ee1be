"""What a platform tells us: something happened. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class EventKind(StrEnum):
    UPLOAD = "upload"
    MESSAGE = "message"
    COMMENT = "comment"
    PROFILE = "profile"
    LIVE_FRAME = "live_frame"


class Channel(StrEnum):
    """Who can see it; the law on looking differs by channel."""

    PUBLIC = "public"
    PRIVATE = "private"
    LIVE = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and was told to us."""

    id: str  # the platform's own; the same id is the same event
    kind: EventKind
    channel: Channel
    account: str
    content: str  # the platform's id of what is hosted
    at: datetime  # aware
    to: tuple[str, ...] = ()  # receiving accounts
    text: str | None = None
    ip: str | None = None
    media_type: str | None = None  # as the platform declares it; never trusted
    because: str | None = None  # the case we asked content for
    victim_country: str | None = None  # where the platform knows that a child it harms lives


class Answer(StrEnum):
    """What we say to an event."""

    ALLOW = "allow"
    HOLD = "hold"
