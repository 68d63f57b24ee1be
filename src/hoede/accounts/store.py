"""The accounts, and what their owners chose."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Row, String, Table, Text, delete, select

from hoede.accounts.rules import age_at
from hoede.core.ages import AgeEvidence, evidence_from_json, evidence_to_json
from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, change, insert_new, one_row

ZONE_COUNTS_ON = timedelta(hours=24)  # after a change both zones count

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
    Column("region", String(6)),
    Column("zone_before", String(64)),
    Column("zone_changed_at", Moment),
    Column("age_found", Text),  # JSON list: what a person here found; stays when the account is told anew
    Column("age_known_at", Moment),  # since when anything says how old; what later birthdays bring is offered
)

CHOICES = Table(
    "account_choice",
    METADATA,
    Column("service", String(64), primary_key=True),
    Column("account", String(255), primary_key=True),
    Column("setting", String(64), primary_key=True),
    Column("step", Text, nullable=False),  # JSON
    Column("at", Moment, nullable=False),
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
    age_evidence: tuple[AgeEvidence, ...] = ()  # as told; read back, with what we found ourselves
    region: str | None = None  # ISO 3166-2
    # Kept by us, never told:
    zone_before: str | None = None
    zone_changed_at: datetime | None = None
    age_known_at: datetime | None = None


def put_account(tx: Transaction, told: Account) -> None:
    """Keep what was told, in place of what was told before.

    The zone before a change is kept, and so is since when an age is known.
    """
    before = _row(tx.conn, told.service, told.id)
    found = () if before is None else _found(before)
    knows = age_at((*told.age_evidence, *found), tx.now, tx.now.date()) is not None
    known_at = before.age_known_at if before is not None and before.age_known_at else tx.now
    zone_before, changed_at = _zone_before(before, told.zone, tx.now)
    values = {
        "country": told.country,
        "zone": told.zone,
        "locale": told.locale,
        "screen_name": told.screen_name,
        "age_evidence": json.dumps([evidence_to_json(one) for one in told.age_evidence]),
        "told_at": tx.now,
        "region": told.region,
        "zone_before": zone_before,
        "zone_changed_at": changed_at,
        "age_known_at": known_at if knows else None,
    }
    key = {"service": told.service, "id": told.id}
    if not insert_new(tx.conn, ACCOUNTS, key | values):
        change(tx.conn, ACCOUNTS, values, **key)


def find_age(tx: Transaction, service: str, account_id: str, evidence: AgeEvidence) -> None:
    """Keep what a person here found of an age, in place of what was found before.

    What was known until now was wrong, so nothing of it is left to be offered by later birthdays.
    """
    values = {"age_found": json.dumps([evidence_to_json(evidence)]), "age_known_at": tx.now}
    key = {"service": service, "id": account_id}
    if not insert_new(tx.conn, ACCOUNTS, key | values | {"age_evidence": "[]", "told_at": tx.now}):
        change(tx.conn, ACCOUNTS, values, **key)


def _zone_before(
    before: Row[Any] | None, zone: str | None, now: datetime
) -> tuple[str | None, datetime | None]:
    """The zone that still counts beside the new one, and since when; told twice it is one change."""
    if before is None:
        return None, None
    if before.zone == zone:
        return before.zone_before, before.zone_changed_at
    fresh = before.zone_changed_at is not None and now - before.zone_changed_at < ZONE_COUNTS_ON
    # Whoever travels on within a day keeps the zone they came from: hopping opens nothing.
    return before.zone_before if fresh and before.zone_before else before.zone, now


def account(conn: Connection, service: str, account_id: str) -> Account:
    """The account; one nobody told of is an account of unknown age and place."""
    row = _row(conn, service, account_id)
    return Account(service=service, id=account_id) if row is None else _account(row)


def is_known(conn: Connection, service: str, account_id: str) -> bool:
    """Whether a platform told of it."""
    return _row(conn, service, account_id) is not None


def several(conn: Connection, service: str, ids: Collection[str]) -> dict[str, Account]:
    """Accounts by id; of those nobody told of, as `account` has them."""
    asked = select(ACCOUNTS).where(ACCOUNTS.c.service == service, ACCOUNTS.c.id.in_(ids))
    found = {row.id: _account(row) for row in conn.execute(asked)}
    return {one: found.get(one) or Account(service=service, id=one) for one in ids}


def choices(conn: Connection, service: str, ids: Collection[str]) -> dict[str, dict[str, Any]]:
    """By account, the step chosen for each setting, as it was written."""
    asked = select(CHOICES).where(CHOICES.c.service == service, CHOICES.c.account.in_(ids))
    found: dict[str, dict[str, Any]] = {one: {} for one in ids}
    for row in conn.execute(asked):
        found[row.account][row.setting] = json.loads(row.step)
    return found


def chosen(
    conn: Connection, service: str, account_id: str, settings: Collection[str]
) -> dict[str, tuple[Any, datetime]]:
    """What an account's owner chose of these settings, and when."""
    mine = (CHOICES.c.service == service, CHOICES.c.account == account_id, CHOICES.c.setting.in_(settings))
    rows = conn.execute(select(CHOICES).where(*mine))
    return {row.setting: (json.loads(row.step), row.at) for row in rows}


def choose(tx: Transaction, service: str, account_id: str, setting: str, step: Any) -> None:
    """Keep what an account's owner chose; None lets go of the choice."""
    mine = {"service": service, "account": account_id, "setting": setting}
    if step is None:
        tx.conn.execute(delete(CHOICES).where(*(CHOICES.c[name] == value for name, value in mine.items())))
    else:
        values = {"step": json.dumps(step), "at": tx.now}
        if not insert_new(tx.conn, CHOICES, mine | values):
            change(tx.conn, CHOICES, values, **mine)
    tx.leaf(Leaf("choice.made", f"{service} {account_id} {setting}"))


def _row(conn: Connection, service: str, account_id: str) -> Row[Any] | None:
    return one_row(conn, ACCOUNTS, service=service, id=account_id)


def _account(row: Row[Any]) -> Account:
    return Account(
        service=row.service,
        id=row.id,
        country=row.country,
        zone=row.zone,
        locale=row.locale,
        screen_name=row.screen_name,
        age_evidence=(*(evidence_from_json(one) for one in json.loads(row.age_evidence)), *_found(row)),
        region=row.region,
        zone_before=row.zone_before,
        zone_changed_at=row.zone_changed_at,
        age_known_at=row.age_known_at,
    )


def _found(row: Row[Any]) -> tuple[AgeEvidence, ...]:
    return tuple(evidence_from_json(one) for one in json.loads(row.age_found or "[]"))
