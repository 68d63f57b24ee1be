"""Packs: limits, starts, contact and duties of a jurisdiction or a house, strictly read. Pure."""

import difflib
import functools
import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any, TypeVar

from hoede.core.ages import AgeBand
from hoede.core.errors import HoedeError
from hoede.policy.rules import pack_checks, reading
from hoede.policy.rules.places import check_place, holds
from hoede.policy.rules.reading import Problem, Reading, Row
from hoede.policy.rules.steps import Ladder, Step
from hoede.policy.rules.vocabulary import LOCALES, Setting, Vocabulary

BANDS = tuple(AgeBand)
DUTIES = (
    "guardian_linked",
    "guardian_consent",
    "guardian_tools",
    "third_party_consent",
    "adult_contacts_shown",
    "child_told",
    "age_assured",
)
# How widely somebody may be reached: the ladder of dm.receive, which the contact matrix speaks too.
CONTACT = Ladder(("none", "trusted", "connections", "band_adjacent", "everyone"))
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_ROWS = ("limit", "start", "contact", "duty", "consent")


class PackError(HoedeError):
    """The pack is not one we can act on."""

    code = "pack-invalid"

    def __init__(self, problems: list[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)), problems=len(self.problems))


class Basis(StrEnum):
    LAW = "law"
    GUIDANCE = "guidance"
    HOUSE = "house"


class Status(StrEnum):
    IN_FORCE = "in_force"
    ENJOINED = "enjoined"  # a court stopped it
    PROPOSED = "proposed"


class UnderMinimum(StrEnum):
    REFUSE = "refuse"
    CHILD_MODE = "child_mode"


class Choosing(StrEnum):
    """Who may loosen a start, up to the limit."""

    SELF = "self"
    PROMPT = "prompt"  # the teen, after a prompt that says what it means
    GUARDIAN = "guardian"  # the teen asks, a guardian answers


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """The most open step that bands may ever have."""

    setting: str
    bands: frozenset[AgeBand]
    step: Step
    source: str
    unverified: bool
    open_to: Step | None  # a guardian's yes to the teen's own request opens up to here
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """The step that counts until somebody chooses."""

    setting: str
    bands: frozenset[AgeBand]
    step: Step
    choice: Choosing
    source: str
    unverified: bool
    line: int = field(compare=False)


