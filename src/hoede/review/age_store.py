"""The table of those who say that they are older than they are taken for, and what came of it."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Index,
    Row,
    String,
    Table,
    Text,
    select,
    text,
    update,
)

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, insert_new

AGE_APPEALS = Table(
    "age_appeal",
    METADATA,
    Column("number", String(16), primary_key=True),  # what the person is told
    # Checked at the end of a transaction: the row comes first, for it tells whether there is one already.
    Column(
        "case_id",
        String(40),
        ForeignKey("case_.id", deferrable=True, initially="DEFERRED"),
        nullable=False,
        unique=True,
    ),
    Column("service", String(64), nullable=False),
    Column("account", String(255), nullable=False),
    Column("words", Text, nullable=False),
    Column("proofs", Text, nullable=False),  # JSON list: adapters by which they could prove it
    Column("at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("outcome", String(32)),  # empty until somebody answered
    Column("basis", String(32)),  # what it was believed on
    Column("reason", Text),  # the judge's own, for colleagues
    Column("answered_by", String(64)),
    Column("answered_at", Moment),
    Column("answer", Text),  # JSON list: word for word what the person was told
    # One account has one open at most, whichever process takes it.
    Index(
        "ux_age_appeal_open",
        "service",
        "account",
        unique=True,
        sqlite_where=text("answered_at IS NULL"),
        postgresql_where=text("answered_at IS NULL"),
    ),
    Index("ix_age_appeal_account", "service", "account", "at"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeAppeal:
    number: str
    case_id: str
    service: str
    account: str
    words: str
    proofs: tuple[str, ...]
    at: datetime
    due_at: datetime
    outcome: str | None = None
    basis: str | None = None
    answered_at: datetime | None = None
    answer: tuple[str, ...] = ()


def open_appeal(tx: Transaction, appeal: AgeAppeal) -> bool:
    """Keep it; false when this account has one open already."""
    return insert_new(
        tx.conn,
        AGE_APPEALS,
        {
            "number": appeal.number,
            "case_id": appeal.case_id,
            "service": appeal.service,
            "account": appeal.account,
            "words": appeal.words,
            "proofs": json.dumps(appeal.proofs),
            "at": appeal.at,
            "due_at": appeal.due_at,
        },
    )


def latest(conn: Connection, service: str, account: str) -> AgeAppeal | None:
    """The account's open one, else its newest."""
    c = AGE_APPEALS.c
    asked = select(AGE_APPEALS).where(c.service == service, c.account == account)
    row = conn.execute(asked.order_by(c.answered_at.is_(None).desc(), c.at.desc(), c.number).limit(1)).first()
    return None if row is None else _row(row)


def of_case(conn: Connection, case_id: str) -> AgeAppeal | None:
    """The one that opened this case."""
    return _where(conn, AGE_APPEALS.c.case_id == case_id)


def numbered(conn: Connection, number: str) -> AgeAppeal | None:
    return _where(conn, AGE_APPEALS.c.number == number)


def answer(
    tx: Transaction, number: str, outcome: str, *, basis: str | None, person: str, reason: str
) -> None:
    """Write what was decided, and its leaf."""
    values = {"outcome": outcome, "basis": basis, "reason": reason, "answered_by": person}
    asked = update(AGE_APPEALS).where(AGE_APPEALS.c.number == number)
    tx.conn.execute(asked.values(**values, answered_at=tx.now))
    tx.leaf(Leaf("age.answered", number, f"{outcome} {basis or ''}".strip()))


def keep_answer(tx: Transaction, number: str, paragraphs: Iterable[str]) -> None:
    """Keep word for word what the person is told; the first version stays."""
    told = json.dumps(list(paragraphs), ensure_ascii=False)
    mine = (AGE_APPEALS.c.number == number, AGE_APPEALS.c.answer.is_(None))
    tx.conn.execute(update(AGE_APPEALS).where(*mine).values(answer=told))


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    asked = select(AGE_APPEALS.c.number).where(AGE_APPEALS.c.answered_at.is_not(None))
    return [("age.answered", one) for one in conn.execute(asked).scalars()]


def _where(conn: Connection, which: ColumnElement[bool]) -> AgeAppeal | None:
    row = conn.execute(select(AGE_APPEALS).where(which)).one_or_none()
    return None if row is None else _row(row)


def _row(row: Row[Any]) -> AgeAppeal:
    return AgeAppeal(
        number=row.number,
        case_id=row.case_id,
        service=row.service,
        account=row.account,
        words=row.words,
        proofs=tuple(json.loads(row.proofs)),
        at=row.at,
        due_at=row.due_at,
        outcome=row.outcome,
        basis=row.basis,
        answered_at=row.answered_at,
        answer=tuple(json.loads(row.answer)) if row.answer else (),
    )
