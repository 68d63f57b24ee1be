"""Accounts as platforms tell us of them: where they live, what is known of their age, what they chose."""

from hoede.accounts.rules import (
    AgeGround,
    age_at,
    age_band,
    age_ground,
    age_then,
    known_age,
    surely_minor,
)
from hoede.accounts.store import (
    Account,
    account,
    choices,
    choose,
    chosen,
    find_age,
    is_known,
    put_account,
    several,
)

__all__ = [
    "Account",
    "AgeGround",
    "account",
    "age_at",
    "age_band",
    "age_ground",
    "age_then",
    "choices",
    "choose",
    "chosen",
    "find_age",
    "is_known",
    "known_age",
    "put_account",
    "several",
    "surely_minor",
]
