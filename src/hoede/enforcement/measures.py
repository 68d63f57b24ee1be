"""Measures as data: what each is done to, who carries it out, what undoes it. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hoede.core.errors import HoedeError
from hoede.core.orders import TargetKind


class Carrier(StrEnum):
    """Who carries an order out."""

    PLATFORM = "platform"
    VAULT = "vault"
    AUTHORITY = "authority"
    SCREENING = "screening"
    PERSON = "person"


class MeasuresError(HoedeError):
    """The table of measures is not one we can act on."""

    code = "measures-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    name: str
    by: Carrier
    target: TargetKind
    says: str
    inverse: str | None = None
    irreversible: bool = False
    adults_only: bool = False
    after: tuple[str, ...] = ()
    closes: tuple[str, ...] = ()  # attempts that are refused while it is in force; "*": all


Measures = Mapping[str, Measure]


def parse_measures(text: str) -> Measures:
    """Read `measures.toml` in its order; raises `MeasuresError` naming the table that is wrong."""
    try:
        tables = tomllib.loads(text)
        measures = {name: _measure(name, **table) for name, table in tables.items()}
        _check(measures)
    except (TypeError, ValueError) as error:
        raise MeasuresError(str(error)) from error
    return MappingProxyType(measures)


def _measure(
    name: str,
    *,
    by: str,
    target: str,
    says: str,
    inverse: str | None = None,
    irreversible: bool = False,
    adults_only: bool = False,
    after: tuple[str, ...] | list[str] = (),
    closes: tuple[str, ...] | list[str] = (),
) -> Measure:
    if not isinstance(irreversible, bool) or not isinstance(adults_only, bool):
        raise TypeError(f"{name}: irreversible and adults_only are true or false, without quotes")
    if not isinstance(after, (tuple, list)):
        raise TypeError(f"{name}: after is a list of measures")
    if not isinstance(closes, (tuple, list)) or (closes and target != TargetKind.ACCOUNT):
        raise TypeError(f"{name}: closes is a list of attempts, of a measure on an account")
    return Measure(
        name=name,
        by=Carrier(by),
        target=TargetKind(target),
        says=says,
        inverse=inverse,
        irreversible=irreversible,
        adults_only=adults_only,
        after=tuple(after),
        closes=tuple(closes),
    )


def _check(measures: Mapping[str, Measure]) -> None:
    above: set[str] = set()
    for measure in measures.values():
        if late := [name for name in measure.after if name in measures and name not in above]:
            raise ValueError(f"{measure.name} waits for {late[0]}, which stands below it; move it down")
        above.add(measure.name)
        named = (*measure.after, *((measure.inverse,) if measure.inverse else ()))
        if unknown := [name for name in named if name not in measures]:
            raise ValueError(f"{measure.name} names {unknown[0]}, which is no measure")
        if measure.irreversible and "preserve" not in measure.after:
            raise ValueError(f"{measure.name} is irreversible and does not wait for preserve")
        if measure.inverse and measures[measure.inverse].inverse != measure.name:
            raise ValueError(f"{measure.inverse} undoes {measure.name}, but not the other way round")
