"""Objecting to an age: who may ask again when, and on what an answer may stand. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from hoede.core.ages import Assurance
from hoede.core.errors import HoedeError

AGAIN_AFTER = timedelta(days=30)  # after an answer, until the same account may ask again


class AgeAnswer(StrEnum):
    """What an outcome says of an age."""

    BELIEVED = "believed"  # they are 18 or over
    STAYS = "stays"


class WhyNot(StrEnum):
    """Why asking about an age was not taken."""

    ADULT = "adult"  # they count as an adult already
    TOO_SOON = "too_soon"


@dataclass(frozen=True, slots=True)
class AgeRefusal:
    why: WhyNot
    again_on: date | None = None


@dataclass(frozen=True, slots=True)
class AgeReceipt:
    number: str  # for people to quote
    received_on: date
    due: date  # when the answer is there at the latest


class AgeBasesError(HoedeError):
    """The table of what an age may be believed on is not one we can act on."""

    code = "age-bases-invalid"


@dataclass(frozen=True, slots=True)
class AgeBasis:
    name: str
    assurance: Assurance
    says: str


AgeBases = Mapping[str, AgeBasis]


def parse_age_bases(text: str) -> AgeBases:
    """Read `age_bases.toml` in its order; raises `AgeBasesError` naming the table that is wrong."""
    try:
        found = {name: _basis(name, **table) for name, table in tomllib.loads(text).items()}
    except (TypeError, ValueError) as error:
        raise AgeBasesError(str(error)) from error
    if not found:
        raise AgeBasesError("there is nothing an age may be believed on")
    return MappingProxyType(found)


def _basis(name: str, *, assurance: str, says: str) -> AgeBasis:
    known = {one.name.lower(): one for one in Assurance}
    if assurance not in known:
        raise ValueError(f"{name}: assurance is one of {', '.join(known)}")
    if known[assurance] in {Assurance.DECLARED, Assurance.INFERRED}:
        raise ValueError(
            f"{name}: what somebody says, or what was guessed, is not enough to believe an age on"
        )
    return AgeBasis(name, known[assurance], says)


def again_on(answered_at: datetime) -> date:
    """The first day on which the same account may ask again."""
    return (answered_at + AGAIN_AFTER).date()
