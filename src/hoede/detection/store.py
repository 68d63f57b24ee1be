"""Tables of events and findings. Text and media never stand here: they are evidence or they are gone."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    Text,
    UniqueConstraint,
    distinct,
    func,
    insert,
    select,
    update,
)

from hoede.core.events import Answer, Channel, Event, EventKind
from hoede.core.findings import Category, Certainty, DigestKind, Finding, Match
from hoede.db import METADATA, Moment, Serial, Transaction, change, insert_new, one_row, rows_where
from hoede.detection.rules import Coverage

IDS_AT_ONCE: Final = 500
MOST_RECEIVERS: Final = 50  # of one event, kept where a report may need them

EVENTS = Table(
    "event",
    METADATA,
    Column("id", String(40), primary_key=True),  # opaque, ours
    Column("service", String(64), nullable=False),
    Column("told_id", String(255), nullable=False),  # the platform's own
    Column("kind", String(16), nullable=False),
    Column("channel", String(16), nullable=False),
    Column("account", String(255), nullable=False),
    Column("content", String(255), nullable=False),
    Column("at", Moment, nullable=False),
    Column("told_at", Moment, nullable=False, index=True),
    Column("ip", String(45)),
    Column("request", String(64), nullable=False),  # SHA-256 of what was told: the same id is the same event
    Column("coverage", String(16), nullable=False),
    Column("answer", String(8), nullable=False),
    Column("hold", String(40)),  # the hold order's id
    Column("receivers", Text),  # JSON list of accounts, kept as long as the address is
    Column("victim_country", String(2)),  # likewise
    UniqueConstraint("service", "told_id"),
)

FINDINGS = Table(
    "finding",
    METADATA,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("event", String(40), ForeignKey("event.id"), nullable=False, index=True),
    Column("detector", String(64), nullable=False),
    Column("category", String(32), nullable=False),
    Column("certainty", Integer, nullable=False),
    Column("why", Text, nullable=False),
    Column("list", String(64)),
    Column("entry", String(40), index=True),
    Column("digest_kind", String(8)),
    Column("distance", Integer),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EventRow:
    """An event as we keep it: who, what and when, never the content."""

    id: str
    service: str
    told_id: str
    kind: EventKind
    channel: Channel
    account: str
    content: str
    at: datetime
    ip: str | None
    request: str
    coverage: Coverage
    answer: Answer
    hold: str | None
    receivers: tuple[str, ...] = ()
    victim_country: str | None = None


def add_event(
    tx: Transaction,
    event_id: str,
    service: str,
    event: Event,
    *,
    request: str,
    coverage: Coverage,
    hold: str | None,
    keeps: bool = False,
) -> bool:
    """Write down that something was told and what we answered; false when it was told before.

    Where from and to whom is kept only where a report may need it: with a hold, or as `keeps` says.
    """
    keeps = keeps or hold is not None
    return insert_new(
        tx.conn,
        EVENTS,
        {
            "id": event_id,
            "service": service,
            "told_id": event.id,
            "kind": event.kind,
            "channel": event.channel,
            "account": event.account,
            "content": event.content,
            "at": event.at,
            "told_at": tx.now,
            "ip": event.ip if keeps else None,
            "receivers": json.dumps(event.to[:MOST_RECEIVERS]) if keeps and event.to else None,
            "victim_country": event.victim_country if keeps else None,
            "request": request,
            "coverage": coverage,
            "answer": Answer.HOLD if hold else Answer.ALLOW,
            "hold": hold,
        },
    )


def add_findings(tx: Transaction, event_id: str, findings: tuple[Finding, ...]) -> None:
    if not findings:
        return
    tx.conn.execute(
        insert(FINDINGS),
        [
            {
                "event": event_id,
                "detector": finding.detector,
                "category": finding.category,
                "certainty": int(finding.certainty),
                "why": finding.why,
                "list": finding.match.list_name if finding.match else None,
                "entry": finding.match.entry if finding.match else None,
                "digest_kind": finding.match.kind if finding.match else None,
                "distance": finding.match.distance if finding.match else None,
            }
            for finding in findings
        ],
    )


def set_coverage(tx: Transaction, event_id: str, coverage: Coverage) -> None:
    change(tx.conn, EVENTS, {"coverage": coverage}, id=event_id)


def hold_now(tx: Transaction, event_id: str, hold: str) -> bool:
    """What was let through is held from now on; false when it was held already."""
    held = tx.conn.execute(
        update(EVENTS)
        .where(EVENTS.c.id == event_id, EVENTS.c.hold.is_(None))
        .values(answer=Answer.HOLD, hold=hold)
    )
    return held.rowcount == 1


def accounts_hit(conn: Connection, entry: str, since: datetime) -> int:
    """How many different accounts told of something that an entry matched, since some moment."""
    asked = (
        select(func.count(distinct(EVENTS.c.account)))
        .join(FINDINGS, FINDINGS.c.event == EVENTS.c.id)
        .where(FINDINGS.c.entry == entry, EVENTS.c.told_at >= since)
    )
    return int(conn.execute(asked).scalar_one())


def forget_address(tx: Transaction, event_id: str) -> None:
    """Nothing was found: where it came from and whom it went to is of no use any more."""
    change(tx.conn, EVENTS, {"ip": None, "receivers": None, "victim_country": None}, id=event_id)


def told(conn: Connection, service: str, told_id: str) -> EventRow | None:
    """The event a platform told under this id."""
    row = one_row(conn, EVENTS, service=service, told_id=told_id)
    return None if row is None else _event(row)


def known(conn: Connection, service: str, told_id: str) -> EventRow:
    """Likewise, of an event that certainly was told."""
    row = told(conn, service, told_id)
    if row is None:
        raise LookupError(f"{service} never told an event of this id")
    return row


_ALLOWED = (Coverage.LOOKED, Coverage.NOT_COVERED)  # the law was asked before either


def allowed_by_chance(conn: Connection, since: datetime, before: datetime, roll: str) -> EventRow | None:
    """One that was let through then, that everybody could see, and that the law let us look at.

    `roll` is where to begin: our ids say nothing, so whichever comes next is chosen by chance.
    """
    c = EVENTS.c
    may = (c.answer == Answer.ALLOW, c.channel == Channel.PUBLIC, c.coverage.in_(_ALLOWED))
    asked = select(EVENTS).where(*may, c.told_at >= since, c.told_at < before).order_by(c.id).limit(1)
    row = conn.execute(asked.where(c.id >= f"evt_{roll}")).one_or_none() or conn.execute(asked).one_or_none()
    return None if row is None else _event(row)


def gravest(conn: Connection, event_ids: Collection[str]) -> dict[str, str]:
    """By event, the gravest category anything found in it; csea before all others."""
    found: dict[str, str] = {}
    ids = list(event_ids)
    for at in range(0, len(ids), IDS_AT_ONCE):
        some = FINDINGS.c.event.in_(ids[at : at + IDS_AT_ONCE])
        for event, category in conn.execute(select(FINDINGS.c.event, FINDINGS.c.category).where(some)):
            found[event] = min(category, found.get(event, category))
    return found


def find(conn: Connection, event_id: str) -> EventRow | None:
    row = one_row(conn, EVENTS, id=event_id)
    return None if row is None else _event(row)


def findings_of(conn: Connection, event_id: str) -> tuple[Finding, ...]:
    return tuple(_finding(row) for row in rows_where(conn, FINDINGS, FINDINGS.c.id, event=event_id))


def _event(row: Row[Any]) -> EventRow:
    return EventRow(
        id=row.id,
        service=row.service,
        told_id=row.told_id,
        kind=EventKind(row.kind),
        channel=Channel(row.channel),
        account=row.account,
        content=row.content,
        at=row.at,
        ip=row.ip,
        request=row.request,
        coverage=Coverage(row.coverage),
        answer=Answer(row.answer),
        hold=row.hold,
        receivers=tuple(json.loads(row.receivers)) if row.receivers else (),
        victim_country=row.victim_country,
    )


def _finding(row: Row[Any]) -> Finding:
    match = Match(row.list, row.entry, DigestKind(row.digest_kind), row.distance) if row.entry else None
    return Finding(row.detector, Category(row.category), Certainty(row.certainty), row.why, match)
