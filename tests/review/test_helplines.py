"""Which lines may be shown: what a person checked, and what always shows."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import pytest

from hoede.review.helplines import (
    Helpline,
    HelplinesError,
    Kind,
    countries,
    dialled,
    parse_helplines,
    shipped,
    shown,
    unchecked,
)
from hoede.words import LOCALES, catalogue

TODAY = date(2026, 11, 23)
ROW = """
[[helpline]]
cc = "NL"
kind = "child"
name = "A line"
host = "line.example"
phone = ["0800-0432"]
languages = ["nl"]
for = ["8-18"]
checked_at = "2026-11-01"
checked_by = "Mira"
"""


def line(cc: str = "NL", kind: Kind = Kind.CHILD, days: int | None = None) -> Helpline:
    at = None if days is None else TODAY - timedelta(days=days)
    return replace(parse_helplines(ROW)[0], cc=cc, kind=kind, checked_at=at)


@pytest.mark.parametrize(
    ("row", "country", "shows", "shows_in_demo", "note_in_demo"),
    [
        (line(days=0), "NL", True, True, False),  # checked today
        (line(days=90), "NL", True, True, False),  # the last day it counts
        (line(days=91), "NL", False, True, True),  # overdue
        (line(days=-1), "NL", False, True, True),  # nobody checks tomorrow
        (line(days=None), "NL", False, True, True),  # never checked
        (line(days=0), "BE", False, False, False),  # another country's
        (line(days=0), None, False, False, False),  # a country's line, for nobody knows where
        (line("EU"), "NL", True, True, True),  # the EU's line shows unchecked
        (line("EU"), "EU", True, True, True),
        (line("EU"), None, True, True, True),
        (line("EU"), "GB", False, False, False),  # not its country
        (line("all"), "BR", True, True, True),
        (line("all", days=1), None, True, True, False),
        (line(kind=Kind.EMERGENCY), "NL", True, True, False),  # an emergency number carries no doubt
        (line(kind=Kind.EMERGENCY), "US", False, False, False),
    ],
)
def test_a_line_shows_when_it_was_checked_or_always_shows(
    row: Helpline,
    country: str | None,
    shows: bool,  # noqa: FBT001 - a row of the table
    shows_in_demo: bool,  # noqa: FBT001 - a row of the table
    note_in_demo: bool,  # noqa: FBT001 - a row of the table
) -> None:
    plain = shown([row], country, TODAY, demo=False)
    demo = shown([row], country, TODAY, demo=True)
    assert [s.not_checked for s in plain] == ([False] if shows else [])
    assert [s.not_checked for s in demo] == ([note_in_demo] if shows_in_demo else [])


def test_lines_of_the_own_country_come_first() -> None:
    rows = [line("all"), line("EU"), line("NL", days=1)]
    assert [s.line.cc for s in shown(rows, "NL", TODAY, demo=False)] == ["NL", "all", "EU"]


def test_unchecked_counts_every_line_that_is_not_or_no_longer_checked() -> None:
    rows = [line(days=5), line(days=91), line(), line(kind=Kind.EMERGENCY)]
    assert unchecked(rows, TODAY) == 3


def test_no_shipped_line_claims_to_be_checked() -> None:
    assert unchecked(shipped(), TODAY) == len(shipped())


@pytest.mark.parametrize("country", sorted(countries(shipped())))
def test_every_country_has_an_emergency_number_first_and_a_line_for_children(country: str) -> None:
    kinds = {row.kind for row in shipped() if row.cc == country}
    first = next(row for row in shipped() if row.cc == country)
    assert (first.kind, bool(first.phone)) == (Kind.EMERGENCY, True)
    assert Kind.CHILD in kinds


@pytest.mark.parametrize("locale", LOCALES)
def test_every_word_about_a_shipped_line_is_in_the_catalogue(locale: str) -> None:
    texts = catalogue(locale).texts
    wanted = {f"country.{code}" for code in countries(shipped())}
    wanted |= {f"language.{code}" for row in shipped() for code in row.languages}
    wanted |= {f"help.for.{code}" for row in shipped() for code in row.whom if "-" not in code}
    assert wanted - set(texts) == set()


def test_a_row_is_read_with_all_it_says() -> None:
    assert parse_helplines(ROW) == (
        Helpline(
            cc="NL",
            kind=Kind.CHILD,
            name="A line",
            host="line.example",
            phone=("0800-0432",),
            languages=("nl",),
            whom=("8-18",),
            checked_at=date(2026, 11, 1),
            checked_by="Mira",
        ),
    )


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda row: row + 'opens = "9:00"', "unknown key opens"),
        (lambda row: row.replace('name = "A line"', ""), "missing key name"),
        (lambda row: row.replace('"NL"', '"XX"'), "unknown 'XX'"),
        (lambda row: row.replace('"NL"', '"nl"'), "unknown 'nl'"),
        (lambda row: row.replace('"child"', '"fun"'), "'fun' is not a valid Kind"),
        (lambda row: row.replace("2026-11-01", "2026-02-30"), "day"),  # no such day
        (lambda row: row.replace("2026-11-01", "1 Nov"), "cannot read '1 Nov'"),
        (lambda row: row.replace('"2026-11-01"', "2026-11-01"), "cannot read"),  # TOML's own date
        (lambda row: row.replace('"Mira"', '""'), "go together"),
        (lambda row: row.replace('["0800-0432"]', '"0800-0432"'), "is not a list"),
        (lambda row: row.replace("0800-0432", "call us"), "cannot read 'call us'"),
        (lambda row: row.replace("line.example", "https://line.example"), "cannot read"),
        (lambda row: row.replace("line.example", "").replace('"0800-0432"', ""), "nobody can reach it"),
        (lambda row: row + 'cost = "cheap"', "unknown 'cheap'"),
        (lambda row: row + "text = 112", "cannot read 112"),
    ],
)
def test_a_bad_row_is_refused_by_its_number(spoil: Callable[[str], str], why: str) -> None:
    with pytest.raises(HelplinesError, match=f"^row 2: .*{why}") as refused:
        parse_helplines(ROW + spoil(ROW))
    assert refused.value.facts == {"row": 2}


@pytest.mark.parametrize("text", ["", "helpline = 3", "[helplines]", "[[helpline", "[other]\n" + ROW])
def test_a_table_that_is_not_one_of_helplines_is_refused(text: str) -> None:
    with pytest.raises(HelplinesError):
        parse_helplines(text)


@pytest.mark.parametrize(
    ("number", "digits"),
    [("0800-0432", "08000432"), ("+44 1372 847 161", "+441372847161"), ("CONNECT 686868", "686868")],
)
def test_a_number_is_dialled_without_its_spaces_and_words(number: str, digits: str) -> None:
    assert dialled(number) == digits
