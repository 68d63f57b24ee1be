"""Steps of settings: how each kind of value is read, shown, and which of two is the stricter. Pure.

`meet(a, b)` is the stricter of two steps, or what is as strict as both where neither is. Every meet is
associative, commutative and idempotent, so it does not matter who says what first (DESIGN 6).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Protocol

from hoede.policy.rules.windows import DAY, DAYS, clock_of, minute_of, read_window, show_windows, union

NO_LIMIT = "no_limit"
CAP = "cap"
LONGEST_WORD, MOST_WORDS = 64, 500
NOON = 12 * 60

# A rung, "no_limit", "cap:20" or a time of day | minutes | windows, or minutes by weekday | words
Step = str | int | tuple[tuple[int, int], ...] | tuple[int, ...] | frozenset[str]
Shown = str | int | list[str] | dict[str, int]  # as packs, JSON and `hoede policy` write a step


class Kind(Protocol):
    """One kind of value."""

    @property
    def most_open(self) -> Step:
        """Where nobody says anything."""

    def read(self, raw: object) -> Step:
        """A step as it was written; ValueError says how to write it."""

    def show(self, step: Step) -> Shown:
        """As `read` takes it."""

    def meet(self, one: Step, other: Step) -> Step:
        """As strict as both."""


def at_most(kind: Kind, one: Step, other: Step) -> bool:
    """Whether `one` is as strict as `other`, or stricter."""
    return kind.meet(one, other) == one


def strictest(kind: Kind, steps: Iterable[Step]) -> Step:
    """The meet of all; of none, the most open step."""
    return reduce(kind.meet, steps, kind.most_open)


@dataclass(frozen=True, slots=True)
class Ladder:
    """Named rungs from strict to open; the rung `cap` carries a number: `cap:20`."""

    rungs: tuple[str, ...]

    @property
    def most_open(self) -> Step:
        return self.rungs[-1]

    def read(self, raw: object) -> Step:
        rung, number = _cap(raw)
        if rung not in self.rungs or (rung == CAP) != (number is not None):
            steps = ", ".join("cap:20" if one == CAP else one for one in self.rungs)
            raise ValueError(f"{raw!r} is no step; there are {steps}")
        return f"{CAP}:{number}" if number is not None else rung

    def show(self, step: Step) -> Shown:
        return str(step)

    def meet(self, one: Step, other: Step) -> Step:
        return min(one, other, key=self.place)

    def place(self, step: Step) -> tuple[int, int]:
        """Where it stands, from strict to open."""
        rung, number = _cap(step)
        return self.rungs.index(rung), number or 0


def _cap(raw: object) -> tuple[str, int | None]:
    rung, _, number = raw.partition(":") if isinstance(raw, str) else ("", "", "")
    return (rung, int(number)) if number.isascii() and number.isdigit() else (str(raw), None)


def cap_of(step: Step) -> int | None:
    """How much a month, of a step like `cap:20`."""
    return _cap(step)[1]


def _fewer(one: Step, other: Step) -> Step:
    if NO_LIMIT in {one, other}:
        return other if one == NO_LIMIT else one
    return min(one, other, key=_minutes)


def _minutes(step: Step) -> int:
    return step if isinstance(step, int) else DAY


@dataclass(frozen=True, slots=True)
class Minutes:
    """Minutes of a day; fewer is stricter."""

    most_open: Step = NO_LIMIT

    def read(self, raw: object) -> Step:
        if raw == NO_LIMIT:
            return NO_LIMIT
        if type(raw) is int and 0 <= raw <= DAY:
            return raw
        raise ValueError(
            f'{raw!r} is no number of minutes; write 0 to {DAY}, without quotes, or "{NO_LIMIT}"'
        )

    def show(self, step: Step) -> Shown:
        return step if isinstance(step, int) else NO_LIMIT

    def meet(self, one: Step, other: Step) -> Step:
        return _fewer(one, other)


@dataclass(frozen=True, slots=True)
class Stretch(Minutes):
    """Minutes in a row, until a break; fewer is stricter."""


@dataclass(frozen=True, slots=True)
class Week:
    """Minutes by day of the week; a day that is not named has all day."""

    most_open: Step = (DAY,) * 7

    def read(self, raw: object) -> Step:
        if isinstance(raw, dict) and all(day in DAYS for day in raw):
            minutes = [Minutes().read(raw.get(day, DAY)) for day in DAYS]
            return tuple(one if isinstance(one, int) else DAY for one in minutes)
        raise ValueError(f"{raw!r} is no week; write it like {{ mon = 60, sat = 120 }}")

    def show(self, step: Step) -> Shown:
        return {day: minutes for day, minutes in zip(DAYS, _week(step), strict=True) if minutes < DAY}

    def meet(self, one: Step, other: Step) -> Step:
        return tuple(map(min, _week(one), _week(other)))


def _week(step: Step) -> tuple[int, ...]:
    assert isinstance(step, tuple)  # noqa: S101 - a Week reads nothing else
    return step  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Clock:
    """A time of the evening, from noon on; earlier is stricter."""

    most_open: Step = NO_LIMIT

    def read(self, raw: object) -> Step:
        if raw == NO_LIMIT:
            return NO_LIMIT
        if not isinstance(raw, str):
            raise ValueError(f'{raw!r} is no time; write it like "21:30", or "{NO_LIMIT}"')  # noqa: TRY004 - one kind of error for a bad file
        return clock_of(minute_of(raw))

    def show(self, step: Step) -> Shown:
        return str(step)

    def meet(self, one: Step, other: Step) -> Step:
        if NO_LIMIT in {one, other}:
            return _fewer(one, other)
        return min(one, other, key=lambda step: (minute_of(str(step)) - NOON) % DAY)


@dataclass(frozen=True, slots=True)
class ClosedTimes:
    """Times of the week at which it is closed; closed where any of two is."""

    most_open: Step = ()

    def read(self, raw: object) -> Step:
        if raw == NO_LIMIT:
            return ()
        return union(*(read_window(one) for one in _texts(raw, '["21:00-07:00"]')))

    def show(self, step: Step) -> Shown:
        return list(show_windows(windows_of(step)))

    def meet(self, one: Step, other: Step) -> Step:
        return union(windows_of(one), windows_of(other))


def windows_of(step: Step) -> tuple[tuple[int, int], ...]:
    assert isinstance(step, tuple)  # noqa: S101 - ClosedTimes reads nothing else
    return step  # type: ignore[return-value]


@dataclass(frozen=True, slots=True)
class Words:
    """Words that are kept out; kept out by any is kept out."""

    most_open: Step = frozenset()

    def read(self, raw: object) -> Step:
        words = frozenset(one.strip().casefold() for one in _texts(raw, '["word"]'))
        if len(words) > MOST_WORDS or any(not 1 <= len(one) <= LONGEST_WORD for one in words):
            raise ValueError(f"up to {MOST_WORDS} words of 1 to {LONGEST_WORD} characters each")
        return words

    def show(self, step: Step) -> Shown:
        assert isinstance(step, frozenset)  # noqa: S101 - Words reads nothing else
        return sorted(step)

    def meet(self, one: Step, other: Step) -> Step:
        assert isinstance(one, frozenset)  # noqa: S101 - likewise
        assert isinstance(other, frozenset)  # noqa: S101 - likewise
        return one | other


def _texts(raw: object, example: str) -> Sequence[str]:
    if isinstance(raw, list) and all(isinstance(one, str) for one in raw):
        return raw
    raise ValueError(f"{raw!r} is no list of texts; write it like {example}")
