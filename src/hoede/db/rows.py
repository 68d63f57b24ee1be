"""Rows by what they are equal in. A statement is made once: making one takes longer than running it.

What is asked for each upload, order or report goes this way; what is asked seldom is written out where it is.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, TypeVar

import sqlalchemy
from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Insert,
    Row,
    Select,
    Table,
    Update,
    bindparam,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.sql.dml import ReturningInsert

T = TypeVar("T")


def one_row(conn: Connection, table: Table, **equal: Any) -> Row[Any] | None:
    """The one row whose columns have these values, if there is one."""
    return conn.execute(_asked(table, tuple(equal), ()), _values(equal)).one_or_none()


def rows_where(conn: Connection, table: Table, *order: Column[Any], **equal: Any) -> Sequence[Row[Any]]:
    """All rows whose columns have these values, in this order."""
    return conn.execute(_asked(table, tuple(equal), order), _values(equal)).all()


def change(conn: Connection, table: Table, values: Mapping[str, Any], **equal: Any) -> int:
    """Give the rows whose columns have these values others; how many there were."""
    asked = _changed(table, tuple(values), tuple(equal))
    given = {_new(name): value for name, value in values.items()}
    return conn.execute(asked, given | _values(equal)).rowcount


def insert(conn: Connection, table: Table, row: Mapping[str, Any], asked: Column[T]) -> T:
    """Insert a row; what it has in this column, e.g. the number that the database gave it."""
    answer: T = conn.execute(_inserted(table, tuple(row), asked), dict(row)).scalar_one()
    return answer


def insert_new(conn: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert unless a row with the same unique key is there; tells whether it was new."""
    return conn.execute(_inserted_new(conn.dialect.name, table, tuple(row)), dict(row)).rowcount == 1


@cache
def _asked(table: Table, names: tuple[str, ...], order: tuple[Column[Any], ...]) -> Select[Any]:
    return select(table).where(*_equal(table, names)).order_by(*order)


@cache
def _changed(table: Table, names: tuple[str, ...], equal: tuple[str, ...]) -> Update:
    values = {table.c[name]: bindparam(_new(name), type_=table.c[name].type) for name in names}
    return update(table).where(*_equal(table, equal)).values(values)


@cache
def _inserted(table: Table, names: tuple[str, ...], asked: Column[T]) -> ReturningInsert[tuple[T]]:
    _refuse_unknown(table, names)
    return sqlalchemy.insert(table).returning(asked)


@cache
def _inserted_new(kind: str, table: Table, names: tuple[str, ...]) -> Insert:
    _refuse_unknown(table, names)
    dialect = postgresql if kind == "postgresql" else sqlite
    asked: Insert = dialect.insert(table).on_conflict_do_nothing()
    return asked.execution_options(preserve_rowcount=True)


def _refuse_unknown(table: Table, names: tuple[str, ...]) -> None:
    """SQLAlchemy would leave them out without a word."""
    if unknown := set(names) - set(table.c.keys()):
        raise ValueError(f"{table.name} has no {', '.join(sorted(unknown))}")


def _equal(table: Table, names: tuple[str, ...]) -> list[ColumnElement[bool]]:
    return [table.c[name] == bindparam(_is(name), type_=table.c[name].type) for name in names]


def _values(equal: Mapping[str, Any]) -> dict[str, Any]:
    if None in equal.values():
        raise ValueError(f"nothing equals NULL: {', '.join(equal)}")
    return {_is(name): value for name, value in equal.items()}


# Apart from the names of columns, which SQLAlchemy keeps for itself in what changes rows.


def _is(name: str) -> str:
    return f"is_{name}"


def _new(name: str) -> str:
    return f"new_{name}"
