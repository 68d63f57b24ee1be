"""Which case is the most pressing: severity x certainty x reach x age; and whose turn a lane's is. Pure.

Age counts by doubling: a case is worth twice as much for every hour it waits. So the order of two cases
never changes while both wait, and it can be kept in an index: a case ranks by the moment at which it
would have been opened, had it weighed nothing (docs/decisions/0017-judging.md).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log2
from types import MappingProxyType

from hoede.core.findings import Category, Certainty, Finding
from hoede.review.rules import WHOLE, Lanes

DOUBLES_IN = timedelta(hours=1)
SEVERITY: Mapping[Category, int] = MappingProxyType({Category.CSEA: 8})  # of others: 1
CERTAINTY: Mapping[Certainty, int] = MappingProxyType(
    {Certainty.HINT: 1, Certainty.LIKELY: 2, Certainty.KNOWN: 4}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pressing:
    """What makes a case pressing, but for its age; each is 1 at least."""

    severity: int
    certainty: int
    reach: int = 1  # how many contents or people it is about

    @property
    def weight(self) -> float:
        """Reach counts by its doublings: a flood of one kind does not bury all else."""
        return self.severity * self.certainty * (1 + log2(self.reach))


def pressing(findings: Iterable[Finding], reach: int = 1) -> Pressing:
    """By the gravest category and the surest finding."""
    found = tuple(findings)
    return Pressing(
        severity=max((SEVERITY.get(one.category, 1) for one in found), default=1),
        certainty=max((CERTAINTY[one.certainty] for one in found), default=1),
        reach=reach,
    )


def priority(what: Pressing, age: timedelta) -> float:
    """Severity x certainty x reach x age: grows with each of them, and never falls while a case waits."""
    return what.weight * 2 ** (age / DOUBLES_IN)


def rank_of(opened_at: datetime, what: Pressing) -> datetime:
    """The moment a case ranks by: the earlier, the higher its priority, whenever they are compared."""
    return rank_by(opened_at, what.weight)


def rank_by(opened_at: datetime, weight: float) -> datetime:
    """Likewise, by a weight that is 1 at least."""
    return opened_at - DOUBLES_IN * log2(weight)


def offered(
    heads: Mapping[str, datetime],
    lanes: Lanes,
    severe: Collection[str],
    *,
    closed: bool,
    between: int,
    had: Sequence[str],
) -> dict[str, datetime]:
    """What waits at the head of each lane, without the severe ones that are not for this person now.

    `closed` says that what is severe is not shown to them now: then nothing severe is offered. Else
    `between` calmer cases come between two severe ones, while any wait; `had` is the lanes they took
    today, the newest first. What is taken before anything else is offered to everybody: to have a case
    is not to see it, and a child in danger does not wait for somebody who has rested.
    """
    calmer = {name: rank for name, rank in heads.items() if name not in severe or lanes[name].first}
    since = next((place for place, lane in enumerate(had) if lane in severe), None)
    is_soon = since is not None and since < between
    return calmer if closed or (is_soon and calmer) else dict(heads)


def next_lane(heads: Mapping[str, datetime], taken: Sequence[str], lanes: Lanes) -> str | None:
    """The lane to take the next case from; None when nothing waits.

    `heads` is the rank of what stands first in each lane where something waits, `taken` the lanes of the
    last hundred cases that people took. First what is taken before anything else, then the lane that
    lacks most of its reserved share, then the most pressing case of all.
    """
    waiting = [lanes[name] for name in lanes if name in heads]
    before_all = next((lane.name for lane in waiting if lane.first), None)
    if before_all is not None:
        return before_all
    had = Counter(taken[:WHOLE])
    lacks = {lane.name: lane.share * (len(taken[:WHOLE]) + 1) / WHOLE - had[lane.name] for lane in waiting}
    short = {name: much for name, much in lacks.items() if much > 0}
    if short:
        return max(short, key=lambda name: (short[name], -heads[name].timestamp()))
    return min(heads, key=lambda name: heads[name], default=None)
