"""A rulebook that could lose evidence, wrong somebody or overlook something refuses to load."""

import pytest

from hoede.core.findings import Category, Certainty, DigestKind, Finding, Match
from hoede.enforcement import Rulebook, RulebookError, Way, parse_rulebook

BY_A_MINOR = 'when     = "minor"\n'
KNOWN = Finding("d", Category.CSEA, Certainty.KNOWN, "why", Match("n", "ent_1", DigestKind.MD5))
HINT = Finding("d", Category.CSEA, Certainty.HINT, "why")


def rule(measures: str, *, at_least: str = "known", when: str | None = "may_act_alone") -> str:
    """One more rule of the book."""
    told = f'when = "{when}"\n' if when else ""
    return (
        f'[[rule]]\nname = "new"\ncategory = "csea"\nat_least = "{at_least}"\n{told}measures = [{measures}]\n'
    )


def refused(text: str, book: Rulebook) -> str:
    with pytest.raises(RulebookError) as caught:
        parse_rulebook(text, book.measures)
    assert caught.value.code == "rulebook-invalid"
    return caught.value.detail


def test_the_rulebook_that_ships_reads(book: Rulebook) -> None:
    assert book.version
    assert {rule.category for rule in book.rules} == set(Category)


def test_a_further_rule_joins_the_book(book: Rulebook, rulebook_toml: str) -> None:
    longer = parse_rulebook(rulebook_toml + rule('"review"', at_least="likely", when="adult"), book.measures)
    assert [one.name for one in longer.rules] == [*(one.name for one in book.rules), "new"]


@pytest.mark.parametrize(
    ("right", "wrong", "says"),
    [
        ('category = "unseen"', 'category = "csea"', "No rule for a hint of unseen on the way may_act_alone"),
        ('when     = "minor"', 'when     = "adult"', "No rule for a hint of csea on the way minor"),
        ('when     = "adult"', 'when     = "minor"', "No rule for a hint of csea on the way adult"),
        ('when     = "earlier"', 'when     = "adult"', "No rule for a hint of csea on the way earlier"),
        ('when     = "may_act_alone"', "", 'remove needs at_least = "known" and when'),
    ],
)
def test_a_way_without_a_rule_is_refused(
    book: Rulebook, rulebook_toml: str, right: str, wrong: str, says: str
) -> None:
    with_all = rulebook_toml.replace('"close_account", "report", ', "")
    assert says in refused(with_all.replace(right, wrong), book)


def test_a_rule_for_graver_findings_only_leaves_hints_without_a_rule(
    book: Rulebook, rulebook_toml: str
) -> None:
    graver = rulebook_toml.replace('at_least = "hint"', 'at_least = "likely"')
    assert "No rule for a hint of csea on the way adult" in refused(graver, book)


@pytest.mark.parametrize(
    ("one", "says"),
    [
        (rule('"hold", "remove"'), "new: remove without preserve"),  # evidence could be lost
        (rule('"hold", "preserve", "remove"', at_least="likely"), "new: remove needs"),  # not certain enough
        (rule('"preserve", "report"', at_least="hint"), "new: report needs"),
        (
            rule('"preserve", "close_account"', when="adult"),
            "new: close_account needs",
        ),  # not every condition
        (rule('"preserve", "close_account"', when="minor"), "new: close_account needs"),
        (rule('"preserve", "close_account"', when=None), "new: close_account needs"),
        (rule('"hold", "tickle"'), "new: tickle is no measure"),
        (rule(""), "new: asks for no measure"),
        (rule('"hold"') + 'shadow = "yes"\n', "new: shadow is true or false"),
        (rule('"hold"') + 'shade = "dark"\n', "shade"),  # an unknown key
        (rule('"hold"', at_least="certain"), "CERTAIN"),  # no such certainty
        (rule('"hold"', when="always"), "always"),  # no such way
        (rule('"hold"').replace("csea", "weather"), "weather"),  # no such category
        (rule('"hold"').replace('at_least = "known"\n', ""), "at_least"),  # how certain?
        (rule('"hold"').replace('"known"', "3"), "upper"),  # a number in place of a word
        ("[colours]\nred = 1\n", "colours"),  # an unknown table
    ],
)
def test_a_rule_that_is_not_right_is_refused(book: Rulebook, rulebook_toml: str, one: str, says: str) -> None:
    assert says in refused(rulebook_toml + one, book)


@pytest.mark.parametrize("text", ["version = [", 'version = "1"', 'rule = []\nversion = "1"'])
def test_what_is_no_rulebook_at_all_is_refused(book: Rulebook, text: str) -> None:
    assert refused(text, book)


def test_a_rule_fits_what_is_certain_enough_on_its_way(book: Rulebook) -> None:
    [alone, adult, faint, _minor, _earlier, blind] = book.rules
    assert alone.fits(KNOWN, Way.MAY_ACT_ALONE)
    assert not alone.fits(KNOWN, Way.ADULT)
    assert adult.fits(KNOWN, Way.ADULT)
    assert not adult.fits(HINT, Way.ADULT)
    assert faint.fits(HINT, Way.ADULT)
    assert not alone.fits(HINT, Way.MAY_ACT_ALONE)
    assert not blind.fits(KNOWN, Way.ADULT)


def test_a_rule_in_shadow_covers_no_way(book: Rulebook, rulebook_toml: str) -> None:
    shady = rulebook_toml.replace('when     = "minor"\n', 'when     = "minor"\nshadow   = true\n')
    assert "No rule for a hint of csea on the way minor" in refused(shady, book)


def test_a_rule_in_shadow_is_checked_like_any_other(book: Rulebook, rulebook_toml: str) -> None:
    says = refused(rulebook_toml + rule('"hold", "remove"') + "shadow = true\n", book)
    assert "new: remove without preserve" in says
