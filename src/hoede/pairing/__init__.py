"""Pairing: a guardian and a teen who both said yes, what they set together, and what each may see.

A guardian's act only tightens; something opens only by a yes to the teen's own question, where the packs let
it. What a guardian sees is built of types that have no field for anything else, and every look is written
down for the teen. Docs: docs/why/pairing.md.
"""

from hoede.pairing.families import Family, families_of, family_of
from hoede.pairing.rules.states import Acts, By, Cause, Mode, State, parse_acts
from hoede.pairing.store import LinkRow

__all__ = [
    "Acts",
    "By",
    "Cause",
    "Family",
    "LinkRow",
    "Mode",
    "State",
    "families_of",
    "family_of",
    "parse_acts",
]
