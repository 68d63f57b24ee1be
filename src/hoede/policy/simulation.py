"""What a draft would change: the same made-up people, asked under the packs before and after."""

import functools
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from hoede.core.ages import AgeBand, band_of
from hoede.core.errors import HoedeError
from hoede.policy.rules.compiled import Compiled
from hoede.policy.rules.crowd import ANSWERS, WIDTH, Crowd, Outcomes
from hoede.policy.rules.effective import Policy
from hoede.policy.rules.packs import Pack
from hoede.policy.rules.permits import Answer
from hoede.policy.rules.places import check_place
from hoede.policy.rules.sides import Relation, Side

UNKNOWN = "unknown"
BANDS = (*(str(band) for band in AgeBand), UNKNOWN)  # as figures tell them
MOST_ACCOUNTS = 10_000_000
Indices = npt.NDArray[np.intp]


class ShapeError(HoedeError):
    """The shape of the made-up people is not one we can draw from."""

    code = "shape-invalid"


@dataclass(frozen=True, slots=True)
class Shape:
    """Shares, each as weights that need not add up to anything."""

    ages: Mapping[int | None, int]
    places: Mapping[str | None, int]
    relations: Mapping[Relation, int]
    same_band: float  # the share of others who are of one's own band


@dataclass(frozen=True, slots=True)
class Population:
    """Made-up accounts: each is of one kind, and has one other to do something with."""

    kinds: tuple[tuple[int | None, str | None], ...]  # age and place
    kind_of: Indices
    band_of: Indices  # places in BANDS
    others: Indices
    relations: Indices


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

    @property
    def changed(self) -> bool:
        return bool(self.newly_refused or self.newly_open or self.asks_before != self.asks_after)


def parse_shape(text: str) -> Shape:
    """Read `population.toml`; `ShapeError` names the table that is wrong."""
    try:
        tables = tomllib.loads(text)
        ages = {
            None if key == UNKNOWN else int(key): _weight(value) for key, value in tables.pop("ages").items()
        }
        places = {_place(key): _weight(value) for key, value in tables.pop("places").items()}
        relations = {Relation[key.upper()]: _weight(value) for key, value in tables.pop("relations").items()}
        others = tables.pop("others")
        same, anybody = _weight(others.pop("same_band")), _weight(others.pop("any_band"))
        if tables or others:
            raise ValueError(f"unknown: {', '.join((*tables, *others))}")
        if not all(
            sum(shares) for shares in (ages.values(), places.values(), relations.values(), (same, anybody))
        ):
            raise ValueError("every table needs a share above 0")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ShapeError(f"{error}; see policy/population.toml for how it is written") from error
    return Shape(ages, places, relations, same / (same + anybody))


def _weight(raw: Any) -> int:
    if type(raw) is not int or raw < 0:
        raise ValueError(f"{raw!r} is no share; write a whole number from 0 on")
    return raw


def _place(key: str) -> str | None:
    return None if key == UNKNOWN else check_place(key)


@functools.cache
def shipped_shape() -> Shape:
    return parse_shape((files("hoede") / "policy" / "population.toml").read_text(encoding="utf-8"))


def populate(shape: Shape, accounts: int, seed: int) -> Population:
    """So many made-up accounts; the same seed makes the same. ValueError for none, or too many."""
    if not 1 <= accounts <= MOST_ACCOUNTS:
        raise ValueError(f"1 to {MOST_ACCOUNTS:,} accounts")
    draw = np.random.default_rng(seed)
    kinds = tuple((age, place) for age in shape.ages for place in shape.places)
    ages, places = _shares(shape.ages.values()), _shares(shape.places.values())
    kind_of = draw.choice(len(kinds), size=accounts, p=np.outer(ages, places).ravel())
    bands = np.array([BANDS.index(_band(age)) for age, _ in kinds])[kind_of]
    places_of = kind_of % len(shape.places)
    relations = draw.choice(list(shape.relations), size=accounts, p=_shares(shape.relations.values()))
    return Population(kinds, kind_of, bands, _others(draw, places_of, bands, shape.same_band), relations)


def _shares(weights: Any) -> npt.NDArray[np.float64]:
    found = np.array(list(weights), dtype=np.float64)
    shares: npt.NDArray[np.float64] = found / found.sum()
    return shares


def _band(age: int | None) -> str:
    return UNKNOWN if age is None else band_of(age)


def _others(draw: np.random.Generator, places: Indices, bands: Indices, same_band: float) -> Indices:
    """For each account another of the same place: of the same band, or of any."""
    peers, anybody = (_of_same(draw, group) for group in (places * len(BANDS) + bands, places))
    return np.where(draw.random(len(bands)) < same_band, peers, anybody)


def _of_same(draw: np.random.Generator, groups: Indices) -> Indices:
    """For each account one of its group, perhaps itself."""
    found = np.empty_like(groups)
    for group in np.unique(groups):
        members = np.flatnonzero(groups == group)
        found[members] = draw.choice(members, size=len(members))
    return found


def attempts_of(policy: Policy) -> tuple[str, ...]:
    """What people do, as platforms ask it: the words, not the names of settings."""
    return tuple(word for word in sorted(policy.vocabulary.gates) if word not in policy.vocabulary.settings)


def simulate(
    before: Policy,
    after: Policy,
    population: Population,
    now: datetime,
    told: Callable[[str], None] = lambda _: None,
) -> tuple[Figure, ...]:
    """Every attempt of every band under both; `told` hears of each attempt that is done."""
    whats = attempts_of(before)
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


def side_of(age: int | None, place: str | None) -> Side:
    """A made-up account of one kind: no choices, no locks, the clock of UTC."""
    country, region = parts_of(place)
    if age is None:
        return Side(country=country, region=region, zones=("UTC",))
    return Side(band=band_of(age), known=True, age=age, country=country, region=region, zones=("UTC",))


def parts_of(place: str | None) -> tuple[str | None, str | None]:
    """Country and part of it."""
    return (None, None) if place is None else (place.partition("-")[0], place if "-" in place else None)


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
            )
