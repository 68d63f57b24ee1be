"""Copying a whole database into an empty one, from either kind to either kind."""

from collections.abc import Callable, Iterator
from typing import Any

from sqlalchemy import Connection, Table, func, insert, inspect, literal, select
from sqlalchemy import table as plain_table

from hoede.core.errors import HoedeError
from hoede.db.columns import METADATA, Serial
from hoede.db.engine import Transaction

ROWS_AT_ONCE = 2000


class NotEmpty(HoedeError):
    """The database to copy into has rows already. Give an empty one."""

    code = "database-not-empty"


def count_rows(conn: Connection) -> int:
    """All rows of all tables."""
    return sum(rows_by_table(conn).values())


def is_empty(conn: Connection) -> bool:
    """Whether no table holds a row, whatever schema it is at."""
    names = set(inspect(conn).get_table_names()) - {"alembic_version"}
    return not any(
        conn.execute(select(literal(1)).select_from(plain_table(name)).limit(1)).first() for name in names
    )


def rows_by_table(conn: Connection) -> dict[str, int]:
    return {
        table.name: conn.execute(select(func.count()).select_from(table)).scalar_one() for table in _tables()
    }


def copy_rows(source: Connection, tx: Transaction, progress: Callable[[int], object] = int) -> int:
    """Copy every row as of the moment `source` sees; returns how many. Both have this version's schema.

    `progress` is called with the number of rows copied since its last call. Raises `NotEmpty` when
    the database behind `tx` has rows.
    """
    if count_rows(tx.conn):
        raise NotEmpty
    copied = 0
    for table in _tables():
        for rows in _rows(source, table):
            tx.conn.execute(insert(table), rows)
            copied += len(rows)
            progress(len(rows))
        _count_on(tx.conn, table)
    return copied


def _tables() -> list[Table]:
    """Every table, those referred to first."""
    return METADATA.sorted_tables


def _rows(source: Connection, table: Table) -> Iterator[list[dict[str, Any]]]:
    asked = source.execution_options(yield_per=ROWS_AT_ONCE).execute(select(table)).mappings()
    for some in asked.partitions():
        yield [dict(row) for row in some]


def _count_on(conn: Connection, table: Table) -> None:
    """Let PostgreSQL number the next row after the ones that came with a number."""
    numbered = [column.name for column in table.primary_key if column.type is Serial]
    if conn.dialect.name != "postgresql" or not numbered:
        return
    serial = func.pg_get_serial_sequence(table.name, numbered[0])
    newest = select(func.max(table.c[numbered[0]])).scalar_subquery()
    conn.execute(select(func.setval(serial, newest)))
