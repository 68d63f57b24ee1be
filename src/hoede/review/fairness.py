"""Whom measures hit wrongly: shares with intervals, by group, where nobody can be recognised. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hoede.review.agreement import Share, share


class Found(StrEnum):
    """How a measure was found to be wrong."""

    APPEAL = "appeal"  # somebody objected, and was right
    CHECK = "check"  # the second person, or a second look that did not know of the first


@dataclass(frozen=True, slots=True)
class Acted:
    """One case in which something was done, and whether it should not have been."""

    category: str
    band: str
    language: str
    wrong: Found | None = None


@dataclass(frozen=True, slots=True)
class Groups:
    """By group, those that may be shown; and how many are not, because they are few."""

    shown: Mapping[str, Share]
    hidden: int


@dataclass(frozen=True, slots=True)
class Fairness:
    acted: Share | None  # wrong of all; None: too few to be shown
    appeal: int | None
    check: int | None
    by_category: Groups
    by_band: Groups
    by_language: Groups
    cleared: int | None  # people whose account was limited, and who had done nothing
    median: timedelta | None  # how long that was, for half of them
    longest_tenth: timedelta | None  # and for the tenth of them whom it took longest


@dataclass(frozen=True, slots=True)
class Missed:
    """Of what was allowed and drawn by chance: what people looked at, and what should not have been."""

    drawn: int
    judged: Share | None


def fairness(acted: Sequence[Acted], limited: Sequence[timedelta], *, shown_from: int) -> Fairness:
    """Every figure that rests on `shown_from` cases at least; the others are not told."""
    wrong = [one.wrong for one in acted if one.wrong is not None]
    is_shown, times = len(acted) >= shown_from, sorted(limited)
    told = len(times) >= shown_from
    return Fairness(
        acted=share(len(wrong), len(acted)) if is_shown else None,
        appeal=wrong.count(Found.APPEAL) if is_shown else None,
        check=wrong.count(Found.CHECK) if is_shown else None,
        by_category=_groups(acted, lambda one: one.category, shown_from),
        by_band=_groups(acted, lambda one: one.band, shown_from),
        by_language=_groups(acted, lambda one: one.language, shown_from),
        cleared=len(times) if told else None,
        median=_quantile(times, 0.5) if told else None,
        longest_tenth=_quantile(times, 0.9) if told else None,
    )


def missed(drawn: int, judged: int, violating: int, *, shown_from: int) -> Missed:
    return Missed(drawn, share(violating, judged) if judged >= shown_from else None)


def _groups(acted: Sequence[Acted], key: Callable[[Acted], str], shown_from: int) -> Groups:
    """Groups that are large enough; a hidden one that could be had by subtracting hides another with it."""
    by: dict[str, list[Acted]] = {}
    for one in acted:
        by.setdefault(key(one), []).append(one)
    small = {name for name, those in by.items() if len(those) < shown_from}
    hidden = sum(len(by[name]) for name in small)
    if small and hidden < shown_from and len(small) < len(by):
        small.add(min(by.keys() - small, key=lambda name: (len(by[name]), name)))
    shown = {
        name: share(sum(one.wrong is not None for one in those), len(those))
        for name, those in sorted(by.items())
        if name not in small
    }
    return Groups(shown, sum(len(by[name]) for name in small))


def _quantile(times: Sequence[timedelta], part: float) -> timedelta:
    return times[min(len(times) - 1, int(part * len(times)))]
