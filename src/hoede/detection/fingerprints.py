"""The table of fingerprints of what was let through, so that a list that learns late still finds it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    delete,
    func,
    insert,
    select,
)

from hoede.core.findings import EXACT, DigestKind
from hoede.core.media import Frame
from hoede.db import METADATA, Moment, Serial, Transaction

MOST_FRAMES = 32  # of one event
_BYTES = 32

FINGERPRINTS = Table(
    "fingerprint",
    METADATA,
    Column("id", Serial, primary_key=True, autoincrement=True),
    Column("event", String(40), ForeignKey("event.id"), nullable=False, index=True),
    Column("kind", String(8), nullable=False),
    # For PDQ all turns and mirrors of a frame in a row.
    Column("value", LargeBinary, nullable=False),
    Column("quality", Integer),
    Column("at", Moment, nullable=False, index=True),
    Index("ix_fingerprint_value", "value", "kind"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """One kept fingerprint, or those of one frame."""

    id: int
    event: str
    kind: DigestKind
    values: tuple[bytes, ...]
    quality: int


def keep(
    tx: Transaction, event: str, digests: Mapping[DigestKind, str], frames: Sequence[Frame]
) -> tuple[int, int]:
    """Keep what an event that was let through can be found by; the first and the last number it got."""
    rows: list[dict[str, Any]] = [
        {"event": event, "kind": kind, "value": bytes.fromhex(digests[kind]), "quality": None, "at": tx.now}
        for kind in EXACT
        if kind in digests
    ]
    step = max(1, -(-len(frames) // MOST_FRAMES))
    rows += [
        {
            "event": event,
            "kind": DigestKind.PDQ,
            "value": b"".join(one.pdq),
            "quality": one.quality,
            "at": tx.now,
        }
        for one in frames[::step]
        if one.pdq
    ]
    tx.conn.execute(insert(FINGERPRINTS), rows)
    mine = FINGERPRINTS.c.event == event
    ends = select(func.min(FINGERPRINTS.c.id), func.max(FINGERPRINTS.c.id)).where(mine)
    first, last = tx.conn.execute(ends).one()
    return first, last


def newest(conn: Connection) -> int:
    """The last number given; 0 when nothing was ever kept."""
    return conn.execute(select(func.max(FINGERPRINTS.c.id))).scalar_one() or 0


def between(conn: Connection, after: int, up_to: int, most: int) -> tuple[Print, ...]:
    """Up to so many kept fingerprints, the oldest first."""
    asked = select(FINGERPRINTS).where(FINGERPRINTS.c.id > after, FINGERPRINTS.c.id <= up_to)
    rows = conn.execute(asked.order_by(FINGERPRINTS.c.id).limit(most))
    return tuple(
        Print(
            id=row.id,
            event=row.event,
            kind=DigestKind(row.kind),
            values=tuple(_split(row.value)) if row.kind == DigestKind.PDQ else (row.value,),
            quality=row.quality or 0,
        )
        for row in rows
    )


def _split(value: bytes) -> Iterator[bytes]:
    return (value[at : at + _BYTES] for at in range(0, len(value), _BYTES))


def forget_event(tx: Transaction, event: str) -> None:
    """It is held now, and evidence has its own fingerprints."""
    tx.conn.execute(delete(FINGERPRINTS).where(FINGERPRINTS.c.event == event))


def forget_before(tx: Transaction, day: datetime) -> int:
    return tx.conn.execute(delete(FINGERPRINTS).where(FINGERPRINTS.c.at < day)).rowcount
