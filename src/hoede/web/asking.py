"""Reads what a platform asks for permits, by hand: it is the hottest of all bodies. Pure."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from hoede.flow.attempt import Asked
from hoede.policy import Relation, Step, Vocabulary
from hoede.web.api import InputInvalid

MOST_AT_ONCE: Final = 1000
SKEW: Final = timedelta(minutes=5)  # clocks of two machines differ
LONGEST_ID: Final = 255
RELATIONS: Final = {one.name.lower(): one for one in Relation}
KEYS: Final = frozenset(
    {"account", "attempt", "counterpart", "relation", "wanted", "at", "with_guardian", "this_month"}
)
# A lone surrogate is in no text that a database keeps.
_ID = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,255}")
_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]")

NO_STEP, LATER = "no step of this setting", "a time that is still to come"
ONLY_SETTINGS, NO_COUNT = "only together with the name of a setting", "a whole number from 0"


class _Wrong(Exception):
    def __init__(self, field: str, why: str) -> None:
        super().__init__(field)
        self.field, self.why = field, why


def read_asked(told: Any, vocabulary: Vocabulary, now: datetime) -> tuple[list[Asked], bool]:
    """What is asked, and whether it came as a batch; `InputInvalid` names the first field that is wrong."""
    if not isinstance(told, dict):
        raise InputInvalid(fields=[{"field": "", "why": "the body is an object"}])
    if "attempts" not in told:
        return [_checked(told, "", vocabulary, now)], False
    batch = told["attempts"]
    if len(told) > 1:
        raise InputInvalid(fields=[{"field": "attempts", "why": "stands alone"}])
    if not isinstance(batch, list) or not 1 <= len(batch) <= MOST_AT_ONCE:
        raise InputInvalid(fields=[{"field": "attempts", "why": f"a list of 1 to {MOST_AT_ONCE} attempts"}])
    return [_checked(one, f"attempts.{at}.", vocabulary, now) for at, one in enumerate(batch)], True


def _checked(told: Any, place: str, vocabulary: Vocabulary, now: datetime) -> Asked:
    try:
        return _asked(told, vocabulary, now)
    except _Wrong as wrong:
        raise InputInvalid(fields=[{"field": place + wrong.field, "why": wrong.why}]) from None


def _asked(told: Any, vocabulary: Vocabulary, now: datetime) -> Asked:
    if not isinstance(told, dict):
        raise _Wrong("", "an attempt is an object")
    if not told.keys() <= KEYS:
        strange = min(told.keys() - KEYS)
        raise _Wrong(strange, f"unknown; there are {', '.join(sorted(KEYS))}")
    counterpart, relation = told.get("counterpart"), told.get("relation")
    beside, count = told.get("with_guardian", False), told.get("this_month")
    if relation is not None and (not isinstance(relation, str) or relation not in RELATIONS):
        raise _Wrong("relation", f"one of {', '.join(RELATIONS)}")
    if not isinstance(beside, bool):
        raise _Wrong("with_guardian", "true or false")
    return Asked(
        account=_id(told, "account"),
        attempt=(what := _attempt(told, vocabulary)),
        counterpart=None if counterpart is None else _id(told, "counterpart"),
        relation=Relation.NONE if relation is None else RELATIONS[relation],
        wanted=None if (raw := told.get("wanted")) is None else _wanted(raw, what, vocabulary),
        at=None if (at := told.get("at")) is None else _at(at, now),
        with_guardian=beside,
        this_month=None if count is None else _count(count),
    )


def _id(told: Mapping[str, Any], field: str) -> str:
    value = told.get(field)
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise _Wrong(field, f"a text of 1 to {LONGEST_ID} characters, without control characters")


def _attempt(told: Mapping[str, Any], vocabulary: Vocabulary) -> str:
    what = told.get("attempt")
    if isinstance(what, str) and (what in vocabulary.gates or what in vocabulary.attempts):
        return what
    raise _Wrong("attempt", "no attempt and no setting there is; docs/reference/settings.md has them all")


def _wanted(raw: Any, what: str, vocabulary: Vocabulary) -> Step:
    setting = vocabulary.settings.get(what)
    if setting is None:
        raise _Wrong("wanted", ONLY_SETTINGS)
    try:
        return setting.kind.read(raw)
    except ValueError:
        raise _Wrong("wanted", NO_STEP) from None


def _at(raw: Any, now: datetime) -> datetime:
    """When it was attempted. Later than now would open what is still closed."""
    try:
        if not isinstance(raw, str) or not _WRITTEN.match(raw):
            raise ValueError(raw)
        at = datetime.fromisoformat(raw)
        if at.tzinfo is None:
            raise ValueError(raw)
        at = at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Wrong("at", "a time with a zone, like 2026-11-26T21:30:00Z") from None
    if at > now + SKEW:
        raise _Wrong("at", LATER)
    return min(at, now)


def _count(raw: Any) -> int:
    value = int(raw) if isinstance(raw, float) and raw.is_integer() else raw
    if type(value) is int and value >= 0:
        return value
    raise _Wrong("this_month", NO_COUNT)
