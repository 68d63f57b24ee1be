"""Limits of a guardian: what may be set, what a preset comes to, and what two guardians together say. Pure.

A step a guardian sets is never more open than what is in force, and never tighter than the setting's
tightest. So whatever guardians do, in whatever order, nothing becomes more open.
"""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from types import MappingProxyType
from typing import Any, Protocol

from hoede.core.errors import HoedeError
from hoede.pairing.rules.saying import Why

LONGEST_WHY = 300  # characters of a reason
_DAY, _DAYS = 24 * 60, 7
LEAST_A_DAY = 30  # minutes a guardian leaves on a day of the week
MOST_CLOSED = 16 * 60  # minutes a guardian may close of any day


class PresetsError(HoedeError):
    """The table of presets is not one we can act on."""

    code = "presets-invalid"


class Kind(Protocol):
    """A kind of value, as policy has it."""

    @property
    def most_open(self) -> Any: ...
    def read(self, raw: object) -> Any: ...
    def show(self, step: Any) -> Any: ...
    def meet(self, one: Any, other: Any) -> Any: ...


class Dial(Protocol):
    """A setting, as policy has it."""

    @property
    def name(self) -> str: ...
    @property
    def kind(self) -> Kind: ...
    @property
    def tightest(self) -> Any: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class LockRow:
    """A guardian's step, as it was written."""

    id: str
    link: str
    setting: str
    step: Any  # as `show` has it
    reason: str
    at: datetime
    until: datetime | None

    def stands(self, now: datetime) -> bool:
        return self.until is None or now < self.until


def at_most(kind: Kind, one: Any, other: Any) -> bool:
    """Whether `one` is as strict as `other`, or stricter."""
    return bool(kind.meet(one, other) == one)


def why_not_lock(dial: Dial, step: Any, in_force: Any) -> Why | None:
    """Why a guardian may not set this step; None when they may.

    What is said entry by entry (times, words, days) joins what is in force: nobody has to say it all again.
    """
    if _opens(dial.kind, step, in_force):
        return Why.ONLY_TIGHTER
    comes_to = step if _is_week(step) else dial.kind.meet(step, in_force)  # other days are not this step's
    return Why.PAST_TIGHTEST if _past_tightest(dial, comes_to) else None


def is_list(step: Any) -> bool:
    """Whether a step is said entry by entry."""
    return isinstance(step, tuple | frozenset)


def _opens(kind: Kind, step: Any, in_force: Any) -> bool:
    """Whether it says something more open than what is in force; of what has entries, any of them."""
    if not is_list(step) or step == kind.most_open:
        return not at_most(kind, step, in_force)
    return _is_week(step) and any(there < one < _DAY for one, there in zip(step, in_force, strict=True))


def _past_tightest(dial: Dial, step: Any) -> bool:
    if dial.tightest is not None:
        return bool(step != dial.tightest) and at_most(dial.kind, step, dial.tightest)
    if _is_week(step):
        return bool(min(step) < LEAST_A_DAY)
    return _is_windows(step) and max(_closed_by_day(step)) > MOST_CLOSED


def _is_week(step: Any) -> bool:
    return isinstance(step, tuple) and len(step) == _DAYS and all(isinstance(one, int) for one in step)


def _is_windows(step: Any) -> bool:
    return isinstance(step, tuple) and bool(step) and all(isinstance(one, tuple) for one in step)


def _closed_by_day(windows: Iterable[tuple[int, int]]) -> list[int]:
    """Minutes closed of each day of the week."""
    closed = [0] * _DAYS
    for start, end in windows:
        for day in range(_DAYS):
            closed[day] += max(0, min(end, (day + 1) * _DAY) - max(start, day * _DAY))
    return closed


def replaces(kind: Kind, new: LockRow, old: LockRow) -> bool:
    """Whether a new lock leaves nothing of an older one to say: as strict, and for as long."""
    if new.setting != old.setting or new.link != old.link:
        return False
    as_long = new.until is None or (old.until is not None and old.until <= new.until)
    return as_long and at_most(kind, kind.read(new.step), kind.read(old.step))


def with_own(kind: Kind, new: LockRow, own: Iterable[LockRow]) -> LockRow:
    """A lock with those earlier entries of its pairing that count as long; of nobody else."""
    step = kind.read(new.step)
    if not is_list(step):
        return new
    for old in own:
        if old.until is None or (new.until is not None and new.until <= old.until):
            step = kind.meet(step, kind.read(old.step))
    return replace(new, step=kind.show(step))


def together(kind: Kind, locks: Iterable[LockRow], now: datetime) -> Any:
    """What all locks on one setting say: the meet, whoever set them and in whatever order."""
    said = kind.most_open
    for one in locks:
        if one.stands(now):
            said = kind.meet(said, kind.read(one.step))
    return said


@dataclass(frozen=True, slots=True)
class Preset:
    """A few steps under one name."""

    name: str
    steps: Mapping[str, Any]  # setting: step, as `show` has it


def parse_presets(text: str, dials: Mapping[str, Dial]) -> Mapping[str, Preset]:
    """Read `presets.toml`; every step must be one that a guardian may set."""
    try:
        tables = tomllib.loads(text)
        presets = {name: Preset(name, MappingProxyType(dict(steps))) for name, steps in tables.items()}
        for one in presets.values():
            for setting, raw in one.steps.items():
                dial = dials[setting]
                if _past_tightest(dial, dial.kind.read(raw)):
                    raise ValueError(f"{one.name}: {setting} is tighter than a guardian may set")
    except (KeyError, TypeError, ValueError) as error:
        raise PresetsError(f"{error}") from error
    return MappingProxyType(presets)


def preset_steps(
    preset: Preset, dials: Mapping[str, Dial], in_force: Mapping[str, Any]
) -> Mapping[str, tuple[Any, Any]]:
    """What a preset would change: setting to (before, after). It only tightens: what is tighter stays."""
    changed = {}
    for name, raw in preset.steps.items():
        before = in_force[name]
        after = dials[name].kind.meet(before, dials[name].kind.read(raw))
        if after != before:
            changed[name] = (before, after)
    return changed
