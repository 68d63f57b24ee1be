"""What a draft would change: the same made-up people, asked under the packs before and after."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
import numpy.typing as npt

from hoede.policy.people import BANDS, Indices, Population, parts_of, side_of
from hoede.policy.rules.compiled import Compiled
from hoede.policy.rules.crowd import ANSWERS, WIDTH, Crowd, Outcomes
from hoede.policy.rules.effective import Policy
from hoede.policy.rules.packs import Pack
from hoede.policy.rules.permits import Answer
from hoede.policy.rules.sides import Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One attempt of one band: how many are refused, or have to ask, before and after."""

    what: str
    band: str
    asked: int
    refused_before: int
    refused_after: int
    asks_before: int
    asks_after: int
    newly_refused: int
    newly_open: int  # refused before, and not refused after
    different: int  # of any kind: who has to ask somebody else, too


def simulate(
    before: Policy,
    after: Policy,
    population: Population,
    now: datetime,
    told: Callable[[str], None] = lambda _: None,
) -> tuple[Figure, ...]:
    """Every attempt of every band under both; `told` hears of each attempt that is done."""
    whats = before.vocabulary.words
    sides = _sides(population.kinds, (before, after))
    everybody = [sides[kind] for kind in population.kind_of]
    old, new = (Crowd(Compiled(one), everybody, now, whats) for one in (before, after))
    touched = np.flatnonzero(_touched(population.kinds, before, after)[population.kind_of])
    figures: list[Figure] = []
    for what in whats:
        others, relations = (
            (population.others, population.relations)
            if before.vocabulary.gates[what].needs_other
            else (None, None)
        )
        was = _answers(old.ask(what, slice(None), others, relations))
        becomes = was.copy()
        pair = (None, None) if others is None or relations is None else (others[touched], relations[touched])
        becomes[touched] = _answers(new.ask(what, touched, *pair))
        figures += _figures(what, population.band_of, was, becomes)
        told(what)
    return tuple(figures)


def _touched(
    kinds: Sequence[tuple[int | None, str | None]], before: Policy, after: Policy
) -> npt.NDArray[np.bool_]:
    """Which kinds a pack is about that is in only one of the two; for all others nothing changes.

    The other side lives in the same place, so it is touched as well or not at all.
    """
    differ = set(before.packs) ^ set(after.packs)
    return np.array([any(pack.concerns(*parts_of(place)) for pack in differ) for _, place in kinds])


def _sides(kinds: Sequence[tuple[int | None, str | None]], policies: tuple[Policy, Policy]) -> list[Side]:
    """One side for all kinds that no pack tells apart: places within the same packs are one place."""
    packs = [pack for policy in policies for pack in policy.packs]
    first: dict[tuple[bool, ...], str | None] = {}
    made: dict[tuple[int | None, str | None], Side] = {}
    for age, place in kinds:
        stands_for = first.setdefault(_within(place, packs), place)
        made.setdefault((age, stands_for), side_of(age, stands_for))
    return [made[age, first[_within(place, packs)]] for age, place in kinds]


def _within(place: str | None, packs: Sequence[Pack]) -> tuple[bool, ...]:
    return tuple(pack.concerns(*parts_of(place)) for pack in packs)


_REFUSED = ANSWERS.index((Answer.REFUSED, None))
_GRANTED = ANSWERS.index((Answer.GRANTED, None))


def _answers(outcomes: Outcomes) -> Outcomes:
    """Of each outcome only the place of its answer."""
    answers: Outcomes = outcomes // WIDTH
    return answers


def _figures(what: str, bands: Indices, old: Outcomes, new: Outcomes) -> Iterator[Figure]:
    for place, band in enumerate(BANDS):
        here = bands == place
        before, after = old[here], new[here]
        was, becomes = before == _REFUSED, after == _REFUSED
        if len(before):
            yield Figure(
                what=what,
                band=band,
                asked=len(before),
                refused_before=int(was.sum()),
                refused_after=int(becomes.sum()),
                asks_before=int((~was & (before != _GRANTED)).sum()),
                asks_after=int((~becomes & (after != _GRANTED)).sum()),
                newly_refused=int((becomes & ~was).sum()),
                newly_open=int((was & ~becomes).sum()),
                different=int((before != after).sum()),
            )
