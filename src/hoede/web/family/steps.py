"""What a guardian may set of a setting, as a form shows it; and what came back by that form.

Only what is as strict as what is in force, or stricter, is ever offered. The flow checks it all the same:
nothing here decides.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from hoede.pairing.rules.limits import LEAST_A_DAY
from hoede.policy import Setting
from hoede.policy.rules.steps import CAP, Clock, ClosedTimes, Kind, Ladder, Minutes, Week, Words, cap_of
from hoede.policy.rules.windows import DAY, DAYS
from hoede.policy.rules.wording import say_step
from hoede.words import Catalogue

MOST_DIGITS: Final = 4
DAYS_OF: Final = {"every": "", "school": "mon-fri ", "weekend": "sat-sun "}
Field = Callable[[str], str]  # a form's field, by name


@dataclass(frozen=True, slots=True, kw_only=True)
class Control:
    """The fields of one setting's form."""

    kind: str  # ladder, minutes, week, clock, windows, words
    steps: tuple[tuple[str, str, bool], ...] = ()  # value, words, in force now; from strict to open
    locked: tuple[str, ...] = ()  # in words: what no guardian opens
    least: int = 0
    most: int = 0
    days: tuple[tuple[str, str, int], ...] = ()  # day, words, the most of it
    latest: str = ""


def control_of(words: Catalogue, setting: Setting, shown: Any) -> Control:
    """What may be set where `shown` is in force, written as answers write it."""
    kind = setting.kind
    if isinstance(kind, Ladder):
        return _ladder(words, setting, kind, str(shown))
    if isinstance(kind, Minutes):
        least = setting.tightest if isinstance(setting.tightest, int) else 0
        return Control(kind="minutes", least=least, most=shown if isinstance(shown, int) else DAY)
    if isinstance(kind, Week):
        days = tuple((day, words.say(f"day.{day}"), shown.get(day, DAY)) for day in DAYS)
        return Control(kind="week", least=LEAST_A_DAY, days=days)
    if isinstance(kind, Clock):
        earliest = str(setting.tightest or "12:00")
        return Control(kind="clock", steps=((earliest, earliest, False),), latest=str(shown))
    return Control(kind="windows" if isinstance(kind, ClosedTimes) else "words")


def _ladder(words: Catalogue, setting: Setting, kind: Ladder, now: str) -> Control:
    rungs = [now if rung == CAP else rung for rung in kind.rungs if rung != CAP or cap_of(now) is not None]
    tightest = kind.place(setting.tightest or rungs[0])
    inside = [one for one in rungs if tightest <= kind.place(one) <= kind.place(now)]
    return Control(
        kind="ladder",
        steps=tuple((one, say_step(words, setting, one), one == now) for one in inside),
        locked=tuple(say_step(words, setting, one) for one in rungs if kind.place(one) > kind.place(now)),
    )


def read_typed(kind: Kind, typed: Field) -> Any:
    """The step that a form says, as answers write it: of times, words and days, those that come with it.

    None for what is none.
    """
    readers: Mapping[type, Callable[[Field], Any]] = {
        Week: _week,
        ClosedTimes: _windows,
        Words: _words,
    }
    if isinstance(kind, Minutes):
        return number_in(typed("step"))
    reader = readers.get(type(kind))
    return reader(typed) if reader else typed("step") or None


def number_in(typed: str) -> int | None:
    """A whole number that somebody typed."""
    text = typed.strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= MOST_DIGITS else None


def whole(kind: Kind, shown: Any, step: Any) -> Any:
    """What a step comes to where `shown` is in force: what both sign is said in full."""
    if isinstance(kind, Week):
        return {**shown, **step}
    return [*shown, *step] if isinstance(kind, ClosedTimes | Words) else step


def _week(typed: Field) -> Any:
    """Days left empty stay as they are."""
    week = {}
    for day in DAYS:
        said = typed(f"step.{day}")
        if said:
            number = number_in(said)
            if number is None:
                return None
            week[day] = number
    return week or None


def _windows(typed: Field) -> Any:
    days, begins, ends = DAYS_OF.get(typed("days")), typed("begins"), typed("ends")
    if days is None or not begins or not ends:
        return None
    return [f"{days}{begins}-{ends}"]


def _words(typed: Field) -> Any:
    more = [one.strip() for one in typed("step").replace(",", "\n").split("\n")]
    return [one for one in more if one] or None
