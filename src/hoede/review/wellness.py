"""How much of what is hard to see one person is shown, and when they rest. Pure.

Nothing here says what is healthy: numbers are the house's or the operator's (docs/why/wellness.md).
"""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hoede.core.errors import HoedeError
from hoede.core.findings import Category, Certainty, Finding

FULL = frozenset({"grey", "clear", "raw", "text"})  # how much is shown: all of it, or less
HOURS = 24
CALMER_FROM = (0.5, 0.75)  # of the severe budget: from here one, then two calmer cases come between


class Severity(StrEnum):
    """How hard something is to see."""

    SEVERE = "severe"
    MODERATE = "moderate"
    CALM = "calm"  # there is nothing to see: no budget


class WellnessError(HoedeError):
    """The table of budgets and breaks is not one we can act on."""

    code = "wellness-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """Views of one severity in a day."""

    full: int
    reduced: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Rest:
    """After how much severe material in a row it is closed, and for how long."""

    after_views: int
    after: timedelta
    length: timedelta


# What no table may go beyond, whoever writes it.
CEILINGS: Mapping[Severity, Budget] = MappingProxyType(
    {
        Severity.SEVERE: Budget(full=60, reduced=240),
        Severity.MODERATE: Budget(full=300, reduced=800),
    }
)
LAXEST_REST = Rest(after_views=12, after=timedelta(minutes=60), length=timedelta(minutes=5))
MOST_MINUTES = 120  # of a break


@dataclass(frozen=True, slots=True)
class Seen:
    """One view that was served."""

    at: datetime
    severity: Severity
    full: bool


class Limit(StrEnum):
    """Why something is not served now."""

    BREAK = "break"
    BUDGET = "budget"


@dataclass(frozen=True, slots=True)
class Closed:
    limit: Limit
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Wellness:
    """Budgets, breaks, and how hard each lane is."""

    zone: ZoneInfo
    begins_hour: int
    budgets: Mapping[Severity, Budget]
    rest: Rest
    lanes: Mapping[str, Severity]

    def day_began(self, now: datetime) -> datetime:
        """When the day of this moment began."""
        here = now.astimezone(self.zone)
        began = here.replace(hour=self.begins_hour, minute=0, second=0, microsecond=0)
        return began if began <= here else began - timedelta(days=1)

    def day_ends(self, now: datetime) -> datetime:
        return self.day_began(now) + timedelta(days=1)

    def counts_from(self, now: datetime) -> datetime:
        """What was served since then matters now: the day, and a run of views that reaches into it."""
        return self.day_began(now) - self.rest.after - self.rest.length

    def used(self, seen: Iterable[Seen], severity: Severity, now: datetime) -> Budget:
        """What was served of this severity today."""
        began = self.day_began(now)
        today = [one.full for one in seen if one.severity is severity and one.at >= began]
        return Budget(full=sum(today), reduced=len(today) - sum(today))

    def left(self, seen: Iterable[Seen], severity: Severity, now: datetime) -> Budget:
        """What may still be served of it today."""
        most, used = self.budgets[severity], self.used(seen, severity, now)
        return Budget(full=max(0, most.full - used.full), reduced=max(0, most.reduced - used.reduced))

    def rest_until(self, seen: Iterable[Seen], now: datetime) -> datetime | None:
        """Until when severe material is closed after what was served in a row; None: it is open.

        A pause as long as a break is one, whoever made it.
        """
        rest = self.rest
        first = last = None
        views = 0
        for one in sorted((one for one in seen if one.severity is Severity.SEVERE), key=lambda one: one.at):
            if first is None or last is None or one.at - last >= rest.length:
                first, views = one.at, 0
            last, views = one.at, views + one.full
        if first is None or last is None or now - last >= rest.length:
            return None
        is_due = views >= rest.after_views or now - first >= rest.after
        return last + rest.length if is_due else None

    def closed(
        self,
        seen: Collection[Seen],
        severity: Severity,
        now: datetime,
        *,
        full: bool,
        own_until: datetime | None = None,
    ) -> Closed | None:
        """Why one more view of this is not served now; None: it is. `own_until` is a break of one's own."""
        if severity is Severity.CALM:
            return None
        if severity is Severity.SEVERE and (until := self.resting(seen, now, own_until)):
            return Closed(Limit.BREAK, until)
        left = self.left(seen, severity, now)
        if (left.full if full else left.reduced) < 1:
            return Closed(Limit.BUDGET, self.day_ends(now))
        return None

    def resting(self, seen: Iterable[Seen], now: datetime, own_until: datetime | None) -> datetime | None:
        """Until when this person rests, by the rule or by their own choice."""
        until = [one for one in (self.rest_until(seen, now), own_until) if one is not None and one > now]
        return max(until, default=None)

    def severity_of(self, lane: str | None) -> Severity:
        """How hard what waits in a lane is; of what waits nowhere or nobody named, the hardest."""
        return self.lanes.get(lane or "", Severity.SEVERE)

    def severity(self, lane: str | None, findings: Iterable[Finding]) -> Severity:
        """How hard a file of a case is, by where it waits and what was found."""
        is_abuse = any(one.category is Category.CSEA for one in findings)
        return Severity.SEVERE if is_abuse else self.severity_of(lane)

    def between(self, seen: Collection[Seen], now: datetime) -> int:
        """How many calmer cases come before the next severe one: more, the more of the budget is used."""
        most = self.budgets[Severity.SEVERE].full
        share = self.used(seen, Severity.SEVERE, now).full / most if most else 1.0
        return sum(share >= one for one in CALMER_FROM)


