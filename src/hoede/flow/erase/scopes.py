"""Which rows go: the ids of everything that hangs on some events and cases, and deleting all of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Table, delete, or_, select, update

from hoede.db import METADATA, Transaction
from hoede.db.orders import ORDERS
from hoede.enforcement.store import DECISIONS
from hoede.evidence.store import EVIDENCE
from hoede.flow.erase.columns import Columns, Scope, TableRule
from hoede.flow.keeping import transcripts_of
from hoede.pairing import store as pairing
from hoede.review import blind
from hoede.review.judgments import JUDGMENTS
from hoede.review.notice_store import NOTICES

IDS_AT_ONCE = 500

Ids = Mapping[Scope, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Whom:
    """The account that is erased."""

    service: str
    account: str


def hanging_on(conn: Connection, events: Sequence[str], cases: Sequence[str]) -> Ids:
    """Ids of all that belongs to these events and cases; also what was made of the cases to judge again."""
    cases = [*cases, *(one for some in _some(cases) for one in blind.of_sources(conn, some))]
    decisions = _ids(conn, DECISIONS, DECISIONS.c.event, events)
    decisions += _ids(conn, DECISIONS, DECISIONS.c.case_id, cases)
    judgments = _ids(conn, JUDGMENTS, JUDGMENTS.c.case_id, cases)
    notices = _ids(conn, NOTICES, NOTICES.c.case_id, cases)
    causes = [*events, *cases, *decisions, *judgments, *notices]
    transcripts = transcripts_of(conn, cases)
    orders = _ids(conn, ORDERS, ORDERS.c.cause, causes)
    orders += _ids(conn, ORDERS, ORDERS.c.cause, orders)  # what an order asked for in turn
    return {
        Scope.EVENT: events,
        Scope.CASE: cases,
        Scope.EVIDENCE: _ids(conn, EVIDENCE, EVIDENCE.c.event, events) + transcripts,
        Scope.DECISION: decisions,
        Scope.JUDGMENT: judgments,
        Scope.NOTICE: notices,
        Scope.ORDER: orders,
    }


def delete_all(tx: Transaction, columns: Columns, ids: Ids) -> set[str]:
    """Delete every row that hangs on these; returns what the log may have leaves about."""
    gone: set[str] = set()
    for table in reversed(METADATA.sorted_tables):
        rule = columns[table.name]
        ways = [(table.c[column], ids[scope]) for scope, column in rule.erased if ids.get(scope)]
        for column, wanted in ways:
            for some in _some(wanted):
                gone |= _delete(tx, table, rule, column.in_(some))
    return gone


def delete_account(tx: Transaction, columns: Columns, whom: Whom) -> set[str]:
    """Delete the rows that are the account's own, and take its name out of what stays."""
    pairings = [one.id for one in pairing.of_account(tx.conn, whom.service, whom.account)]
    gone = delete_all(tx, columns, {Scope.PAIRING: pairings})
    for table in reversed(METADATA.sorted_tables):
        rule = columns[table.name]
        for scope, column in rule.erased:
            if scope is Scope.ACCOUNT:
                gone |= _delete(tx, table, rule, _is(table, column, whom))
            if scope is Scope.MENTIONS:
                said = json.dumps(whom.account)
                mine = table.c[column].contains(said, autoescape=True)
                gone |= _delete(tx, table, rule, (table.c.service == whom.service) & mine)
        for column in (one for group in rule.groups for one in group.unlinked):
            tx.conn.execute(update(table).where(_is(table, column, whom)).values({column: None}))
    return gone


def given_rows(conn: Connection, rule: TableRule, ids: Ids, whom: Whom) -> Iterator[Mapping[str, Any]]:
    """A table's rows about the account, without what is withheld."""
    table = METADATA.tables[rule.name]
    shown = [table.c[name] for group in rule.groups if not group.withheld for name in group.names]
    ways = [
        _is(table, column, whom) if scope is Scope.ACCOUNT else table.c[column].in_(ids.get(scope, ()))
        for scope, column in rule.erased
    ]
    rows = conn.execute(select(*shown).where(or_(*ways)))
    yield from (dict(row) for row in rows.mappings())


def _is(table: Table, column: str, whom: Whom) -> ColumnElement[bool]:
    return (table.c.service == whom.service) & (table.c[column] == whom.account)


def _delete(tx: Transaction, table: Table, rule: TableRule, which: ColumnElement[bool]) -> set[str]:
    gone: set[str] = set()
    if rule.leaf:
        rows = tx.conn.execute(select(*(table.c[name] for name in rule.leaf)).where(which))
        gone = {"/".join(map(str, row)) for row in rows}
    tx.conn.execute(delete(table).where(which))
    return gone


def _ids(conn: Connection, table: Table, column: Any, wanted: Sequence[str]) -> list[str]:
    found: list[str] = []
    for some in _some(wanted):
        found += conn.execute(select(table.c.id).where(column.in_(some))).scalars()
    return list(dict.fromkeys(found))


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    """So many as a database takes in one question."""
    yield from (ids[at : at + IDS_AT_ONCE] for at in range(0, len(ids), IDS_AT_ONCE))
