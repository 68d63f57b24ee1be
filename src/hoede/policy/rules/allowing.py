"""Whether one step of a setting allows what is attempted. Pure.

For every kind of value: a stricter step never allows more. So a meet of steps allows exactly what each of
them allows, and a refusal can name every step that stood in the way.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from enum import Enum

from hoede.policy.rules.sides import Relation, Side, knows_zone, local_times
from hoede.policy.rules.steps import (
    ClosedTimes,
    Kind,
    Ladder,
    Minutes,
    Step,
    Stretch,
    Week,
    at_most,
    cap_of,
    windows_of,
)
from hoede.policy.rules.windows import DAY, closed_until

# How well two have to know each other for a rung; rungs that are not about others stand in the next two.
_KNOWN: dict[str, Relation] = {
    "trusted": Relation.TRUSTED,
    "connections": Relation.MUTUAL,
    "friends": Relation.MUTUAL,
    "mutuals": Relation.MUTUAL,
    "private": Relation.FOLLOWER,
    "followers": Relation.FOLLOWER,
    "everyone": Relation.NONE,
    "public": Relation.NONE,
}
_NEAR = "band_adjacent"
_BESIDE, _EACH_TIME = "with_guardian", "ask"


class Says(Enum):
    NO = 0
    ASK_GUARDIAN = 1
    YES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The facts of an attempt that a step may look at."""

    times: tuple[datetime, ...] = ()  # by the clocks that count
    zones_known: bool = False
    relation: Relation | None = None  # None: with nobody in particular
    near: bool = False  # of the same or the next band, both known
    wanted: Step | None = None
    with_guardian: bool = False
    this_month: int | None = None
    minutes_today: int | None = None
    minutes_in_a_row: int = 0
    break_until: datetime | None = None

    def turned(self, other: Side, now: datetime) -> "Asked":
        """The same attempt, asked of the other side."""
        return replace(
            self,
            times=local_times(now, other.zones),
            zones_known=knows_zone(other.zones),
            wanted=None,
            with_guardian=False,
            this_month=None,
            minutes_today=None,
            minutes_in_a_row=0,
            break_until=None,
        )


def says(kind: Kind, step: Step, asked: Asked) -> Says:
    """What a step says to an attempt."""
    if asked.wanted is not None:
        return Says.YES if at_most(kind, asked.wanted, step) else Says.NO
    if isinstance(kind, Ladder):
        return _rung(kind, str(step), asked)
    if isinstance(kind, ClosedTimes):
        return Says.NO if step and (not asked.zones_known or _closed(step, asked)) else Says.YES
    if isinstance(kind, Stretch):
        return Says.NO if _needs_a_break(step, asked) else Says.YES
    if asked.minutes_today is not None:
        allowed = _minutes(kind, step, asked)
        return Says.YES if allowed is None or asked.minutes_today < allowed else Says.NO
    return Says.YES


def _rung(kind: Ladder, rung: str, asked: Asked) -> Says:
    if rung == kind.rungs[-1]:
        return Says.YES
    cap = cap_of(rung)
    if cap is not None or rung in {_EACH_TIME, _BESIDE}:
        within = cap is not None and asked.this_month is not None and asked.this_month < cap
        beside = rung == _BESIDE and asked.with_guardian
        return Says.YES if within or beside else Says.ASK_GUARDIAN
    if asked.relation is None:
        return Says.NO if rung == kind.rungs[0] else Says.YES
    return Says.YES if _reaches(rung, asked.relation, near=asked.near) else Says.NO


def _reaches(rung: str, relation: Relation, *, near: bool) -> bool:
    """A rung that nobody here knows reaches nobody."""
    if rung == _NEAR:
        return near or relation >= _KNOWN["connections"]
    needed = _KNOWN.get(rung)
    return needed is not None and relation >= needed


def _closed(step: Step, asked: Asked) -> list[datetime]:
    return [at for local in asked.times if (at := closed_until(windows_of(step), local)) is not None]


def _needs_a_break(step: Step, asked: Asked) -> bool:
    over = isinstance(step, int) and asked.minutes_in_a_row >= step
    return over and asked.break_until is not None and asked.times[0] < asked.break_until


def _minutes(kind: Kind, step: Step, asked: Asked) -> int | None:
    """How many minutes the day has; the fewest of the days it is. None: no end."""
    if isinstance(kind, Minutes):
        return step if isinstance(step, int) else None
    if isinstance(kind, Week) and isinstance(step, tuple):
        return min(int(step[local.weekday()]) for local in asked.times)  # type: ignore[arg-type]
    return None


def opens_again(kind: Kind, step: Step, asked: Asked) -> datetime | None:
    """When time alone opens it again, as far as that can be told."""
    if isinstance(kind, ClosedTimes):
        closed = _closed(step, asked) if asked.zones_known else []
        return max(closed).astimezone(UTC) if closed else None
    if isinstance(kind, Stretch):
        return asked.break_until
    if isinstance(kind, (Minutes, Week)):
        return max(_midnight(local) for local in asked.times).astimezone(UTC)
    return None


def _midnight(local: datetime) -> datetime:
    return local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0) + timedelta(days=1)


def extended(kind: Kind, step: Step, extra_minutes: int) -> Step:
    """A cap with so many minutes on top; of every other step the same."""
    if not extra_minutes or isinstance(kind, Stretch):
        return step
    if isinstance(kind, Minutes) and isinstance(step, int):
        return min(DAY, step + extra_minutes)
    if isinstance(kind, Week) and isinstance(step, tuple):
        return tuple(min(DAY, int(one) + extra_minutes) for one in step)  # type: ignore[arg-type]
    return step
