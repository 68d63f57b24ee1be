"""Who helps in which country, and which lines we may show. Pure, but for reading our own table."""

import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Any

from hoede.core.errors import HoedeError
from hoede.core.places import EU_COUNTRIES

CHECKED_FOR_DAYS = 90
EU, EVERYWHERE = "EU", "all"
OTHER_COUNTRIES = frozenset(
    {"AU", "BR", "CA", "GB", "NZ", "US"}
)  # a new one needs its name in the catalogues

_NEEDED = frozenset({"cc", "kind", "name", "host", "phone", "languages", "for", "checked_at", "checked_by"})
_OPTIONAL = frozenset({"text", "cost"})
_HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")
_NUMBER = re.compile(r"\+?[0-9][0-9 -]*")
_TEXT = re.compile(r"([A-Z]+ )?[0-9][0-9-]*")


class HelplinesError(HoedeError):
    """The table of helplines is not one we can show."""

    code = "helplines-invalid"


class Kind(StrEnum):
    """What a line is for, in the order in which a frightened child needs it."""

    EMERGENCY = "emergency"
    CHILD = "child"
    REMOVE = "remove"
    REPORT = "report"
    PREVENT = "prevent"


@dataclass(frozen=True, slots=True, kw_only=True)
class Helpline:
    cc: str  # a country, EU or all
    kind: Kind
    name: str
    host: str  # of its site; empty: none
    phone: tuple[str, ...]
    languages: tuple[str, ...]
    whom: tuple[str, ...]  # whom it is for
    checked_at: date | None  # when a person tried it
    checked_by: str
    text: str = ""  # number to text, after the word to send if there is one
    is_paid: bool = False

    def is_checked(self, today: date) -> bool:
        return self.checked_at is not None and 0 <= (today - self.checked_at).days <= CHECKED_FOR_DAYS

    @property
    def always_shows(self) -> bool:
        return self.kind is Kind.EMERGENCY or self.cc in {EU, EVERYWHERE}

    def serves(self, country: str | None) -> bool:
        if self.cc == EU:
            return country is None or country == EU or country in EU_COUNTRIES
        return self.cc in {EVERYWHERE, country}


@dataclass(frozen=True, slots=True)
class ShownHelpline:
    line: Helpline
    not_checked: bool  # say so beside it; only ever in the demo


def shown(
    rows: Iterable[Helpline], country: str | None, today: date, *, demo: bool
) -> tuple[ShownHelpline, ...]:
    """The lines for somebody in `country` (None: unknown; EU: somewhere in it), in the order of the rows.

    An own country's lines come first. Outside the demo, a line that nobody checked in the last
    `CHECKED_FOR_DAYS` days is left out, unless it is for the EU, for everyone, or for an emergency.
    """
    near = sorted((row for row in rows if row.serves(country)), key=lambda row: row.cc != country)
    lines = (ShownHelpline(row, demo and _wants_a_note(row, today)) for row in near)
    return tuple(s for s in lines if demo or s.line.always_shows or s.line.is_checked(today))


def _wants_a_note(row: Helpline, today: date) -> bool:
    return row.kind is not Kind.EMERGENCY and not row.is_checked(today)


def unchecked(rows: Iterable[Helpline], today: date) -> int:
    """How many lines nobody checked in the last `CHECKED_FOR_DAYS` days, emergency numbers too."""
    return sum(not row.is_checked(today) for row in rows)


def countries(rows: Iterable[Helpline]) -> frozenset[str]:
    """The countries that have lines of their own."""
    return frozenset(row.cc for row in rows) - {EU, EVERYWHERE}


@functools.cache
def shipped() -> tuple[Helpline, ...]:
    """The lines that come with Hoede."""
    return parse_helplines(Path(__file__).with_name("helplines.toml").read_text(encoding="utf-8"))


def parse_helplines(text: str) -> tuple[Helpline, ...]:
    """Turn TOML into lines, or raise `HelplinesError` with the row's number. An unknown key is an error."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise HelplinesError(str(error)) from error
    if set(document) != {"helpline"} or not isinstance(document["helpline"], list):
        raise HelplinesError("the table has rows of [[helpline]] and nothing else")
    return tuple(_row(number, table) for number, table in enumerate(document["helpline"], start=1))


def _row(number: int, table: Mapping[str, Any]) -> Helpline:
    try:
        return _helpline(table)
    except ValueError as error:
        raise HelplinesError(f"row {number}: {error}", row=number) from error


def _helpline(table: Mapping[str, Any]) -> Helpline:
    _refuse_keys(table)
    line = Helpline(
        cc=_one_of(table["cc"], EU_COUNTRIES | OTHER_COUNTRIES | {EU, EVERYWHERE}),
        kind=Kind(table["kind"]),
        name=_text(table["name"], re.compile(r"\S.*")),
        host=_text(table["host"], _HOST, may_be_empty=True),
        phone=_texts(table["phone"], _NUMBER),
        languages=_texts(table["languages"], re.compile(r"[a-z]+")),
        whom=_texts(table["for"], re.compile(r"[a-z]+|[a-z]+-\d+|\d+-\d+")),
        checked_at=_day(table["checked_at"]),
        checked_by=_text(table["checked_by"], re.compile(r"\S.*"), may_be_empty=True),
        text=_text(table.get("text", ""), _TEXT, may_be_empty=True),
        is_paid=_one_of(table.get("cost", ""), {"", "paid"}) == "paid",
    )
    if not (line.host or line.phone or line.text):
        raise ValueError("nobody can reach it: give host, phone or text")
    if (line.checked_at is None) != (not line.checked_by):
        raise ValueError("checked_at and checked_by go together")
    return line


def _refuse_keys(table: Mapping[str, Any]) -> None:
    unknown, missing = set(table) - _NEEDED - _OPTIONAL, _NEEDED - set(table)
    if unknown:
        raise ValueError(f"unknown key {', '.join(sorted(unknown))}")
    if missing:
        raise ValueError(f"missing key {', '.join(sorted(missing))}")


def _one_of(value: Any, known: Iterable[str]) -> str:
    if not isinstance(value, str) or value not in known:
        raise ValueError(f"unknown {value!r}")
    return value


def _text(value: Any, pattern: re.Pattern[str], *, may_be_empty: bool = False) -> str:
    if not isinstance(value, str) or not (pattern.fullmatch(value) or (may_be_empty and not value)):
        raise ValueError(f"cannot read {value!r}")
    return value


def _texts(value: Any, pattern: re.Pattern[str]) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ValueError(f"{value!r} is not a list")  # noqa: TRY004 - one kind of error for a bad row
    return tuple(_text(each, pattern) for each in value)


def _day(value: Any) -> date | None:
    text = _text(value, re.compile(r"\d{4}-\d{2}-\d{2}"), may_be_empty=True)
    return date.fromisoformat(text) if text else None


def dialled(number: str) -> str:
    """A number as a telephone dials it: digits, and a leading plus.

    >>> dialled("+44 1372 847 161")
    '+441372847161'
    """
    return re.sub(r"[^0-9+]", "", number)
