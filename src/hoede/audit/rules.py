"""The tree of RFC 6962: leaves in, root out. Pure."""

import base64
import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

EMPTY_ROOT = hashlib.sha256(b"").digest()


def leaf_hash(body: bytes) -> bytes:
    """RFC 6962, 2.1: a leaf is hashed behind a zero byte, so that no node can pass for a leaf."""
    return hashlib.sha256(b"\x00" + body).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """The right edge of a tree: the roots of its whole subtrees, largest first."""

    size: int = 0
    peaks: tuple[bytes, ...] = field(default=())

    def add(self, leaf: bytes) -> "Frontier":
        """The tree with one more leaf (its hash)."""
        peaks, node, rest = list(self.peaks), leaf, self.size
        while rest & 1:
            node = node_hash(peaks.pop(), node)
            rest >>= 1
        return Frontier(self.size + 1, (*peaks, node))

    def root(self) -> bytes:
        if not self.peaks:
            return EMPTY_ROOT
        *rest, node = self.peaks
        for peak in reversed(rest):
            node = node_hash(peak, node)
        return node

    def peak(self, start: int) -> bytes:
        """The whole subtree of this edge that begins at leaf `start`; `ValueError` when none does."""
        begin, bit = 0, 1 << self.size.bit_length()
        for peak in self.peaks:
            bit >>= 1
            while not self.size & bit:
                bit >>= 1
            if begin == start:
                return peak
            begin += bit
        raise ValueError(f"no subtree of {self.size} leaves begins at {start}")


def root_hash(leaves: Iterable[bytes]) -> bytes:
    """The root over leaf hashes, by RFC 6962's own recursion; the plain oracle of `Frontier`."""
    hashes = list(leaves)
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = 1 << ((len(hashes) - 1).bit_length() - 1)
    return node_hash(root_hash(hashes[:split]), root_hash(hashes[split:]))


@dataclass(frozen=True, slots=True)
class Head:
    """A signed root: this many leaves, this hash, at this time."""

    size: int
    root: bytes
    at: datetime
    signature: bytes


def head_message(size: int, root: bytes, at: datetime) -> bytes:
    """The bytes that are signed."""
    return f"hoede-audit/1\n{size}\n{base64.b64encode(root).decode()}\n{at.isoformat()}\n".encode()


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey:
    """One of the keys that signed, or sign, the heads: its public half, and from where on it counts."""

    number: int  # 1, 2, ...
    public: bytes
    from_size: int  # in force for heads over more leaves than this
    at: datetime
    by_former: bytes | None = None  # the change, signed by the key before: who knew that one can follow
    by_itself: bytes | None = None  # and by this one: who knows the newest can go back


def change_message(former: bytes, new: LogKey) -> bytes:
    """The bytes that both keys sign when one takes the other's place."""
    keys = "\n".join(base64.b64encode(key).decode() for key in (former, new.public))
    return f"hoede-log-key/1\n{new.number}\n{new.from_size}\n{keys}\n{new.at.isoformat()}\n".encode()


def in_force(keys: Sequence[LogKey], size: int) -> LogKey:
    """The key that signs the head over this many leaves; `keys` are in the order of their numbers."""
    counting = [key for key in keys if key.from_size < size]
    return counting[-1] if counting else keys[0]
