"""Heads of the log, the keys that sign them, and the numbering of leaves, whose own table stands in `db`."""

import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Integer,
    LargeBinary,
    Table,
    bindparam,
    insert,
    select,
    update,
)

from hoede.audit.rules import Frontier, Head, LogKey
from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.db.key_check import OtherKeys
from hoede.db.leaves import LEAVES

HEADS = Table(
    "audit_head",
    METADATA,
    Column("size", BigInteger, primary_key=True, autoincrement=False),  # leaves under this head
    Column("root", LargeBinary, nullable=False),
    Column("peaks", LargeBinary, nullable=False),  # the frontier, 32 bytes each: the next head starts here
    Column("at", Moment, nullable=False),
    Column("signature", LargeBinary, nullable=False),
)

LOG_KEYS = Table(
    "log_key",
    METADATA,
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("public", LargeBinary, nullable=False),
    Column("from_size", BigInteger, nullable=False),  # in force for heads over more leaves than this
    Column("at", Moment, nullable=False),
    Column("by_former", LargeBinary),  # the change, signed by the key before it; empty: the first
    Column("by_itself", LargeBinary),
    Column("copied_at", Moment),  # when the key folder was copied last
)

_HASH_BYTES = 32

_NEWEST = select(HEADS).order_by(HEADS.c.size.desc()).limit(1)
_UNNUMBERED = (
    select(LEAVES.c.id, LEAVES.c.body)
    .where(LEAVES.c.number.is_(None))
    .order_by(LEAVES.c.id)
    .limit(bindparam("most", type_=Integer))
)
_NUMBERED = update(LEAVES).where(LEAVES.c.id == bindparam("leaf")).values(number=bindparam("place"))
_SIGNS_NOW = select(LOG_KEYS.c.public).order_by(LOG_KEYS.c.number.desc()).limit(1)


def frontier(conn: Connection) -> Frontier:
    """Where the tree stands."""
    return frontier_of(conn.execute(_NEWEST).one_or_none())


def frontier_of(row: Any) -> Frontier:
    """The frontier a head was signed over; the empty one without a head."""
    if row is None:
        return Frontier()
    peaks = tuple(row.peaks[at : at + _HASH_BYTES] for at in range(0, len(row.peaks), _HASH_BYTES))
    return Frontier(row.size, peaks)


def last_signed(conn: Connection) -> datetime | None:
    """When the newest head was signed."""
    newest = conn.execute(_NEWEST).one_or_none()
    return None if newest is None else newest.at


def unnumbered(conn: Connection, most: int) -> list[tuple[int, str]]:
    """Ids and bodies of leaves without a number, oldest first."""
    return [(row.id, row.body) for row in conn.execute(_UNNUMBERED, {"most": most})]


def number(tx: Transaction, ids: Sequence[int], first: int) -> None:
    tx.conn.execute(
        _NUMBERED,
        [{"leaf": leaf, "place": first + step} for step, leaf in enumerate(ids)],
    )


def save_head(tx: Transaction, head: Head, edge: Frontier) -> None:
    tx.conn.execute(
        insert(HEADS).values(
            size=head.size, root=head.root, peaks=b"".join(edge.peaks), at=head.at, signature=head.signature
        )
    )


def heads(conn: Connection) -> list[Head]:
    rows = conn.execute(select(HEADS).order_by(HEADS.c.size))
    return [Head(row.size, row.root, row.at, row.signature) for row in rows]


def bodies(conn: Connection) -> Iterator[tuple[int | None, str]]:
    """Number and body of every leaf in the order of the tree; leaves without a number come last."""
    rows = conn.execute(
        select(LEAVES.c.number, LEAVES.c.body).order_by(
            LEAVES.c.number.is_(None), LEAVES.c.number, LEAVES.c.id
        )
    )
    for row in rows:
        yield row.number, row.body


def oldest_unnumbered(conn: Connection) -> datetime | None:
    """When the oldest leaf without a number was written."""
    waiting = unnumbered(conn, 1)
    return datetime.fromisoformat(json.loads(waiting[0][1])["at"]) if waiting else None


def log_keys(conn: Connection) -> list[LogKey]:
    """Every key of the log, the first one first; the last one is in force."""
    rows = conn.execute(select(LOG_KEYS).order_by(LOG_KEYS.c.number))
    return [
        LogKey(
            number=row.number,
            public=row.public,
            from_size=row.from_size,
            at=row.at,
            by_former=row.by_former,
            by_itself=row.by_itself,
        )
        for row in rows
    ]


def signs_now(conn: Connection) -> bytes | None:
    """The public half of the key in force; None in a database that never was opened with its keys."""
    return conn.execute(_SIGNS_NOW).scalar_one_or_none()


def check_log_key(tx: Transaction, held: Collection[bytes], current: bytes) -> None:
    """Note the first key of a new log; raises `OtherKeys` when the key in force is not among those held."""
    newest = signs_now(tx.conn)
    if newest is None:
        insert_new(tx.conn, LOG_KEYS, {"number": 1, "public": current, "from_size": 0, "at": tx.now})
    elif newest not in held:
        raise OtherKeys("log.key is not the key this log is signed with. Put the newest copy of it in place.")


def add_log_key(tx: Transaction, key: LogKey) -> None:
    """A key takes its predecessor's place, with its leaf."""
    tx.conn.execute(
        insert(LOG_KEYS).values(
            number=key.number,
            public=key.public,
            from_size=key.from_size,
            at=key.at,
            by_former=key.by_former,
            by_itself=key.by_itself,
        )
    )
    tx.leaf(Leaf("log_key.changed", str(key.number), key.public.hex()))


def log_key_copied(tx: Transaction, public: bytes) -> None:
    tx.conn.execute(update(LOG_KEYS).where(LOG_KEYS.c.public == public).values(copied_at=tx.now))


def log_key_was_copied(conn: Connection) -> bool:
    """Whether the key folder was copied while the key in force lay in it."""
    newest = select(LOG_KEYS.c.copied_at).order_by(LOG_KEYS.c.number.desc()).limit(1)
    return conn.execute(newest).scalar_one_or_none() is not None


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    return [("log_key.changed", str(key.number)) for key in log_keys(conn) if key.by_former is not None]
