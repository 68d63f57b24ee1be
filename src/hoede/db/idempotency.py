"""Requests remembered for seven days, so that repeating one changes nothing and answers the same."""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Column, Connection, Integer, String, Table, Text, delete

from hoede.core.errors import HoedeError
from hoede.db.columns import METADATA, Moment
from hoede.db.engine import Transaction
from hoede.db.rows import insert_new, one_row

KEPT = timedelta(days=7)

REQUESTS = Table(
    "idempotency",
    METADATA,
    Column("service", String(64), primary_key=True),
    Column("key", String(255), primary_key=True),
    Column("request", String(64), nullable=False),  # SHA-256 of what was asked
    Column("status", Integer, nullable=False),
    Column("answer", Text, nullable=False),
    Column("at", Moment, nullable=False, index=True),
)


class KeyReused(HoedeError):
    """This Idempotency-Key was used for another request. Take a new key."""

    code = "idempotency-key-reused"


@dataclass(frozen=True, slots=True)
class Remembered:
    """What a request is known by, and what it was answered."""

    service: str
    key: str
    request: str

    @staticmethod
    def of(service: str, key: str, *parts: bytes) -> "Remembered":
        """Known by its parts, e.g. path and body; their borders count too."""
        digest = hashlib.sha256()
        for part in parts:
            digest.update(len(part).to_bytes(8, "big") + part)
        return Remembered(service, key, digest.hexdigest())


def recall(conn: Connection, request: Remembered) -> tuple[int, str] | None:
    """Status and answer given before; `KeyReused` when the key belonged to another request."""
    row = one_row(conn, REQUESTS, service=request.service, key=request.key)
    if row is None:
        return None
    if row.request != request.request:
        raise KeyReused
    return row.status, row.answer


def remember(tx: Transaction, request: Remembered, status: int, answer: str) -> tuple[int, str]:
    """Keep the answer in the step's own transaction, both durable or neither; returns what is to be answered.

    That is what the same request was answered meanwhile, by another process. Raises `KeyReused` when another
    request took the key.
    """
    row = {
        "service": request.service,
        "key": request.key,
        "request": request.request,
        "status": status,
        "answer": answer,
        "at": tx.now,
    }
    if insert_new(tx.conn, REQUESTS, row):
        return status, answer
    return recall(tx.conn, request) or (status, answer)


def forget_old(tx: Transaction, now: datetime) -> int:
    return tx.conn.execute(delete(REQUESTS).where(REQUESTS.c.at < now - KEPT)).rowcount
