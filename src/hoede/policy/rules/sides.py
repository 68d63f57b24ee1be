"""Who attempts what, with whom, and when: what a permit is decided from. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import IntEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hoede.core.ages import AgeBand, band_of, years_between, youngest_of
from hoede.policy.rules.steps import Step

FROZEN = timedelta(hours=24)  # after a change of zone both zones count
_CHILD = 13  # who joined younger than this is told as `settled` by who knows of it
OLDEST = 125  # years; who says more has not told an age
_FIRST_ZONE, _LAST_ZONE = "Etc/GMT-14", "Etc/GMT+12"  # where a day begins first, and last


class Relation(IntEnum):
    """How two accounts know each other, from least to most."""

    NONE = 0
    FOLLOWER = 1  # one follows the other, who let them
    MUTUAL = 2  # each follows the other
    FRIEND = 3  # both said yes
    TRUSTED = 4  # a guardian vouched


@dataclass(frozen=True, slots=True, kw_only=True)
class Lock:
    """A guardian's step."""

    setting: str
    step: Step
    reason: str
    by: str  # the pairing, never a name
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Restriction:
    """What enforcement closed: settings by name, and attempts like `post`."""

    order: str
    names: frozenset[str]
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """An account as policy sees it; without facts it is somebody of unknown age who lives anywhere."""

    band: AgeBand = AgeBand.FROM_13
    known: bool = False  # whether anything says how old
    age: int | None = None  # years, at least; None: as the band begins
    settled: AgeBand | None = None  # the youngest band whose offers are still open; None: no birthday since
    country: str | None = None
    region: str | None = None
    zones: tuple[str, ...] = ()  # two while a change of zone is fresh; none: not known
    choices: Mapping[str, Step] = field(default_factory=dict, hash=False)
    approved: Mapping[str, Step] = field(default_factory=dict, hash=False)  # a guardian's yes to a Request
    assured_guardian: bool = False  # the guardian proved to be an adult
    locks: tuple[Lock, ...] = ()
    restrictions: tuple[Restriction, ...] = ()
    minutes_today: int | None = None  # None: nobody counts them
    minutes_in_a_row: int = 0  # without a break
    break_until: datetime | None = None  # when there was a break, if there is no more use until then
    extra_minutes: int = 0  # given for today on top of any cap that somebody may let go of
    own_extra_minutes: int = 0  # taken for today, on top of caps that are one's own to let go of

    @property
    def at_least(self) -> int:
        """Years; of who is unknown, those of somebody just 13."""
        return youngest_of(self.band) if self.age is None else self.age

    @property
    def is_adult(self) -> bool:
        return self.known and self.band is AgeBand.FROM_18


SOMEBODY = Side()  # the other side when nobody knows who it is


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """What an account wants to do now.

    Asked by an attempt's word (`message`) it is about doing it; by a setting's name (`dm.send`) about
    having it at all, or at the step `wanted`, or towards the counterpart where there is one.
    """

    what: str
    counterpart: Side | None = None  # None: nobody in particular; a word that needs somebody takes SOMEBODY
    relation: Relation = Relation.NONE  # of the two
    wanted: Step | None = None
    with_guardian: bool = False  # an adult sits beside
    this_month: int | None = None  # how often already, for a cap; None: nobody counts


def zones_at(
    zone: str | None, previous: str | None, changed_at: datetime | None, now: datetime
) -> tuple[str, ...]:
    """The zones that count: for 24 hours after a change the old one too, also when the clock went back."""
    known = tuple(one for one in (zone, previous) if one)
    fresh = changed_at is not None and now - changed_at < FROZEN
    return known if fresh else known[:1] if zone else ()


def local_times(now: datetime, zones: tuple[str, ...]) -> tuple[datetime, ...]:
    """The clock on the wall in each zone; where no zone is known, of the first and the last of the world.

    ValueError for a moment without a zone of its own: nobody knows when that is.
    """
    if now.tzinfo is None:
        raise ValueError("now has no zone; give it one, like datetime.now(UTC)")
    return tuple(now.astimezone(_zone(one)) for one in zones if _zone(one) is not None) or tuple(
        now.astimezone(ZoneInfo(one)) for one in (_FIRST_ZONE, _LAST_ZONE)
    )


def knows_zone(zones: tuple[str, ...]) -> bool:
    """Whether any of them is a zone there is."""
    return any(_zone(one) is not None for one in zones)


def _zone(name: str) -> ZoneInfo | None:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return None


def days_begin(now: datetime, zones: tuple[str, ...]) -> tuple[datetime, ...]:
    """When the day began, in each zone that counts."""
    return tuple(
        local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) for local in local_times(now, zones)
    )


def day_ends(now: datetime, zones: tuple[str, ...]) -> datetime:
    """When the day has ended in every zone that counts."""
    return max(one + timedelta(days=1) for one in days_begin(now, zones)).astimezone(UTC)


def days_at(now: datetime, zones: tuple[str, ...]) -> tuple[date, ...]:
    """The days it is there, the earliest first; a birthday begins when it has begun in every zone."""
    return tuple(sorted({local.date() for local in local_times(now, zones)}))


def born_side(
    born: date | None,
    now: datetime,
    *,
    zones: tuple[str, ...] = (),
    joined: date | None = None,
    country: str | None = None,
    region: str | None = None,
) -> Side:
    """Somebody with this date of birth and no choices yet, for use without a server.

    A date in the future, or of longer ago than people live, says nothing: the age is unknown.
    """
    today = days_at(now, zones)[0]
    age = None if born is None else years_between(born, today)
    if born is None or age is None or not 0 <= age <= OLDEST or born > today:
        return Side(country=country, region=region, zones=zones)
    settled = None if joined is None else band_of(max(_CHILD, years_between(born, min(joined, today))))
    return Side(
        band=band_of(age),
        known=True,
        age=age,
        settled=settled,
        country=country,
        region=region,
        zones=zones,
    )
