"""What only SQLite does: one file, one writer, and a disk that may be full or fail."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, text
from sqlalchemy.exc import OperationalError
from tests.databases import KEY, Databases

from hoede.core.leaves import Leaf
from hoede.db import Database, DatabaseBusy, DiskFull, Transaction, sqlite
from hoede.db.leaves import LEAVES
from hoede.db.schema import migrate


@pytest.fixture
def kind() -> str:
    return "sqlite"


def count(db: Database) -> int:
    return int(db.read(lambda conn: conn.execute(text("SELECT count(*) FROM leaf")).scalar_one()))


def write(tx: Transaction) -> None:
    tx.leaf(Leaf("decision", "dec_1"))


def file_of(db: Database) -> str:
    return str(db.engine.url.database)


@pytest.fixture
def full(db: Database) -> Iterator[Database]:
    """Not one page more fits."""
    pages = db.read(lambda conn: conn.exec_driver_sql("PRAGMA page_count").scalar_one())
    db.commit(lambda tx: tx.conn.exec_driver_sql(f"PRAGMA max_page_count = {pages}"))
    yield db
    db.close()


def much(tx: Transaction) -> None:
    tx.conn.execute(insert(LEAVES), [{"body": "x" * 4000} for _ in range(200)])


def test_what_is_committed_is_there_after_the_end_without_closing(db: Database) -> None:
    db.commit(write)
    other = sqlite3.connect(file_of(db))
    assert other.execute("SELECT count(*) FROM leaf").fetchone() == (1,)
    other.close()


def test_a_full_disk_has_a_name_and_keeps_nothing(full: Database) -> None:
    with pytest.raises(DiskFull):
        full.commit(much)
    assert count(full) == 0


def test_after_a_full_disk_the_next_step_counts(full: Database) -> None:
    with pytest.raises(DiskFull):
        full.commit(much)
    full.commit(lambda tx: tx.conn.exec_driver_sql("PRAGMA max_page_count = 1000000"))
    full.commit(write)
    assert count(full) == 1


def test_a_failed_sync_ends_the_process(databases: Databases, tmp_path: Path) -> None:
    """The disk's own error cannot be made here, so SQLite's word for it is raised by a step."""
    ended: list[str] = []
    db = Database(databases.lend("sqlite", tmp_path), key=KEY, die=ended.append)

    def step(_tx: Transaction) -> None:
        raise OperationalError("COMMIT", {}, sqlite3.OperationalError("disk I/O error"))

    with pytest.raises(OperationalError):
        db.commit(step)
    db.close()
    assert ended == ["a disk sync failed: disk I/O error"]


def test_busy_is_named(db: Database) -> None:
    holder = sqlite3.connect(file_of(db), isolation_level=None)
    holder.execute("BEGIN IMMEDIATE")
    quick = Database(str(db.engine.url), key=KEY, busy_wait_s=0.05)
    with pytest.raises(DatabaseBusy):
        quick.commit(write)
    holder.execute("ROLLBACK")
    holder.close()
    quick.commit(write)
    quick.close()
    assert count(db) == 1


def test_a_closed_database_becomes_one_file_that_is_read_without_a_trace(tmp_path: Path) -> None:
    path = tmp_path / "rows with spaces.sqlite"
    made = Database(f"sqlite:///{path}", key=KEY)
    migrate(made)
    made.commit(write)
    made.close()
    sqlite.make_one_file(path)
    before = path.read_bytes()
    engine = sqlite.read_only(path)
    with engine.connect() as conn:
        assert conn.execute(text("SELECT count(*) FROM leaf")).scalar_one() == 1
        with pytest.raises(OperationalError):
            conn.execute(insert(LEAVES).values(body="{}"))
    engine.dispose()
    assert list(tmp_path.iterdir()) == [path]
    assert path.read_bytes() == before


def test_nothing_about_its_settings_is_unsafe(db: Database) -> None:
    assert db.unsafe_settings() == []
