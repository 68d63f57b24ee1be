"""Kinds of text in the CyberTipline's documents: what a schema can say of them, and what only rules can.

Source: docs/sources.md#cybertipline. Pure.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from hoede.reporting.cybertipline.places import COUNTRY_CODES, STATE_CODES

LONGEST_URL: Final = 2083
LONGEST_EMAIL: Final = 255
LONGEST_LOCAL_PART: Final = 64
LONGEST_WORDS: Final = 3000
OLDEST: Final = 150  # years
LAST_PORT: Final = 65_535

_SPACE = re.compile(r"[ \t\n\r]+")  # XML's own: no other space is stripped
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_DAY = re.compile(r"(\d{4}-\d\d-\d\d)(?:Z|[+-]\d\d:\d\d)?", re.ASCII)
_EMAIL = re.compile(r"([^@\s<>,;]+)@[^@\s<>,;]+\.[^@\s<>,;.]+")
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")

Flaw = Callable[[str, datetime], str | None]  # text and time of sending -> what is wrong


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """A kind of text: its type, length, values, pattern and range for the schema; a flaw for the rules."""

    xs: str = "string"
    longest: int | None = None  # characters
    values: tuple[str, ...] = ()
    pattern: str | None = None
    least: int | None = None
    most: int | None = None
    flaw: Flaw | None = None

    def collapsed(self, text: str) -> str:
        """The text as its type reads it: in a string every space counts."""
        return text if self.xs == "string" else _SPACE.sub(" ", text).strip(" ")


def moment_of(text: str) -> datetime | None:
    """The time that is written there, naive without a zone; None when it is none we can read."""
    written = _SPACE.sub(" ", text).strip(" ")
    if not _MOMENT.fullmatch(written):
        return None
    try:
        return datetime.fromisoformat(written)
    except ValueError:
        return None


def _zoned(text: str, _now: datetime) -> str | None:
    at = moment_of(text)
    if at is None:
        return "is no time that can be read; write 2026-01-31T12:00:00Z"
    return None if at.tzinfo else "has no time zone; add Z or an offset such as +01:00"


def _past(text: str, now: datetime) -> str | None:
    wrong, at = _zoned(text, now), moment_of(text)
    if wrong or at is None:
        return wrong
    return "lies in the future; the authority takes times that have been" if at > now else None


def _past_day(text: str, now: datetime) -> str | None:
    written = _DAY.fullmatch(text)
    try:
        day = date.fromisoformat(written[1]) if written else None
    except ValueError:
        day = None
    if day is None:
        return "is no day that can be read; write 2010-05-31"
    return None if day < now.astimezone(UTC).date() else "lies in the future; the authority takes past days"


def _url(text: str, _now: datetime) -> str | None:
    try:
        whole = _SCHEME.match(text) and not re.search(r"\s", text) and urlsplit(text).netloc
    except ValueError:
        whole = None
    return None if whole else "is no whole address; write https://host/path, without spaces"


def _email(text: str, _now: datetime) -> str | None:
    parts = _EMAIL.fullmatch(text)
    if parts is None:
        return "is no e-mail address"
    return None if len(parts[1]) <= LONGEST_LOCAL_PART else "has more than 64 characters before its @"


def _ip(text: str, _now: datetime) -> str | None:
    try:
        ip_address(text)
    except ValueError:
        return "is neither an IPv4 nor an IPv6 address"
    return None


def _said(text: str, _now: datetime) -> str | None:
    return None if text.strip() else "is blank; its presence alone escalates, so it must say why"


def text(longest: int) -> Kind:
    """Free text of so many characters at most."""
    return Kind(longest=longest)


def choice(*values: str) -> Kind:
    return Kind(values=values)


TEXT: Final = Kind()
WORDS: Final = text(LONGEST_WORDS)
TOKEN: Final = Kind(xs="token")
BOOLEAN: Final = Kind(xs="boolean")
FLAG: Final = choice("", "true")  # there or not: "false" is refused
LONG: Final = Kind(xs="long")
DOUBLE: Final = Kind(xs="double")
ZONED: Final = Kind(xs="dateTime", flaw=_zoned)
PAST: Final = Kind(xs="dateTime", flaw=_past)
PAST_DAY: Final = Kind(xs="date", flaw=_past_day)
URL: Final = Kind(longest=LONGEST_URL, flaw=_url)
EMAIL: Final = Kind(longest=LONGEST_EMAIL, flaw=_email)
IP: Final = Kind(xs="token", flaw=_ip)
PORT: Final = Kind(xs="int", least=1, most=LAST_PORT)
YEARS: Final = Kind(xs="int", least=0, most=OLDEST)
ESCALATION: Final = Kind(longest=LONGEST_WORDS, flaw=_said)
CALLING_CODE: Final = Kind(pattern=r"\+[0-9]{1,3}")
EXTENSION: Final = Kind(pattern="[0-9]{0,10}")
COUNTRY: Final = choice(*COUNTRY_CODES, "")
STATE: Final = choice(*STATE_CODES, "")
