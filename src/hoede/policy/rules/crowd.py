"""Permits for many accounts at once: tables of answers, and numpy to look them up. Pure.

An account takes a byte or two for each side of each attempt that is asked in bulk: its profile there.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np
import numpy.typing as npt

from hoede.policy.rules.compiled import PLAIN, Compiled, Seat
from hoede.policy.rules.permits import Answer, Permit, Whom
from hoede.policy.rules.sides import Relation, Side
from hoede.policy.rules.vocabulary import Code

Outcomes = npt.NDArray[np.uint8]
Indices = npt.NDArray[Any]
# An outcome is the place of its answer times 32, plus the place of its first reason.
ANSWERS = (
    (Answer.REFUSED, None),
    (Answer.ASK, Whom.GUARDIAN),
    (Answer.ASK, Whom.SELF),
    (Answer.GRANTED, None),
)
CODES = tuple(Code)
WIDTH = 32
_NOT_YET = 255
_AT_ONCE = 1 << 15  # looked up together, so that what is between stays in the nearest cache


def outcome_of(permit: Permit) -> int:
    """A permit as one small number: its answer, and the code of its first reason."""
    reason = CODES.index(permit.reasons[0].code) if permit.reasons else 0
    return ANSWERS.index((permit.answer, permit.whom)) * WIDTH + reason


def answer_of(outcome: int) -> tuple[Answer, Whom | None, Code | None]:
    """What an outcome says."""
    answer, whom = ANSWERS[outcome // WIDTH]
    return answer, whom, None if answer is Answer.GRANTED else CODES[outcome % WIDTH]


@dataclass(frozen=True, slots=True)
class _Part:
    """One side of one attempt: the number of every account, and somebody who has each number."""

    numbers: Indices
    seats: tuple[Seat, ...]


class Crowd:
    """Many accounts, compiled for some attempts at one moment; in the order in which they came."""

    def __init__(
        self, compiled: Compiled, sides: Iterable[Side], now: datetime, whats: Sequence[str]
    ) -> None:
        self._compiled, self._now = compiled, now
        everybody, places = self._seats(sides)
        self._acting = {what: self._part(everybody, places, what, met=False) for what in whats}
        gates = compiled.policy.vocabulary.gates
        about = [what for what in whats if what in gates and gates[what].takes_other]
        self._met = {what: self._part(everybody, places, what, met=True) for what in about}
        self._tables: dict[tuple[str, bool], Outcomes] = {}

    def _seats(self, sides: Iterable[Side]) -> tuple[list[Seat], Indices]:
        """Each side that is told once is compiled once, however many accounts have it."""
        made: dict[int, int] = {}
        kept: list[Side] = []  # so that no other side gets the same id
        seats: list[Seat] = []
        places: list[int] = []
        for side in sides:
            place = made.setdefault(id(side), len(seats))
            if place == len(seats):
                kept.append(side)
                seats.append(self._compiled.seat(side, self._now))
            places.append(place)
        return seats, np.array(places, dtype=np.intp)

    def _part(self, seats: list[Seat], places: Indices, what: str, *, met: bool) -> _Part:
        known: dict[Hashable, int] = {}
        some: list[Seat] = []
        numbers = []
        for at, seat in enumerate(seats):
            profile = self._compiled.met(seat, what) if met else self._compiled.acting(seat, what)
            closed = not met and self._compiled.closed(seat, what, self._now)
            key: Hashable = (PLAIN, at) if closed or profile == PLAIN else profile
            if key not in known:
                known[key] = len(some)
                some.append(seat)
            numbers.append(known[key])
        small = np.array(numbers, dtype=np.min_scalar_type(max(len(some) - 1, 0)))
        return _Part(small[places], tuple(some))

    @property
    def bytes(self) -> int:
        """What the accounts take, apart from the tables they share."""
        return sum(part.numbers.nbytes for part in (*self._acting.values(), *self._met.values()))

    def ask(
        self,
        what: str,
        who: Indices | slice = slice(None),
        others: Indices | None = None,
        relations: Indices | None = None,
    ) -> Outcomes:
        """The outcome for each of `who`, with or about each of `others` where there are any."""
        acting = self._acting[what]
        if what not in self._met or others is None or relations is None:
            return self._look(what, acting.numbers[who].astype(np.intp), alone=True)
        met = self._met[what]
        chosen = who if isinstance(who, np.ndarray) else np.arange(len(acting.numbers))[who]
        out = np.empty(len(chosen), dtype=np.uint8)
        for start in range(0, len(chosen), _AT_ONCE):
            part = slice(start, start + _AT_ONCE)
            places = acting.numbers.take(chosen[part]).astype(np.int32)
            places *= len(met.seats)
            places += met.numbers.take(others[part])
            places *= len(Relation)
            places += relations[part]
            out[part] = self._look(what, places, alone=False)
        return out

    def _look(self, what: str, places: Indices, *, alone: bool) -> Outcomes:
        table = self._table(what, alone=alone)
        out = table.take(places)
        if out.max(initial=0) == _NOT_YET:
            for place in np.unique(places[out == _NOT_YET]):
                table[place] = self._outcome(what, int(place), alone=alone)
            out = table.take(places)
        return out

    def _table(self, what: str, *, alone: bool) -> Outcomes:
        if (what, alone) not in self._tables:
            each = 1 if alone else len(self._met[what].seats) * len(Relation)
            size = len(self._acting[what].seats) * each
            self._tables[what, alone] = np.full(size, _NOT_YET, dtype=np.uint8)
        return self._tables[what, alone]

    def _outcome(self, what: str, place: int, *, alone: bool) -> int:
        acting = self._acting[what]
        if alone:
            return outcome_of(self._compiled.decide(acting.seats[place], what, self._now))
        met = self._met[what]
        pair, relation = divmod(place, len(Relation))
        own, other = divmod(pair, len(met.seats))
        seats = acting.seats[own], met.seats[other]
        return outcome_of(self._compiled.decide(seats[0], what, self._now, seats[1], Relation(relation)))
