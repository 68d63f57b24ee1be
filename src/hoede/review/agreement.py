"""How well people agree, and how sure a share is: Cohen's kappa and Wilson's interval. Pure.

docs/sources.md#agreement
"""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

SURE = 1.959963984540054  # the normal quantile of a 95 % interval
NOTHING = 1e-12  # what reckoning with parts of one is off by at most


@dataclass(frozen=True, slots=True)
class Share:
    """So many of so many, and the 95 % interval of the share."""

    some: int
    all: int
    low: float
    high: float

    @property
    def is_known(self) -> bool:
        """Of nothing there is no share."""
        return self.all > 0

    @property
    def value(self) -> float:
        return self.some / self.all if self.all else 0.0


@dataclass(frozen=True, slots=True)
class Kappa:
    """Agreement beyond chance: 1 is always, 0 as by chance; and its 95 % interval.

    `value` is None while it cannot be told: nothing was judged twice, or everything was called the same.
    There is no interval where the pairs say nothing of how far it may be off, as of a single one.
    """

    pairs: int
    same: int
    value: float | None
    low: float | None = None
    high: float | None = None


def share(some: int, all_: int) -> Share:
    """Wilson's interval without continuity correction (Newcombe 1998, method 3); of nothing it is 0 to 1."""
    if all_ == 0:
        return Share(some, all_, 0.0, 1.0)
    z2, part = SURE**2, some / all_
    middle = (part + z2 / (2 * all_)) / (1 + z2 / all_)
    half = SURE * sqrt(part * (1 - part) / all_ + z2 / (4 * all_**2)) / (1 + z2 / all_)
    return Share(some, all_, max(0.0, middle - half), min(1.0, middle + half))


def kappa(pairs: Collection[tuple[str, str]]) -> Kappa:
    """Cohen's kappa of what two people called the same things (Cohen 1960).

    Its interval is by the large-sample variance of Fleiss, Cohen and Everitt (1969).
    """
    n, same = len(pairs), sum(one == other for one, other in pairs)
    if n == 0:
        return Kappa(0, 0, None)
    cells = {cell: count / n for cell, count in Counter(pairs).items()}
    first, second = _margins(cells)
    observed = same / n
    by_chance = sum(first[name] * second[name] for name in first)
    if by_chance >= 1 - NOTHING:  # everybody called everything the same: chance alone would do so too
        return Kappa(n, same, None)
    value = (observed - by_chance) / (1 - by_chance)
    variance = max(0.0, _variance(cells, first, second, observed, by_chance))
    if variance < NOTHING and value < 1 - NOTHING:
        return Kappa(n, same, value)
    error = sqrt(variance / n)
    return Kappa(n, same, value, max(-1.0, value - SURE * error), min(1.0, value + SURE * error))


def kappa_of(name: str, pairs: Sequence[tuple[str, str]]) -> Kappa:
    """Likewise of one name alone: this, or something else."""
    return kappa([("yes" if one == name else "no", "yes" if other == name else "no") for one, other in pairs])


Parts = Mapping[str, float]


def _margins(cells: Mapping[tuple[str, str], float]) -> tuple[Parts, Parts]:
    """How often the first and the second used each name, as parts of one."""
    first: dict[str, float] = {name: 0.0 for cell in cells for name in cell}
    second = dict(first)
    for (one, other), part in cells.items():
        first[one] += part
        second[other] += part
    return first, second


def _variance(
    cells: Mapping[tuple[str, str], float],
    first: Parts,
    second: Parts,
    observed: float,
    by_chance: float,
) -> float:
    """The variance of kappa times the number of pairs."""
    value = (observed - by_chance) / (1 - by_chance)
    agreeing = sum(
        part * (1 - (first[one] + second[one]) * (1 - value)) ** 2
        for (one, other), part in cells.items()
        if one == other
    )
    differing = sum(
        part * (second[one] + first[other]) ** 2 for (one, other), part in cells.items() if one != other
    )
    rest = (value - by_chance * (1 - value)) ** 2
    return (agreeing + (1 - value) ** 2 * differing - rest) / (1 - by_chance) ** 2
