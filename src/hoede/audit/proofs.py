"""Proofs that anybody can check who has none of the leaves: of one leaf, and that the log only grew. Pure."""

import base64
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from hoede.audit.paths import grew, root_from
from hoede.audit.rules import Head, LogKey, head_message, in_force, leaf_hash
from hoede.audit.verify import signed


@dataclass(frozen=True, slots=True)
class SignedHead:
    """A head, and whom its signature must be of."""

    head: Head
    key: LogKey

    @property
    def message(self) -> bytes:
        """What was signed."""
        return head_message(self.head.size, self.head.root, self.head.at)

    @property
    def is_signed(self) -> bool:
        return signed(self.key.public, self.head.signature, self.message)

    def values(self) -> dict[str, Any]:
        """All that a stranger needs to check it; bytes are base64."""
        return {
            "size": self.head.size,
            "root": text_of(self.head.root),
            "message": self.message.decode(),
            "signature": text_of(self.head.signature),
            "key": text_of(self.key.public),
        }


@dataclass(frozen=True, slots=True)
class Proof:
    """One leaf, its way up to a signed root, and whom the signature must be of."""

    number: int
    body: str
    path: tuple[bytes, ...]  # from the leaf up, RFC 6962, 2.1.1
    head: Head
    key: LogKey

    @property
    def leads_to_root(self) -> bool:
        leaf = leaf_hash(self.body.encode())
        return root_from(leaf, self.number, self.head.size, self.path) == self.head.root

    @property
    def is_signed(self) -> bool:
        return SignedHead(self.head, self.key).is_signed

    @property
    def sound(self) -> bool:
        return self.leads_to_root and self.is_signed

    def values(self) -> dict[str, Any]:
        """All that a stranger needs to check it."""
        mine = {"leaf": self.body, "number": self.number, "path": [text_of(one) for one in self.path]}
        return mine | SignedHead(self.head, self.key).values()

    def told(self) -> str:
        """Likewise, as JSON."""
        return json.dumps(self.values(), indent=2)


@dataclass(frozen=True, slots=True)
class Growth:
    """That nothing under an older head was changed until a newer one was signed."""

    old: SignedHead
    new: SignedHead
    path: tuple[bytes, ...]  # RFC 6962, 2.1.2

    @property
    def sound(self) -> bool:
        old, new = self.old.head, self.new.head
        only_grew = grew(old.size, old.root, new.size, new.root, self.path)
        return only_grew and self.old.is_signed and self.new.is_signed

    def values(self) -> dict[str, Any]:
        """All that a stranger needs to check it."""
        path = [text_of(one) for one in self.path]
        return {"old": self.old.values(), "new": self.new.values(), "path": path}


def head_is_signed(head: Head, keys: Sequence[LogKey]) -> bool:
    """Whether the key that was in force at this size signed the head."""
    return bool(keys) and SignedHead(head, in_force(keys, head.size)).is_signed


def key_values(key: LogKey) -> Mapping[str, Any]:
    """A key of the log and the change to it, for others."""
    return {
        "number": key.number,
        "public": text_of(key.public),
        "from_size": key.from_size,
        "at": key.at.isoformat(),
        "by_former": text_of(key.by_former) if key.by_former else None,
        "by_itself": text_of(key.by_itself) if key.by_itself else None,
    }


def text_of(content: bytes) -> str:
    return base64.b64encode(content).decode()
