"""Plein's sentences, in both languages."""

import re
from pathlib import Path

import pytest

from hoede.demo.plein import words


def test_both_languages_have_the_same_sentences() -> None:
    english, dutch = words.catalogue("en"), words.catalogue("nl")
    assert list(english) == list(dutch)
    places = [re.findall(r"\{\w+\}", sentence) for sentence in english.values()]
    assert [sorted(one) for one in places] == [sorted(re.findall(r"\{\w+\}", one)) for one in dutch.values()]


def test_every_sentence_a_page_uses_exists() -> None:
    folder = Path(words.__file__).parent
    pages = "".join(file.read_text(encoding="utf-8") for file in sorted(folder.glob("templates/*.html")))
    used = set(re.findall(r"""\bt\(["']([\w.]+)["'][,)]""", pages))
    assert used - set(words.catalogue("en")) == set()


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("nl-NL,nl;q=0.9,en;q=0.8", "nl"),
        ("fr,nl;q=0.5", "nl"),  # the first one that we speak
        ("fr", "en"),
        ("", "en"),
    ],
)
def test_the_browser_says_which_language_to_speak(header: str, locale: str) -> None:
    assert words.preferred(header) == locale
