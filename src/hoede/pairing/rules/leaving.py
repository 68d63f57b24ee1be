"""Staying and leaving: who may stop at once, who waits, and when a pairing is asked about again. Pure."""

from datetime import date, datetime, timedelta
from enum import StrEnum

from hoede.core.ages import ADULT, AgeBand, years_between
from hoede.core.orders import opaque

COOLS = timedelta(days=7)
CONFIRMED_FOR = timedelta(days=180)  # at most
_ASKED_FROM = timedelta(hours=1)  # what a teen said an hour ago they may be asked again
REMINDED = timedelta(days=14)  # before a guardian's day
FADES = timedelta(days=30)  # how long frozen; as long the teen begins no other
WAITS = timedelta(days=7)  # for the other end, once somebody accepted


class Leaving(StrEnum):
    AT_ONCE = "at_once"
    COOLS = "cools"
    BY_LAW = "by_law"  # a law asks for a pairing: another one first, or a person helps


def leaving(band: AgeBand, *, by_law: bool) -> Leaving:
    """How a teen of this band stops. A guardian always may at once; a safe exit is another way."""
    if by_law:
        return Leaving.BY_LAW
    return Leaving.COOLS if band in {AgeBand.UNDER_13, AgeBand.FROM_13} else Leaving.AT_ONCE


def days_left(until: datetime, now: datetime) -> int:
    """Whole days and the one that has begun."""
    return max(0, -((now - until) // timedelta(days=1)))


def teen_asked_by(key: bytes, link: str, since: datetime) -> datetime:
    """When a teen should have said again that it is right: a moment within 180 days that only they know.

    Any moment is as likely as any other, so that a pairing may come to rest at any, whatever it rests for.
    """
    span = (CONFIRMED_FOR - _ASKED_FROM) // timedelta(seconds=1)
    drawn = int(opaque(key, f"asked\x1f{link}\x1f{since.isoformat()}"), 36) % (span + 1)
    return since + _ASKED_FROM + timedelta(seconds=drawn)


def guardian_asked_by(since: datetime) -> datetime:
    return since + CONFIRMED_FOR


def is_of_age(*, adult_on: date | None, age: int | None, verified_adult: bool, today: date) -> bool:
    """Whether a pairing ends because the teen is 18.

    What somebody says of themselves while paired makes nobody older: the birthday known when it began
    counts, or proof.
    """
    if verified_adult:
        return True
    return adult_on is not None and adult_on <= today and age is not None and age >= ADULT


def adult_day(born: date | None, age: int | None, today: date) -> date | None:
    """The day somebody is 18, as far as it is known today; with bounds the latest it can be."""
    if born is not None:
        year = born.year + ADULT
        leap = (born.month, born.day) == (2, 29)
        day = born.replace(year=year, month=3, day=1) if leap else born.replace(year=year)
        return day if years_between(born, day) >= ADULT else None
    return None if age is None else date(today.year + max(0, ADULT - age), today.month, min(today.day, 28))
