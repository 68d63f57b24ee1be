"""The table of what would have happened: counts and ids, no content and no orders."""

import json
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Column, Connection, String, Table, Text, delete, insert, select

from hoede.db import METADATA, Moment, Serial, Transaction
from hoede.enforcement.rules import ShadowDecision

SHADOWS = Table(
    "shadow_decision",
    METADATA,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("event", String(40), nullable=False),
    Column("rulebook", String(64), nullable=False),
    Column("rules", Text, nullable=False),  # JSON list of names
    Column("detectors", Text, nullable=False),  # likewise
    Column("measures", Text, nullable=False),  # likewise
    Column("at", Moment, nullable=False, index=True),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShadowFigures:
    """What one rule or detector would have added since some day."""

    name: str
    events: int
    measures: tuple[tuple[str, int], ...]  # with how often each
    latest: tuple[str, ...]  # ids of the newest events, to look at


def save_shadow(tx: Transaction, event: str, rulebook: str, would: ShadowDecision) -> None:
    tx.conn.execute(
        insert(SHADOWS).values(
            event=event,
            rulebook=rulebook,
            rules=json.dumps(would.rules),
            detectors=json.dumps(would.detectors),
            measures=json.dumps(would.measures),
            at=tx.now,
        )
    )


def figures(conn: Connection, since: datetime, *, latest: int = 3) -> tuple[ShadowFigures, ...]:
    """Figures of every rule and detector in shadow that would have done something."""
    rows = conn.execute(select(SHADOWS).where(SHADOWS.c.at >= since).order_by(SHADOWS.c.id))
    events: dict[str, list[str]] = {}
    measures: dict[str, Counter[str]] = {}
    for row in rows:
        for name in _names(row.rules, row.detectors):
            events.setdefault(name, []).append(row.event)
            measures.setdefault(name, Counter()).update(json.loads(row.measures))
    return tuple(
        ShadowFigures(
            name=name,
            events=len(events[name]),
            measures=tuple(measures[name].most_common()),
            latest=tuple(reversed(events[name][-latest:])),
        )
        for name in sorted(events)
    )


def _names(rules: str, detectors: str) -> Iterable[str]:
    yield from (f"rule {name}" for name in json.loads(rules))
    yield from (f"detector {name}" for name in json.loads(detectors))


def forget_before(tx: Transaction, day: datetime) -> int:
    return tx.conn.execute(delete(SHADOWS).where(SHADOWS.c.at < day)).rowcount
