"""Rows of the vault: what was taken, its wrapped key, its state and until when it stays."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    Row,
    String,
    Table,
    and_,
    func,
    insert,
    or_,
    select,
    update,
)

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, change, one_row, rows_where
from hoede.evidence.rules import GONE, EvidenceState, Why
from hoede.evidence.vault import Taken
from hoede.evidence.vault_keys import refuse_retired
from hoede.keys import Wrapped

ROWS_AT_ONCE = 500
WRITTEN = "written"  # the part of a transcript; its event is the order of the report it was made for

EVIDENCE = Table(
    "evidence",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("service", String(64), nullable=False),
    Column("event", String(40), nullable=False, index=True),
    Column("part", String(8), nullable=False),  # media, text or written
    Column("state", String(16), nullable=False),
    Column("reason", String(64)),
    Column("media_type", String(100)),
    Column("bytes", BigInteger, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("md5", String(32), nullable=False),
    Column("key_id", String(64), nullable=False),
    Column("wrapped_key", LargeBinary, nullable=False),
    Column("cipher_sha256", String(64), nullable=False),
    Column("taken_at", Moment, nullable=False),
    Column("sealed_at", Moment),
    Column("keep_until", Moment),
    Column(
        "destroy_after", Moment, index=True
    ),  # judged to be no violation: its key goes once objecting is over
    Column("destroyed_at", Moment),
    Column("destroyed_why", String(16)),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """One object as its row tells it."""

    taken: Taken
    service: str
    event: str
    part: str
    state: EvidenceState
    reason: str | None
    media_type: str | None
    sealed_at: datetime | None
    keep_until: datetime | None
    destroy_after: datetime | None = None
    destroyed_at: datetime | None = None
    destroyed_why: str | None = None

    def over(self, now: datetime) -> bool:
        """Whether its time is over."""
        return any(at is not None and at < now for at in (self.destroy_after, self.keep_until))


def add_taken(
    tx: Transaction,
    taken: Taken,
    *,
    service: str,
    event: str,
    part: str,
    media_type: str | None,
) -> None:
    """Keep a taken copy's key: from this commit on the copy counts. Raises `KeyRetired`."""
    refuse_retired(tx, taken.key.key_id)
    tx.conn.execute(
        insert(EVIDENCE).values(
            id=taken.id,
            service=service,
            event=event,
            part=part,
            state=EvidenceState.INTAKE,
            media_type=media_type,
            bytes=taken.size,
            sha256=taken.sha256,
            md5=taken.md5,
            key_id=taken.key.key_id,
            wrapped_key=taken.key.sealed,
            cipher_sha256=taken.cipher_sha256,
            taken_at=tx.now,
        )
    )


def find(conn: Connection, evidence: str) -> EvidenceRow | None:
    row = one_row(conn, EVIDENCE, id=evidence)
    return None if row is None else _row(row)


def of_event(conn: Connection, event: str) -> tuple[EvidenceRow, ...]:
    return tuple(_row(row) for row in rows_where(conn, EVIDENCE, EVIDENCE.c.part, event=event))


def all_rows(conn: Connection) -> tuple[EvidenceRow, ...]:
    return tuple(_row(row) for row in conn.execute(select(EVIDENCE).order_by(EVIDENCE.c.taken_at)))


def each_wanted(conn: Connection) -> Iterator[EvidenceRow]:
    """Every object whose copy still counts, a few at a time."""
    asked = select(EVIDENCE).where(EVIDENCE.c.state.not_in(GONE)).order_by(EVIDENCE.c.id)
    for row in conn.execution_options(yield_per=ROWS_AT_ONCE).execute(asked):
        yield _row(row)


def count_wanted(conn: Connection) -> int:
    counted = select(func.count()).where(EVIDENCE.c.state.not_in(GONE))
    return conn.execute(counted).scalar_one()


def mark_sealed(tx: Transaction, evidence: str, keep_until: datetime) -> bool:
    """The object is in its place; saying so twice changes nothing."""
    values = {"state": EvidenceState.SEALED, "sealed_at": tx.now, "keep_until": keep_until}
    sealed = change(tx.conn, EVIDENCE, values, id=evidence, state=EvidenceState.INTAKE)
    if sealed:
        tx.leaf(Leaf("preserve.ended", evidence, "sealed"))
    return bool(sealed)


def mark_impossible(tx: Transaction, evidence: str, reason: str, keep_until: datetime) -> bool:
    """It cannot be sealed; what there is of it stays as long as if it were."""
    values = {"state": EvidenceState.IMPOSSIBLE, "reason": reason, "keep_until": keep_until}
    lost = change(tx.conn, EVIDENCE, values, id=evidence, state=EvidenceState.INTAKE)
    if lost:
        tx.leaf(Leaf("preserve.ended", evidence, f"impossible: {reason}"))
    return bool(lost)


