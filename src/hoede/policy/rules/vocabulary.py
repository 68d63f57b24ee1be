"""The vocabulary: every setting, what it governs and in which words it is asked. Pure."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal

from hoede.core.errors import HoedeError
from hoede.policy.rules.steps import Clock, ClosedTimes, Kind, Ladder, Minutes, Step, Stretch, Week, Words

GROUPS = (
    "account",
    "contact",
    "comments",
    "sharing",
    "live",
    "money",
    "search",
    "notifications",
    "time",
    "extras",
)
# What harms a child when it is closed: no setting, never limited, always granted (DESIGN 4.11).
NEVER_CLOSED = frozenset({"help", "report", "block", "appeal", "security"})
# Attempts that no setting of their own governs: account age, restrictions and time still do.
UNGOVERNED = frozenset({"use", "post", "follow"})
ANYTHING = "*"
LOCALES = ("en", "nl")
_NAME = re.compile(r"[a-z_]+(\.[a-z_]+)?")


class SettingsError(HoedeError):
    """The table of settings is not one we can act on."""

    code = "settings-invalid"


class Code(StrEnum):
    """Why a permit is refused or asks; each has its words in the catalogue (`permit.*`)."""

    AGE_DM = "age_dm"
    AGE_LIVE = "age_live"
    AGE_GIFT = "age_gift"
    PRIVATE = "private"
    GUARDIAN_LOCK = "guardian_lock"
    QUIET = "quiet"
    DAILY_TIME = "daily_time"
    BREAK = "break"
    AWAY = "away"
    CONTACT_AGE = "contact_age"
    CONTACT_CHOICE = "contact_choice"
    RESTRICTED = "restricted"
    LAW = "law"
    LAW_ACCOUNT = "law_account"
    AGE_UNKNOWN = "age_unknown"
    SEARCH_OFF = "search_off"
    FEATURE_OFF = "feature_off"
    NEEDS_GUARDIAN = "needs_guardian"
    BIRTHDAY = "birthday"
    CHECK_FAILED = "check_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting:
    """One dial."""

    name: str
    group: str
    kind: Kind
    words: Mapping[str, Mapping[str, str]] = field(hash=False)  # name, asks, talk -> locale -> text
    source: str
    tightest: Step | None = None  # strictest a guardian may set; None: any
    reason: Code = Code.FEATURE_OFF
    attempt: str | None = None
    theirs: bool = False  # the attempt asks the account it is about
    other: str | None = None
    contact: bool = False

    @property
    def ladder(self) -> tuple[str, ...] | None:
        """The rungs from strict to open, where the kind is a ladder."""
        return self.kind.rungs if isinstance(self.kind, Ladder) else None

    def say(self, what: Literal["name", "asks", "talk"], locale: str) -> str:
        return self.words[what][locale]


@dataclass(frozen=True, slots=True)
class Gate:
    """The settings that answer an attempt: of who attempts, and of the account it is about."""

    own: tuple[Setting, ...]
    theirs: tuple[Setting, ...]
    contact: bool  # the contact matrix counts
    needs_other: bool  # asked by a word that means nothing without somebody on the other side
    takes_other: bool  # a counterpart that is told counts


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """All settings, in the order of their pages. It is itself only: what is read by it is kept by it."""

    settings: Mapping[str, Setting]
    gates: Mapping[str, Gate]

    @property
    def attempts(self) -> tuple[str, ...]:
        """Everything that can be asked: words, names of settings, and what is never closed."""
        return (*sorted({*self.gates, *NEVER_CLOSED}),)

    @property
    def words(self) -> tuple[str, ...]:
        """What an account does, without the names of settings."""
        return tuple(word for word in self.gates if word not in self.settings)

    def __getitem__(self, name: str) -> Setting:
        return self.settings[name]


def parse_vocabulary(text: str) -> Vocabulary:
    """Read `settings.toml`; `SettingsError` names the table that is wrong."""
    try:
        settings = {name: _setting(name, **table) for name, table in tomllib.loads(text).items()}
        _check(settings)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(str(error)) from error
    return Vocabulary(settings, _gates(settings))


def _setting(
    key: str,
    /,
    *,
    group: str,
    kind: str,
    name: dict[str, str],
    asks: dict[str, str],
    talk: dict[str, str],
    source: str,
    steps: list[str] | None = None,
    tightest: Any = None,
    reason: str = Code.FEATURE_OFF,
    attempt: str | None = None,
    whose: str = "own",
    other: str | None = None,
    contact: bool = False,
) -> Setting:
    if not _NAME.fullmatch(key):
        raise ValueError(f"{key}: a setting's name is like dm.send")
    if group not in GROUPS or whose not in {"own", "theirs"} or not isinstance(contact, bool) or not source:
        raise ValueError(f"{key}: group, whose, contact or source is not one there is")
    words = {"name": name, "asks": asks, "talk": talk}
    if wrong := [
        what for what, texts in words.items() if set(texts) != set(LOCALES) or not all(texts.values())
    ]:
        raise ValueError(f"{key}: {wrong[0]} needs a text in each of {', '.join(LOCALES)}")
    read = _kind(key, kind, steps)
    return Setting(
        name=key,
        group=group,
        kind=read,
        words=words,
        source=source,
        tightest=None if tightest is None else read.read(tightest),
        reason=Code(reason),
        attempt=attempt,
        theirs=whose == "theirs",
        other=other,
        contact=contact,
    )


_KINDS: Mapping[str, Kind] = {
    "minutes": Minutes(),
    "stretch": Stretch(),
    "week": Week(),
    "clock": Clock(),
    "windows": ClosedTimes(),
    "words": Words(),
}


def _kind(key: str, kind: str, steps: list[str] | None) -> Kind:
    if kind == "ladder":
        if not steps or len(set(steps)) < len(steps) or len(steps) < 2:  # noqa: PLR2004 - one step is no choice
            raise ValueError(f"{key}: a ladder needs two different steps or more")
        return Ladder(tuple(steps))
    if steps is not None:
        raise ValueError(f"{key}: only a ladder has steps")
    return _KINDS[kind]


def _check(settings: Mapping[str, Setting]) -> None:
    for one in settings.values():
        if one.ladder and one.tightest is None:
            raise ValueError(f"{one.name}: a ladder needs tightest, the strictest step a guardian may set")
        if one.other is not None and one.other not in settings:
            raise ValueError(f"{one.name}: other names {one.other}, which is no setting")
        if one.attempt in NEVER_CLOSED or one.attempt in settings or one.name in NEVER_CLOSED:
            raise ValueError(f"{one.name}: {one.attempt} is not a word a setting can govern")


def _gates(settings: Mapping[str, Setting]) -> dict[str, Gate]:
    """By name a setting is one's own; by its word it is of who attempts, or of the account it is about."""
    always = tuple(one for one in settings.values() if one.attempt == ANYTHING)
    gates = {
        word: Gate(always, (), contact=False, needs_other=False, takes_other=False)
        for word in sorted(UNGOVERNED)
    }
    for word in sorted({one.attempt for one in settings.values() if one.attempt} - {ANYTHING}):
        named = [one for one in settings.values() if one.attempt == word]
        own = tuple(one for one in named if not one.theirs)
        others = tuple(settings[one.other] for one in own if one.other)
        theirs = (*(one for one in named if one.theirs), *others)
        contact = any(one.contact for one in named)
        other = bool(theirs)
        gates[word] = Gate((*always, *own), theirs, contact=contact, needs_other=other, takes_other=other)
    for one in settings.values():
        others = (settings[one.other],) if one.other else ()
        gates[one.name] = Gate((one,), others, contact=one.contact, needs_other=False, takes_other=True)
    return gates
