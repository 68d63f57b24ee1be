"""Why something is not done, as an answer: each has its words under `pair.error`. Pure."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Why(StrEnum):
    CODE = "code"  # also expired, used, taken back: who types one only ever reads this
    TRIES = "tries"
    SAME_PERSON = "same_person"
    ADULT_NEEDED = "adult_needed"
    UNAVAILABLE = "unavailable"  # covers suspicion
    TOO_MANY = "too_many"
    TOO_SOON = "too_soon"
    RESTED = "rested"  # a pairing of this teen, not long ago
    ONLY_TIGHTER = "only_tighter"
    PAST_TIGHTEST = "past_tightest"
    PAST_LIMIT = "past_limit"
    NO_STEP = "no_step"
    STALE = "stale"
    REPEAT = "repeat"
    BIRTHDAY = "birthday"
    NOT_NOW = "not_now"  # the table of states has no such way
    BY_LAW = "by_law"
    AGREE = "agree"  # in agreement mode both sign
    LOCKS = "locks"  # in limits mode the guardian sets
    FULL = "full"  # three questions are open
    REASON = "reason"
    NOT_ALLOWED = "not_allowed"  # this guardian cannot open it
    MAIL = "mail"  # no address one can write to


@dataclass(frozen=True, slots=True)
class Refusal:
    """What is not done and why; nothing was written but what counts tries."""

    why: Why
    until: datetime | None = None
