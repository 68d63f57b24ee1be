"""The rows of the audit log, carried by every transaction. `audit` numbers and signs them."""

from collections.abc import Sequence

from sqlalchemy import BigInteger, Column, Connection, Table, Text, insert

from hoede.db.columns import METADATA, Serial

LEAVES = Table(
    "leaf",
    METADATA,
    Column("id", Serial, primary_key=True, autoincrement=True),  # order of writing
    Column("number", BigInteger, unique=True),  # place in the tree; empty until the sequencer came by
    Column("body", Text, nullable=False),  # canonical JSON, what is hashed
)

_APPENDED = insert(LEAVES)


def append_leaves(conn: Connection, bodies: Sequence[str]) -> None:
    """Write leaves in this order, all at once: a statement costs more than a row."""
    if bodies:
        conn.execute(_APPENDED, [{"body": one} for one in bodies])
