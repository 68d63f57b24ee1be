"""Any subtree of the log, found quickly: each head keeps the edge it was signed over, made of subtrees.

A left subtree stands in the edge of every head signed until its right neighbour was whole. So little but
heads is read, and a batch of leaves at the end of the way (docs/decisions/0031-proofs-erasure-hand-over.md).
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from hoede.audit.paths import half
from hoede.audit.rules import leaf_hash, node_hash, root_hash
from hoede.audit.store import HEADS, frontier_of
from hoede.core.errors import HoedeError
from hoede.db.leaves import LEAVES


class LeavesMissing(HoedeError):
    """Leaves are missing under a head. `hoede audit verify` says which."""

    code = "leaves-missing"


class Trees:
    """Roots over ranges of leaves, as this connection sees the log. Raises `LeavesMissing`."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def subtree(self, start: int, end: int) -> bytes:
        """The root over the leaves from `start` up to `end`."""
        length = end - start
        is_left = length & (length - 1) == 0 and start % (2 * length) == 0
        if is_left and (kept := self._kept(start, end, end + length)):
            return kept
        if length == 1 or not self._head_within(start, end):
            return root_hash(leaf_hash(body.encode()) for body in self.bodies(start, end))
        split = start + half(length)
        return node_hash(self.subtree(start, split), self.subtree(split, end))

    def bodies(self, start: int, end: int) -> Sequence[str]:
        """What these leaves say."""
        between = (LEAVES.c.number >= start, LEAVES.c.number < end)
        asked = select(LEAVES.c.body).where(*between).order_by(LEAVES.c.number)
        found = self._conn.execute(asked).scalars().all()
        if len(found) != end - start:
            raise LeavesMissing
        return found

    def _kept(self, start: int, at_least: int, below: int) -> bytes | None:
        """The subtree from `start` on as a head of such a size kept it."""
        sizes = (HEADS.c.size >= at_least, HEADS.c.size < below)
        asked = select(HEADS.c.size, HEADS.c.peaks).where(*sizes).order_by(HEADS.c.size).limit(1)
        row = self._conn.execute(asked).one_or_none()
        try:
            return frontier_of(row).peak(start) if row is not None else None
        except ValueError:  # somebody changed what the head kept; the leaves themselves tell
            return None

    def _head_within(self, start: int, end: int) -> bool:
        asked = select(HEADS.c.size).where(HEADS.c.size > start, HEADS.c.size < end).limit(1)
        return self._conn.execute(asked).one_or_none() is not None
