"""API keys: `hk_` + a public prefix + `_` + 32 random bytes. Only a digest is kept. Pure."""

import hashlib
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from hoede.core.errors import HoedeError


class Scope(StrEnum):
    """What a key is good for."""

    EVENTS = "events:write"
    ACCOUNTS = "accounts:write"
    RECEIPTS = "receipts:write"
    NOTICES = "notices"
    PERMITS = "permits"
    APPEALS = "appeals"
    USAGE = "usage"
    GUARDIANS = "guardians"


class KeyKind(StrEnum):
    """Whose key it is. Only a platform's may have other scopes than `notices`."""

    PLATFORM = "platform"
    FLAGGER = "flagger"  # a trusted flagger
    HOTLINE = "hotline"


class KeyRefused(HoedeError):
    """The API key is missing, unknown, revoked or expired. Make one with `hoede keys create`."""

    code = "key-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key as its row tells it."""

    prefix: str
    service: str
    scopes: frozenset[Scope]
    kind: KeyKind = KeyKind.PLATFORM
    expires_at: datetime
    revoked_at: datetime | None

    def good(self, now: datetime) -> bool:
        return self.revoked_at is None and now < self.expires_at


def prefix_of(key: str) -> str | None:
    """The public part of a well-formed key."""
    parts = key.split("_", 2)
    return parts[1] if len(parts) == 3 and parts[0] == "hk" else None  # noqa: PLR2004 - hk, prefix, secret


def digest_of(key: str) -> str:
    """A plain SHA-256 is enough: the secret is 32 random bytes, nobody can guess along."""
    return hashlib.sha256(key.encode()).hexdigest()
