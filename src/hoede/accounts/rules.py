"""From age evidence to what may be concluded from it. Pure.

Evidence that makes somebody younger counts as soon as it is there; evidence that makes somebody
older counts only as far as its assurance goes (DESIGN 5, 6).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from hoede.core.ages import ADULT, REVIEWED, AgeBand, AgeEvidence, Assurance, band_of, years_between

GUESSES_REST = timedelta(days=365)  # after a person here found an age, until guesses count again
UNKNOWN = 13  # who is of unknown age counts as just 13
# Where nobody told us the zone, a birthday begins when it has begun everywhere.
_LAST_ZONE = "Etc/GMT+12"


class AgeGround(StrEnum):
    """What a measure may build on."""

    VERIFIED_ADULT = "verified_adult"  # lower bound >= 18, verified, unexpired, not contradicted
    ADULT = "adult"  # adult by the best evidence, declared adults too
    MINOR = "minor"  # under 18 or unknown by the best evidence


def local_date(now: datetime, zone: str | None) -> date:
    """The day it is where the account lives; an unknown zone is the one where a day begins last."""
    try:
        return now.astimezone(ZoneInfo(zone or _LAST_ZONE)).date()
    except (ZoneInfoNotFoundError, ValueError):
        return now.astimezone(ZoneInfo(_LAST_ZONE)).date()


def bounds(evidence: AgeEvidence, today: date) -> tuple[int, int | None]:
    """Lower and upper bound of the age today, in whole years; no upper bound is None."""
    if evidence.born is not None:
        age = max(0, years_between(evidence.born, today))
        return age, age
    passed = max(0, years_between(evidence.as_of, today))
    lower = (evidence.lower or 0) + passed
    upper = None if evidence.upper is None else evidence.upper + passed + 1  # a birthday may have come since
    if upper is not None and today <= evidence.as_of:  # said where the day had begun already
        upper = evidence.upper
    return lower, upper


def _in_force(all_evidence: Iterable[AgeEvidence], now: datetime) -> list[AgeEvidence]:
    return [one for one in all_evidence if one.until is None or one.until > now]


def best(all_evidence: Iterable[AgeEvidence], now: datetime, today: date) -> AgeEvidence | None:
    """The statement that counts: the best assured one, and of several the youngest."""
    in_force = _in_force(all_evidence, now)
    return max(in_force, key=lambda one: (one.assurance, -bounds(one, today)[0]), default=None)


def age_ground(all_evidence: Iterable[AgeEvidence], now: datetime, zone: str | None) -> AgeGround:
    """On which ground a measure may stand.

    A guess from behaviour (inferred) only tightens: it never makes an adult, but an account that
    says 18 and behaves like 14 is a minor unless the adulthood was verified. Verified adulthood that
    anything unexpired contradicts is adulthood, not enough to act alone on; nor is what we found ourselves.
    """
    today = local_date(now, zone)
    in_force = _in_force(all_evidence, now)
    strongest = best(_said(in_force), now, today)
    if strongest is None or bounds(strongest, today)[0] < ADULT:
        return AgeGround.MINOR
    said_younger = any(_says_minor(one, strongest, today) for one in in_force)
    if strongest.assurance is Assurance.VERIFIED:
        alone = not said_younger and strongest.method != REVIEWED
        return AgeGround.VERIFIED_ADULT if alone else AgeGround.ADULT
    return AgeGround.MINOR if said_younger else AgeGround.ADULT


def _says_minor(one: AgeEvidence, strongest: AgeEvidence, today: date) -> bool:
    """Whether a statement makes a minor today, or did when it was said against the strongest one.

    The second does not fade: who seemed 17 at most while proving 40 is contradicted next year too.
    """
    upper, upper_then = bounds(one, today)[1], bounds(one, one.as_of)[1]
    if upper is not None and upper < ADULT:
        return True
    return upper_then is not None and upper_then < ADULT and bounds(strongest, one.as_of)[0] > upper_then


def age_band(all_evidence: Iterable[AgeEvidence], now: datetime, zone: str | None) -> AgeBand:
    """The band of the age that counts; unknown counts as 13-15."""
    age = age_at(all_evidence, now, local_date(now, zone))
    return band_of(UNKNOWN if age is None else age)


def age_at(all_evidence: Iterable[AgeEvidence], now: datetime, today: date) -> int | None:
    """How old somebody is at least, in whole years, by the best statement; None when nothing says it.

    Guesses from behaviour, and statements of how old somebody is at most, only tighten; the latter
    unless the best statement is better assured. A guess tightens nothing for a year after a person here
    found the age: else the same guess, made again every day, would undo every answer.
    """
    in_force = _in_force(all_evidence, now)
    strongest = best([one for one in _said(in_force) if _says_at_least(one)], now, today)
    age = UNKNOWN if strongest is None else bounds(strongest, today)[0]
    found = [one for one in in_force if one.method == REVIEWED]
    uppers = [bounds(one, today)[1] for one in in_force if _tightens(one, strongest, found)]
    least = min([age, *(upper for upper in uppers if upper is not None)])
    return None if strongest is None and least == UNKNOWN else least


def known_age(all_evidence: Iterable[AgeEvidence], now: datetime, today: date) -> int | None:
    """How old somebody is by the best statement, where it says so to the year; None where it bounds only.

    For what is told to others as an age: who is "13 or older" is not 13.
    """
    lower, upper = _best_bounds(all_evidence, now, today)
    to_the_year = lower is not None and upper is not None and upper - lower <= 1
    return lower if to_the_year and lower == age_at(all_evidence, now, today) else None


def surely_minor(all_evidence: Iterable[AgeEvidence], now: datetime, today: date) -> bool:
    """Whether the best statement leaves no room for an adult: unknown is not sure."""
    upper = _best_bounds(all_evidence, now, today)[1]
    return upper is not None and upper < ADULT


def _best_bounds(
    all_evidence: Iterable[AgeEvidence], now: datetime, today: date
) -> tuple[int | None, int | None]:
    strongest = best(_said(_in_force(all_evidence, now)), now, today)
    return (None, None) if strongest is None else bounds(strongest, today)


def age_then(all_evidence: Iterable[AgeEvidence], now: datetime, today: date, then: date) -> int | None:
    """How old somebody was at least on an earlier day, as far as today's evidence tells.

    Bounds that were stated later are counted back, so that nobody skips a birthday by proving it late.
    """
    known = [_stated_by(one, then) for one in _in_force(all_evidence, now)]
    age, age_now = age_at(known, now, then), age_at(all_evidence, now, today)
    return age if age is None or age_now is None else min(age, age_now)


def _stated_by(one: AgeEvidence, day: date) -> AgeEvidence:
    if one.born is not None or one.lower is None or one.as_of <= day:
        return one
    return replace(one, as_of=day, lower=max(0, one.lower - years_between(day, one.as_of) - 1))


def _said(in_force: Iterable[AgeEvidence]) -> list[AgeEvidence]:
    """Without the guesses: they never make anybody older."""
    return [one for one in in_force if one.assurance is not Assurance.INFERRED]


def _says_at_least(evidence: AgeEvidence) -> bool:
    return evidence.born is not None or bool(evidence.lower)


def _tightens(evidence: AgeEvidence, strongest: AgeEvidence | None, found: list[AgeEvidence]) -> bool:
    if evidence.assurance is Assurance.INFERRED:
        return all(evidence.as_of > one.as_of + GUESSES_REST for one in found)
    outweighed = strongest is not None and strongest.assurance > evidence.assurance
    return not _says_at_least(evidence) and not outweighed
