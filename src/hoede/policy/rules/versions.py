"""Versions of policy: which is in force when, what stood before it, and what a signature is over. Pure.

A version is an exact set of packs. Its state follows from moments that were written down, so nobody
has to do anything on the day it begins, and what was in force on any day can be told afterwards.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum

CONFIRM_WITHIN = timedelta(hours=24)
CONFIGURATION = "configuration"  # who proposed the first version of a deployment
_NEVER = datetime.max.replace(tzinfo=UTC)


class Origin(StrEnum):
    """Where a version is from."""

    CONFIG = "config"  # the first one
    PROPOSED = "proposed"
    ROLLBACK = "rollback"


class Via(StrEnum):
    """Where somebody did it: signed in by passkey, or at the machine, where a name is only told."""

    CONSOLE = "console"
    MACHINE = "machine"


@dataclass(frozen=True, slots=True)
class By:
    """Who did it, and where."""

    person: str
    via: Via

    def __str__(self) -> str:
        return f"{self.person} {self.via}"


class State(StrEnum):
    """Where a version stands."""

    PROPOSED = "proposed"
    SHADOW = "shadow"  # counted beside the one in force, and not agreed to yet
    PLANNED = "planned"  # agreed to; its day is to come
    LIVE = "live"
    REPLACED = "replaced"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class PackRef:
    """One pack of a version: which text exactly."""

    id: str
    version: str
    sha256: str

    def __str__(self) -> str:
        return f"{self.id}@{self.version}+{self.sha256[:12]}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """One version of policy, and all that was done with it."""

    number: int
    packs: tuple[PackRef, ...]
    home: str | None  # the operator's own country, whose packs count everywhere
    hash: str
    origin: Origin
    base: int | None  # the version it was proposed instead of; None: the first
    equals: int | None  # of a rollback: the earlier version it is the same as
    why: str
    starts_at: datetime  # not before this
    proposed_by: str
    proposed_at: datetime
    proposed_via: Via
    agreed_by: str | None = None
    agreed_via: Via | None = None
    agreed_at: datetime | None = None
    confirm_until: datetime | None = None  # of a rollback
    shadow_at: datetime | None = None
    shadow_until: datetime | None = None
    withdrawn_by: str | None = None
    withdrawn_at: datetime | None = None
    withdrawn_why: str | None = None
    signature: bytes | None = None
    signed_by: bytes | None = None  # the public half of the log's key

    @property
    def begins(self) -> datetime | None:
        """From when on it counts; None as long as nobody agreed. A rollback counts at once."""
        if self.origin is not Origin.PROPOSED:
            return self.starts_at
        return None if self.agreed_at is None else max(self.starts_at, self.agreed_at)

    @property
    def unconfirmed(self) -> bool:
        """A rollback that no second person has spoken of."""
        return self.origin is Origin.ROLLBACK and self.agreed_at is None and self.withdrawn_at is None

    @property
    def waits(self) -> bool:
        """A proposal that no second person has spoken of."""
        return self.begins is None and self.withdrawn_at is None

    def counts_at(self, moment: datetime) -> bool:
        begins = self.begins
        stood = self.withdrawn_at is None or moment < self.withdrawn_at
        return begins is not None and begins <= moment and stood

    def overdue(self, now: datetime) -> bool:
        """Whether a second person should have confirmed it by now."""
        return self.unconfirmed and self.confirm_until is not None and self.confirm_until < now

    def in_shadow_at(self, moment: datetime) -> bool:
        """Whether it is counted beside the one in force."""
        if self.shadow_at is None or moment < self.shadow_at or self.counts_at(moment):
            return False
        ends = [one for one in (self.shadow_until, self.withdrawn_at) if one is not None]
        return all(moment < one for one in ends)


def in_force_at(versions: Iterable[Version], moment: datetime) -> Version | None:
    """The version that counted at a moment: the last that began and was not taken back by then."""
    return _last(one for one in versions if one.counts_at(moment))


def newest(versions: Iterable[Version]) -> Version | None:
    """The last one agreed to, be its day to come or not: what a proposal is a change of."""
    return _last(one for one in versions if one.begins is not None and one.withdrawn_at is None)


def planned(versions: Iterable[Version], now: datetime) -> list[Version]:
    """Those agreed to whose day is to come."""
    return [one for one in versions if state_of(one, (), now) is State.PLANNED]


def shadow_at(versions: Iterable[Version], moment: datetime) -> Version | None:
    return next((one for one in versions if one.in_shadow_at(moment)), None)


def before(versions: Sequence[Version], one: Version) -> Version | None:
    """What stood before a version came: where a rollback leads.

    Of a rollback it is what stood before the version that it went back to, so that two rollbacks
    lead two steps back, and never to what the first one took away.
    """
    if one.equals is not None:
        earlier = next((other for other in versions if other.number == one.equals), None)
        return None if earlier is None else before(versions, earlier)
    begins = one.begins
    if begins is None:
        return None
    return _last(
        other for other in versions if other.counts_at(begins) and _order(other) < (begins, one.number)
    )


def state_of(one: Version, versions: Iterable[Version], now: datetime) -> State:
    if one.withdrawn_at is not None:
        return State.WITHDRAWN
    if one.begins is None:
        return State.SHADOW if one.in_shadow_at(now) else State.PROPOSED
    if now < one.begins:
        return State.PLANNED
    live = in_force_at(versions, now)
    return State.LIVE if live is not None and live.number == one.number else State.REPLACED


def start_of(day: date) -> datetime:
    """When a version of this day begins: the same moment everywhere."""
    return datetime.combine(day, time(), UTC)


def set_hash(packs: Iterable[PackRef], home: str | None) -> str:
    """Tells one exact set of packs from every other, in whatever order they were named."""
    lines = sorted(f"{one.id}@{one.version} {one.sha256}" for one in packs)
    return hashlib.sha256("\n".join(["hoede-policy-set/1", home or "-", *lines, ""]).encode()).hexdigest()


def version_message(one: Version) -> bytes:
    """The bytes that are signed: the set, from when, why, and the people. Free text goes in as its hash."""
    lines = (
        "hoede-policy/1",
        one.number,
        one.hash,
        one.origin.value,
        "-" if one.equals is None else one.equals,
        one.starts_at.isoformat(),
        hashlib.sha256(one.why.encode()).hexdigest(),
        one.proposed_by,
        one.proposed_via.value,
        one.proposed_at.isoformat(),
        one.agreed_by or "-",
        one.agreed_via.value if one.agreed_via else "-",
        one.agreed_at.isoformat() if one.agreed_at else "-",
    )
    return "".join(f"{line}\n" for line in lines).encode()


def _last(versions: Iterable[Version]) -> Version | None:
    return max(versions, key=_order, default=None)


def _order(one: Version) -> tuple[datetime, int]:
    """Of two that begin at the same moment, the later one counts."""
    return one.begins or _NEVER, one.number
