"""Which keys a database was made with, so that it is never run with others."""

from sqlalchemy import Column, Integer, String, Table, inspect, select, update

from hoede.core.errors import HoedeError
from hoede.db.columns import METADATA
from hoede.db.engine import Database, Transaction
from hoede.db.rows import insert_new

KEY_CHECK = Table(
    "key_check",
    METADATA,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", String(64), nullable=False),
)

_ROW = select(KEY_CHECK.c.fingerprint)


class OtherKeys(HoedeError):
    """These keys are not the ones this database was made with. Put the right key folder in place."""

    code = "keys-other"


def made_with_keys(db: Database) -> bool:
    """Whether this database was run before; then its keys are somewhere and new ones are no help."""
    return db.read(lambda conn: inspect(conn).has_table(KEY_CHECK.name) and bool(conn.execute(_ROW).all()))


def check_keys(tx: Transaction, fingerprint: str, before: str | None = None) -> None:
    """Note the keys of a new database; raises `OtherKeys` when an old one had others.

    `before` is how the same keys were told when no key could be replaced; such a row is brought up to date.
    """
    if insert_new(tx.conn, KEY_CHECK, {"id": 1, "fingerprint": fingerprint}):
        return
    known = tx.conn.execute(_ROW).scalar_one()
    if known == before:
        tx.conn.execute(update(KEY_CHECK).values(fingerprint=fingerprint))
    elif known != fingerprint:
        raise OtherKeys
