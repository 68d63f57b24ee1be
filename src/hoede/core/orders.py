"""An order: one measure to be carried out exactly once. Pure."""

import base64
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum


class TargetKind(StrEnum):
    CONTENT = "content"
    ACCOUNT = "account"
    EVIDENCE = "evidence"
    AUTHORITY = "authority"
    CASE = "case"
    EVENT = "event"


@dataclass(frozen=True, slots=True)
class Target:
    kind: TargetKind
    id: str


class OrderState(StrEnum):
    OPEN = "open"  # to be carried out, tried again until it is
    WAITING = "waiting"  # its ground fell away; a judgment decides
    DONE = "done"
    SUPERSEDED = "superseded"  # a judgment took its place


ENDED = frozenset({OrderState.DONE, OrderState.SUPERSEDED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is asked, of what, and because of what."""

    id: str
    service: str
    cause: str  # the decision, judgment or case that asked
    measure: str  # a name from measures.toml
    target: Target
    by: str  # who carries it out: platform, vault, authority, screening, person
    after: tuple[str, ...] = ()  # ids of orders that must have ended first
    values: Mapping[str, str] = field(default_factory=dict)  # what the job needs besides; ids, no content
    may_fall_away: bool = False  # automatic and irreversible: its ground is checked again when carried out


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """An order as it stands now."""

    order: Order
    state: OrderState
    outcome: str | None  # how it ended, e.g. "sealed", "receipt"
    reason: str | None  # the last reason it did not end yet
    tries: int
    needs_human: bool
    opened_at: datetime
    ended_at: datetime | None
    in_hands: bool = False  # some worker claimed it and has not written down how it went

    @property
    def begun(self) -> bool:
        """Whether it may have been carried out, receipt or not."""
        return self.tries > 0 or self.in_hands or self.state is OrderState.DONE


def order_id(key: bytes, cause: str, measure: str, target: Target) -> str:
    """An opaque id: the same cause, measure and target give the same id, and it tells neither."""
    return "ord_" + opaque(key, f"{cause}\x1f{measure}\x1f{target.kind}\x1f{target.id}")


OPAQUE_LENGTH = 26


def opaque(key: bytes, text: str) -> str:
    """26 characters that only the holder of `key` can tie to `text` (130 bits of an HMAC-SHA256)."""
    digest = hmac.digest(key, text.encode(), "sha256")
    return base64.b32encode(digest[:20]).decode()[:OPAQUE_LENGTH].lower()  # 26 of its 32 letters
