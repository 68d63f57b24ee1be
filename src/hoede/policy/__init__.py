"""Policy: so far only whether the law lets us look at an event at all."""

from hoede.policy.rules import LookingLaw, LookTableError, may_look, parse_look_table

__all__ = ["LookTableError", "LookingLaw", "may_look", "parse_look_table"]
