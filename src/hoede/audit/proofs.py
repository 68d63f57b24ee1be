"""That one leaf is in the log: a proof anybody can check who has none of the other leaves. Pure.

A leaf is proved against the first signed head that covers it. What stands left of it is folded up in
the frontier of the head before, so that a proof costs one batch of leaves, however long the log is.
"""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass

from hoede.audit.rules import (
    Frontier,
    Head,
    LogKey,
    head_message,
    in_force,
    leaf_hash,
    node_hash,
    root_hash,
)
from hoede.audit.verify import signed


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
        return signed(self.key.public, self.head.signature, self.message)

    @property
    def sound(self) -> bool:
        return self.leads_to_root and self.is_signed

    @property
    def message(self) -> bytes:
        """What was signed."""
        return head_message(self.head.size, self.head.root, self.head.at)

    def told(self) -> str:
        """All that a stranger needs to check it, as JSON; bytes are base64."""
        values = {
            "leaf": self.body,
            "number": self.number,
            "path": [_text(one) for one in self.path],
            "size": self.head.size,
            "root": _text(self.head.root),
            "message": self.message.decode(),
            "signature": _text(self.head.signature),
            "key": _text(self.key.public),
        }
        return json.dumps(values, indent=2)


def head_is_signed(head: Head, keys: Sequence[LogKey]) -> bool:
    """Whether the key that was in force at this size signed the head."""
    message = head_message(head.size, head.root, head.at)
    return bool(keys) and signed(in_force(keys, head.size).public, head.signature, message)


def path_to(number: int, edge: Frontier, hashes: Sequence[bytes]) -> tuple[bytes, ...]:
    """The way from leaf `number` up; `hashes` are those of all leaves after `edge`, the leaf among them."""
    left, own = edge, number - edge.size
    for one in hashes[:own]:
        left = left.add(one)
    right = hashes[own:]

    def node(start: int, end: int) -> bytes:
        if end <= number:
            return _peak(left, start)
        return root_hash(right[start - number : end - number])

    def up(start: int, end: int) -> tuple[bytes, ...]:
        if end - start == 1:
            return ()
        split = start + (1 << ((end - start - 1).bit_length() - 1))
        if number < split:
            return (*up(start, split), node(split, end))
        return (*up(split, end), node(start, split))

    return up(0, edge.size + len(hashes))


def root_from(leaf: bytes, number: int, size: int, path: Sequence[bytes]) -> bytes | None:
    """The root this path leads to; None when it does not fit the place. RFC 9162, 2.1.3.2."""
    at, last, root = number, size - 1, leaf
    if not 0 <= number < size:
        return None
    for one in path:
        if last == 0:
            return None
        if at & 1 or at == last:
            root = node_hash(one, root)
            while not at & 1 and at:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, one)
        at, last = at >> 1, last >> 1
    return root if last == 0 else None


def _peak(left: Frontier, start: int) -> bytes:
    """The whole subtree of the frontier that begins at this leaf."""
    begin, bit = 0, 1 << left.size.bit_length()
    for peak in left.peaks:
        bit >>= 1
        while not left.size & bit:
            bit >>= 1
        if begin == start:
            return peak
        begin += bit
    raise ValueError(f"no subtree of {left.size} leaves begins at {start}")


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()
