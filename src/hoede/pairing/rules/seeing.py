"""What a guardian may see, by types that have no field for anything else. Pure.

A guardian's answer is built of these values and nothing more: no message, no search, nothing watched, no
name of anybody, no place, no visit to a page of help, no case. There is nothing to filter, so nothing
can be forgotten. The teen reads the same list before it begins, and every look afterwards.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from hoede.core.ages import AgeBand

NOBODY: Final = "nobody"  # who decided, where nobody said anything
# Keys of the words a teen reads before saying yes (`pair.sees.*`), then what is never seen.
_BY_BAND: Final[Mapping[AgeBand, tuple[str, ...]]] = {
    AgeBand.UNDER_13: ("settings", "time_parts", "counts", "public", "requests"),
    AgeBand.FROM_13: ("settings", "time_parts", "counts", "public", "requests"),
    AgeBand.FROM_16: ("settings", "time_week", "counts", "requests"),
}


def seen_list(band: AgeBand) -> tuple[str, ...]:
    """What will be visible to a guardian of somebody of this band, as keys of words; nothing at 18."""
    return _BY_BAND.get(band, ())


def list_version(keys: tuple[str, ...], words: Mapping[str, str]) -> str:
    """What was agreed to, word for word: 16 hex digits over the list as it was shown."""
    told = "\n".join(f"{one}={words[f'pair.sees.{one}']}" for one in keys)
    return hashlib.sha256(f"{told}\n{words['pair.never.list']}".encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingSeen:
    """A setting as it is, and who decided."""

    name: str
    step: Any
    who: str  # law, house, guardian, you (the teen), or nobody; never a measure for safety
    limited_to: Any = None  # this guardian's own limit
    limit_reason: str = ""
    limit_until: datetime | None = None
    others: bool = False  # another guardian limits it further


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangeSeen:
    """A setting that was changed: what, when, and by which end."""

    setting: str
    by: str  # teen or guardian
    at: datetime


@dataclass(frozen=True, slots=True)
class PartsSeen:
    """Minutes of a day by its parts: what a guardian of a 13 to 15 year old sees."""

    morning: int
    afternoon: int
    evening: int
    night: int


@dataclass(frozen=True, slots=True)
class WeekSeen:
    """Minutes of this week and the last: what a guardian of a 16 or 17 year old sees."""

    this_week: int
    last_week: int


@dataclass(frozen=True, slots=True)
class CountsSeen:
    """Numbers of the week, without names. None: nobody told us."""

    connections: int | None
    blocks: int | None
    reports: int
    public: int | None = None  # posts for everybody; of 13 to 15 year olds


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestSeen:
    """A question of the teen, in the teen's own words."""

    id: str
    kind: str
    setting: str | None
    wanted: Any
    about: str | None  # whom the teen asks for, by the teen's own question
    words: str
    stands: str
    asked_at: datetime
    until: datetime
    offer: Any
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalSeen:
    """A proposal of an agreement."""

    id: str
    by: str
    mode: str  # how limits come about once both signed
    steps: Mapping[str, Any]
    text: str
    at: datetime
    signed_by_teen: bool
    signed_by_guardian: bool
    until: datetime  # when it ends unless both signed
    over: bool  # it did
    look_again_at: datetime


@dataclass(frozen=True, slots=True)
class LookSeen:
    """One look of this guardian: the teen reads the same line."""

    page: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TeenSeen:
    """All a guardian sees of one teen."""

    link: str
    teen: str  # the name on the platform that the teen paired with
    since: datetime
    mode: str
    version: int  # of what is in force: a form sends it back
    ending_at: datetime | None
    confirm_by: datetime
    settings: tuple[SettingSeen, ...]
    changes: tuple[ChangeSeen, ...]
    time: PartsSeen | WeekSeen | None
    counts: CountsSeen | None
    requests: tuple[RequestSeen, ...]
    proposals: tuple[ProposalSeen, ...]
    blocked: tuple[str, ...]  # whom this guardian blocked
    looks: tuple[LookSeen, ...]


@dataclass(frozen=True, slots=True)
class RestingSeen:
    """All a guardian sees of a pairing that rests, whatever it rests for. `words` is the key of one text."""

    link: str
    words: str = "exit.g"


GuardianSees = TeenSeen | RestingSeen
GUARDIAN_TYPES: Final = (
    TeenSeen,
    RestingSeen,
    SettingSeen,
    ChangeSeen,
    PartsSeen,
    WeekSeen,
    CountsSeen,
    RequestSeen,
    ProposalSeen,
    LookSeen,
)
