"""What platforms tell of an account when they are asked for more, and what a person adds to a report."""

import json
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Column, Connection, String, Table, Text, select

from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.reporting.drafts import Contact, IpEvent, Told

FACTS = Table(
    "report_fact",
    METADATA,
    Column("order_id", String(40), primary_key=True),  # the order that asked, or the one a person opened
    Column("case_id", String(40), nullable=False, index=True),
    Column("service", String(64), nullable=False),
    Column("facts", Text, nullable=False),  # JSON
    Column("told_at", Moment, nullable=False),
    Column("told_by", String(64)),  # a person; none: the platform
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is told of the account that a report is about."""

    told: Told = field(default_factory=Told)
    ip_events: tuple[IpEvent, ...] = ()
    words: str | None = None  # of a person

    @property
    def says_something(self) -> bool:
        return self != Facts()


_FACTS = TypeAdapter(Facts)


def until(facts: Facts, now: datetime) -> Facts:
    """The same with no time that has not come: a platform's clock may run ahead."""

    def past(at: datetime | None) -> datetime | None:
        return None if at is None else min(at, now)

    def contacts(told: tuple[Contact, ...]) -> tuple[Contact, ...]:
        return tuple(replace(one, verified_at=past(one.verified_at)) for one in told)

    told = replace(
        facts.told,
        emails=contacts(facts.told.emails),
        phones=contacts(facts.told.phones),
        devices=tuple(replace(one, at=past(one.at)) for one in facts.told.devices),
    )
    return replace(
        facts, told=told, ip_events=tuple(replace(one, at=min(one.at, now)) for one in facts.ip_events)
    )


def keep(
    tx: Transaction, order_id: str, case_id: str, facts: Facts, *, service: str, by: str | None = None
) -> bool:
    """Keep what was told; what was told first stays."""
    row = {
        "order_id": order_id,
        "case_id": case_id,
        "service": service,
        "facts": json.dumps(asdict(facts), default=_plain),
        "told_at": tx.now,
        "told_by": by,
    }
    return insert_new(tx.conn, FACTS, row)


def of_case(conn: Connection, case_id: str) -> list[str]:
    """Under what was told of a case: causes of the reports that add it to finished ones."""
    asked = select(FACTS.c.order_id).where(FACTS.c.case_id == case_id).order_by(FACTS.c.order_id)
    return list(conn.execute(asked).scalars())


def find(conn: Connection, order_id: str) -> Facts | None:
    told = conn.execute(select(FACTS.c.facts).where(FACTS.c.order_id == order_id)).scalar_one_or_none()
    return None if told is None else _FACTS.validate_json(told)


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no place in what is told")
