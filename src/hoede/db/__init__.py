"""The database: engine, grouped transactions, orders, leases, idempotency. Carries rows, decides nothing."""

from hoede.db.bulk import insert_all_new
from hoede.db.columns import METADATA, Moment, Serial
from hoede.db.engine import Database, Transaction, lock_kept
from hoede.db.errors import (
    DatabaseBusy,
    DatabaseUnavailable,
    DiskFull,
    SchemaOutdated,
    naming_a_full_disk,
)
from hoede.db.leases import TOO_FAR
from hoede.db.rows import change, insert, insert_new, one_row, rows_where

__all__ = [
    "METADATA",
    "TOO_FAR",
    "Database",
    "DatabaseBusy",
    "DatabaseUnavailable",
    "DiskFull",
    "Moment",
    "SchemaOutdated",
    "Serial",
    "Transaction",
    "change",
    "insert",
    "insert_all_new",
    "insert_new",
    "lock_kept",
    "naming_a_full_disk",
    "one_row",
    "rows_where",
]
