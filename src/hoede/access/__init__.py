"""Access: who may do what here. So far machines, by API key."""

from hoede.access.rules import ApiKey, KeyKind, KeyRefused, Scope
from hoede.access.store import create_key, key_for, revoke_key

__all__ = ["ApiKey", "KeyKind", "KeyRefused", "Scope", "create_key", "key_for", "revoke_key"]
