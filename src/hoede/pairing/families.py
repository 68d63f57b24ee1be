"""All that pairings say about an account, in one row: written with whatever changes it, read by permits."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, select, update

from hoede.db import Transaction, insert_new
from hoede.db.columns import milliseconds, moment
from hoede.pairing.rules.asking import Kind
from hoede.pairing.store import LinkRow, standing_of
from hoede.pairing.tables import BLOCKS, FAMILIES, GRANTS, LOCKS


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidLock:
    link: str
    setting: str
    step: Any
    reason: str
    until: datetime | None

    def stands(self, now: datetime) -> bool:
        return self.until is None or now < self.until


@dataclass(frozen=True, slots=True, kw_only=True)
class SaidGrant:
    """A yes to a question; `assured` tells until when its guardian is an adult by proof."""

    link: str
    kind: Kind
    setting: str | None
    step: Any
    about: str | None
    at: datetime
    until: datetime
    assured: bool
    assured_until: datetime | None

    def counts(self, now: datetime) -> bool:
        return now < self.until

    def is_assured(self, now: datetime) -> bool:
        return self.assured and (self.assured_until is None or now < self.assured_until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """What guardians say about one account."""

    version: int = 0  # a form sends it back, so that nobody writes over what they have not seen
    paired: bool = False
    locks: tuple[SaidLock, ...] = ()
    grants: tuple[SaidGrant, ...] = ()
    blocked: frozenset[str] = field(default=frozenset())


NOBODY = Family()
_SILENT = json.dumps({"paired": False, "locks": [], "grants": [], "blocked": []})


def families_of(conn: Connection, service: str, ids: Collection[str]) -> dict[str, Family]:
    """By account; who has no pairing is not in it."""
    asked = select(FAMILIES).where(FAMILIES.c.service == service, FAMILIES.c.account.in_(ids))
    return {row.account: _read(row.version, json.loads(row.said)) for row in conn.execute(asked)}


def family_of(conn: Connection, service: str, account: str) -> Family:
    return families_of(conn, service, (account,)).get(account, NOBODY)


def lock(tx: Transaction, service: str, account: str) -> Family:
    """What is said; nobody else changes what guardians say of this account before this transaction ends."""
    mine = {"service": service, "account": account}
    insert_new(tx.conn, FAMILIES, mine | {"version": NOBODY.version, "said": _SILENT})
    row = tx.conn.execute(select(FAMILIES).where(*_is(service, account)).with_for_update()).one()
    return _read(row.version, json.loads(row.said))


def retell(tx: Transaction, service: str, account: str) -> Family:
    """Write the row anew from what stands: in the step that changed a limit, a yes or a state."""
    version = lock(tx, service, account).version + 1  # first: else two write over what the other said
    links = {one.id: one for one in standing_of(tx.conn, service, account) if one.counts}
    said = _said(tx.conn, links)
    written = {"version": version, "said": json.dumps(said)}
    tx.conn.execute(update(FAMILIES).where(*_is(service, account)).values(**written))
    return _read(version, said)


def _is(service: str, account: str) -> tuple[ColumnElement[bool], ...]:
    return FAMILIES.c.service == service, FAMILIES.c.account == account


def _said(conn: Connection, links: Mapping[str, LinkRow]) -> dict[str, Any]:
    locks = conn.execute(
        select(LOCKS).where(LOCKS.c.link.in_(links), LOCKS.c.ended_at.is_(None)).order_by(LOCKS.c.id)
    )
    grants = conn.execute(
        select(GRANTS).where(GRANTS.c.link.in_(links), GRANTS.c.ended_at.is_(None)).order_by(GRANTS.c.request)
    )
    blocked = conn.execute(select(BLOCKS.c.about).where(BLOCKS.c.link.in_(links))).scalars()
    return {
        "paired": bool(links),
        "locks": [[one.link, one.setting, json.loads(one.step), one.reason, _ms(one.until)] for one in locks],
        "grants": [
            [
                one.link,
                one.kind,
                one.setting,
                None if one.step is None else json.loads(one.step),
                one.about,
                _ms(one.at),
                _ms(one.until),
                links[one.link].assured,
                _ms(links[one.link].assured_until),
            ]
            for one in grants
        ],
        "blocked": sorted(set(blocked)),
    }


def _read(version: int, said: Mapping[str, Any]) -> Family:
    locks = (
        SaidLock(link=link, setting=setting, step=step, reason=reason, until=_moment(until))
        for link, setting, step, reason, until in said["locks"]
    )
    grants = (
        SaidGrant(
            link=link,
            kind=Kind(kind),
            setting=setting,
            step=step,
            about=about,
            at=moment(at),
            until=moment(until),
            assured=assured,
            assured_until=_moment(assured_until),
        )
        for link, kind, setting, step, about, at, until, assured, assured_until in said["grants"]
    )
    return Family(
        version=version,
        paired=said["paired"],
        locks=tuple(locks),
        grants=tuple(grants),
        blocked=frozenset(said["blocked"]),
    )


def _ms(at: datetime | None) -> int | None:
    return None if at is None else milliseconds(at)


def _moment(ms: int | None) -> datetime | None:
    return None if ms is None else moment(ms)
