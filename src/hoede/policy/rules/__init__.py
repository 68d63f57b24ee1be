"""The rules of policy: may we look, what an account may, and how both are read. Pure."""

from hoede.policy.rules.looking import LookingLaw, LookTableError, may_look, parse_look_table

__all__ = ["LookTableError", "LookingLaw", "may_look", "parse_look_table"]
