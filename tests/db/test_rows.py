"""Rows by what they are equal in: the right ones are found and changed, and a slip is an error."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from hoede.db import Database, change, insert_new, one_row, rows_where
from hoede.db.leases import LEASES

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


@pytest.fixture
def held(db: Database) -> Database:
    for name, holder, hours in (("a", "one", 2), ("b", "one", 1), ("c", "two", 3)):
        row = {"name": name, "holder": holder, "until": NOON + timedelta(hours=hours)}
        assert db.commit(lambda tx, row=row: insert_new(tx.conn, LEASES, row))  # type: ignore[misc]
    return db


def names(db: Database, **equal: Any) -> list[str]:
    return [row.name for row in db.read(lambda conn: rows_where(conn, LEASES, LEASES.c.until, **equal))]


def test_rows_are_those_that_are_equal_in_all_that_was_asked_in_order(held: Database) -> None:
    assert names(held, holder="one") == ["b", "a"]
    assert names(held, holder="one", until=NOON + timedelta(hours=2)) == ["a"]
    assert names(held, holder="three") == []


def test_one_row_is_that_row_or_none(held: Database) -> None:
    row = held.read(lambda conn: one_row(conn, LEASES, name="c", holder="two"))
    assert row is not None
    assert row.until == NOON + timedelta(hours=3)
    assert held.read(lambda conn: one_row(conn, LEASES, name="c", holder="one")) is None


def test_a_change_reaches_those_rows_alone_also_in_the_column_it_asks_for(held: Database) -> None:
    assert held.commit(lambda tx: change(tx.conn, LEASES, {"holder": "two"}, holder="one", name="a")) == 1
    assert names(held, holder="two") == ["a", "c"]
    assert held.commit(lambda tx: change(tx.conn, LEASES, {"until": NOON}, holder="nobody")) == 0


def test_what_is_there_is_not_inserted_again(held: Database) -> None:
    row = {"name": "a", "holder": "three", "until": NOON}
    assert not held.commit(lambda tx: insert_new(tx.conn, LEASES, row))
    assert names(held, holder="three") == []


def test_nothing_is_asked_for_by_null(held: Database) -> None:
    """In SQL nothing equals it: the answer would be that there is none."""
    with pytest.raises(ValueError, match="nothing equals NULL: holder"):
        held.read(lambda conn: one_row(conn, LEASES, holder=None))


def test_a_column_that_is_not_there_is_refused(held: Database) -> None:
    with pytest.raises(KeyError, match="holders"):
        held.commit(lambda tx: change(tx.conn, LEASES, {"holders": "x"}, name="a"))
    row = {"name": "d", "holder": "x", "until": NOON, "colour": "red"}
    with pytest.raises(ValueError, match="lease has no colour"):
        held.commit(lambda tx: insert_new(tx.conn, LEASES, row))
