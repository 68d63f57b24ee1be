"""Compiled policy: a permit in a few look-ups, with the reasons the plain evaluator gives. Pure.

What an account's side of an attempt comes to depends on few facts: the packs that count, its band, and what
is said about the settings that the attempt asks. Everything that agrees in those has one number, its
profile; and the permit of two profiles and a relation stands in a table. An entry is made by the plain
evaluator the first time it is wanted. What looks at the clock or at a count is left to the plain evaluator.
"""

import itertools
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from typing import TypeVar

from hoede.policy.rules.effective import Bound, Policy, bounds_of
from hoede.policy.rules.packs import Pack
from hoede.policy.rules.permits import Answer, Permit, account_reasons, decide
from hoede.policy.rules.sides import Attempt, Relation, Side
from hoede.policy.rules.steps import ClosedTimes, Minutes, Week
from hoede.policy.rules.vocabulary import Setting

K = TypeVar("K")
V = TypeVar("V")

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
        if PLAIN in (own, met) or not fresh:
            return self._plainly(seat, what, now, other, relation)
        key = (what, own, met, relation)
        permit = self._permits.get(key)
        if permit is None:
            permit = self._plainly(seat, what, now, other, relation)
            _entered(self._permits)[key] = permit
        return permit

    def always(self, side: Side, now: datetime) -> frozenset[str]:
        """What is granted at any hour and by nobody else: what may hold when nobody can be asked.

        What looks at the clock or at a count is not in it, nor anything that another account has a say in.
        """
        seat = self.seat(side, now)
        return frozenset(what for what in self._gates if self._is_always(seat, what, now))

    def _is_always(self, seat: Seat, what: str, now: datetime) -> bool:
        gate = self._gates[what]
        if gate.takes_other or gate.needs_other or self.acting(seat, what) == PLAIN:
            return False
        return self.decide(seat, what, now).answer is Answer.GRANTED

    def acting(self, seat: Seat, what: str) -> int:
        """The profile of who attempts it."""
        gate = self._gates.get(what)
        seat.acting[what] = PLAIN if gate is None else self._profile(seat, gate.own)
        return seat.acting[what]

    def met(self, seat: Seat, what: str) -> int:
        """The profile of whom it is about."""
        gate = self._gates.get(what)
        seat.met[what] = PLAIN if gate is None else self._profile(seat, gate.theirs)
        return seat.met[what]

    def _profile(self, seat: Seat, settings: tuple[Setting, ...]) -> int:
        said = [bounds_of(one, seat.side, seat.packs, seat.since) for one in settings]
        if any(_by_the_clock(one, seat.side, bounds) for one, bounds in zip(settings, said, strict=True)):
            return PLAIN
        key = (seat.frame, tuple(said))
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


def _by_the_clock(setting: Setting, side: Side, bounds: tuple[Bound, ...]) -> bool:
    if isinstance(setting.kind, ClosedTimes):
        return bool(bounds)
    return isinstance(setting.kind, (Minutes, Week)) and side.minutes_today is not None and bool(bounds)


def _entered(table: dict[K, V]) -> dict[K, V]:
    """The table, emptied when it is full; the numbers in it are never given twice."""
    if len(table) >= _ENTRIES:
        table.clear()
    return table
