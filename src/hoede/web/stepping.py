"""Steps of settings as fields of a form: what one may choose, and what was sent as a step again."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from hoede.policy import Setting, Step
from hoede.policy.rules.steps import (
    NO_LIMIT,
    Clock,
    ClosedTimes,
    Kind,
    Ladder,
    Minutes,
    Stretch,
    Week,
    Words,
    at_most,
    cap_of,
)
from hoede.policy.rules.vocabulary import Vocabulary
from hoede.policy.rules.windows import DAY, DAYS
from hoede.policy.rules.wording import say_days, say_step
from hoede.words import Catalogue

FIELD: Final = "set."
START: Final = "start"  # the choice of no choice
ROWS_MORE, MOST_ROWS = 2, 14  # of times of the week: empty ones to fill in, and all there may be
SPANS: Final = ("mon-sun", "mon-fri", "sat-sun", *DAYS)
_A_DAY: Final = (15, 30, 45, 60, 75, 90, 105, 120, 150, 180, 240, 300, 360)  # minutes
_IN_A_ROW: Final = (15, 20, 30, 45, 60, 90, 120)
_EVENING: Final = tuple(f"{minutes // 60:02}:{minutes % 60:02}" for minutes in range(18 * 60, DAY, 30))
_WINDOW = re.compile(r"(?:(\S+) )?(\d\d:\d\d)-(\d\d:\d\d)")


@dataclass(frozen=True, slots=True)
class Option:
    value: str
    words: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Row:
    """A time of the week; all empty where nothing is filled in yet."""

    days: str
    said: str  # the days in words
    start: str
    end: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One setting in a form: exactly one of options, days, rows or text is there."""

    name: str
    options: tuple[Option, ...] = ()
    days: tuple[tuple[str, tuple[Option, ...]], ...] = ()  # day of the week
    rows: tuple[Row, ...] = ()
    text: str | None = None

    @property
    def offers(self) -> bool:
        """Whether there is anything to choose."""
        return len(self.options) > 1 or bool(self.days or self.rows) or self.text is not None


def field_of(words: Catalogue, setting: Setting, step: Step, may: Callable[[Step], bool]) -> Field:
    """A setting as it is filled in: the step that is there, and beside it every step that may be."""
    name, kind = f"{FIELD}{setting.name}", setting.kind
    match kind:
        case Words():
            assert isinstance(step, frozenset)  # noqa: S101 - Words reads nothing else
            return Field(name=name, text="\n".join(sorted(step)))
        case ClosedTimes():
            shown = kind.show(step)
            rows = tuple(_row(words, one) for one in shown) if isinstance(shown, list) else ()
            return Field(name=name, rows=(*rows, *(Row("", "", "", "") for _ in range(ROWS_MORE))))
        case Week():
            return Field(name=name, days=tuple(_days(words, step, may)))
        case Ladder():
            raw: Iterable[Step] = _rungs(kind, step)
        case Clock():
            raw = (*_EVENING, NO_LIMIT)
        case Stretch():
            raw = (*_IN_A_ROW, NO_LIMIT)
        case _:
            raw = (*_A_DAY, NO_LIMIT)
    steps = [one for one in _with(kind, raw, step) if one == step or may(one)]
    options = (Option(str(kind.show(one)), say_step(words, setting, one), one == step) for one in steps)
    return Field(name=name, options=tuple(options))


def _rungs(kind: Ladder, step: Step) -> list[Step]:
    return [step if rung == "cap" else rung for rung in kind.rungs if rung != "cap" or cap_of(step)]


def _with(kind: Kind, steps: Iterable[Step], step: Step) -> list[Step]:
    """The steps in order from strict to open, with the one that is there among them."""
    found = list(dict.fromkeys(steps))
    if step in found:
        return found
    stricter = [one for one in found if at_most(kind, one, step)]
    return [*stricter, step, *(one for one in found if one not in stricter)]


def _days(
    words: Catalogue, step: Step, may: Callable[[Step], bool]
) -> Iterable[tuple[str, tuple[Option, ...]]]:
    assert isinstance(step, tuple)  # noqa: S101 - a Week reads nothing else
    for at, day in enumerate(DAYS):
        there = step[at]
        options = []
        for minutes in sorted({*_A_DAY, DAY, there}):
            asked = (*step[:at], minutes, *step[at + 1 :])
            if minutes == there or may(asked):
                said = words.say("step.no_limit") if minutes == DAY else words.say("step.minutes", n=minutes)
                options.append(Option(str(minutes), said, minutes == there))
        yield day, tuple(options)


def _row(words: Catalogue, written: str) -> Row:
    read = _WINDOW.fullmatch(written)
    assert read is not None  # noqa: S101 - as `show` writes it
    days = read[1] or SPANS[0]
    return Row(days, say_days(words, days), read[2], read[3])


def read_steps(vocabulary: Vocabulary, fields: Mapping[str, str]) -> dict[Setting, Step | None]:
    """What a form says of settings: a step, or None to let go of a choice. What is left empty is not in it.

    ValueError when something in it is no setting or no step.
    """
    parts: dict[str, dict[str, str]] = {}
    for field, value in fields.items():
        name, part = _setting_of(vocabulary, field)
        parts.setdefault(name, {})[part] = value
    read: dict[Setting, Step | None] = {}
    for name, given in parts.items():
        setting = vocabulary[name]
        if given.get("") == START:
            read[setting] = None
        elif (raw := _raw(setting.kind, given)) is not None:
            read[setting] = setting.kind.read(raw)
    return read


def _setting_of(vocabulary: Vocabulary, field: str) -> tuple[str, str]:
    """The setting a field is about, and which part of it; the longest name that there is."""
    if not field.startswith(FIELD):
        raise ValueError(f"{field} is no setting")
    parts = field.removeprefix(FIELD).split(".")
    for many in (2, 1):
        if (name := ".".join(parts[:many])) in vocabulary.settings:
            return name, ".".join(parts[many:])
    raise ValueError(f"{field} is no setting")


def _raw(kind: Kind, given: Mapping[str, str]) -> object:
    match kind:
        case Words():
            return [one.strip() for one in given.get("words", "").splitlines() if one.strip()]
        case ClosedTimes():
            rows = (
                tuple(given.get(f"{part}.{at}", "") for part in ("days", "from", "to"))
                for at in range(MOST_ROWS)
            )
            return [f"{days or SPANS[0]} {start}-{end}" for days, start, end in rows if start or end]
        case Week():
            said = {day: given[day] for day in DAYS if given.get(day)}
            return {day: int(minutes) for day, minutes in said.items()} if said else None
        case Minutes():
            value = given.get("", "")
            return value if value == NO_LIMIT else int(value) if value else None
        case _:
            return given.get("") or None
