"""Plein's words in English and Dutch, each language a TOML file with the same keys."""

import tomllib
from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from importlib import resources

LOCALES = ("en", "nl")
COUNTRIES = ("NL", "BE", "DE", "FR", "IE", "US")  # and "" for elsewhere


@cache
def catalogue(locale: str) -> Mapping[str, str]:
    """Return the sentences of a language by key."""
    text = resources.files("hoede.demo.plein").joinpath(f"{locale}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def say(locale: str, key: str, **values: object) -> str:
    """Return a sentence with its values filled in; `KeyError` when it is missing."""
    return catalogue(locale)[key].format(**values)


def day(locale: str, when: date | datetime) -> str:
    """Return a date as people read it, such as "5 March 2026"."""
    return say(locale, "day", day=when.day, month=say(locale, f"month.{when.month}"), year=when.year)


def preferred(accept_language: str) -> str:
    """Return the first language of the browser's list that we speak, else English."""
    asked = [part.split(";")[0].strip()[:2].lower() for part in accept_language.split(",")]
    return next((locale for locale in asked if locale in LOCALES), LOCALES[0])
