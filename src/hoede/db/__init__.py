"""The database: engine, grouped transactions, orders, leases, idempotency. Carries rows, decides nothing."""

from hoede.db.bulk import insert_all_new
from hoede.db.columns import METADATA, Moment, Serial, insert_new
from hoede.db.engine import Database, Transaction
from hoede.db.errors import (
    DatabaseBusy,
    DatabaseUnavailable,
    DiskFull,
    SchemaOutdated,
    naming_a_full_disk,
)

__all__ = [
    "METADATA",
    "Database",
    "DatabaseBusy",
    "DatabaseUnavailable",
    "DiskFull",
    "Moment",
    "SchemaOutdated",
    "Serial",
    "Transaction",
    "insert_all_new",
    "insert_new",
    "naming_a_full_disk",
]
