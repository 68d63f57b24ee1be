"""Made-up people to try a policy on: their shape as data, and everybody drawn from it by a seed."""

import functools
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from hoede.core.ages import AgeBand, band_of
from hoede.core.errors import HoedeError
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


def side_of(age: int | None, place: str | None) -> Side:
    """A made-up account of one kind: no choices, no locks, the clock of UTC."""
    country, region = parts_of(place)
    if age is None:
        return Side(country=country, region=region, zones=("UTC",))
    return Side(band=band_of(age), known=True, age=age, country=country, region=region, zones=("UTC",))


def parts_of(place: str | None) -> tuple[str | None, str | None]:
    """Country and part of it."""
    return (None, None) if place is None else (place.partition("-")[0], place if "-" in place else None)