def drop(tx: Transaction, event: str) -> None:
    """Nothing was found: destroy the keys of the copies that wait in the intake folder."""
    values = {"state": EvidenceState.DROPPED, "wrapped_key": b""}
    change(tx.conn, EVIDENCE, values, event=event, state=EvidenceState.INTAKE)


def destroy_after(tx: Transaction, ids: Iterable[str], at: datetime | None) -> None:
    """Mark copies to be destroyed after a moment; None: they are wanted again."""
    tx.conn.execute(update(EVIDENCE).where(EVIDENCE.c.id.in_(list(ids))).values(destroy_after=at))


def destroy_no_sooner(tx: Transaction, ids: Iterable[str]) -> None:
    """Whatever was judged of these since, they stay as long as is due."""
    sooner = (EVIDENCE.c.id.in_(list(ids)), EVIDENCE.c.destroy_after < EVIDENCE.c.keep_until)
    tx.conn.execute(update(EVIDENCE).where(*sooner).values(destroy_after=EVIDENCE.c.keep_until))


def keep_at_least(tx: Transaction, ids: Iterable[str], until: datetime) -> None:
    """Keep copies until then, or for longer where that is due already."""
    mine = EVIDENCE.c.id.in_(list(ids))
    for ends in (EVIDENCE.c.keep_until, EVIDENCE.c.destroy_after):  # whichever comes first counts
        tx.conn.execute(update(EVIDENCE).where(mine, ends < until).values({ends.name: until}))


def to_destroy(conn: Connection, now: datetime, after: str = "") -> list[str]:
    """Copies whose time is over, sealed or not, the next of them: allowed, or kept as long as due."""
    over = or_(EVIDENCE.c.destroy_after < now, EVIDENCE.c.keep_until < now)
    asked = select(EVIDENCE.c.id).where(over, EVIDENCE.c.state.not_in(GONE), EVIDENCE.c.id > after)
    return list(conn.execute(asked.order_by(EVIDENCE.c.id).limit(ROWS_AT_ONCE)).scalars())


def destroy(tx: Transaction, evidence: str, why: Why) -> None:
    """Destroy the key of a copy: from this commit on nobody can read it. What is gone stays as it is."""
    gone = {
        "state": EvidenceState.DESTROYED,
        "wrapped_key": b"",
        "destroyed_at": tx.now,
        "destroyed_why": why,
    }
    there = (EVIDENCE.c.id == evidence, EVIDENCE.c.state.not_in(GONE))
    if tx.conn.execute(update(EVIDENCE).where(*there).values(**gone)).rowcount:
        tx.leaf(Leaf("evidence.destroyed", evidence, why))


def destroyed(conn: Connection) -> list[str]:
    """Ids of the copies whose key was destroyed because their time was over; each has a leaf."""
    asked = select(EVIDENCE.c.id).where(EVIDENCE.c.state == EvidenceState.DESTROYED)
    return list(conn.execute(asked).scalars())


def ended(conn: Connection) -> list[str]:
    """Ids of objects whose preserving ended; each has a leaf. One destroyed before that has none."""
    c = EVIDENCE.c
    after = and_(c.state == EvidenceState.DESTROYED, or_(c.sealed_at.is_not(None), c.reason.is_not(None)))
    which = or_(c.state.in_((EvidenceState.SEALED, EvidenceState.IMPOSSIBLE)), after)
    return list(conn.execute(select(c.id).where(which)).scalars())


def wanted(conn: Connection, ids: list[str]) -> set[str]:
    """Those among `ids` whose copy still counts."""
    counts = EVIDENCE.c.state.not_in(GONE)
    return set(conn.execute(select(EVIDENCE.c.id).where(EVIDENCE.c.id.in_(ids), counts)).scalars())


def _row(row: Row[Any]) -> EvidenceRow:
    return EvidenceRow(
        taken=Taken(
            id=row.id,
            key=Wrapped(row.key_id, row.wrapped_key),
            cipher_sha256=row.cipher_sha256,
            sha256=row.sha256,
            md5=row.md5,
            size=row.bytes,
        ),
        service=row.service,
        event=row.event,
        part=row.part,
        state=EvidenceState(row.state),
        reason=row.reason,
        media_type=row.media_type,
        sealed_at=row.sealed_at,
        keep_until=row.keep_until,
        destroy_after=row.destroy_after,
        destroyed_at=row.destroyed_at,
        destroyed_why=row.destroyed_why,
    )
