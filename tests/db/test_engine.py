"""The database: a step is whole or nothing, groups share a sync, and no answer comes before it is durable."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, text
from tests.databases import KEY, Databases
from tests.parts import until

from hoede.core.leaves import Leaf
from hoede.db import Database, Transaction, failpoints
from hoede.db.engine import UnknownDatabase, database_time
from hoede.db.leases import LEASES
from hoede.db.statements import STATEMENTS

CALLERS = 64


def count(db: Database) -> int:
    return int(db.read(lambda conn: conn.execute(text("SELECT count(*) FROM leaf")).scalar_one()))


def write(tx: Transaction) -> None:
    tx.leaf(Leaf("decision", "dec_1"))


def test_a_step_that_raises_leaves_nothing_and_raises_to_its_caller(db: Database) -> None:
    def step(tx: Transaction) -> None:
        write(tx)
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        db.commit(step)
    assert count(db) == 0


def test_steps_of_many_callers_all_count_and_only_the_broken_ones_do_not(db: Database) -> None:
    def call(number: int) -> bool:
        def step(tx: Transaction) -> None:
            write(tx)
            if number % 4 == 0:
                raise ValueError

        try:
            db.commit(step)
        except ValueError:
            return False
        return True

    with ThreadPoolExecutor(CALLERS) as pool:
        done = list(pool.map(call, range(CALLERS)))
    assert (sum(done), count(db)) == (48, 48)


def test_callers_that_wait_together_share_a_commit(db: Database) -> None:
    """The writer is kept busy by one slow step; those that came meanwhile are one group."""
    commits, began, slow = 0, threading.Event(), threading.Event()

    def seen(name: str) -> None:
        nonlocal commits
        commits += name == "commit.before"

    def linger(tx: Transaction) -> None:
        began.set()
        slow.wait(10)

    failpoints.arm(seen)
    try:
        with ThreadPoolExecutor(CALLERS + 1) as pool:
            first = pool.submit(db.commit, linger)
            assert began.wait(10)
            rest = [pool.submit(db.commit, write) for _ in range(CALLERS)]
            until(lambda: db._calls.qsize() == CALLERS)
            slow.set()
            first.result()
            for call in rest:
                call.result()
    finally:
        failpoints._act = None
    assert (commits, count(db)) == (2, CALLERS)


def test_a_step_may_not_commit(db: Database) -> None:
    with pytest.raises(RuntimeError, match="part of a commit"):
        db.commit(lambda tx: db.commit(write))  # noqa: ARG005 - nested on purpose


def test_a_read_is_of_one_moment(db: Database) -> None:
    def question(conn: object) -> tuple[int, int]:
        before = _count(conn)
        db.commit(write)
        return before, _count(conn)

    assert db.read(question) == (0, 0)


def test_what_somebody_stopped_reading_keeps_nobody_in_the_past(db: Database) -> None:
    """Else who gets the connection next would not see, say, that a session has ended."""
    for _ in range(3):
        db.commit(write)
    left = []

    def question(conn: Connection) -> None:
        rows = conn.execute(text("SELECT id FROM leaf"))
        left.append((rows, next(iter(rows))))
        raise LookupError

    with pytest.raises(LookupError):
        db.read(question)
    db.commit(write)

    assert count(db) == 4


def _count(conn: object) -> int:
    return int(conn.execute(text("SELECT count(*) FROM leaf")).scalar_one())  # type: ignore[attr-defined] # a Connection


def test_a_key_twice_is_the_callers_error_and_nobody_elses(db: Database) -> None:
    row = {"name": "a", "holder": "me", "until": db.now()}
    db.commit(lambda tx: tx.conn.execute(insert(LEASES).values(**row)))
    with pytest.raises(Exception, match=r"(?i)unique"):
        db.commit(lambda tx: tx.conn.execute(insert(LEASES).values(**row)))
    db.commit(write)
    assert count(db) == 1


def test_what_one_database_made_of_a_statement_another_runs(
    db: Database, open_db: Callable[..., Database]
) -> None:
    db.commit(write)
    count(db)
    kept = len(STATEMENTS)
    other = open_db(database_time)
    other.commit(write)
    assert (count(other), len(STATEMENTS)) == (1, kept)


def test_closing_finishes_what_was_asked(databases: Databases, kind: str, tmp_path: Path) -> None:
    url = databases.lend(kind, tmp_path)
    db = Database(url, key=KEY)
    with ThreadPoolExecutor(8) as pool:
        for call in [pool.submit(db.commit, write) for _ in range(8)]:
            call.result()
    db.close()
    again = Database(url, key=KEY)
    assert count(again) == 8
    again.close()


def test_a_closed_database_takes_no_step(db: Database) -> None:
    db.close()
    with pytest.raises(RuntimeError, match="closed"):
        db.commit(write)


@pytest.mark.parametrize("url", ["mysql://127.0.0.1/hoede", "oracle://nowhere"])
def test_a_database_we_do_not_know_is_refused(url: str) -> None:
    with pytest.raises(UnknownDatabase):
        Database(url, key=KEY)


def test_a_long_step_of_its_own_is_whole_or_nothing(db: Database) -> None:
    def step(tx: Transaction) -> None:
        write(tx)
        raise ValueError("mine")

    with pytest.raises(ValueError, match="mine"):
        db.alone(step)
    db.alone(write)
    assert count(db) == 1
