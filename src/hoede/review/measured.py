"""How well people judge: golden cases judged right, agreement of two, by lane and outcome. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hoede.review.agreement import Kappa, Share, kappa, kappa_of, share

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Pair:
    """What should be said of a case, or was said first, and what somebody said who did not know it."""

    lane: str
    expected: str
    said: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything a page shows of a while; of nothing there is nothing."""

    golden: Share
    golden_by_lane: Mapping[str, Share]
    golden_by_outcome: Mapping[str, Share]  # by what is right
    mistaken: tuple[tuple[str, str, int], ...]  # right, said, how often; the most frequent first
    double: Kappa
    double_by_lane: Mapping[str, Kappa]
    double_by_outcome: Mapping[str, Kappa]  # this or another


def measured(golden: Sequence[Pair], double: Sequence[Pair]) -> Measured:
    outcomes = sorted({name for one in double for name in (one.expected, one.said)})
    return Measured(
        golden=_right(golden),
        golden_by_lane=_by(golden, lambda one: one.lane, _right),
        golden_by_outcome=_by(golden, lambda one: one.expected, _right),
        mistaken=_mistaken(golden),
        double=_agree(double),
        double_by_lane=_by(double, lambda one: one.lane, _agree),
        double_by_outcome={name: kappa_of(name, _names(double)) for name in outcomes},
    )


def drifts(what: Measured, *, right: float, agreement: float) -> tuple[str, ...]:
    """Lanes in which judging is surely worse than these floors: even the high end of its interval is."""
    wrong = {lane for lane, one in what.golden_by_lane.items() if one.is_known and one.high < right}
    apart = {
        lane for lane, one in what.double_by_lane.items() if one.high is not None and one.high < agreement
    }
    return tuple(sorted(wrong | apart))


def _right(pairs: Sequence[Pair]) -> Share:
    return share(sum(one.expected == one.said for one in pairs), len(pairs))


def _agree(pairs: Sequence[Pair]) -> Kappa:
    return kappa(_names(pairs))


def _names(pairs: Iterable[Pair]) -> list[tuple[str, str]]:
    return [(one.expected, one.said) for one in pairs]


def _by(
    pairs: Sequence[Pair], key: Callable[[Pair], str], make: Callable[[Sequence[Pair]], T]
) -> Mapping[str, T]:
    names = sorted({key(one) for one in pairs})
    return {name: make([one for one in pairs if key(one) == name]) for name in names}


def _mistaken(pairs: Sequence[Pair]) -> tuple[tuple[str, str, int], ...]:
    wrong = [(one.expected, one.said) for one in pairs if one.expected != one.said]
    counted = ((*each, wrong.count(each)) for each in set(wrong))
    return tuple(sorted(counted, key=lambda one: (-one[2], one[0], one[1])))
