"""Enforcement: from findings to a decision, from a decision to orders. What happens stands in two tables.

`rulebook.toml` says which measures a finding asks for, `measures.toml` what a measure is and who
carries it out. Both are read strictly; a rulebook that could lose or wrong somebody refuses to load.
"""

from hoede.enforcement.measures import Carrier, Measure, MeasuresError, parse_measures
from hoede.enforcement.port import OrderSent, Platform, PlatformRefused, PlatformUnavailable
from hoede.enforcement.rulebook import Rule, Rulebook, RulebookError, Way, parse_rulebook
from hoede.enforcement.rules import (
    Decision,
    DecisionStanding,
    ShadowDecision,
    decide,
    decide_in_shadow,
    orders_of,
    way,
)
from hoede.enforcement.store import DecisionRow

__all__ = [
    "Carrier",
    "Decision",
    "DecisionRow",
    "DecisionStanding",
    "Measure",
    "MeasuresError",
    "OrderSent",
    "Platform",
    "PlatformRefused",
    "PlatformUnavailable",
    "Rule",
    "Rulebook",
    "RulebookError",
    "ShadowDecision",
    "Way",
    "decide",
    "decide_in_shadow",
    "orders_of",
    "parse_measures",
    "parse_rulebook",
    "way",
]
