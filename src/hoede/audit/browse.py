"""The log as people look at it: heads and leaves in pages, and the proof of one leaf."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import Connection, select

from hoede.audit.proofs import Proof, path_to
from hoede.audit.rules import Frontier, Head, in_force, leaf_hash
from hoede.audit.store import HEADS, frontier_of, log_keys
from hoede.db.leaves import LEAVES

PAGE: Final = 50
MOST: Final = 1 << 63  # a database counts no further


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


def proof_of(conn: Connection, number: int) -> Proof | None:
    """The proof of this leaf; None when there is no such leaf, or no head covers it yet."""
    if not 0 <= number < MOST:
        return None
    c = HEADS.c
    covers = select(c.size, c.root, c.at, c.signature).where(c.size > number).order_by(c.size).limit(1)
    row, keys = conn.execute(covers).one_or_none(), log_keys(conn)
    if row is None or not keys:
        return None
    edge = _edge_before(conn, number)
    between = (LEAVES.c.number >= edge.size, LEAVES.c.number < row.size)
    bodies = list(conn.execute(select(LEAVES.c.body).where(*between).order_by(LEAVES.c.number)).scalars())
    if len(bodies) <= number - edge.size:
        return None  # somebody took leaves away: `hoede audit verify` says which
    path = path_to(number, edge, [leaf_hash(body.encode()) for body in bodies])
    head = Head(row.size, row.root, row.at, row.signature)
    return Proof(number, bodies[number - edge.size], path, head, in_force(keys, head.size))


def _edge_before(conn: Connection, number: int) -> Frontier:
    """The tree under the longest head that does not cover this leaf."""
    asked = select(HEADS.c.size, HEADS.c.peaks).where(HEADS.c.size <= number)
    return frontier_of(conn.execute(asked.order_by(HEADS.c.size.desc()).limit(1)).one_or_none())
