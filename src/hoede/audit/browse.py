"""The log as people look at it: heads and leaves in pages, proofs of leaves and of growth."""

from collections.abc import Collection, Sequence
from typing import Final

from sqlalchemy import ColumnElement, Connection, func, select

from hoede.audit.paths import consistency, inclusion
from hoede.audit.proofs import Growth, Proof, SignedHead
from hoede.audit.rules import Head, in_force
from hoede.audit.store import HEADS, log_keys
from hoede.audit.trees import LeavesMissing, Trees
from hoede.core.leaves import COMMITMENT_LENGTH
from hoede.db.leaves import LEAVES

PAGE: Final = 50
MOST: Final = 1 << 63  # a database counts no further
_BEGIN: Final = '{"about":"'  # of every body: its keys are in order


def newest_heads(conn: Connection, *, before: int | None = None, most: int = PAGE) -> tuple[Head, ...]:
    """Heads, the newest first; `before`: only those over fewer leaves."""
    asked = select(HEADS.c.size, HEADS.c.root, HEADS.c.at, HEADS.c.signature)
    if before is not None:
        asked = asked.where(HEADS.c.size < before)
    rows = conn.execute(asked.order_by(HEADS.c.size.desc()).limit(most))
    return tuple(Head(row.size, row.root, row.at, row.signature) for row in rows)


def newest_leaves(
    conn: Connection, *, before: int | None = None, most: int = PAGE
) -> tuple[tuple[int, str], ...]:
    """Numbers and bodies of leaves, the newest first; `before`: only those with a smaller number."""
    asked = select(LEAVES.c.number, LEAVES.c.body).where(LEAVES.c.number.is_not(None))
    if before is not None:
        asked = asked.where(LEAVES.c.number < before)
    rows = conn.execute(asked.order_by(LEAVES.c.number.desc()).limit(most))
    return tuple((row.number, row.body) for row in rows)


def numbers_of(conn: Connection, commitments: Sequence[str]) -> dict[int, int | None]:
    """By place, the number of the first leaf about each of these; None: not numbered yet, absent: no leaf.

    Reads the whole log, which is for a person who waits.
    """
    found: dict[int, int | None] = {}
    for place, one in enumerate(commitments):
        about = LEAVES.c.body.contains(f'"about":"{one}"', autoescape=True)
        row = conn.execute(select(LEAVES.c.number).where(about).order_by(LEAVES.c.id).limit(1)).first()
        if row is not None:
            found[place] = row.number
    return found


def numbers_about(conn: Connection, commitments: Collection[str]) -> tuple[int, ...]:
    """Numbers of all leaves about any of these; reads the whole log, which is for a person who waits."""
    about = func.substr(LEAVES.c.body, len(_BEGIN) + 1, COMMITMENT_LENGTH)
    asked = select(LEAVES.c.number).where(LEAVES.c.number.is_not(None), about.in_(commitments))
    return tuple(conn.execute(asked.order_by(LEAVES.c.number)).scalars())


def proof_of(conn: Connection, number: int, size: int | None = None) -> Proof | None:
    """The proof of this leaf, against the first head that covers it or the one over `size` leaves.

    None when there is no such leaf, or no such head covers it yet.
    """
    if not 0 <= number < MOST or (size is not None and not number < size < MOST):
        return None
    covers = HEADS.c.size > number if size is None else HEADS.c.size == size
    signed = _signed_head(conn, covers)
    if signed is None:
        return None
    trees = Trees(conn)
    try:
        (body,) = trees.bodies(number, number + 1)
        path = inclusion(number, signed.head.size, trees.subtree)
    except LeavesMissing:
        return None
    return Proof(number, body, path, signed.head, signed.key)


def newest_head(conn: Connection) -> SignedHead | None:
    """The head to keep; None in a log without one."""
    heads = newest_heads(conn, most=1)
    return _signed_head(conn, HEADS.c.size == heads[0].size) if heads else None


def growth_of(conn: Connection, old: int, new: int | None = None) -> Growth | None:
    """That the log only grew between these heads, `new` being the newest one unless it is told.

    None when either is no head of this log. Raises `LeavesMissing`.
    """
    if not 0 < old < MOST or (new is not None and not old <= new < MOST):
        return None
    before = _signed_head(conn, HEADS.c.size == old)
    after = newest_head(conn) if new is None else _signed_head(conn, HEADS.c.size == new)
    if before is None or after is None:
        return None
    path = consistency(old, after.head.size, Trees(conn).subtree)
    return Growth(before, after, path)


def _signed_head(conn: Connection, which: ColumnElement[bool]) -> SignedHead | None:
    """The shortest such head."""
    c = HEADS.c
    asked = select(c.size, c.root, c.at, c.signature).where(which).order_by(c.size).limit(1)
    row, keys = conn.execute(asked).one_or_none(), log_keys(conn)
    if row is None or not keys:
        return None
    head = Head(row.size, row.root, row.at, row.signature)
    return SignedHead(head, in_force(keys, head.size))
