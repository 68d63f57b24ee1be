"""A copy holds every row, and the next row is numbered after it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text
from tests.databases import KEY, KINDS, Databases

from hoede.core.leaves import Leaf
from hoede.db import Database
from hoede.db.move import NotEmpty, copy_rows, count_rows, is_empty, rows_by_table

LEAVES = 5000  # more than are copied at once


@pytest.fixture
def other(databases: Databases, other_kind: str, tmp_path: Path) -> Iterator[Database]:
    url = databases.lend(other_kind, tmp_path)
    made = Database(url, key=KEY)
    yield made
    made.close()
    databases.take_back(url)


@pytest.fixture(params=KINDS)
def other_kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def fill(db: Database) -> None:
    def step(tx: object) -> None:
        for number in range(LEAVES):
            tx.leaf(Leaf("decision", f"dec_{number}"))  # type: ignore[attr-defined] # a Transaction

    db.commit(step)


def copied(source: Database, target: Database) -> int:
    return source.read(lambda conn: target.alone(lambda tx: copy_rows(conn, tx)))


def rows(db: Database) -> list[tuple[object, ...]]:
    return db.read(
        lambda conn: [
            tuple(row) for row in conn.execute(text("SELECT id, number, body FROM leaf ORDER BY id"))
        ]
    )


def test_every_row_is_copied_from_either_kind_to_either(db: Database, other: Database) -> None:
    fill(db)
    assert copied(db, other) == LEAVES
    assert rows(other) == rows(db)


def test_the_next_row_comes_after_those_that_were_copied(db: Database, other: Database) -> None:
    fill(db)
    copied(db, other)
    other.commit(lambda tx: tx.leaf(Leaf("decision", "another")))
    assert other.read(count_rows) == LEAVES + 1


def test_nothing_is_copied_over_what_is_there(db: Database, other: Database) -> None:
    other.commit(lambda tx: tx.leaf(Leaf("decision", "mine")))
    fill(db)
    with pytest.raises(NotEmpty):
        copied(db, other)
    assert other.read(count_rows) == 1


def test_a_database_is_empty_as_long_as_no_table_has_a_row(db: Database) -> None:
    before = db.read(is_empty)
    db.commit(lambda tx: tx.leaf(Leaf("decision", "mine")))
    assert (before, db.read(is_empty)) == (True, False)


def test_rows_are_counted_by_table(db: Database) -> None:
    fill(db)
    counted = db.read(rows_by_table)
    assert (counted["leaf"], sum(counted.values())) == (LEAVES, LEAVES)
