"""The table of decisions."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, Connection, Row, String, Table, Text, select

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, insert_new, one_row, rows_where
from hoede.enforcement.rules import Decision

IDS_AT_ONCE = 500

DECISIONS = Table(
    "decision",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("service", String(64), nullable=False),
    Column("event", String(40), nullable=False, unique=True),
    Column("account", String(255), nullable=False, index=True),
    Column("case_id", String(40), index=True),
    Column("rulebook", String(64), nullable=False),
    Column("rules", Text, nullable=False),  # JSON list of names
    Column("measures", Text, nullable=False),  # JSON list of names
    Column("entries", Text, nullable=False),  # JSON list: entries that could act alone when decided
    Column("at", Moment, nullable=False),
)


_ALONE = DECISIONS.c.measures.not_like('%"review"%')  # as `Decision.acts_alone`


@dataclass(frozen=True, slots=True, kw_only=True)
class DecisionRow:
    id: str
    service: str
    event: str
    account: str
    case_id: str | None
    rulebook: str
    rules: tuple[str, ...]
    measures: tuple[str, ...]
    entries: tuple[str, ...]
    at: datetime


def save_decision(
    tx: Transaction,
    decision_id: str,
    decision: Decision,
    *,
    service: str,
    event: str,
    account: str,
    case_id: str | None,
    entries: frozenset[str],
) -> bool:
    """Write a decision and its leaf; saving the same one again changes nothing and returns false."""
    new = insert_new(
        tx.conn,
        DECISIONS,
        {
            "id": decision_id,
            "service": service,
            "event": event,
            "account": account,
            "case_id": case_id,
            "rulebook": decision.rulebook,
            "rules": json.dumps(decision.rules),
            "measures": json.dumps(decision.measures),
            "entries": json.dumps(sorted(entries)),
            "at": tx.now,
        },
    )
    if new:
        tx.leaf(Leaf("decision", decision_id, " ".join(decision.rules)))
    return new


def find(conn: Connection, decision_id: str) -> DecisionRow | None:
    row = one_row(conn, DECISIONS, id=decision_id)
    return None if row is None else _row(row)


def of_case(conn: Connection, case_id: str) -> tuple[DecisionRow, ...]:
    return tuple(_row(row) for row in rows_where(conn, DECISIONS, DECISIONS.c.at, case_id=case_id))


def events_of_cases(conn: Connection, cases: Sequence[str]) -> dict[str, list[str]]:
    """By case, the events that were decided in it."""
    found: dict[str, list[str]] = {}
    for at in range(0, len(cases), IDS_AT_ONCE):
        some = DECISIONS.c.case_id.in_(cases[at : at + IDS_AT_ONCE])
        for case_id, event in conn.execute(select(DECISIONS.c.case_id, DECISIONS.c.event).where(some)):
            found.setdefault(case_id, []).append(event)
    return found


def alone_since(conn: Connection, since: datetime) -> set[str]:
    """Cases in which a machine acted since then and asked nobody."""
    c = DECISIONS.c
    asked = select(c.case_id).where(_ALONE, c.case_id.is_not(None), c.at >= since).distinct()
    return set(conn.execute(asked).scalars())


def alone_in(conn: Connection, cases: Sequence[str]) -> dict[str, datetime]:
    """By case, when a machine acted first without asking anybody; whatever joined the case since."""
    c, found = DECISIONS.c, dict[str, datetime]()
    for at in range(0, len(cases), IDS_AT_ONCE):
        some = (_ALONE, c.case_id.in_(cases[at : at + IDS_AT_ONCE]))
        for case_id, when in conn.execute(select(c.case_id, c.at).where(*some).order_by(c.at.desc())):
            found[case_id] = when
    return found


def all_ids(conn: Connection) -> list[str]:
    return list(conn.execute(select(DECISIONS.c.id)).scalars())


def _row(row: Row[Any]) -> DecisionRow:
    return DecisionRow(
        id=row.id,
        service=row.service,
        event=row.event,
        account=row.account,
        case_id=row.case_id,
        rulebook=row.rulebook,
        rules=tuple(json.loads(row.rules)),
        measures=tuple(json.loads(row.measures)),
        entries=tuple(json.loads(row.entries)),
        at=row.at,
    )
