"""Orders that were carried out, the receipts we owe for them, and letters. All SQL of both tables."""

import json
import sqlite3
from dataclasses import dataclass
from datetime import datetime

from hoede.client import Letter, OrderCall


@dataclass(frozen=True, slots=True)
class Receipt:
    order: str
    reason: str | None  # why the order could not be carried out; None: it is done


def is_done(tx: sqlite3.Connection, order: str) -> bool:
    """Whether the order was carried out; one that could not be is tried again when it comes again."""
    row = tx.execute("SELECT 1 FROM carried WHERE id = ? AND reason IS NULL", (order,)).fetchone()
    return row is not None


def owe_receipt(tx: sqlite3.Connection, call: OrderCall, reason: str | None, now: datetime) -> None:
    """Write down what became of an order. The receipt is sent from this row, so a crash forgets none."""
    tx.execute(
        """INSERT INTO carried (id, measure, reason, carried_at) VALUES (?, ?, ?, ?)
           ON CONFLICT (id) DO UPDATE SET reason = excluded.reason, receipt_sent = 0""",
        (call.order, call.measure, reason, now.isoformat()),
    )


def owed(tx: sqlite3.Connection) -> list[Receipt]:
    rows = tx.execute("SELECT id, reason FROM carried WHERE receipt_sent = 0 ORDER BY carried_at")
    return [Receipt(row["id"], row["reason"]) for row in rows]


def mark_sent(tx: sqlite3.Connection, receipt: Receipt) -> None:
    """The receipt arrived; when the order changed meanwhile a new one stays owed."""
    tx.execute(
        "UPDATE carried SET receipt_sent = 1 WHERE id = ? AND reason IS ?", (receipt.order, receipt.reason)
    )


def find(tx: sqlite3.Connection, order: str) -> dict[str, object] | None:
    """What became of an order, for the demo's JSON views."""
    row = tx.execute("SELECT * FROM carried WHERE id = ?", (order,)).fetchone()
    if row is None:
        return None
    done = row["reason"] is None
    return {"order": order, "done": done, "reason": row["reason"], "receipt_sent": bool(row["receipt_sent"])}


def keep_letter(tx: sqlite3.Connection, call: OrderCall, letter: Letter, now: datetime) -> None:
    tx.execute(
        """INSERT INTO letter (id, account, locale, title, paragraphs, appeal_url, came_at)
           VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO NOTHING""",
        (
            call.order,
            call.account,
            letter.locale,
            letter.title,
            json.dumps(letter.paragraphs),
            letter.appeal_url,
            now.isoformat(),
        ),
    )


def letters(tx: sqlite3.Connection, account: str) -> list[Letter]:
    """The letters to an account, the newest first."""
    rows = tx.execute("SELECT * FROM letter WHERE account = ? ORDER BY came_at DESC, rowid DESC", (account,))
    return [_letter(row) for row in rows]


def _letter(row: sqlite3.Row) -> Letter:
    return Letter(row["locale"], row["title"], tuple(json.loads(row["paragraphs"])), row["appeal_url"])
