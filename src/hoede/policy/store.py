"""Rows of policy: versions, the texts of their packs, and how often anything changed."""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from hoede.audit.store import log_keys
from hoede.audit.verify import signed
from hoede.db import Transaction, insert_new
from hoede.policy.rules.versions import Origin, PackRef, Version, Via, in_force_at, set_hash, version_message
from hoede.policy.tables import CHANGED, PACKS, TEXTS, VERSIONS

# Which moment of a version tells that there must be a leaf, and of which act.
_ACTS: Mapping[str, str] = {
    "shadow_at": "policy.shadowed",
    "shadow_until": "policy.unshadowed",
    "withdrawn_at": "policy.withdrawn",
}
_BEGUN: Mapping[Origin, str] = {
    Origin.CONFIG: "policy.configured",
    Origin.PROPOSED: "policy.proposed",
    Origin.ROLLBACK: "policy.rolled_back",
}


def changed(tx: Transaction) -> None:
    """Count a change; whoever else changes policy waits until this step ends."""
    insert_new(tx.conn, CHANGED, {"id": 1, "times": 0})
    tx.conn.execute(update(CHANGED).values(times=CHANGED.c.times + 1))


def times_changed(conn: Connection) -> int:
    """0 before the first change."""
    return conn.execute(select(CHANGED.c.times)).scalar_one_or_none() or 0


def keep_texts(tx: Transaction, texts: Iterable[str]) -> None:
    """Keep the texts of packs, each once."""
    for text in texts:
        insert_new(tx.conn, TEXTS, {"sha256": hashlib.sha256(text.encode()).hexdigest(), "text": text})


def add(tx: Transaction, version: Version) -> None:
    """A new version; the texts of its packs are kept already."""
    tx.conn.execute(insert(VERSIONS).values(**_values(version)))
    rows = [
        {"number": version.number, "place": place, "id": one.id, "version": one.version, "sha256": one.sha256}
        for place, one in enumerate(version.packs)
    ]
    if rows:
        tx.conn.execute(insert(PACKS), rows)


def save(tx: Transaction, version: Version) -> None:
    """What was done with a version; its packs never change."""
    tx.conn.execute(update(VERSIONS).where(VERSIONS.c.number == version.number).values(**_values(version)))


def all_versions(conn: Connection) -> tuple[Version, ...]:
    """Every version, the first one first."""
    packs: dict[int, list[PackRef]] = defaultdict(list)
    for row in conn.execute(select(PACKS).order_by(PACKS.c.number, PACKS.c.place)):
        packs[row.number].append(PackRef(row.id, row.version, row.sha256))
    return tuple(
        Version(**row._asdict() | _words(row), packs=tuple(packs[row.number]))
        for row in conn.execute(select(VERSIONS).order_by(VERSIONS.c.number))
    )


def policy_at(conn: Connection, moment: datetime) -> Version | None:
    """The version that was, is or will be in force at a moment, as far as is agreed today."""
    return in_force_at(all_versions(conn), moment)


def texts_of(conn: Connection, version: Version) -> tuple[str, ...]:
    """The texts of a version's packs in their order."""
    wanted = [one.sha256 for one in version.packs]
    found = {
        row.sha256: row.text
        for row in conn.execute(select(TEXTS.c.sha256, TEXTS.c.text).where(TEXTS.c.sha256.in_(wanted)))
    }
    return tuple(found.get(one, "") for one in wanted)


def wrong_with(conn: Connection, version: Version) -> list[str]:
    """What does not fit: a text that is not the one named, another set than was hashed, another signature."""
    wrong = [
        f"the text of {one} is not the one that was agreed to"
        for one, text in zip(version.packs, texts_of(conn, version), strict=True)
        if hashlib.sha256(text.encode()).hexdigest() != one.sha256
    ]
    if set_hash(version.packs, version.home) != version.hash:
        wrong.append(f"version {version.number} has other packs than were agreed to")
    if version.begins is not None and not _is_ours(conn, version):
        wrong.append(f"version {version.number} is not signed by a key of the log")
    return wrong


def rollbacks_overdue(conn: Connection, now: datetime) -> int:
    """How many rollbacks count and were confirmed by nobody in time: one at most, unless a day was missed."""
    return sum(one.overdue(now) for one in all_versions(conn))


def changes(conn: Connection) -> Iterator[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    for version in all_versions(conn):
        number = str(version.number)
        yield _BEGUN[version.origin], number
        if version.agreed_at is not None:
            rolled_back = version.origin is Origin.ROLLBACK
            yield "policy.confirmed" if rolled_back else "policy.agreed", number
        yield from ((act, number) for name, act in _ACTS.items() if getattr(version, name) is not None)


def _words(row: Row[Any]) -> dict[str, object]:
    """What is a word of a closed list, read as one."""
    return {
        "origin": Origin(row.origin),
        "proposed_via": Via(row.proposed_via),
        "agreed_via": None if row.agreed_via is None else Via(row.agreed_via),
    }


def _is_ours(conn: Connection, version: Version) -> bool:
    key = version.signed_by
    ours = {one.public for one in log_keys(conn)}
    return key is not None and key in ours and signed(key, version.signature, version_message(version))


def _values(version: Version) -> dict[str, object]:
    values = asdict(version)
    del values["packs"]
    return values
