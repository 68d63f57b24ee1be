"""Many rows at once, on both databases: what is there already is passed over, and what is new is counted."""

import pytest
from sqlalchemy import select

from hoede.db import Database, Transaction, insert_all_new
from hoede.db.leases import LEASES

ROWS = [(f"name-{number}", "it's me; \u2028 \U0001f30a \\", number) for number in range(2000)]


def put(rows: list[tuple[str, str, int]], db: Database) -> int:
    return db.commit(lambda tx: insert_all_new(tx.conn, LEASES, rows))


def kept(db: Database) -> list[tuple[str, str]]:
    asked = select(LEASES.c.name, LEASES.c.holder).order_by(LEASES.c.until)
    return [(row.name, row.holder) for row in db.read(lambda conn: conn.execute(asked).all())]


def test_all_are_there_as_they_were_given(db: Database) -> None:
    assert put(ROWS, db) == len(ROWS)
    assert kept(db) == [(name, holder) for name, holder, _ in ROWS]


def test_a_row_that_is_there_is_passed_over_and_stays_as_it_was(db: Database) -> None:
    put(ROWS[:3], db)
    again = [(name, "another", until) for name, _, until in ROWS[2:5]]
    assert put(again, db) == 2
    assert [holder == "another" for _, holder in kept(db)] == [False, False, False, True, True]


def test_a_row_that_comes_twice_at_once_is_new_once(db: Database) -> None:
    assert put([ROWS[0], ROWS[0]], db) == 1


def test_of_no_rows_none_is_new(db: Database) -> None:
    assert put([], db) == 0


def test_rows_belong_to_their_transaction(db: Database) -> None:
    def step(tx: Transaction) -> None:
        insert_all_new(tx.conn, LEASES, ROWS)
        raise KeyError("no")

    with pytest.raises(KeyError):
        db.commit(step)
    assert kept(db) == []
