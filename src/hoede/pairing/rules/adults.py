"""Whether a guardian is an adult: proved by a method that counts, said only, or not. Pure."""

import tomllib
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from types import MappingProxyType

from hoede.core.ages import ADULT, AgeEvidence, Assurance, years_between
from hoede.core.errors import HoedeError

HOUSE = "house"


class AssuranceError(HoedeError):
    """The table of proofs is not one we can act on."""

    code = "pairing-assurance-invalid"


@dataclass(frozen=True, slots=True)
class Asks:
    """What a pack asks of a guardian: methods that prove adulthood, and whether it must be proved."""

    methods: frozenset[str]
    needed: bool


@dataclass(frozen=True, slots=True)
class Adulthood:
    """What is known: a minor, an adult by proof until a day, or an adult as they say."""

    is_minor: bool
    assured: bool
    until: datetime | None = None  # of the proof; None: no end


def parse_assurance(text: str) -> Mapping[str, Asks]:
    """Read `assurance.toml`, by pack; `house` counts where no pack says more."""
    try:
        found = {name: _asks(**table) for name, table in tomllib.loads(text).items()}
        if HOUSE not in found or not all(one.methods for one in found.values()):
            raise ValueError("house must be there, and every table needs methods")
    except (TypeError, ValueError) as error:
        raise AssuranceError(str(error)) from error
    return MappingProxyType(found)


def _asks(*, methods: list[str], needed: bool) -> Asks:
    if not isinstance(needed, bool) or not all(isinstance(one, str) for one in methods):
        raise TypeError("methods is a list of texts, needed is true or false")
    return Asks(frozenset(methods), needed)


def asked_by(table: Mapping[str, Asks], packs: Iterable[str]) -> Asks:
    """What all packs in force ask together: only methods that each takes, needed where any needs it."""
    there = [table[HOUSE], *(table[one] for one in packs if one in table)]
    methods = frozenset.intersection(*(one.methods for one in there))
    return Asks(methods, any(one.needed for one in there))


def adulthood(evidence: Iterable[AgeEvidence], methods: Collection[str], now: datetime) -> Adulthood:
    """A minor by anything that counts is a minor; an adult is assured only by verified proof."""
    in_force = [one for one in evidence if one.until is None or now < one.until]
    today = now.date()
    if any(_at_most(one, today) < ADULT for one in in_force):
        return Adulthood(is_minor=True, assured=False)
    proofs = [
        one
        for one in in_force
        if one.assurance is Assurance.VERIFIED and one.method in methods and _at_least(one, today) >= ADULT
    ]
    if not proofs:
        return Adulthood(is_minor=False, assured=False)
    endless = any(one.until is None for one in proofs)
    until = None if endless else max(one.until for one in proofs if one.until is not None)
    return Adulthood(is_minor=False, assured=True, until=until)


def _at_least(one: AgeEvidence, today: date) -> int:
    if one.born is not None:
        return years_between(one.born, today)
    return (one.lower or 0) + max(0, years_between(one.as_of, today))


def _at_most(one: AgeEvidence, today: date) -> int:
    """No statement of how old at most is no ground: it counts as an adult's."""
    if one.born is not None:
        return years_between(one.born, today)
    if one.upper is None:
        return ADULT
    return one.upper + max(0, years_between(one.as_of, today)) + (1 if one.as_of < today else 0)
