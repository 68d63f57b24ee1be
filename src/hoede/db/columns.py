"""What all tables share: one metadata, one way to keep time, one way to insert once."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, Connection, Dialect, Insert, Integer, MetaData, Table, TypeDecorator
from sqlalchemy.dialects import postgresql, sqlite

METADATA = MetaData()

# A row's number where nothing else names it; SQLite counts up in a plain integer only.
Serial = BigInteger().with_variant(Integer, "sqlite")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Moment(TypeDecorator[datetime]):
    """An aware time, kept as whole milliseconds since 1970 in UTC: same order and size on every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002 - SQLAlchemy's signature
        return None if value is None else milliseconds(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - likewise
        return None if value is None else moment(value)


def milliseconds(at: datetime) -> int:
    """Milliseconds since 1970; a naive time is refused, its zone would be a guess."""
    if at.tzinfo is None:
        raise ValueError("a time without a zone")
    return (at - _EPOCH) // timedelta(milliseconds=1)


def moment(ms: int) -> datetime:
    return _EPOCH + timedelta(milliseconds=ms)


def insert_new(conn: Connection, table: Table, row: Mapping[str, Any]) -> bool:
    """Insert unless a row with the same unique key is there; tells whether it was new."""
    return conn.execute(_insert_new(conn.dialect.name, table), dict(row)).rowcount == 1


@cache
def _insert_new(kind: str, table: Table) -> Insert:
    """Made once a table: making a statement takes longer than running it."""
    dialect = postgresql if kind == "postgresql" else sqlite
    asked: Insert = dialect.insert(table).on_conflict_do_nothing()
    return asked.execution_options(preserve_rowcount=True)
