"""The community guidelines are whole, and every refusal points at its line."""

import re
from pathlib import Path

import pytest

import hoede.policy
from hoede.policy.guidelines import address_for
from hoede.policy.rules.guidelines import GuidelinesError, Section, parse_guidelines, section_of
from hoede.words import catalogue

TEXT = Path(hoede.policy.__file__).with_name("guidelines.toml").read_text(encoding="utf-8")
SECTIONS = parse_guidelines(TEXT)
ONE = """
[[section]]
key = "live"
title = { en = "Live", nl = "Live" }
does = { en = ["From 16."], nl = ["Vanaf 16."] }
why = { en = "So.", nl = "Zo." }
codes = ["age_live"]
letters = ["measures", "ages"]
"""


def reason_codes() -> set[str]:
    """Every code a permit can have: whoever is refused reads a text for it."""
    texts = catalogue("en").texts
    return {found[1] for key in texts if (found := re.fullmatch(r"permit\.(\w+)\.t", key))}


def test_every_reason_of_a_permit_has_exactly_one_section() -> None:
    named = [code for section in SECTIONS for code in section.codes]
    assert sorted(named) == sorted(reason_codes())


def test_a_refusal_finds_its_section() -> None:
    assert section_of("age_live", SECTIONS).key == "live"


def test_a_code_without_a_section_is_an_error() -> None:
    with pytest.raises(KeyError):
        section_of("nothing", SECTIONS)


@pytest.mark.parametrize("section", SECTIONS, ids=lambda section: section.key)
def test_dutch_says_je_and_never_u(section: Section) -> None:
    said = " ".join((section.title["nl"], *section.does["nl"], section.why["nl"]))
    assert re.search(r"\b(u|uw)\b", said, re.IGNORECASE) is None


@pytest.mark.parametrize(
    ("changed", "to", "says"),
    [
        ('key = "live"', 'key = "live"\ncolour = "red"', "colour"),  # an unknown key
        (', nl = "Live" }', " }", "title of live is needed in en and nl"),  # a language is missing
        ('nl = ["Vanaf 16."]', "nl = []", "as many sentences"),  # a sentence is missing
        ('"So."', '" "', "empty or no text"),  # an empty text
        ('why = { en = "So.", nl = "Zo." }', "", "why"),  # a key is missing
        ('["age_live"]', '["age_live", "age_live"]', "code age_live stands twice"),
        ("[[section]]", "[[part]]", "section"),  # no section at all
        ('"measures", "ages"', '"measures", "poems"', "poems of live is no letter"),
        ('"measures", "ages"', '"measures"', "a letter about ages"),  # a letter points nowhere
        ('"measures", "ages"', '"measures", "ages", "ages"', "letter ages stands twice"),
    ],
)
def test_guidelines_that_cannot_be_shown_are_refused(changed: str, to: str, says: str) -> None:
    with pytest.raises(GuidelinesError, match=says):
        parse_guidelines(ONE.replace(changed, to, 1))


def test_two_sections_of_one_key_are_refused() -> None:
    with pytest.raises(GuidelinesError, match="key live stands twice"):
        parse_guidelines(ONE + ONE.replace("age_live", "age_dm"))


@pytest.mark.parametrize(("letter", "key"), [("measures", "safety"), ("ages", "age")])
def test_a_letter_finds_the_address_of_its_section(letter: str, key: str) -> None:
    assert address_for(letter, "https://hoede.example") == f"https://hoede.example/guidelines#{key}"