def is_known(findings: Iterable[Finding]) -> bool:
    """Whether it equals verified material, so that nobody needs to look."""
    return any(one.certainty is Certainty.KNOWN for one in findings)


def parse_wellness(text: str, lanes: Collection[str], own: str = "") -> Wellness:
    """Read `wellness.toml`, with an operator's `own` tables instead of ours where there are some.

    Raises `WellnessError` naming what is wrong, above all what is beyond a ceiling.
    """
    try:
        ours, theirs = tomllib.loads(text), tomllib.loads(own)
        told = ours | theirs | {"lanes": ours.get("lanes", {}) | theirs.get("lanes", {})}
        return _wellness(lanes, **told)
    except (TypeError, ValueError, ZoneInfoNotFoundError) as error:
        raise WellnessError(str(error)) from error


def _wellness(  # the tables of the file, each with its own keys
    known: Collection[str],
    *,
    day: Mapping[str, Any],
    severe: Mapping[str, Any],
    moderate: Mapping[str, Any],
    rest: Mapping[str, Any],
    lanes: Mapping[str, str],
) -> Wellness:
    zone, begins_hour = _day(**day)
    budgets = {
        Severity.SEVERE: _budget(Severity.SEVERE, **severe),
        Severity.MODERATE: _budget(Severity.MODERATE, **moderate),
    }
    return Wellness(
        zone=zone,
        begins_hour=begins_hour,
        budgets=MappingProxyType(budgets),
        rest=_rest(**rest),
        lanes=MappingProxyType(_lanes(known, lanes)),
    )


def _day(*, zone: str, begins_hour: int) -> tuple[ZoneInfo, int]:
    if not 0 <= _whole("day.begins_hour", begins_hour) < HOURS:
        raise ValueError("day.begins_hour is an hour from 0 to 23")
    return ZoneInfo(zone), begins_hour


def _budget(severity: Severity, *, full: int, reduced: int) -> Budget:
    most = CEILINGS[severity]
    for name, given, ceiling in (("full", full, most.full), ("reduced", reduced, most.reduced)):
        if not 0 <= _whole(f"{severity}.{name}", given) <= ceiling:
            raise ValueError(f"{severity}.{name} is a whole number from 0 to {ceiling}")
    return Budget(full=full, reduced=reduced)


def _rest(*, after_views: int, after_minutes: int, minutes: int) -> Rest:
    most, least = LAXEST_REST.after_views, LAXEST_REST.length // timedelta(minutes=1)
    longest = LAXEST_REST.after // timedelta(minutes=1)
    if not 1 <= _whole("rest.after_views", after_views) <= most:
        raise ValueError(f"rest.after_views is a whole number from 1 to {most}")
    if not 1 <= _whole("rest.after_minutes", after_minutes) <= longest:
        raise ValueError(f"rest.after_minutes is a whole number from 1 to {longest}")
    if not least <= _whole("rest.minutes", minutes) <= MOST_MINUTES:
        raise ValueError(f"rest.minutes is a whole number from {least} to {MOST_MINUTES}")
    return Rest(
        after_views=after_views, after=timedelta(minutes=after_minutes), length=timedelta(minutes=minutes)
    )


def _lanes(known: Collection[str], told: Mapping[str, str]) -> dict[str, Severity]:
    if strange := sorted(set(told) - set(known)):
        raise ValueError(f"lanes: there is no lane {strange[0]}")
    return {name: Severity(hard) for name, hard in told.items()}


def _whole(name: str, given: object) -> int:
    if not isinstance(given, int) or isinstance(given, bool):
        raise TypeError(f"{name} is a whole number")
    return given
