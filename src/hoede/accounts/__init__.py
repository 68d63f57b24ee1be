"""Accounts as platforms tell us of them: where they live, and what is known of their age."""

from hoede.accounts.rules import AgeGround, age_band, age_ground
from hoede.accounts.store import Account, account, put_account

__all__ = ["Account", "AgeGround", "account", "age_band", "age_ground", "put_account"]
