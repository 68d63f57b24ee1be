"""Strict reading of TOML tables: every problem with its line and a remedy, all of a file in one go. Pure."""

import re
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

T = TypeVar("T")
_HEADER = re.compile(r"\s*\[\[?\s*([\w.\-]+)\s*\]\]?\s*(?:#.*)?$")
_KEY = re.compile(r"\s*\"?([\w\-]+)\"?\s*(?:\.[\w\-\".]+\s*)?=")
_STRING = re.compile(r'"(?:\\.|[^"\\])*"|\'[^\']*\'|#.*')
_AT = re.compile(r"\(at (?:line (\d+), column \d+|end of document)\)")
_LONG = ('"""', "'''")


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """What is wrong, where, and what to do about it."""

    line: int
    words: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.words}"


class Lines:
    """Where tables and their keys stand; tomllib does not tell."""

    def __init__(self, text: str) -> None:
        self._at: dict[tuple[str, int], int] = {}
        self._keys: dict[tuple[str, int, str], int] = {}
        counted: dict[str, int] = {}
        here, within = ("", 0), _Within()
        for number, line in enumerate(text.splitlines(), start=1):
            if not within.value and (header := _HEADER.match(line)):
                name = header[1]
                here = (name, counted.get(name, 0))
                counted[name] = here[1] + 1
                self._at[here] = number
                continue
            if not within.value and (key := _KEY.match(line)):
                self._keys.setdefault((*here, key[1]), number)
            within.read(line)

    def of(self, table: str, index: int, key: str | None = None) -> int:
        """The line of a key; of its table where the key is not there; else 1."""
        if key is not None and (table, index, key) in self._keys:
            return self._keys[table, index, key]
        return self._at.get((table, index), 1)


class _Within:
    """Whether the next line still belongs to a list or a text that began above."""

    def __init__(self) -> None:
        self._depth = 0
        self._mark: str | None = None

    @property
    def value(self) -> bool:
        return self._depth > 0 or self._mark is not None

    def read(self, line: str) -> None:
        rest = line
        while rest:
            if self._mark is not None:
                _, found, rest = rest.partition(self._mark)
                if not found:
                    return
                self._mark = None
            begins = min((rest.find(mark) for mark in _LONG if mark in rest), default=-1)
            plain = _STRING.sub("", rest if begins < 0 else rest[:begins])
            self._depth += sum(plain.count(one) for one in "[{") - sum(plain.count(one) for one in "]}")
            if begins < 0:
                return
            self._mark, rest = rest[begins : begins + 3], rest[begins + 3 :]


class Reading:
    """A file as it is read: its tables, and what is wrong with them."""

    def __init__(self, text: str) -> None:
        self.problems: list[Problem] = []
        self.lines = Lines(text)
        self.tables: dict[str, Any] = {}
        try:
            self.tables = tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            at = _AT.search(str(error))
            last = len(text.splitlines()) or 1
            words = f"{_AT.sub('', str(error)).strip()}; it is not TOML from here on"
            self.problems.append(Problem(int(at[1]) if at and at[1] else last, words))

    def rows(self, name: str) -> list["Row"]:
        """All tables `[[name]]`."""
        raw = self.tables.get(name, [])
        if not isinstance(raw, list) or not all(isinstance(one, dict) for one in raw):
            self.problems.append(Problem(self.lines.of(name, 0), f"{name} is a list; write [[{name}]]"))
            return []
        return [Row(self, name, index, table) for index, table in enumerate(raw)]

    def row(self, name: str) -> "Row":
        """The table `[name]`."""
        raw = self.tables.get(name)
        if not isinstance(raw, dict):
            self.problems.append(Problem(self.lines.of(name, 0), f"there is no table [{name}]; write one"))
            raw = {}
        return Row(self, name, 0, raw)


class Row:
    """One table: keys are taken one by one, and what is left over is a problem."""

    def __init__(self, reading: Reading, name: str, index: int, table: dict[str, Any]) -> None:
        self._reading, self._name, self._index = reading, name, index
        self._table = table
        self._left = set(table)

    @property
    def line(self) -> int:
        return self._reading.lines.of(self._name, self._index)

    def problem(self, key: str | None, words: str) -> None:
        line = self._reading.lines.of(self._name, self._index, key)
        self._reading.problems.append(Problem(line, words))

    def has(self, key: str) -> bool:
        return key in self._table

    def take(self, key: str, read: Callable[[Any], T]) -> T | None:
        """What `read` makes of the key; None and a problem where it is missing or wrong."""
        if key not in self._table:
            if self._table or self._name != "pack":
                self.problem(None, f"{key} is missing in [{self._name}]; add it")
            return None
        return self.maybe(key, read, None)

    def maybe(self, key: str, read: Callable[[Any], T], absent: T | None) -> T | None:
        """Likewise; `absent` where it is missing."""
        self._left.discard(key)
        if key not in self._table:
            return absent
        try:
            return read(self._table[key])
        except ValueError as error:
            self.problem(key, f"{key}: {error}")
            return None

    def end(self, known: tuple[str, ...]) -> None:
        """What nobody asked for is a problem."""
        for key in sorted(self._left - set(known)):
            self.problem(key, f"{key} is no key of [{self._name}]; there are {', '.join(known)}")


def text(raw: Any) -> str:
    if isinstance(raw, str) and raw.strip() and raw.isprintable():
        return raw
    raise ValueError("write one line of text in quotes")


def any_text(raw: Any) -> str:
    return text(raw) if raw != "" else ""


def flag(raw: Any) -> bool:
    if isinstance(raw, bool):
        return raw
    raise ValueError("write true or false, without quotes")


def day(raw: Any) -> date:
    if type(raw) is date:
        return raw
    raise ValueError("write a date without quotes and without a time, like 2026-01-31")


def number(least: int, most: int) -> Callable[[Any], int]:
    def read(raw: Any) -> int:
        if type(raw) is int and least <= raw <= most:
            return raw
        raise ValueError(f"write a whole number from {least} to {most}, without quotes")

    return read


def one_of(names: tuple[str, ...]) -> Callable[[Any], str]:
    def read(raw: Any) -> str:
        if isinstance(raw, str) and raw in names:
            return raw
        raise ValueError(f"{raw!r} is unknown; there are {', '.join(names)}")

    return read


def some(read: Callable[[Any], T]) -> Callable[[Any], tuple[T, ...]]:
    """A list with at least one entry, none of them twice."""

    def read_all(raw: Any) -> tuple[T, ...]:
        if not isinstance(raw, list) or not raw:
            raise ValueError("write a list with at least one entry")
        if twice := [one for at, one in enumerate(raw) if one in raw[:at]]:
            raise ValueError(f"{twice[0]!r} stands there twice; keep one")
        return tuple(read(one) for one in raw)

    return read_all
