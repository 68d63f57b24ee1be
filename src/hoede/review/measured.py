"""How well people judge: golden cases judged right, agreement of two, by lane and outcome. Pure."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from hoede.review.agreement import Kappa, Share, kappa, kappa_of, share

T = TypeVar("T", Share, Kappa)

# Of fewer answers in a lane nobody is alarmed: both intervals are for many (ours; docs/runbook).
DRIFTS_FROM = 20


@dataclass(frozen=True, slots=True)
class Pair:
    """What should be said of a case, or was said first, and what somebody said who did not know it."""

    lane: str
    expected: str
    said: str


@dataclass(frozen=True, slots=True)
class Measured:
    """Everything a page shows of a while; of nothing there is nothing. None: too few to be shown."""

    golden: Share | None
    golden_by_lane: Mapping[str, Share | None]
    golden_by_outcome: Mapping[str, Share | None]  # by what is right
    mistaken: tuple[tuple[str, str, int], ...]  # right, said, how often; the most frequent first
    double: Kappa | None
    double_by_lane: Mapping[str, Kappa | None]
    double_by_outcome: Mapping[str, Kappa | None]  # this or another
    named: Mapping[str, int]  # by outcome, how many pairs have it


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
        named={name: sum(name in {one.expected, one.said} for one in double) for name in outcomes},
    )


def shown(what: Measured, shown_from: int) -> Measured:
    """Only what rests on so many answers at least: in fewer, somebody who judges could be recognised."""
    by_outcome = _large(what.golden_by_outcome, shown_from)
    return Measured(
        golden=_enough(what.golden, shown_from),
        golden_by_lane=_large(what.golden_by_lane, shown_from),
        golden_by_outcome=by_outcome,
        mistaken=tuple(one for one in what.mistaken if by_outcome[one[0]] is not None),
        double=_enough(what.double, shown_from),
        double_by_lane=_large(what.double_by_lane, shown_from),
        double_by_outcome={
            name: one if what.named[name] >= shown_from else None
            for name, one in what.double_by_outcome.items()
        },
        named=what.named,
    )


def drifts(what: Measured, *, right: float, agreement: float) -> tuple[str, ...]:
    """Lanes in which judging is surely worse than these floors: even the high end of its interval is.

    Of fewer than `DRIFTS_FROM` answers nothing is sure.
    """
    wrong = {lane for lane, one in what.golden_by_lane.items() if one is not None and _is_under(one, right)}
    apart = {
        lane for lane, one in what.double_by_lane.items() if one is not None and _is_under(one, agreement)
    }
    return tuple(sorted(wrong | apart))


def _is_under(one: Share | Kappa, floor: float) -> bool:
    return _size(one) >= DRIFTS_FROM and one.high is not None and one.high < floor


def _size(one: Share | Kappa | None) -> int:
    """How many answers it rests on."""
    if one is None:
        return 0
    return one.all if isinstance(one, Share) else one.pairs


def _enough(one: T | None, shown_from: int) -> T | None:
    """Nothing at all is shown, too: it tells of nobody."""
    return None if 0 < _size(one) < shown_from else one


def _large(groups: Mapping[str, T | None], shown_from: int) -> Mapping[str, T | None]:
    """Groups that are large enough; a hidden one that could be had by subtracting hides another with it."""
    sizes = {name: _size(one) for name, one in groups.items()}
    small = {name for name, size in sizes.items() if size < shown_from}
    hidden = sum(sizes[name] for name in small)
    if small and hidden < shown_from and len(small) < len(sizes):
        small.add(min(sizes.keys() - small, key=lambda name: (sizes[name], name)))
    return {name: None if name in small else one for name, one in groups.items()}


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
