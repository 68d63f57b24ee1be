"""The rows of the audit log, carried by every transaction. `audit` numbers and signs them."""

from datetime import datetime

from sqlalchemy import BigInteger, Column, Connection, Table, Text, insert

from hoede.core.leaves import Leaf, leaf_body
from hoede.db.columns import METADATA, Serial

LEAVES = Table(
    "leaf",
    METADATA,
    Column("id", Serial, primary_key=True, autoincrement=True),  # order of writing
    Column("number", BigInteger, unique=True),  # place in the tree; empty until the sequencer came by
    Column("body", Text, nullable=False),  # canonical JSON, what is hashed
)


def append_leaf(conn: Connection, leaf: Leaf, at: datetime, key: bytes) -> None:
    conn.execute(insert(LEAVES).values(body=leaf_body(leaf, at, key)))
