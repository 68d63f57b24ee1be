"""Compiled policy: a permit in a few look-ups, with the reasons the plain evaluator gives. Pure.

What an account's side of an attempt comes to depends on few facts: the packs that count, its band, and what
is said about the settings that the attempt asks. Everything that agrees in those has one number, its
profile; and the permit of two profiles and a relation stands in a table. An entry is made by the plain
evaluator the first time it is wanted. Times at which an account is closed, and caps that are reached, are
looked at each time: as long as they leave it open the table has the answer, else the plain evaluator.
"""

import itertools
from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from hoede.policy.rules.effective import Bound, Policy, bounds_of
from hoede.policy.rules.packs import Pack
from hoede.policy.rules.permits import (
    Answer,
    Permit,
    account_reasons,
    asked_of,
    decide,
    reasons_of,
    with_extra,
)
from hoede.policy.rules.sides import Attempt, Relation, Side
from hoede.policy.rules.steps import ClosedTimes, Minutes, Step, Stretch, Week
from hoede.policy.rules.vocabulary import Setting
from hoede.policy.rules.windows import DAY

K = TypeVar("K")
V = TypeVar("V")

Timed = tuple[Setting, tuple[Bound, ...]]  # a setting, and what is said about it

PLAIN = -1  # no profile: ask the plain evaluator
NOBODY = -2  # no other side
_FIRST, _LAST = timedelta(hours=14), timedelta(hours=12)  # how far a day's begin is from UTC's, either way
_NEVER = datetime.max.replace(tzinfo=UTC)
_ENTRIES = 1_000_000  # permits in the table before it is begun anew


@dataclass(slots=True)
class Seat:
    """An account, compiled: its profile for each attempt, as it acts and as it is met."""

    side: Side
    packs: tuple[Pack, ...]
    frame: Hashable
    since: datetime
    until: datetime  # from then on something may count that did not, or no longer
    acting: dict[str, int] = field(default_factory=dict)
    met: dict[str, int] = field(default_factory=dict)
    timed: dict[str, tuple[Timed, ...]] = field(
        default_factory=dict
    )  # what an attempt's answer takes a clock for


