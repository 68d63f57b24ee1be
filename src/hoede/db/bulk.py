"""Many rows at once: one statement and plain values, for what comes by the hundred thousand."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, Connection, LargeBinary, Table


def insert_all_new(conn: Connection, table: Table, rows: Sequence[Sequence[Any]]) -> int:
    """Insert rows of plain values in the order of the table's first columns; tells how many were new.

    A row whose unique key is there already is passed over.
    """
    if not rows:
        return 0
    columns = list(table.columns)[: len(rows[0])]
    names = ", ".join(column.name for column in columns)
    if conn.dialect.name == "postgresql":
        arrays = ", ".join(f"{_place(column)}::{column.type.compile(conn.dialect)}[]" for column in columns)
        asked = f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays}) ON CONFLICT DO NOTHING"  # noqa: S608 - names of our own tables
        return conn.exec_driver_sql(asked, tuple(map(list, zip(*rows, strict=True)))).rowcount
    places = ", ".join("?" * len(columns))
    asked = f"INSERT INTO {table.name} ({names}) VALUES ({places}) ON CONFLICT DO NOTHING"  # noqa: S608 - likewise
    done = conn.execution_options(preserve_rowcount=True).exec_driver_sql(asked, list(map(tuple, rows)))
    return done.rowcount


def _place(column: Column[Any]) -> str:
    """Bytes go as they are: written out as text they are twice as many."""
    return "%b" if isinstance(column.type, LargeBinary) else "%s"
