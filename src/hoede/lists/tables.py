"""Tables of banks, lists, imports, entries and quarantine."""

from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    ForeignKey,
    Integer,
    LargeBinary,
    Select,
    String,
    Table,
    Text,
    and_,
    exists,
)

from hoede.db import METADATA, Moment

BANKS = Table(
    "list_bank",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("threshold", Integer, nullable=False),
    Column("quality_floor", Integer, nullable=False),
    Column("most_results", Integer, nullable=False),
    Column("negative", Boolean, nullable=False),
    Column("settings", Integer, nullable=False),  # how often it was set: each has its leaf
)

LISTS = Table(
    "list",
    METADATA,
    Column("name", String(64), primary_key=True),
    Column("source", Text, nullable=False),
    Column("standing", String(32), nullable=False),
    Column("category", String(32), nullable=False),
    Column("rehearsal", Boolean, nullable=False),
    Column("bank", String(64), ForeignKey("list_bank.name"), nullable=False),
    Column("withdrawn_at", Moment),  # as a whole
    Column("withdrawn_why", Text),
)

IMPORTS = Table(
    "list_import",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("list", String(64), ForeignKey("list.name"), nullable=False),
    Column("file_sha256", String(64), nullable=False),
    Column("at", Moment, nullable=False),
    Column("active", Boolean, nullable=False),  # entries count once the whole file is in
    Column("version", Integer),  # of all lists, when it became active
    Column("rolled_back_at", Moment),
    Column("rolled_back_why", Text),
)

ENTRIES = Table(
    "list_entry",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("list", String(64), ForeignKey("list.name"), nullable=False, index=True),
    Column("import_id", String(40), ForeignKey("list_import.id"), nullable=False, index=True),
    Column("source_id", String(255)),
    Column("line", Integer, nullable=False),
    Column("withdrawn_at", Moment),
    Column("withdrawn_why", Text),
)

# In the order in which digests are looked up; written in that order, a big list grows it page by page.
# The import stands here again, so that all digests of one are found without an index by entry.
DIGESTS = Table(
    "list_digest",
    METADATA,
    Column("kind", String(8), primary_key=True),
    Column("value", LargeBinary, primary_key=True),
    Column("entry", String(40), primary_key=True),
    Column("import_id", String(40), ForeignKey("list_import.id"), nullable=False, index=True),
    sqlite_with_rowid=False,
)

QUARANTINES = Table(
    "list_quarantine",
    METADATA,
    Column("entry", String(40), ForeignKey("list_entry.id"), primary_key=True),
    Column("number", Integer, primary_key=True),  # an entry may go in again
    Column("why", String(64), nullable=False),  # a code
    Column("at", Moment, nullable=False),
    Column("released_at", Moment),
    Column("released_why", Text),
)

VERSION = Table(
    "list_version",
    METADATA,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),  # counts every change of what is in force
)

_IN_FORCE = and_(
    IMPORTS.c.active.is_(True),
    IMPORTS.c.rolled_back_at.is_(None),
    LISTS.c.withdrawn_at.is_(None),
    ENTRIES.c.withdrawn_at.is_(None),
)


def joined(asked: Select[Any]) -> Select[Any]:
    """Entries with their import and their list, in force or not."""
    return (
        asked.select_from(ENTRIES)
        .join(IMPORTS, IMPORTS.c.id == ENTRIES.c.import_id)
        .join(LISTS, LISTS.c.name == ENTRIES.c.list)
    )


def in_force(asked: Select[Any]) -> Select[Any]:
    """Only entries of finished imports that nobody took back, of lists that stand."""
    return joined(asked).where(_IN_FORCE)


def quarantined() -> ColumnElement[bool]:
    """Whether an entry is in quarantine."""
    return exists().where(QUARANTINES.c.entry == ENTRIES.c.id, QUARANTINES.c.released_at.is_(None))
