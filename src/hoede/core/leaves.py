"""A leaf of the audit log: that something happened, provable without telling what. Pure."""

import json
from dataclasses import dataclass
from datetime import datetime

from hoede.core.orders import OPAQUE_LENGTH, opaque

COMMITMENT_LENGTH = OPAQUE_LENGTH
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Leaf:
    """One act on one subject. Only keyed commitments of it reach the log: no ids, no text."""

    act: str  # from a fixed vocabulary, e.g. "order.done"
    about: str  # the id of what it happened to
    detail: str = ""  # what else the act fixes, e.g. an outcome or a hash


def commitment(key: bytes, act: str, about: str) -> str:
    """What the log holds in place of an id; recomputed from our rows when they are checked against it."""
    return opaque(key, f"leaf\x1f{act}\x1f{about}")


def leaf_body(leaf: Leaf, at: datetime, key: bytes) -> str:
    """The canonical JSON that is hashed into the tree."""
    body = {
        "about": commitment(key, leaf.act, leaf.about),
        "act": leaf.act,
        "at": at.isoformat(timespec="milliseconds"),
        "detail": opaque(key, f"detail\x1f{leaf.act}\x1f{leaf.about}\x1f{leaf.detail}"),
    }
    return _CANONICAL.encode(body)
