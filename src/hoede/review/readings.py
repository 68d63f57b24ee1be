"""Who read which page with a person's data on it, for what, and whose words stood there."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import Column, Connection, String, Table, Text, insert, select

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction

READINGS = Table(
    "page_view",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("kind", String(16), nullable=False),
    Column("about", String(40), nullable=False, index=True),  # a case, or the order of a report
    Column("person", String(64), nullable=False),
    Column("purpose", String(16), nullable=False),
    Column("words", Text, nullable=False),  # whose words stood on it: numbers of notices and of an objection
    Column("at", Moment, nullable=False),
)


class Page(StrEnum):
    """What a page with a person's data is about."""

    CASE = "case"
    REPORT = "report"

    @property
    def act(self) -> str:
        return f"{self}.viewed"


def note_reading(
    tx: Transaction, view_id: str, page: Page, *, about: str, person: str, purpose: str, words: Iterable[str]
) -> None:
    """Write it down before a byte of it goes out; the leaf fixes who, what, what for and whose words."""
    shown = " ".join(words)
    row = {"id": view_id, "kind": page, "about": about, "person": person, "purpose": purpose}
    tx.conn.execute(insert(READINGS).values(**row, words=shown, at=tx.now))
    tx.leaf(Leaf(page.act, view_id, f"{person} {about} {purpose} {shown}"))


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    asked = select(READINGS.c.kind, READINGS.c.id)
    return [(Page(row.kind).act, row.id) for row in conn.execute(asked)]
