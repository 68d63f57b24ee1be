"""What we know of somebody's age, and how well. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import IntEnum, StrEnum
from typing import Any


class AgeBand(StrEnum):
    """The bands of the age policy; unknown counts as `13-15`."""

    UNDER_13 = "under-13"
    FROM_13 = "13-15"
    FROM_16 = "16-17"
    FROM_18 = "18+"


BANDS = tuple(AgeBand)  # from the youngest
ADULT = 18
_FROM = {AgeBand.UNDER_13: 0, AgeBand.FROM_13: 13, AgeBand.FROM_16: 16, AgeBand.FROM_18: ADULT}


def band_of(age: int) -> AgeBand:
    """The band of an age in whole years."""
    return [band for band in BANDS if age >= _FROM[band]][-1]


def youngest_of(band: AgeBand) -> int:
    """The age at which a band begins."""
    return _FROM[band]


def years_between(start: date, end: date) -> int:
    """Whole years; someone born on 29 February has a birthday on 1 March in other years."""
    return end.year - start.year - ((end.month, end.day) < (start.month, start.day))


class Assurance(IntEnum):
    """How much an age statement is worth, from least to most."""

    DECLARED = 1  # the person said so
    INFERRED = 2  # guessed from behaviour
    VOUCHED = 3  # somebody else said so
    ESTIMATED = 4  # a face or a voice was measured
    VERIFIED = 5  # a document or an attestation was checked


REVIEWED = "hoede-review"  # the method of what a person here found; nobody else may say it


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeEvidence:
    """One statement about an age: a birth date, or bounds in whole years on the day `as_of`."""

    method: str  # how it was found, e.g. "self-declared", "eu-age-attestation"
    assurance: Assurance
    issuer: str  # who says so
    as_of: date
    born: date | None = None
    lower: int | None = None  # years, at least
    upper: int | None = None  # years, at most
    until: datetime | None = None  # counts for nothing from then on; None: no end

    def __post_init__(self) -> None:
        if self.born is None and self.lower is None and self.upper is None:
            raise ValueError("age evidence needs born, lower or upper")
        if self.born is not None and (self.lower is not None or self.upper is not None):
            raise ValueError("age evidence has either born or bounds, not both")
        if self.lower is not None and self.upper is not None and self.lower > self.upper:
            raise ValueError("age evidence with lower above upper")


def evidence_to_json(one: AgeEvidence) -> dict[str, Any]:
    """As it is kept; `evidence_from_json` reads it back."""
    return {
        "method": one.method,
        "assurance": one.assurance.name.lower(),
        "issuer": one.issuer,
        "as_of": one.as_of.isoformat(),
        "born": one.born.isoformat() if one.born else None,
        "lower": one.lower,
        "upper": one.upper,
        "until": one.until.isoformat() if one.until else None,
    }


def evidence_from_json(one: Mapping[str, Any]) -> AgeEvidence:
    return AgeEvidence(
        method=one["method"],
        assurance=Assurance[one["assurance"].upper()],
        issuer=one["issuer"],
        as_of=date.fromisoformat(one["as_of"]),
        born=date.fromisoformat(one["born"]) if one["born"] else None,
        lower=one["lower"],
        upper=one["upper"],
        until=datetime.fromisoformat(one["until"]) if one["until"] else None,
    )
