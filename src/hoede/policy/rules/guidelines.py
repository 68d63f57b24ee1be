"""The community guidelines as data: sections, and which refusals point at which of them. Pure."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from hoede.core.errors import HoedeError

LANGUAGES = ("en", "nl")
LETTERS = ("measures", "ages")  # about what we did, and about how old somebody is


class GuidelinesError(HoedeError):
    """The community guidelines are not ones we can show."""

    code = "guidelines-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """One section in every language of ours."""

    key: str  # its address on the page; never changes
    title: Mapping[str, str]
    does: Mapping[str, tuple[str, ...]]  # what is not allowed and what we do, sentence by sentence
    why: Mapping[str, str]
    codes: tuple[str, ...]  # the reasons of permits that point here
    letters: tuple[str, ...] = ()  # the letters that point here


def parse_guidelines(text: str) -> tuple[Section, ...]:
    """Read `guidelines.toml`; GuidelinesError for an unknown key, a missing language, a key or code twice."""
    try:
        table = tomllib.loads(text)
        rows = table.pop("section")
        if table:
            raise ValueError(f"unknown: {', '.join(sorted(table))}; only [[section]] stands here")
        sections = tuple(_section(**row) for row in rows)
        _once("key", (one.key for one in sections))
        _once("code", (code for one in sections for code in one.codes))
        _once("letter", (letter for one in sections for letter in one.letters))
        if lacking := [one for one in LETTERS if not any(one in each.letters for each in sections)]:
            raise ValueError(f"no section is what a letter about {lacking[0]} points at")
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise GuidelinesError(str(error)) from error
    return sections


def section_of(code: str, sections: Iterable[Section]) -> Section:
    """The section a reason points at. KeyError for a code that no section names."""
    for section in sections:
        if code in section.codes:
            return section
    raise KeyError(code)


def _section(
    *,
    key: str,
    title: dict[str, str],
    does: dict[str, list[str]],
    why: dict[str, str],
    codes: list[str],
    letters: list[str] | None = None,
) -> Section:
    for name, texts in (("title", title), ("does", does), ("why", why)):
        if sorted(texts) != sorted(LANGUAGES):
            raise ValueError(f"{name} of {key} is needed in {' and '.join(LANGUAGES)}")
    if len({len(lines) for lines in does.values()}) != 1 or not does[LANGUAGES[0]]:
        raise ValueError(f"does of {key} needs as many sentences in each language, and at least one")
    if strange := [one for one in letters or () if one not in LETTERS]:
        raise ValueError(f"{strange[0]} of {key} is no letter; there are {', '.join(LETTERS)}")
    said = [*title.values(), *why.values(), *(line for lines in does.values() for line in lines)]
    if not all(isinstance(one, str) and one.strip() for one in (key, *codes, *said)):
        raise ValueError(f"{key} has a text that is empty or no text")
    return Section(
        key=key,
        title=title,
        does={language: tuple(lines) for language, lines in does.items()},
        why=why,
        codes=tuple(codes),
        letters=tuple(letters or ()),
    )


def _once(what: str, values: Iterable[Any]) -> None:
    seen: set[Any] = set()
    for value in values:
        if value in seen:
            raise ValueError(f"{what} {value} stands twice")
        seen.add(value)
