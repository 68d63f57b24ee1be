"""Guardians: people who sign in here by mail and passkey, and their own accounts where they told of some."""

import json
import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, select, update

from hoede.core.ages import AgeEvidence, evidence_from_json, evidence_to_json
from hoede.core.orders import opaque
from hoede.db import Transaction, insert_new
from hoede.pairing.tables import GUARDIAN_ACCOUNTS, GUARDIANS

_MAIL = re.compile(r"[^\s@<>,;:\"()\[\]\\]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+")
_LONGEST_MAIL = 254
_ENCODED = "=?"  # a mail program would read something else in it


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianRow:
    person: str
    name: str
    mail: str
    locale: str
    age_evidence: tuple[AgeEvidence, ...]
    cleared: int
    made_at: datetime
    shut_out_at: datetime | None


def plain_mail(typed: str) -> str | None:
    """An address as it is compared; None for what is no address."""
    local, at, host = typed.strip().rpartition("@")
    try:
        mail = f"{local.casefold()}{at}{host.encode('idna').decode().lower()}"
    except UnicodeError:
        return None
    fits = len(mail) <= _LONGEST_MAIL and mail.isprintable() and _ENCODED not in mail
    return mail if fits and _MAIL.fullmatch(mail) else None


def add(tx: Transaction, person: str, *, name: str, mail: str, locale: str) -> bool:
    """Keep somebody who may become a guardian; false when the address is somebody's already."""
    row = {"person": person, "name": name, "mail": mail, "locale": locale, "age_evidence": "[]"}
    return insert_new(tx.conn, GUARDIANS, {**row, "cleared": 0, "made_at": tx.now})


def rename(tx: Transaction, person: str, name: str) -> None:
    tx.conn.execute(update(GUARDIANS).where(GUARDIANS.c.person == person).values(name=name))


def find(conn: Connection, person: str) -> GuardianRow | None:
    row = conn.execute(select(GUARDIANS).where(GUARDIANS.c.person == person)).one_or_none()
    return None if row is None else _row(row)


def lock(tx: Transaction, person: str) -> GuardianRow | None:
    """Likewise; nobody else pairs with them before this transaction ends."""
    asked = select(GUARDIANS).where(GUARDIANS.c.person == person).with_for_update()
    row = tx.conn.execute(asked).one_or_none()
    return None if row is None else _row(row)


def by_mail(conn: Connection, mail: str) -> GuardianRow | None:
    row = conn.execute(select(GUARDIANS).where(GUARDIANS.c.mail == mail)).one_or_none()
    return None if row is None else _row(row)


def several(conn: Connection, people: Collection[str]) -> dict[str, GuardianRow]:
    rows = conn.execute(select(GUARDIANS).where(GUARDIANS.c.person.in_(people)))
    return {row.person: _row(row) for row in rows}


def proved(tx: Transaction, person: str, evidence: tuple[AgeEvidence, ...]) -> None:
    told = json.dumps([evidence_to_json(one) for one in evidence])
    tx.conn.execute(update(GUARDIANS).where(GUARDIANS.c.person == person).values(age_evidence=told))


def cleared(tx: Transaction, person: str, teens: int) -> None:
    """A person looked at this guardian and so many unrelated teens, and it is right."""
    tx.conn.execute(update(GUARDIANS).where(GUARDIANS.c.person == person).values(cleared=teens))


def shut_out(tx: Transaction, person: str) -> None:
    tx.conn.execute(update(GUARDIANS).where(GUARDIANS.c.person == person).values(shut_out_at=tx.now))


def forget(tx: Transaction, person: str) -> None:
    """They went: no name, address, proof or account of theirs stays.

    Who was shut out stays known by the address, or going and coming back would be a way in.
    """
    tx.conn.execute(delete(GUARDIAN_ACCOUNTS).where(GUARDIAN_ACCOUNTS.c.person == person))
    tx.conn.execute(
        update(GUARDIANS)
        .where(GUARDIANS.c.person == person, GUARDIANS.c.shut_out_at.is_(None))
        .values(name="", mail=person, age_evidence="[]")
    )


def has_account(tx: Transaction, person: str, service: str, account: str, hand: str | None) -> None:
    """They came from this account of their own."""
    mark = None if hand is None else hand_of(tx.key, service, hand)
    row = {"person": person, "service": service, "account": account, "hand": mark}
    if not insert_new(tx.conn, GUARDIAN_ACCOUNTS, row):
        c = GUARDIAN_ACCOUNTS.c
        mine = (c.person == person, c.service == service, c.account == account)
        tx.conn.execute(update(GUARDIAN_ACCOUNTS).where(*mine).values(hand=mark))


def accounts_of(conn: Connection, person: str) -> tuple[tuple[str, str, str | None], ...]:
    """Service, account and hand of each."""
    rows = conn.execute(select(GUARDIAN_ACCOUNTS).where(GUARDIAN_ACCOUNTS.c.person == person))
    return tuple((row.service, row.account, row.hand) for row in rows)


def hand_of(key: bytes, service: str, linked: str) -> str:
    """Opaque; equal for accounts that a platform says are one hand."""
    return opaque(key, f"hand\x1f{service}\x1f{linked}")


def _row(row: Row[Any]) -> GuardianRow:
    told = row._asdict()
    told["age_evidence"] = tuple(evidence_from_json(one) for one in json.loads(row.age_evidence))
    return GuardianRow(**told)