Bounded = TypeVar("Bounded", Limit, Start)


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    """How widely one band may reach another."""

    senders: frozenset[AgeBand]
    receivers: frozenset[AgeBand]
    at_most: Step
    source: str
    unverified: bool
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Duty:
    bands: frozenset[AgeBand]
    duty: str
    source: str
    unverified: bool
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """The age from which one consents to the use of one's data; apart from the age for an account."""

    where: frozenset[str]
    age: int
    source: str
    unverified: bool
    line: int = field(compare=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Pack:
    """One version of one pack."""

    id: str
    version: str
    hash: str  # SHA-256 of its text
    title: Mapping[str, str] = field(hash=False)
    legal_basis: Basis
    law: str  # its name; "" where the basis is none
    status: Status
    as_of: date
    effective_from: date
    effective_to: date | None  # until the day before
    verified_by: str  # "": nobody
    where: frozenset[str]
    sources: tuple[str, ...]
    min_account_age: int | None
    under_minimum: UnderMinimum
    unknown_as: AgeBand
    why: Mapping[str, tuple[str, ...]] = field(hash=False)
    silent: Mapping[str, tuple[str, ...]] = field(hash=False)  # what it says nothing about
    limits: tuple[Limit, ...]
    starts: tuple[Start, ...]
    contacts: tuple[Contact, ...]
    duties: tuple[Duty, ...]
    consents: tuple[Consent, ...]
    _limits: Mapping[tuple[str, AgeBand], tuple[Limit, ...]] = field(init=False, repr=False, compare=False)
    _starts: Mapping[tuple[str, AgeBand], tuple[Start, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        """Its rows, found by setting and band."""
        object.__setattr__(self, "_limits", _by_band(self.limits))
        object.__setattr__(self, "_starts", _by_band(self.starts))

    def __hash__(self) -> int:
        return hash(self.hash)

    def limits_of(self, setting: str, band: AgeBand) -> tuple[Limit, ...]:
        """What it says of a band's limit, in the order of its file."""
        return self._limits.get((setting, band), ())

    def starts_of(self, setting: str, band: AgeBand) -> tuple[Start, ...]:
        """Likewise of its start."""
        return self._starts.get((setting, band), ())

    @property
    def ref(self) -> str:
        """The version that a permit names."""
        return f"{self.id}@{self.version}+{self.hash[:12]}"

    def acts(self, today: date) -> bool:
        """Whether it is in force on the day; what is enjoined or proposed is only shown."""
        begun = self.effective_from <= today and (self.effective_to is None or today < self.effective_to)
        return self.status is Status.IN_FORCE and begun

    def concerns(self, country: str | None, region: str | None) -> bool:
        return holds(self.where, country, region)


def _by_band(rows: tuple[Bounded, ...]) -> dict[tuple[str, AgeBand], tuple[Bounded, ...]]:
    found: dict[tuple[str, AgeBand], list[Bounded]] = {}
    for one in rows:
        for band in one.bands:
            found.setdefault((one.setting, band), []).append(one)
    return {place: tuple(said) for place, said in found.items()}


@functools.lru_cache(maxsize=64)
def read_pack(text: str, vocabulary: Vocabulary) -> Pack:
    """Read one pack, and a text once. `PackError` names every problem of the file by line, with a remedy."""
    read = Reading(text)
    if not read.problems:
        pack = _pack(read, text, vocabulary)
        if pack is not None:
            pack_checks.check(pack, vocabulary, read.problems)
            if not read.problems:
                return pack
    raise PackError(read.problems)


def _pack(read: Reading, text: str, vocabulary: Vocabulary) -> Pack | None:
    for name in sorted(set(read.tables) - {"pack", *_ROWS}):
        words = f"{name} is no table of a pack; there are pack, {', '.join(_ROWS)}"
        read.problems.append(Problem(read.lines.of(name, 0), words))
    row = read.row("pack")
    facts = _facts(row)
    rows: dict[str, Any] = {
        "limits": tuple(_limit(one, vocabulary) for one in read.rows("limit")),
        "starts": tuple(_start(one, vocabulary) for one in read.rows("start")),
        "contacts": tuple(_contact(one) for one in read.rows("contact")),
        "duties": tuple(_duty(one) for one in read.rows("duty")),
        "consents": tuple(_consent(one) for one in read.rows("consent")),
    }
    whole: dict[str, Any] = {
        name: tuple(one for one in made if all(getattr(one, key) is not None for key in _must(one)))
        for name, made in rows.items()
    }
    if read.problems and any(value is None for key, value in facts.items() if key not in _MAY_BE_NONE):
        return None
    return Pack(hash=hashlib.sha256(text.encode()).hexdigest(), **facts, **whole)


_MAY_BE_NONE = ("effective_to", "min_account_age")


def _must(row: Limit | Start | Contact | Duty | Consent) -> list[str]:
    """What a row has to have before it is compared with others."""
    return [key for key in type(row).__dataclass_fields__ if key not in {"open_to", "line"}]


def _facts(row: Row) -> dict[str, Any]:
    facts = {
        "id": row.take("id", _matching(_ID, "small letters, digits and dashes")),
        "version": row.take("version", _matching(_VERSION, "three numbers, like 1.0.0")),
        "title": row.take("title", _by_locale(reading.text)),
        "legal_basis": row.take("legal_basis", _member(Basis)),
        "law": row.maybe("law", reading.any_text, ""),
        "status": row.take("status", _member(Status)),
        "as_of": row.take("as_of", reading.day),
        "effective_from": row.take("effective_from", reading.day),
        "effective_to": row.maybe("effective_to", reading.day, None),
        "verified_by": row.take("verified_by", reading.any_text),
        "where": _set(row.take("where", reading.some(check_place))),
        "sources": row.take("sources", reading.some(reading.text)),
        "min_account_age": row.maybe("min_account_age", reading.number(1, 21), None),
        "under_minimum": row.maybe("under_minimum", _member(UnderMinimum), UnderMinimum.REFUSE),
        "unknown_as": row.maybe("unknown_as", _unknown, AgeBand.FROM_13),
        "why": row.maybe("why", _by_locale(reading.some(reading.text)), {}),
        "silent": row.maybe("silent", _by_locale(reading.some(reading.text)), {}),
    }
    row.end(tuple(facts))
    if facts["legal_basis"] is Basis.LAW and facts["law"] == "":
        row.problem("legal_basis", 'a pack of law names it; add law = "..."')
    ends, begins = facts["effective_to"], facts["effective_from"]
    if ends is not None and begins is not None and ends <= begins:
        row.problem("effective_to", "it ends before it begins; give a later day")
    if row.has("under_minimum") and not row.has("min_account_age"):
        row.problem("under_minimum", "under which age? add min_account_age")
    return facts


def _limit(row: Row, vocabulary: Vocabulary) -> Limit:
    setting, facts = _about_setting(row, vocabulary)
    opens = row.maybe("guardian_may_open", reading.flag, absent=False)
    if bool(opens) != row.has("open_to"):
        row.problem("guardian_may_open", "guardian_may_open = true and open_to go together; add the other")
    facts["open_to"] = row.maybe("open_to", setting.kind.read, None) if setting else None
    row.end((*facts, "guardian_may_open", "open_to"))
    return Limit(**facts, line=row.line)


def _start(row: Row, vocabulary: Vocabulary) -> Start:
    _, facts = _about_setting(row, vocabulary)
    facts["choice"] = row.take("choice", _member(Choosing))
    row.end(tuple(facts))
    return Start(**facts, line=row.line)


def _about_setting(row: Row, vocabulary: Vocabulary) -> tuple[Setting | None, dict[str, Any]]:
    setting = row.take("setting", _known(vocabulary))
    step = row.take("step", setting.kind.read) if setting else None
    name = setting.name if setting else None
    return setting, {"setting": name, "bands": _bands(row, "bands"), "step": step, **_basis(row)}


def _contact(row: Row) -> Contact:
    facts = {
        "from": _bands(row, "from"),
        "to": _bands(row, "to"),
        "at_most": row.take("at_most", CONTACT.read),
    }
    basis = _basis(row)
    row.end((*facts, *basis))
    senders, receivers, at_most = facts.values()
    return Contact(senders=senders, receivers=receivers, at_most=at_most, **basis, line=row.line)


def _duty(row: Row) -> Duty:
    facts = {"bands": _bands(row, "bands"), "duty": row.take("duty", reading.one_of(DUTIES)), **_basis(row)}
    row.end(tuple(facts))
    return Duty(**facts, line=row.line)


def _consent(row: Row) -> Consent:
    facts = {"where": _set(row.take("where", reading.some(check_place)))}
    facts["age"] = row.take("age", reading.number(1, 21))
    facts |= _basis(row)
    row.end(tuple(facts))
    return Consent(**facts, line=row.line)


def _basis(row: Row) -> dict[str, Any]:
    return {
        "source": row.take("source", reading.text),
        "unverified": row.maybe("unverified", reading.flag, absent=False),
    }


def _bands(row: Row, key: str) -> Any:
    return _set(row.take(key, reading.some(_member(AgeBand))))


def _set(values: tuple[Any, ...] | None) -> Any:
    return None if values is None else frozenset(values)


def _known(vocabulary: Vocabulary) -> Any:
    def read(raw: Any) -> Setting:
        if isinstance(raw, str) and raw in vocabulary.settings:
            return vocabulary[raw]
        near = difflib.get_close_matches(str(raw), vocabulary.settings, n=1)
        meant = f"; did you mean {near[0]}?" if near else "; `settings.toml` has them all"
        raise ValueError(f"{raw!r} is no setting{meant}")

    return read


def _member(kind: type[StrEnum]) -> Any:
    return lambda raw: kind(reading.one_of(tuple(kind))(raw))


def _matching(pattern: re.Pattern[str], like: str) -> Any:
    def read(raw: Any) -> str:
        if isinstance(raw, str) and pattern.fullmatch(raw):
            return raw
        raise ValueError(f"{raw!r} is not {like}")

    return read


def _unknown(raw: Any) -> AgeBand:
    if raw in (AgeBand.UNDER_13, AgeBand.FROM_13):
        return AgeBand(raw)
    raise ValueError(f"{raw!r} is unknown or looser than 13-15; write under-13 or 13-15")


def _by_locale(read: Any) -> Any:
    def read_all(raw: Any) -> dict[str, Any]:
        if not isinstance(raw, dict) or set(raw) != set(LOCALES):
            raise ValueError(f"write it in each of {', '.join(LOCALES)}")
        return {locale: read(raw[locale]) for locale in LOCALES}

    return read_all
