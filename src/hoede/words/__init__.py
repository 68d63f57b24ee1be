"""Every sentence we show, in English and Dutch, read once from two message catalogues."""

import functools
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import MappingProxyType

LOCALES = ("en", "nl")  # the first is for everyone whose language we do not have


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All words of one language."""

    locale: str  # one of LOCALES
    texts: Mapping[str, str]

    def say(self, key: str, **facts: object) -> str:
        """The text of `key` with its facts filled in; KeyError for an unknown key or a missing fact."""
        return self.texts[key].format_map(facts)

    def day(self, day: date) -> str:
        """A date in words: `23 November 2026`, `23 november 2026`."""
        month = self.say(f"date.month.{day.month}")
        return self.say("date.day", day=day.day, month=month, year=day.year)

    def number(self, number: int) -> str:
        """A whole number with its thousands apart: `4,000`, `4.000`."""
        return f"{number:,}".replace(",", self.say("number.thousands"))

    def decimal(self, number: float) -> str:
        """A number with two digits after the sign: `0.42`, `0,42`."""
        return f"{number:.2f}".replace(".", self.say("number.decimal"))

    def all_of(self, parts: Sequence[str]) -> str:
        """`A, B and C`, `A, B en C`. ValueError when there is nothing to join."""
        return self._joined("list.and", parts)

    def any_of(self, parts: Sequence[str]) -> str:
        """`A, B or C`, `A, B of C`. ValueError when there is nothing to join."""
        return self._joined("list.or", parts)

    def _joined(self, key: str, parts: Sequence[str]) -> str:
        if not parts:
            raise ValueError("nothing to join")
        if len(parts) == 1:
            return parts[0]
        return self.say(key, rest=", ".join(parts[:-1]), last=parts[-1])


@functools.cache
def catalogue(locale: str) -> Catalogue:
    """The catalogue of one of LOCALES; ValueError for any other."""
    if locale not in LOCALES:
        raise ValueError(f"no catalogue for {locale}")
    path = Path(__file__).with_name(f"{locale}.toml")
    return Catalogue(locale, parse_texts(path.read_text(encoding="utf-8")))


def parse_texts(text: str) -> Mapping[str, str]:
    """Turn a catalogue's TOML into flat keys: table name, dot, key. ValueError for what is no text."""
    texts: dict[str, str] = {}
    for table, entries in tomllib.loads(text).items():
        if not isinstance(entries, dict):
            raise ValueError(f"{table} is not a table")  # noqa: TRY004 - one kind of error for a bad file
        texts |= {f"{table}.{key}": _text(table, key, value) for key, value in entries.items()}
    return MappingProxyType(texts)


def _text(table: str, key: str, value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{table}.{key} is not a text")  # noqa: TRY004 - one kind of error for a bad file
    return value


def best_locale(asked: Sequence[str]) -> str:
    """The first of our locales among language tags, best first: `nl-BE` is `nl`; else English."""
    for tag in asked:
        language = tag.replace("_", "-").split("-")[0].strip().lower()
        if language in LOCALES:
            return language
    return LOCALES[0]
