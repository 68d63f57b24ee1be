"""The account table."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Connection, String, Table, Text, select, update

from hoede.core.ages import AgeEvidence, Assurance
from hoede.db import METADATA, Moment, Transaction, insert_new

ACCOUNTS = Table(
    "account",
    METADATA,
    Column("service", String(64), primary_key=True),
    Column("id", String(255), primary_key=True),
    Column("country", String(2)),
    Column("zone", String(64)),
    Column("locale", String(35)),
    Column("screen_name", String(255)),
    Column("age_evidence", Text, nullable=False),  # JSON list
    Column("told_at", Moment, nullable=False),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A platform's user as told to us."""

    service: str
    id: str
    country: str | None = None  # ISO 3166-1 alpha-2
    zone: str | None = None  # IANA
    locale: str | None = None  # BCP 47
    screen_name: str | None = None
    age_evidence: tuple[AgeEvidence, ...] = ()


def put_account(tx: Transaction, told: Account) -> None:
    """Keep what was told, in place of what was told before."""
    values = {
        "country": told.country,
        "zone": told.zone,
        "locale": told.locale,
        "screen_name": told.screen_name,
        "age_evidence": json.dumps([_to_json(one) for one in told.age_evidence]),
        "told_at": tx.now,
    }
    key = {"service": told.service, "id": told.id}
    if insert_new(tx.conn, ACCOUNTS, key | values):
        return
    tx.conn.execute(
        update(ACCOUNTS).where(ACCOUNTS.c.service == told.service, ACCOUNTS.c.id == told.id).values(**values)
    )


def account(conn: Connection, service: str, account_id: str) -> Account:
    """The account; one nobody told of is an account of unknown age and place."""
    row = conn.execute(
        select(ACCOUNTS).where(ACCOUNTS.c.service == service, ACCOUNTS.c.id == account_id)
    ).one_or_none()
    if row is None:
        return Account(service=service, id=account_id)
    return Account(
        service=row.service,
        id=row.id,
        country=row.country,
        zone=row.zone,
        locale=row.locale,
        screen_name=row.screen_name,
        age_evidence=tuple(_from_json(one) for one in json.loads(row.age_evidence)),
    )


def _to_json(one: AgeEvidence) -> dict[str, Any]:
    return {
        "method": one.method,
        "assurance": one.assurance.name.lower(),
        "issuer": one.issuer,
        "as_of": one.as_of.isoformat(),
        "born": one.born.isoformat() if one.born else None,
        "lower": one.lower,
        "upper": one.upper,
        "until": one.until.isoformat() if one.until else None,
    }


def _from_json(one: Mapping[str, Any]) -> AgeEvidence:
    return AgeEvidence(
        method=one["method"],
        assurance=Assurance[one["assurance"].upper()],
        issuer=one["issuer"],
        as_of=date.fromisoformat(one["as_of"]),
        born=date.fromisoformat(one["born"]) if one["born"] else None,
        lower=one["lower"],
        upper=one["upper"],
        until=datetime.fromisoformat(one["until"]) if one["until"] else None,
    )
