"""The table of API keys."""

import hmac
import json
from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, String, Table, Text, insert, select, update

from hoede.access.rules import ApiKey, KeyKind, KeyRefused, Scope, digest_of, prefix_of
from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction

KEYS = Table(
    "api_key",
    METADATA,
    Column("prefix", String(16), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("service", String(64), nullable=False),
    Column("scopes", Text, nullable=False),  # JSON list
    Column("created_at", Moment, nullable=False),
    Column("expires_at", Moment, nullable=False),
    Column("revoked_at", Moment),
    Column("kind", String(16), nullable=False, server_default=KeyKind.PLATFORM),
)


def create_key(
    tx: Transaction,
    *,
    prefix: str,
    secret: str,
    service: str,
    scopes: Iterable[Scope],
    lasts: timedelta,
    kind: KeyKind = KeyKind.PLATFORM,
) -> str:
    """Make a key and return it; it is shown this once, only its digest is kept."""
    key = f"hk_{prefix}_{secret}"
    tx.conn.execute(
        insert(KEYS).values(
            prefix=prefix,
            digest=digest_of(key),
            service=service,
            scopes=json.dumps(sorted(scopes)),
            created_at=tx.now,
            expires_at=tx.now + lasts,
            kind=kind,
        )
    )
    tx.leaf(Leaf("key.created", prefix))
    return key


def key_for(conn: Connection, presented: str, now: datetime) -> ApiKey:
    """The key somebody presents, or `KeyRefused`; every reason for refusal looks the same."""
    prefix = prefix_of(presented)
    row = conn.execute(select(KEYS).where(KEYS.c.prefix == prefix)).one_or_none() if prefix else None
    if row is None or not hmac.compare_digest(row.digest, digest_of(presented)):
        raise KeyRefused
    key = ApiKey(
        prefix=row.prefix,
        service=row.service,
        scopes=frozenset(Scope(scope) for scope in json.loads(row.scopes)),
        kind=KeyKind(row.kind),
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
    )
    if not key.good(now):
        raise KeyRefused
    return key


def revoke_key(tx: Transaction, prefix: str) -> bool:
    """End a key at once; false when there is none in force."""
    gone = tx.conn.execute(
        update(KEYS).where(KEYS.c.prefix == prefix, KEYS.c.revoked_at.is_(None)).values(revoked_at=tx.now)
    )
    if gone.rowcount:
        tx.leaf(Leaf("key.revoked", prefix))
    return bool(gone.rowcount)


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    rows = conn.execute(select(KEYS.c.prefix, KEYS.c.revoked_at)).all()
    made = [("key.created", row.prefix) for row in rows]
    return made + [("key.revoked", row.prefix) for row in rows if row.revoked_at is not None]
