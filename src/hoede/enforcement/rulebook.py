"""The rulebook, and what it may not say. Types that cannot hold a wrong value. Pure."""

import tomllib
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from hoede.core.errors import HoedeError
from hoede.core.findings import Category, Certainty, Finding
from hoede.enforcement.measures import Measures


class RulebookError(HoedeError):
    """The rulebook is not one we can act on."""

    code = "rulebook-invalid"


class Way(StrEnum):
    """The three ways of DESIGN 5, and one for what was let through before; each finding is on exactly one."""

    MAY_ACT_ALONE = "may_act_alone"
    ADULT = "adult"
    MINOR = "minor"
    EARLIER = "earlier"  # found again by a list that learned late: there is no copy to preserve yet


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Which measures a finding asks for."""

    name: str
    category: Category
    at_least: Certainty
    measures: frozenset[str]
    when: Way | None = None  # None: on every way
    shadow: bool = False  # counted, never acted on

    def fits(self, finding: Finding, on: Way) -> bool:
        return (
            finding.category is self.category
            and finding.certainty >= self.at_least
            and self.when in {None, on}
        )


@dataclass(frozen=True, slots=True)
class Rulebook:
    """A version of all rules, refused when it could lose evidence or wrong somebody.

    Rules in shadow are checked like the others, and only count.

    Refused are a category without a rule on some way, an irreversible measure without preserve,
    and one that acts on less than known or without every condition of DESIGN 5.
    """

    version: str
    rules: tuple[Rule, ...]
    measures: Measures

    def __post_init__(self) -> None:
        for rule in self.rules:
            self._check(rule)
        names = [rule.name for rule in self.rules]
        if len(set(names)) < len(names):
            raise RulebookError("Two rules have the same name. Rename one.")
        for category in Category:
            for on in Way:
                if not any(_catches_all(rule, category, on) for rule in self.live):
                    raise RulebookError(f"No rule for a hint of {category} on the way {on}. Add one.")

    @property
    def live(self) -> tuple[Rule, ...]:
        """The rules that are acted on."""
        return tuple(rule for rule in self.rules if not rule.shadow)

    def _check(self, rule: Rule) -> None:
        if unknown := sorted(rule.measures - set(self.measures)):
            raise RulebookError(f"{rule.name}: {unknown[0]} is no measure of measures.toml.")
        if not rule.measures:
            raise RulebookError(f"{rule.name}: asks for no measure.")
        irreversible = sorted(name for name in rule.measures if self.measures[name].irreversible)
        if not irreversible:
            return
        if "preserve" not in rule.measures:
            raise RulebookError(f"{rule.name}: {irreversible[0]} without preserve. Add preserve.")
        if rule.at_least is not Certainty.KNOWN or rule.when is not Way.MAY_ACT_ALONE:
            raise RulebookError(
                f'{rule.name}: {irreversible[0]} needs at_least = "known" and when = "may_act_alone".'
            )


def _catches_all(rule: Rule, category: Category, on: Way) -> bool:
    """Hints are the least certain findings; only an exact match can be on the way of acting alone."""
    least = Certainty.KNOWN if on is Way.MAY_ACT_ALONE else Certainty.HINT
    return rule.category is category and rule.at_least <= least and rule.when in {None, on}


def parse_rulebook(text: str, measures: Measures) -> Rulebook:
    """Read `rulebook.toml`, or raise `RulebookError`. An unknown key is an error."""
    try:
        return _book(measures, **tomllib.loads(text))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise RulebookError(str(error)) from error


def _book(measures: Measures, *, version: str, rule: list[dict[str, Any]]) -> Rulebook:
    return Rulebook(version, tuple(_rule(**table) for table in rule), measures)


def _rule(
    *,
    name: str,
    category: str,
    at_least: str,
    measures: list[str],
    when: str | None = None,
    shadow: bool = False,
) -> Rule:
    if not isinstance(shadow, bool):
        raise TypeError(f"{name}: shadow is true or false, without quotes")
    return Rule(
        name=name,
        category=Category(category),
        at_least=Certainty[at_least.upper()],
        measures=frozenset(measures),
        when=None if when is None else Way(when),
        shadow=shadow,
    )
