"""Rows of the long-lived keys that wrap the objects' own: which are in force, which are retired."""

from collections.abc import Collection

from sqlalchemy import Column, Connection, String, Table, select, update

from hoede.core.errors import HoedeError
from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.db.key_check import OtherKeys
from hoede.keys import KeysMissing

VAULT_KEYS = Table(
    "vault_key",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("follows", String(64)),  # empty: the first
    Column("made_at", Moment, nullable=False),
    Column("copied_at", Moment),  # when the key folder was copied last
    Column("retired_at", Moment),  # from then on it wraps nothing, and nobody may wrap with it
)


class KeyRetired(HoedeError):
    """This key was replaced; nothing is wrapped with it any more. Bring the newest key folder here."""

    code = "key-retired"


def in_force(conn: Connection) -> list[str]:
    """Ids of keys that are not retired, the oldest first; the last one wraps, or is about to."""
    rows = conn.execute(
        select(VAULT_KEYS.c.id)
        .where(VAULT_KEYS.c.retired_at.is_(None))
        .order_by(VAULT_KEYS.c.made_at, VAULT_KEYS.c.follows.is_not(None))
    )
    return list(rows.scalars())


def retired(conn: Connection) -> list[str]:
    return list(conn.execute(select(VAULT_KEYS.c.id).where(VAULT_KEYS.c.retired_at.is_not(None))).scalars())


def check_vault_keys(tx: Transaction, held: Collection[str], wraps_with: str) -> None:
    """Note the first key of a new vault. Raises `OtherKeys` or `KeysMissing` when these are not its keys."""
    known = in_force(tx.conn)
    if not known:
        insert_new(tx.conn, VAULT_KEYS, {"id": wraps_with, "made_at": tx.now})
    elif wraps_with not in known:
        raise OtherKeys("vault.key is none of this vault's keys. Put the newest copy of it in place.")
    for one in known:
        if one not in held:
            raise KeysMissing(
                f"Vault key {one} is not in the key folder. Put the newest copy of it in place."
            )


def add_vault_key(tx: Transaction, key_id: str, follows: str) -> None:
    """A key is about to take another's place; saying so twice changes nothing."""
    if insert_new(tx.conn, VAULT_KEYS, {"id": key_id, "follows": follows, "made_at": tx.now}):
        tx.leaf(Leaf("vault_key.made", key_id, follows))


def refuse_retired(tx: Transaction, key_id: str) -> None:
    """Raises `KeyRetired` for a key that was replaced; one in force stays so until this step's end."""
    row = tx.conn.execute(
        select(VAULT_KEYS.c.retired_at).where(VAULT_KEYS.c.id == key_id).with_for_update(read=True)
    ).one_or_none()
    if row is not None and row.retired_at is not None:
        raise KeyRetired(key_id=key_id)


def vault_keys_copied(tx: Transaction, key_ids: Collection[str]) -> None:
    tx.conn.execute(update(VAULT_KEYS).where(VAULT_KEYS.c.id.in_(key_ids)).values(copied_at=tx.now))


def never_copied(conn: Connection) -> list[str]:
    """Ids of keys in force of which no copy was made by `hoede keys backup`."""
    rows = conn.execute(
        select(VAULT_KEYS.c.id).where(VAULT_KEYS.c.retired_at.is_(None), VAULT_KEYS.c.copied_at.is_(None))
    )
    return list(rows.scalars())


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    found = []
    for row in conn.execute(select(VAULT_KEYS)):
        found += [("vault_key.made", row.id)] if row.follows else []
        found += [("vault_key.retired", row.id)] if row.retired_at else []
    return found
