"""To whom a case goes: offices as dated data, one file each, and which of them a case is due to. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

from hoede.core.errors import HoedeError
from hoede.core.places import EU_COUNTRIES

EU: Final = "EU"
UNKNOWN: Final = "unknown"  # nobody told us the country


class OfficeInvalid(HoedeError):
    """The file of an authority is not one we can follow."""

    code = "office-invalid"


class Duty(StrEnum):
    """Whether a law asks for it."""

    MUST = "must"
    MAY = "may"


class Kind(StrEnum):
    """How something gets there."""

    API = "api"  # Hoede files it itself
    PACKAGE = "package"  # a person hands over what Hoede packed


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What of a case decides to whom it goes."""

    home: str | None  # where the operator is
    account: str | None  # where the account lives, as far as we were told
    danger: bool  # a child is in danger now
    victims: frozenset[str] = frozenset()  # where children live whom it harms, as far as we know

    @property
    def people(self) -> frozenset[str | None]:
        """Where the account or a victim lives; nothing but None when nobody told us."""
        return frozenset({self.account, *self.victims} - {None}) or frozenset({None})


@dataclass(frozen=True, slots=True, kw_only=True)
class When:
    """Of what cases a route is; what is absent fits every case."""

    home: frozenset[str] = frozenset()
    not_home: frozenset[str] = frozenset()
    account: frozenset[str] = frozenset()
    not_account: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()  # the account or a victim is there
    not_people: frozenset[str] = frozenset()  # and not there
    linked: frozenset[str] = frozenset()  # the operator, the account or a victim is there
    danger: bool | None = None

    def fits(self, facts: Facts) -> bool:
        places = {facts.home, *facts.people} - {None}
        return (
            (not self.home or _within(facts.home, self.home))
            and not _within(facts.home, self.not_home)
            and (not self.account or _within(facts.account, self.account))
            and not _within(facts.account, self.not_account)
            and (not self.people or any(self._is_theirs(one) for one in facts.people))
            and (not self.linked or any(_within(one, self.linked) for one in places))
            and self.danger in {None, facts.danger}
        )

    def _is_theirs(self, place: str | None) -> bool:
        return _within(place, self.people) and not _within(place, self.not_people)


@dataclass(frozen=True, slots=True, kw_only=True)
class Route:
    """Why a case goes to an office, from when on and until when."""

    id: str
    when: When
    duty: Duty
    basis: str
    source: str
    from_: date
    until: date | None
    as_of: date
    unless: tuple[str, ...] = ()  # a finished report there counts as one here

    def in_force(self, day: date) -> bool:
        return self.from_ <= day and (self.until is None or day < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """An authority, or a hotline."""

    name: str
    title: str
    kind: Kind
    how: str
    country: str | None
    routes: tuple[Route, ...]


Offices = Mapping[str, Office]


@dataclass(frozen=True, slots=True)
class Routed:
    """A case is to go to this office, because of this route."""

    office: Office
    route: Route

    def counts_elsewhere(self, reported_to: Iterable[str]) -> str | None:
        """An office to which it was reported and whose report counts as one here."""
        return next((one for one in reported_to if one in self.route.unless), None)


def route(facts: Facts, offices: Offices, day: date) -> tuple[Routed, ...]:
    """The offices a case is for on this day, duties first; each once, by its strictest route."""
    found = []
    for office in offices.values():
        fitting = [one for one in office.routes if one.in_force(day) and one.when.fits(facts)]
        if fitting:
            found.append(Routed(office, min(fitting, key=_strictness)))
    return tuple(sorted(found, key=lambda one: (_strictness(one.route), one.office.name)))


def parse_office(text: str) -> Office:
    """Read one office; an unknown key, or a route without basis or dates, is an error."""
    try:
        return _office(**tomllib.loads(text))
    except (TypeError, ValueError) as error:
        raise OfficeInvalid(str(error)) from error


def shipped_offices(more: Iterable[str] = ()) -> Offices:
    """Ours, and those in `more` texts; one of the same name takes the place of ours."""
    ours = sorted(files("hoede.reporting.offices").iterdir(), key=lambda one: one.name)
    texts = [one.read_text(encoding="utf-8") for one in ours if one.name.endswith(".toml")]
    every = [parse_office(text) for text in (*texts, *more)]
    return MappingProxyType({one.name: one for one in every})


def _within(place: str | None, places: frozenset[str]) -> bool:
    if place is None:
        return UNKNOWN in places
    return place in places or (EU in places and place in EU_COUNTRIES)


def _strictness(one: Route) -> tuple[bool, bool, bool]:
    return one.duty is not Duty.MUST, one.when.danger is not True, bool(one.unless)


def _office(
    *, name: str, title: str, kind: str, how: str, routes: list[Mapping[str, Any]], country: str | None = None
) -> Office:
    return Office(
        name=name,
        title=title,
        kind=Kind(kind),
        how=how,
        country=country,
        routes=tuple(
            _route(name, **{"from_" if key == "from" else key: one for key, one in row.items()})
            for row in routes
        ),
    )


def _route(
    office: str,
    *,
    id: str,  # noqa: A002 - the file's own word
    when: Mapping[str, Any],
    duty: str,
    basis: str,
    source: str,
    from_: date,
    as_of: date,
    until: date | None = None,
    unless: list[str] | None = None,
) -> Route:
    for day in (from_, as_of, until or as_of):
        if type(day) is not date:
            raise ValueError(f"{office}: {id}: a date is written 2026-11-23")
    if not basis or not source:
        raise ValueError(f"{office}: {id}: says neither on what ground nor where that stands")
    return Route(
        id=id,
        when=_when(office, id, dict(when)),
        duty=Duty(duty),
        basis=basis,
        source=source,
        from_=from_,
        until=until,
        as_of=as_of,
        unless=tuple(unless or ()),
    )


def _when(office: str, route_id: str, told: dict[str, Any]) -> When:
    danger = told.pop("danger", None)
    if danger not in {None, True, False}:
        raise ValueError(f"{office}: {route_id}: danger is true or false")
    return When(danger=danger, **{key: _places(office, places) for key, places in told.items()})


def _places(office: str, places: list[str]) -> frozenset[str]:
    wrong = [one for one in places if one not in {EU, UNKNOWN} and not (len(one) == 2 and one.isupper())]  # noqa: PLR2004 - ISO 3166
    if wrong or not places:
        raise ValueError(f"{office}: {(wrong or ['nothing'])[0]} is no country")
    return frozenset(places)
