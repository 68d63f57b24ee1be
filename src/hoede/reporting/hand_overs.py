"""Hand-overs: what was packed for an office, and that a person handed it over."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, Column, Connection, Row, String, Table, Text, select, update

from hoede.core.errors import HoedeError
from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, insert_new

HAND_OVERS = Table(
    "hand_over",
    METADATA,
    Column("case_id", String(40), primary_key=True),
    Column("authority", String(64), primary_key=True),
    Column("why", Text, nullable=False),  # the route's id and ground
    Column("packed_at", Moment),
    Column("packed_by", String(64)),
    Column("sha256", String(64)),  # of the last archive, as it was written
    Column("bytes", BigInteger),
    Column("handed_at", Moment),
    Column("handed_by", String(64)),
    Column("handed_how", Text),
    Column("reference", String(128)),  # under which the office has it
)


class AlreadyHanded(HoedeError):
    """This case was handed over there already; `hoede handover show` says when and by whom."""

    code = "already-handed"


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOverRow:
    case_id: str
    authority: str
    why: str
    packed_at: datetime | None
    sha256: str | None
    size: int | None
    handed_at: datetime | None
    handed_by: str | None
    handed_how: str | None
    reference: str | None


def of_case(conn: Connection, case_id: str) -> dict[str, HandOverRow]:
    """By office."""
    return of_cases(conn, [case_id])[case_id]


def of_cases(conn: Connection, cases: Sequence[str]) -> defaultdict[str, dict[str, HandOverRow]]:
    """By case and office."""
    found = defaultdict[str, dict[str, HandOverRow]](dict)
    for row in conn.execute(select(HAND_OVERS).where(HAND_OVERS.c.case_id.in_(cases))):
        found[row.case_id][row.authority] = _row(row)
    return found


def note_packed(  # noqa: PLR0917 - the facts of one archive
    tx: Transaction, case_id: str, authority: str, why: str, by: str, sha256: str, size: int
) -> None:
    _begin(tx, case_id, authority, why)
    _set(tx, case_id, authority, packed_at=tx.now, packed_by=by, sha256=sha256, bytes=size)
    tx.leaf(Leaf("handover.packed", f"{case_id}/{authority}", sha256))


def note_handed(  # noqa: PLR0917 - likewise
    tx: Transaction, case_id: str, authority: str, why: str, by: str, how: str, reference: str | None
) -> None:
    """Raises `AlreadyHanded`."""
    _begin(tx, case_id, authority, why)
    if of_case(tx.conn, case_id)[authority].handed_at is not None:
        raise AlreadyHanded
    _set(tx, case_id, authority, handed_at=tx.now, handed_by=by, handed_how=how, reference=reference)
    tx.leaf(Leaf("handover.made", f"{case_id}/{authority}", reference or ""))


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    c = HAND_OVERS.c
    rows = conn.execute(select(c.case_id, c.authority).where(c.handed_at.is_not(None)))
    return [("handover.made", f"{row.case_id}/{row.authority}") for row in rows]


def _begin(tx: Transaction, case_id: str, authority: str, why: str) -> None:
    insert_new(tx.conn, HAND_OVERS, {"case_id": case_id, "authority": authority, "why": why})


def _set(tx: Transaction, case_id: str, authority: str, **values: Any) -> None:
    mine = (HAND_OVERS.c.case_id == case_id, HAND_OVERS.c.authority == authority)
    tx.conn.execute(update(HAND_OVERS).where(*mine).values(**values))


def _row(row: Row[Any]) -> HandOverRow:
    return HandOverRow(
        case_id=row.case_id,
        authority=row.authority,
        why=row.why,
        packed_at=row.packed_at,
        sha256=row.sha256,
        size=row.bytes,
        handed_at=row.handed_at,
        handed_by=row.handed_by,
        handed_how=row.handed_how,
        reference=row.reference,
    )
