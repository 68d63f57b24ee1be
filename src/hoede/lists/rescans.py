"""The table of rescans: how far earlier uploads were held against an import that became active since."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    ForeignKey,
    Integer,
    Row,
    String,
    Table,
    case,
    literal,
    select,
    update,
)

from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.lists.tables import IMPORTS

RESCANS = Table(
    "rescan",
    METADATA,
    Column("import_id", String(40), ForeignKey("list_import.id"), primary_key=True),
    Column("opened_at", Moment, nullable=False),
    Column("after", BigInteger, nullable=False),  # the last fingerprint that was looked at
    Column("up_to", BigInteger),  # the last one to look at, known once the rescan begins
    Column("looked", BigInteger, nullable=False),
    Column("found", Integer, nullable=False),
    Column("done_at", Moment),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class RescanRow:
    import_id: str
    opened_at: datetime
    after: int
    up_to: int | None
    looked: int
    found: int
    done_at: datetime | None


def open_rescan(tx: Transaction, import_id: str) -> None:
    """Ask for one, unless it was asked for before."""
    row = {"import_id": import_id, "opened_at": tx.now, "after": 0, "looked": 0, "found": 0}
    insert_new(tx.conn, RESCANS, row)


def begin(tx: Transaction, import_id: str, newest: Callable[[Connection], int]) -> RescanRow:
    """Fix how far it goes, when that is not known yet: to the newest fingerprint there is.

    What is told later is looked at with the new entries, or comes by `reopen`.
    """
    one = RESCANS.c.import_id == import_id
    begun = tx.conn.execute(select(RESCANS.c.up_to).where(one).with_for_update()).scalar_one()
    if begun is None:
        tx.conn.execute(update(RESCANS).where(one).values(up_to=newest(tx.conn)))
    return known(tx.conn, import_id)


def note(tx: Transaction, row: RescanRow, *, after: int, looked: int, found: int) -> None:
    """Write down how far it came since `row`, and whether that was all.

    Nothing when it was sent back since.
    """
    tx.conn.execute(
        update(RESCANS)
        .where(RESCANS.c.import_id == row.import_id, RESCANS.c.after == row.after)
        .values(
            after=after,
            looked=RESCANS.c.looked + looked,
            found=RESCANS.c.found + found,
            done_at=case((RESCANS.c.up_to <= after, literal(tx.now, Moment))),
        )
    )


def reopen(tx: Transaction, since: int, first: int, last: int) -> None:
    """Send rescans of imports newer than version `since` back to these fingerprints."""
    newer = select(RESCANS.c.import_id, RESCANS.c.after, RESCANS.c.up_to).join(IMPORTS)
    rows = tx.conn.execute(newer.where(IMPORTS.c.version > since).with_for_update(of=RESCANS))
    for row in rows.all():
        if row.up_to is not None:
            tx.conn.execute(
                update(RESCANS)
                .where(RESCANS.c.import_id == row.import_id)
                .values(after=min(row.after, first - 1), up_to=max(row.up_to, last), done_at=None)
            )


def again(tx: Transaction, import_id: str) -> None:
    """Begin anew from the first fingerprint."""
    open_rescan(tx, import_id)
    row = RESCANS.c.import_id == import_id
    tx.conn.execute(update(RESCANS).where(row).values(after=0, up_to=None, looked=0, done_at=None))


def known(conn: Connection, import_id: str) -> RescanRow:
    """The rescan of an import that came into force; each has one."""
    return _row(conn.execute(select(RESCANS).where(RESCANS.c.import_id == import_id)).one())


def unfinished(conn: Connection) -> tuple[RescanRow, ...]:
    """Rescans that are not done, the oldest first."""
    asked = select(RESCANS).where(RESCANS.c.done_at.is_(None))
    return tuple(_row(row) for row in conn.execute(asked.order_by(RESCANS.c.opened_at)))


def _row(row: Row[Any]) -> RescanRow:
    return RescanRow(
        import_id=row.import_id,
        opened_at=row.opened_at,
        after=row.after,
        up_to=row.up_to,
        looked=row.looked,
        found=row.found,
        done_at=row.done_at,
    )
