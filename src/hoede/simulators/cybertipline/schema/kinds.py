"""The kinds of text a report is made of, with the server's own checks (CyberTipline facts 1.4). Pure."""

import re
from datetime import UTC, date, datetime
from ipaddress import ip_address

from hoede.simulators.cybertipline.schema.grammar import Flaw, Kind

LONGEST_URL = 2083
LONGEST_EMAIL = 255
LONGEST_LOCAL_PART = 64
OLDEST_YEARS = 150
LAST_PORT = 65_535

_DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?", re.ASCII
)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d)(Z|[+-](0\d|1[0-3]):[0-5]\d|[+-]14:00)?", re.ASCII)
_DOUBLE = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?|-?INF|NaN", re.ASCII)
_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://[^\s/?#]+\S*")
_EMAIL = re.compile(r"[^@\s<>,;]+@[^@\s<>,;]+\.[^@\s<>,;.]+")


def moment(text: str) -> datetime | None:
    """The time that an xs:dateTime names; None when it is none. Without a zone it is naive."""
    if not _DATE_TIME.fullmatch(text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _wrong(text: str, kind: str) -> str:
    return f"cvc-datatype-valid.1.2.1: '{text}' is not a valid value for '{kind}'."


def _pattern(text: str, kind: str, pattern: str) -> str:
    return (
        f"cvc-pattern-valid: Value '{text}' is not facet-valid with respect to pattern '{pattern}' "
        f"for type '{kind}'."
    )


def _zoned(text: str, _now: datetime) -> str | None:
    when = moment(text)
    if when is None:
        return _wrong(text, "dateTime")
    return f"The time '{text}' must carry a zone offset or Z." if when.tzinfo is None else None


def _past(text: str, now: datetime) -> str | None:
    flaw = _zoned(text, now)
    when = moment(text)
    if flaw or when is None:
        return flaw
    return f"The time '{text}' must lie in the past." if when > now else None


def _past_date(text: str, now: datetime) -> str | None:
    told = _DATE.fullmatch(text)
    try:
        day = date.fromisoformat(told[1] if told else "")
    except ValueError:
        return _wrong(text, "date")
    return f"The date '{text}' must lie in the past." if day >= now.astimezone(UTC).date() else None


def _url(text: str, _now: datetime) -> str | None:
    return None if _URL.fullmatch(text) else f"'{text}' is not a valid URL."


def _email(text: str, _now: datetime) -> str | None:
    local = text.partition("@")[0]
    if _EMAIL.fullmatch(text) and len(local) <= LONGEST_LOCAL_PART:
        return None
    return f"'{text}' is not a well-formed e-mail address."


def _ip(text: str, _now: datetime) -> str | None:
    try:
        ip_address(text)
    except ValueError:
        return f"'{text}' is not a valid IPv4 or IPv6 address."
    return None


def _said(text: str, _now: datetime) -> str | None:
    return None if text.strip() else "The text must not be blank."


def _number(text: str, _now: datetime) -> str | None:
    return None if _DOUBLE.fullmatch(text) else _wrong(text, "double")


def _between(least: int, most: int) -> Flaw:
    def flaw(text: str, _now: datetime) -> str | None:
        if not re.fullmatch(r"[+-]?\d+", text, re.ASCII):
            return _wrong(text, "integer")
        if least <= int(text) <= most:
            return None
        return f"cvc-maxInclusive-valid: Value '{text}' must lie between {least} and {most}."

    return flaw


def _like(pattern: str, kind: str) -> Flaw:
    def flaw(text: str, _now: datetime) -> str | None:
        return None if re.fullmatch(pattern, text, re.ASCII) else _pattern(text, kind, pattern)

    return flaw


def text(longest: int) -> Kind:
    return Kind(longest=longest)


def choice(*values: str) -> Kind:
    return Kind(values=values)


TEXT = Kind()
TOKEN = Kind(xs="token")
BOOL = Kind(xs="boolean", values=("true", "false", "1", "0"))
FLAG = Kind(values=("", "true"))  # empty or true; "false" is refused
LONG = Kind(xs="long", flaw=_between(-(2**63), 2**63 - 1))
DOUBLE = Kind(xs="double", flaw=_number)
ZONED = Kind(xs="dateTime", flaw=_zoned)
PAST = Kind(xs="dateTime", flaw=_past)
PAST_DATE = Kind(xs="date", flaw=_past_date)
URL = Kind(longest=LONGEST_URL, flaw=_url)
EMAIL = Kind(longest=LONGEST_EMAIL, flaw=_email)
IP = Kind(xs="token", flaw=_ip)
PORT = Kind(xs="int", flaw=_between(1, LAST_PORT))
AGE = Kind(xs="int", flaw=_between(0, OLDEST_YEARS))
ESCALATION = Kind(longest=3000, flaw=_said)
CALLING_CODE = Kind(flaw=_like(r"\+[0-9]{1,3}", "countryCallingCode"))
EXTENSION = Kind(longest=10, flaw=_like(r"[0-9]*", "extension"))
