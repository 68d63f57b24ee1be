"""May we look? By channel, and by the law of everybody concerned on that day. Pure."""

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from hoede.core.errors import HoedeError
from hoede.core.events import Channel

EVERYWHERE = "*"


class LookTableError(HoedeError):
    """The table of laws on looking is not one we can act on."""

    code = "look-table-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class LookingLaw:
    """Where, in which channel and since when looking is allowed or not, and why we think so."""

    countries: frozenset[str]  # ISO 3166-1 alpha-2; "*": everywhere, an unknown country too
    channels: frozenset[Channel]
    allowed: bool
    since: date
    until: date | None  # counts until the day before
    basis: str
    source: str

    def counts(self, channel: Channel, today: date) -> bool:
        return channel in self.channels and self.since <= today and (self.until is None or today < self.until)


def may_look(
    channel: Channel, countries: Iterable[str | None], today: date, laws: Iterable[LookingLaw]
) -> bool:
    """True when the law of every country concerned allows looking.

    For each country the last row that names it counts, else the last row for everywhere. An unknown
    country gets the strictest answer that any row gives for this channel. Without any row: no.
    """
    in_force = [law for law in laws if law.counts(channel, today)]
    return all(_allowed(country, in_force) for country in set(countries) or {None})


def _allowed(country: str | None, in_force: list[LookingLaw]) -> bool:
    if country is None:
        return bool(in_force) and all(law.allowed for law in in_force)
    own = [law for law in in_force if country in law.countries]
    anywhere = [law for law in in_force if EVERYWHERE in law.countries]
    rows = own or anywhere
    return bool(rows) and rows[-1].allowed


def parse_look_table(text: str) -> tuple[LookingLaw, ...]:
    """Read `may_look.toml`; an unknown key, a missing basis or an unknown channel is an error."""
    try:
        table = tomllib.loads(text)
        groups = {name: frozenset(countries) for name, countries in table.pop("groups", {}).items()}
        rows = table.pop("law")
        if table:
            raise ValueError(f"unknown: {', '.join(sorted(table))}")
        return tuple(_law(groups, **row) for row in rows)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise LookTableError(str(error)) from error


def _law(
    groups: dict[str, frozenset[str]],
    *,
    where: list[str],
    channels: list[str],
    allowed: bool,
    since: date,
    basis: str,
    source: str,
    until: Any = None,
) -> LookingLaw:
    if not basis or not source:
        raise ValueError("a law needs a basis and a source")
    if not isinstance(where, list) or not isinstance(channels, list):
        raise TypeError("where and channels are lists")
    if not isinstance(allowed, bool):
        raise TypeError("allowed is true or false, without quotes")
    if not all(one is None or type(one) is date for one in (since, until)):
        raise TypeError("since and until are dates, without quotes and without a time")
    if unknown := [name for name in where if name not in groups and not _is_place(name)]:
        raise ValueError(f'{unknown[0]} is neither a country (two capitals), nor a group, nor "*"')
    named = [groups.get(name, frozenset({name})) for name in where]
    return LookingLaw(
        countries=frozenset().union(*named),
        channels=frozenset(Channel(channel) for channel in channels),
        allowed=allowed,
        since=since,
        until=until,
        basis=basis,
        source=source,
    )


def _is_place(name: str) -> bool:
    return name == EVERYWHERE or (len(name) == 2 and name.isalpha() and name.isupper())  # noqa: PLR2004 - ISO 3166-1 alpha-2
