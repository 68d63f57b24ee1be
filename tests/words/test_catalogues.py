"""The two catalogues say the same things, and everything a page asks for is there."""

import re
from datetime import date
from pathlib import Path
from string import Formatter

import pytest

import hoede
from hoede.words import LOCALES, Catalogue, best_locale, catalogue, parse_texts

SOURCE = Path(hoede.__file__).parent
ASKED = re.compile(r"""\b(?:say|tell)\(\s*"([a-z_.]+\.[a-z_.0-9]+)"[,)]""")


def placeholders(words: Catalogue) -> dict[str, set[str]]:
    return {
        key: {name for _, name, _, _ in Formatter().parse(text) if name is not None}
        for key, text in words.texts.items()
    }


def asked_keys() -> set[str]:
    files = [
        *(SOURCE / "web").rglob("*.html"),
        *(SOURCE / "web").glob("*.py"),
        *(SOURCE / "words").glob("*.py"),
    ]
    return {key for file in files for key in ASKED.findall(file.read_text(encoding="utf-8"))}


def test_both_languages_have_the_same_keys_with_the_same_places() -> None:
    assert placeholders(catalogue("en")) == placeholders(catalogue("nl"))


def test_every_text_that_a_page_asks_for_exists() -> None:
    asked = asked_keys()
    assert len(asked) > 90
    assert asked - set(catalogue("en").texts) == set()


@pytest.mark.parametrize("locale", LOCALES)
def test_no_text_is_empty_or_padded(locale: str) -> None:
    texts = catalogue(locale).texts
    assert {key for key, text in texts.items() if not text or text != text.strip()} == set()


def test_dutch_says_je_and_never_u() -> None:
    formal = re.compile(r"\b(u|uw)\b", re.IGNORECASE)
    assert {key for key, text in catalogue("nl").texts.items() if formal.search(text)} == set()


def test_an_unknown_key_is_an_error() -> None:
    with pytest.raises(KeyError):
        catalogue("en").say("letter.nothing")


def test_a_missing_fact_is_an_error() -> None:
    with pytest.raises(KeyError):
        catalogue("en").say("search.help.now")


def test_an_unknown_locale_is_an_error() -> None:
    with pytest.raises(ValueError, match="no catalogue for fr"):
        catalogue("fr")


@pytest.mark.parametrize("text", ["title = 'no table'", "[page]\nskip = 3", "[page]\nskip = ['a']"])
def test_a_catalogue_holds_tables_of_texts_only(text: str) -> None:
    with pytest.raises(ValueError, match="is not a"):
        parse_texts(text)


@pytest.mark.parametrize(
    ("asked", "locale"),
    [
        (["nl"], "nl"),
        (["nl-BE"], "nl"),  # a country's way of speaking it
        (["nl_NL"], "nl"),  # as phones write it
        (["fr", "NL"], "nl"),  # the first that we have
        (["en-GB", "nl"], "en"),
        (["fr", "de"], "en"),  # none that we have
        (["*"], "en"),
        ([""], "en"),
        ([], "en"),
    ],
)
def test_a_reader_gets_the_first_asked_language_that_we_have(asked: list[str], locale: str) -> None:
    assert best_locale(asked) == locale


@pytest.mark.parametrize(("locale", "written"), [("en", "23 November 2026"), ("nl", "23 november 2026")])
def test_a_date_is_written_as_its_language_writes_it(locale: str, written: str) -> None:
    assert catalogue(locale).day(date(2026, 11, 23)) == written


@pytest.mark.parametrize(
    ("locale", "parts", "joined"),
    [
        ("en", ["A"], "A"),
        ("en", ["A", "B"], "A and B"),
        ("nl", ["A", "B"], "A en B"),
        ("nl", ["A", "B", "C"], "A, B en C"),
    ],
)
def test_parts_are_joined_as_their_language_joins_them(locale: str, parts: list[str], joined: str) -> None:
    assert catalogue(locale).all_of(parts) == joined


def test_choices_are_joined_by_or() -> None:
    assert catalogue("nl").any_of(["112", "999"]) == "112 of 999"


def test_nothing_cannot_be_joined() -> None:
    with pytest.raises(ValueError, match="nothing to join"):
        catalogue("en").all_of([])


@pytest.mark.parametrize(("locale", "written"), [("en", "4,000"), ("nl", "4.000")])
def test_thousands_stand_apart_as_their_language_has_it(locale: str, written: str) -> None:
    assert catalogue(locale).number(4000) == written