class Compiled:
    """The tables of one policy; they fill as they are used, and belong to one process."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy
        self._gates = policy.vocabulary.gates
        self._numbers = itertools.count()
        self._profiles: dict[Hashable, int] = {}
        self._permits: dict[tuple[str, int, int, int], Permit] = {}

    def seat(self, side: Side, now: datetime) -> Seat:
        """Compile an account; again when anything about it changes."""
        packs = self.policy.acting(side, now)
        restrictions = tuple(one for one in side.restrictions if one.until is None or now < one.until)
        reasons = tuple(account_reasons(side, packs))
        frame = (packs, side.band, side.known, side.country, restrictions, reasons)
        return Seat(side, packs, frame, now, self._until(side, now))

    def decide(
        self,
        seat: Seat,
        what: str,
        now: datetime,
        other: Seat | None = None,
        relation: Relation = Relation.NONE,
    ) -> Permit:
        """What the plain evaluator says when `seat` attempts `what`, with or about `other`."""
        own = seat.acting.get(what)
        if own is None:
            own = self.acting(seat, what)
        met = NOBODY
        fresh = seat.since <= now < seat.until
        if other is not None:
            told = other.met.get(what)
            met = self.met(other, what) if told is None else told
            fresh = fresh and other.since <= now < other.until
        if PLAIN in (own, met) or not fresh or self.closed(seat, what, now):
            return self._plainly(seat, what, now, other, relation)
        key = (what, own, met, relation)
        permit = self._permits.get(key)
        if permit is None:
            permit = self._plainly(seat, what, now, other, relation)
            _entered(self._permits)[key] = permit
        return permit

    def always(self, side: Side, now: datetime) -> frozenset[str]:
        """What is granted at any hour and by nobody else: what may hold when nobody can be asked.

        What the clock closes is not in it, nor what a count has closed, nor where another account has a say.
        """
        seat = self.seat(side, now)
        return frozenset(what for what in self._gates if self._is_always(seat, what, now))

    def _is_always(self, seat: Seat, what: str, now: datetime) -> bool:
        gate = self._gates[what]
        if gate.takes_other or gate.needs_other or self.acting(seat, what) == PLAIN or seat.timed.get(what):
            return False
        return self.decide(seat, what, now).answer is Answer.GRANTED

    def acting(self, seat: Seat, what: str) -> int:
        """The profile of who attempts it."""
        gate = self._gates.get(what)
        if gate is None:
            seat.acting[what] = PLAIN
            return PLAIN
        said = [(one, bounds_of(one, seat.side, seat.packs, seat.since)) for one in gate.own]
        timed = [one for one in said if _by_the_clock(*one)]
        seat.timed[what] = tuple(one for one in timed if _may_close(*one, seat.side, seat.since))
        seat.acting[what] = self._profile(seat, [one for one in said if one not in timed])
        return seat.acting[what]

    def closed(self, seat: Seat, what: str, now: datetime) -> bool:
        """Whether the time or a count of minutes stands in the way now; asked after `acting`."""
        timed = seat.timed.get(what)
        if not timed:
            return False
        asked = asked_of(Attempt(what=what), seat.side, None, now)
        return any(True for one, bounds in timed for _ in reasons_of(one, seat.side, bounds, asked))

    def met(self, seat: Seat, what: str) -> int:
        """The profile of whom it is about."""
        gate = self._gates.get(what)
        said = (
            []
            if gate is None
            else [(one, bounds_of(one, seat.side, seat.packs, seat.since)) for one in gate.theirs]
        )
        clock = any(_by_the_clock(*one) for one in said)
        seat.met[what] = PLAIN if gate is None or clock else self._profile(seat, said)
        return seat.met[what]

    def _profile(self, seat: Seat, said: Iterable[Timed]) -> int:
        key = (seat.frame, tuple((one.name, bounds) for one, bounds in said))
        if key not in self._profiles:
            _entered(self._profiles)[key] = next(self._numbers)
        return self._profiles[key]

    def _plainly(
        self, seat: Seat, what: str, now: datetime, other: Seat | None, relation: Relation
    ) -> Permit:
        counterpart = None if other is None else other.side
        return decide(
            self.policy, seat.side, Attempt(what=what, counterpart=counterpart, relation=relation), now
        )

    def _until(self, side: Side, now: datetime) -> datetime:
        """The next moment at which a lock or a restriction ends, or a day of a pack begins anywhere."""
        ends = [*(one.until for one in side.locks), *(one.until for one in side.restrictions)]
        moments = [end for end in ends if end is not None and now < end]
        for pack in self.policy.packs:
            for begins in (pack.effective_from, pack.effective_to):
                if begins is None:
                    continue
                midnight = datetime.combine(begins, time(), UTC)
                if now < midnight + _LAST:
                    moments.append(max(now, midnight - _FIRST))  # as of now: while the day begins, plainly
        return min(moments, default=_NEVER)


def _by_the_clock(setting: Setting, bounds: tuple[Bound, ...]) -> bool:
    return bool(bounds) and isinstance(setting.kind, (ClosedTimes, Minutes, Week))


def _may_close(setting: Setting, bounds: tuple[Bound, ...], side: Side, since: datetime) -> bool:
    """Whether there is any moment from then on at which the time or a count stands in the way."""
    kind = setting.kind
    if isinstance(kind, ClosedTimes):
        return True
    if isinstance(kind, Stretch):
        return side.break_until is not None and since < side.break_until
    used = side.minutes_today
    return used is not None and any(used >= _fewest(with_extra(setting, one, side).step) for one in bounds)


def _fewest(step: Step) -> int:
    """The minutes of the day that has the fewest."""
    if isinstance(step, tuple):
        return min(int(one) for one in step)  # type: ignore[arg-type]
    return step if isinstance(step, int) else DAY


def _entered(table: dict[K, V]) -> dict[K, V]:
    """The table, emptied when it is full; the numbers in it are never given twice."""
    if len(table) >= _ENTRIES:
        table.clear()
    return table
