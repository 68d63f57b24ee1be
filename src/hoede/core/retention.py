"""How long something is kept, as dated data. Pure."""

import tomllib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any

from hoede.core.errors import HoedeError
from hoede.core.places import EU_COUNTRIES


class RetentionError(HoedeError):
    """A retention table is not one we can act on."""

    code = "retention-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """What a law of some place says of a ground, between two days."""

    where: frozenset[str]  # countries; EU stands for all of its
    from_: date
    until: date | None
    private: bool  # of private channels only
    at_least: timedelta | None
    at_most: timedelta | None

    def counts(self, since: datetime, places: Collection[str], *, private: bool) -> bool:
        """Whether it is in force on that day, for who is in one of these places."""
        day = since.date()
        in_force = self.from_ <= day and (self.until is None or day < self.until)
        here = any(one in self.where or ("EU" in self.where and one in EU_COUNTRIES) for one in places)
        return in_force and here and (private or not self.private)


@dataclass(frozen=True, slots=True)
class Retention:
    """Days to keep, by ground, and what laws of places say besides."""

    days: Mapping[str, int]
    terms: Mapping[str, tuple[Term, ...]] = field(default_factory=dict)

    def until(
        self, ground: str, since: datetime, *, places: Collection[str] = (), private: bool = False
    ) -> datetime:
        """When the time is over for what began then; an unknown ground is an error, never zero.

        A law that sets a most shortens our own days; one that sets a least lengthens them, and beats a most:
        what was destroyed too early is gone.
        """
        kept = self._kept(ground)
        mine = [one for one in self.terms.get(ground, ()) if one.counts(since, places, private=private)]
        for most in (one.at_most for one in mine if one.at_most is not None):
            kept = min(kept, most)
        for least in (one.at_least for one in mine if one.at_least is not None):
            kept = max(kept, least)
        return since + kept

    def since(self, ground: str, now: datetime) -> datetime:
        """What began before this has had its time."""
        return now - self._kept(ground)

    def _kept(self, ground: str) -> timedelta:
        if ground not in self.days:
            raise RetentionError(f"no retention for {ground}")
        return timedelta(days=self.days[ground])


def parse_retention(text: str) -> Retention:
    """Read a retention table; an unknown key or a ground without days, basis or date is an error."""
    try:
        rows = tomllib.loads(text)
        terms = {
            ground: tuple(_term(ground, row) for row in one.pop("law", [])) for ground, one in rows.items()
        }
        days = {ground: _days(ground, **row) for ground, row in rows.items()}
    except (AttributeError, TypeError, ValueError) as error:
        raise RetentionError(str(error)) from error
    return Retention(MappingProxyType(days), MappingProxyType(terms))


def _term(ground: str, row: Mapping[str, Any]) -> Term:
    return _checked(ground, **{"from_" if key == "from" else key: value for key, value in row.items()})


def _checked(
    ground: str,
    *,
    where: list[str],
    from_: Any,
    basis: str,
    as_of: Any,
    until: Any = None,
    private: bool = False,
    at_least_days: int | None = None,
    at_most_days: int | None = None,
) -> Term:
    if any(type(day) is not date for day in (from_, as_of, until or as_of)):
        raise ValueError(f"{ground}: a date is written 2026-11-23")
    if not where or not basis or (at_least_days is None) == (at_most_days is None):
        raise ValueError(f"{ground}: a law says where, why, and either at_least_days or at_most_days")
    return Term(
        where=frozenset(where),
        from_=from_,
        until=until,
        private=private,
        at_least=None if at_least_days is None else timedelta(days=at_least_days),
        at_most=None if at_most_days is None else timedelta(days=at_most_days),
    )


def _days(ground: str, *, days: Any, basis: str, as_of: Any) -> int:
    if not isinstance(days, int) or days < 1:
        raise ValueError(f"{ground}: days must be a whole number of at least 1")
    if not basis or not as_of:
        raise ValueError(f"{ground}: says neither why nor as of when")
    return days
