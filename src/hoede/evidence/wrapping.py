"""Wrapping the objects' keys anew when the key that wraps them is replaced, in steps of bounded size."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, select, update

from hoede.core.leaves import Leaf
from hoede.db import Transaction
from hoede.evidence.store import EVIDENCE
from hoede.evidence.vault_keys import VAULT_KEYS
from hoede.keys import KeyProvider, Unwrappable, Wrapped


@dataclass(frozen=True, slots=True)
class Pass:
    """One bounded step of wrapping anew."""

    wrapped: int
    stuck: tuple[str, ...]  # objects whose key does not unwrap
    last: str | None  # the object to go on behind; None: that was the end


def wrap_anew(tx: Transaction, keys: KeyProvider, into: str, *, most: int, behind: str = "") -> Pass:
    """Wrap up to `most` object keys by the key in force, in the order of their ids, from `behind` on.

    A key that was destroyed meanwhile stays destroyed.
    """
    rows = tx.conn.execute(
        select(EVIDENCE.c.id, EVIDENCE.c.key_id, EVIDENCE.c.wrapped_key)
        .where(EVIDENCE.c.key_id != into, EVIDENCE.c.wrapped_key != b"", EVIDENCE.c.id > behind)
        .order_by(EVIDENCE.c.id)
        .limit(most)
    ).all()
    stuck = []
    for row in rows:
        about = row.id.encode()
        try:
            fresh = keys.wrap(keys.unwrap(Wrapped(row.key_id, row.wrapped_key), about), about)
        except Unwrappable:
            stuck.append(row.id)
            continue
        tx.conn.execute(
            update(EVIDENCE)
            .where(EVIDENCE.c.id == row.id, EVIDENCE.c.wrapped_key == row.wrapped_key)
            .values(key_id=fresh.key_id, wrapped_key=fresh.sealed)
        )
    return Pass(len(rows) - len(stuck), tuple(stuck), rows[-1].id if len(rows) == most else None)


def wrapped_by(conn: Connection) -> dict[str, int]:
    """How many object keys each long-lived key wraps."""
    counted = (
        select(EVIDENCE.c.key_id, func.count().label("many"))
        .where(EVIDENCE.c.wrapped_key != b"")
        .group_by(EVIDENCE.c.key_id)
    )
    return {row.key_id: row.many for row in conn.execute(counted)}


def retire(tx: Transaction, key_id: str) -> bool:
    """End a key once it wraps nothing; false while it still does.

    Its row is locked first: whoever keeps a copy under it has done so before, or is refused after.
    """
    tx.conn.execute(select(VAULT_KEYS.c.id).where(VAULT_KEYS.c.id == key_id).with_for_update())
    if key_id in wrapped_by(tx.conn):
        return False
    gone = tx.conn.execute(
        update(VAULT_KEYS)
        .where(VAULT_KEYS.c.id == key_id, VAULT_KEYS.c.retired_at.is_(None))
        .values(retired_at=tx.now)
    )
    if gone.rowcount:
        tx.leaf(Leaf("vault_key.retired", key_id))
    return True
