"""Which rows go: the ids of everything that hangs on some events and cases, and deleting all of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Table, delete, or_, select, update

from hoede.core.orders import TargetKind
from hoede.db import METADATA, Transaction
from hoede.db.orders import ORDERS
from hoede.detection.store import EVENTS
from hoede.enforcement.store import DECISIONS
from hoede.evidence import holds
from hoede.evidence.store import EVIDENCE
from hoede.flow.erase.columns import Columns, Scope, TableRule
from hoede.flow.keeping import reports_of, transcripts_of
from hoede.pairing import store as pairing
from hoede.reporting.batches import BATCHED
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


def hanging_on(
    conn: Connection, events: Sequence[str], cases: Sequence[str], kept: Sequence[str] = ()
) -> Ids:
    """Ids of all that belongs to these events and cases, but for orders that cases which are kept stand on.

    Also what was made of the cases to judge again.
    """
    cases = [*cases, *(one for some in _some(cases) for one in blind.of_sources(conn, some))]
    decisions = _ids(conn, DECISIONS, DECISIONS.c.event, events)
    decisions += _ids(conn, DECISIONS, DECISIONS.c.case_id, cases)
    judgments = _ids(conn, JUDGMENTS, JUDGMENTS.c.case_id, cases)
    notices = _ids(conn, NOTICES, NOTICES.c.case_id, cases)
    copies = _ids(conn, EVIDENCE, EVIDENCE.c.event, events)
    causes = [*events, *cases, *decisions, *judgments, *notices]
    orders = [*_ids(conn, ORDERS, ORDERS.c.cause, causes), *reports_of(conn, cases)]
    orders += _about(conn, events, copies)
    orders += _ids(conn, ORDERS, ORDERS.c.cause, orders)  # what an order asked for in turn
    stay = set(hanging_on(conn, (), kept)[Scope.ORDER]) if kept else set[str]()
    return {
        Scope.EVENT: events,
        Scope.CASE: cases,
        Scope.EVIDENCE: copies + transcripts_of(conn, cases),
        Scope.DECISION: decisions,
        Scope.JUDGMENT: judgments,
        Scope.NOTICE: notices,
        Scope.ORDER: [one for one in _with_batches(conn, orders, cases) if one not in stay],
    }


def _about(conn: Connection, events: Sequence[str], copies: Sequence[str]) -> list[str]:
    """Orders about these events, their contents and copies, whatever asked for them: a look has no row."""
    found: list[str] = []
    rows = [
        row for some in _some(events) for row in conn.execute(select(EVENTS).where(EVENTS.c.id.in_(some)))
    ]
    for service in {row.service for row in rows}:
        mine = [row for row in rows if row.service == service]
        found += (one.id for one in _on(conn, service, TargetKind.EVENT, [row.id for row in mine]))
        found += (one.id for one in _on(conn, service, TargetKind.EVIDENCE, copies))
        told = {row.content: row.account for row in mine}
        of_content = _on(conn, service, TargetKind.CONTENT, list(told))
        found += (one.id for one in of_content if json.loads(one.more).get("account") == told[one.target_id])
    return list(dict.fromkeys(found))


def _on(conn: Connection, service: str, kind: TargetKind, targets: Sequence[str]) -> list[Row[Any]]:
    c, found = ORDERS.c, list[Row[Any]]()
    for some in _some(targets):
        on = (c.service == service, c.target_kind == kind, c.target_id.in_(some))
        found.extend(conn.execute(select(c.id, c.target_id, c.more).where(*on)))
    return found


def _with_batches(conn: Connection, orders: Sequence[str], cases: Sequence[str]) -> list[str]:
    """These and the reports that tell of several cases, but of those only what tells of no other case."""
    batches = [row for some in _some(cases) for row in _batched(conn, BATCHED.c.case_id, some)]
    all_of_them = {row.batch for row in batches}
    there = [row for some in _some(sorted(all_of_them)) for row in _batched(conn, BATCHED.c.batch, some)]
    tell_of_others = {row.batch for row in there if row.left_at is None and row.case_id not in set(cases)}
    return [one for one in dict.fromkeys([*orders, *sorted(all_of_them)]) if one not in tell_of_others]


def _batched(conn: Connection, column: Any, wanted: Sequence[str]) -> Sequence[Row[Any]]:
    return conn.execute(select(BATCHED).where(column.in_(wanted))).all()


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


def delete_account(tx: Transaction, columns: Columns, whom: Whom, kept: Sequence[str]) -> set[str]:
    """Delete the rows that are the account's own, and take its name out of what stays.

    All orders on it have ended; those that cases which are `kept` stand on stay.
    """
    pairings = [one.id for one in pairing.of_account(tx.conn, whom.service, whom.account)]
    stay = set(hanging_on(tx.conn, (), kept)[Scope.ORDER])
    asked = [one.id for one in _on(tx.conn, whom.service, TargetKind.ACCOUNT, [whom.account])]
    orders = [one for one in asked if one not in stay]
    gone = delete_all(tx, columns, {Scope.PAIRING: pairings, Scope.ORDER: orders})
    holds.forget_account(tx, whom.service, whom.account)
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
