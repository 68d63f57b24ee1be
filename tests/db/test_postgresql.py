"""What only PostgreSQL does: processes that write at once, locks that end, a server that comes and goes."""

import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError
from tests.databases import KEY
from tests.db.conftest import Open

from hoede.db import Database, DatabaseBusy, DatabaseUnavailable, DiskFull, Transaction, postgresql
from hoede.db.leases import LEASES, hold_still, take_lease
from hoede.db.rows import insert_new


@pytest.fixture
def kind() -> str:
    return "postgresql"


def take(name: str) -> Callable[[Transaction], bool]:
    return lambda tx: insert_new(tx.conn, LEASES, {"name": name, "holder": "me", "until": tx.now})


def hold(name: str, meanwhile: Callable[[], object]) -> Callable[[Transaction], None]:
    """Lock a row, and do something else before letting go of it."""

    def step(tx: Transaction) -> None:
        tx.conn.execute(update(LEASES).where(LEASES.c.name == name).values(holder="them"))
        meanwhile()

    return step


def pid(tx: Transaction) -> int:
    return int(tx.conn.execute(text("SELECT pg_backend_pid()")).scalar_one())


def test_two_processes_that_lock_crosswise_both_come_through(process: Open) -> None:
    """A deadlock undoes one of them, and its steps are done anew."""
    one, two = process(), process()
    for name in ("a", "b"):
        one.commit(take(name))
    met = threading.Barrier(2, timeout=5)
    first = [True, True]

    def crosswise(here: int, names: tuple[str, str]) -> Callable[[Transaction], None]:
        def step(tx: Transaction) -> None:
            hold(names[0], lambda: None)(tx)
            if first[here]:
                first[here] = False
                met.wait()
            hold(names[1], lambda: None)(tx)

        return step

    with ThreadPoolExecutor(2) as pool:
        calls = [
            pool.submit(one.commit, crosswise(0, ("a", "b"))),
            pool.submit(two.commit, crosswise(1, ("b", "a"))),
        ]
        assert [call.result(20) for call in calls] == [None, None]


def test_a_row_somebody_else_holds_for_too_long_is_named_busy(process: Open) -> None:
    holder, hasty = process(), process(busy_wait_s=0.2)
    holder.commit(take("a"))
    done = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(holder.commit, hold("a", lambda: done.wait(10)))
        time.sleep(0.2)
        with pytest.raises(DatabaseBusy):
            hasty.commit(hold("a", lambda: None))
        done.set()
        held.result()
    hasty.commit(hold("a", lambda: None))


def test_what_a_paused_process_holds_is_taken_from_it(process: Open) -> None:
    paused, other = process(busy_wait_s=2), process()
    paused.commit(take("a"))
    going_on = threading.Event()
    with ThreadPoolExecutor(1) as pool:
        slept = pool.submit(paused.commit, hold("a", lambda: going_on.wait(20)))
        time.sleep(0.2)
        other.commit(hold("a", lambda: None))
        going_on.set()
        with pytest.raises(DatabaseUnavailable):
            slept.result(20)
    assert paused.commit(take("b"))  # it finds the server again


def test_a_server_that_cuts_us_off_is_named_and_found_again(process: Open, url: str) -> None:
    db = process()

    def cut_off(tx: Transaction) -> None:
        mine = pid(tx)
        with psycopg.connect(url, autocommit=True) as admin:
            admin.execute("SELECT pg_terminate_backend(%s)", [mine])
        take("a")(tx)

    with pytest.raises(DatabaseUnavailable):
        db.commit(cut_off)
    assert db.commit(take("a")) is True


def test_a_server_that_is_not_there_is_named() -> None:
    db = Database("postgresql://127.0.0.1:9/hoede", key=KEY)
    with pytest.raises(DatabaseUnavailable):
        db.read(lambda conn: conn.execute(text("SELECT 1")))
    with pytest.raises(DatabaseUnavailable):
        db.commit(take("a"))
    db.close()


def test_a_full_disk_is_named(process: Open) -> None:
    """The server's disk cannot be filled here, so its word for it is raised by a step."""

    def step(_tx: Transaction) -> None:
        raise OperationalError("INSERT", {}, psycopg.errors.DiskFull())

    with pytest.raises(DiskFull):
        process().commit(step)


def test_a_read_cannot_write(process: Open) -> None:
    with pytest.raises(Exception, match="read-only"):
        process().read(lambda conn: insert_new(conn, LEASES, {"name": "a", "holder": "me", "until": None}))


def test_more_readers_than_connections_wait_their_turn(process: Open) -> None:
    db = process(busy_wait_s=5)
    with ThreadPoolExecutor(3 * postgresql.MOST_READERS) as pool:
        asked = [
            pool.submit(db.read, lambda conn: conn.execute(text("SELECT pg_sleep(0.05)")).all())
            for _ in range(3 * postgresql.MOST_READERS)
        ]
        assert all(one.result(10) for one in asked)


def test_a_commit_is_durable_whatever_the_server_is_set_to(process: Open, url: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        admin.execute(f"ALTER DATABASE {admin.info.dbname} SET synchronous_commit = off")
    said = process().commit(lambda tx: tx.conn.execute(text("SHOW synchronous_commit")).scalar_one())
    assert said == "on"


def test_a_server_that_does_not_sync_is_told(process: Open) -> None:
    """The one of this test run does not: it would take long and nobody needs what is in it."""
    assert process().unsafe_settings() == ["fsync"]


def test_who_holds_a_lease_still_keeps_others_from_taking_it(process: Open) -> None:
    one, two = process(), process(busy_wait_s=0.2)
    one.commit(take("sequencer"))
    done = threading.Event()

    def still(tx: Transaction) -> None:
        hold_still(tx, "sequencer")
        done.wait(10)

    with ThreadPoolExecutor(1) as pool:
        held = pool.submit(one.commit, still)
        time.sleep(0.2)
        assert not two.commit(lambda tx: take_lease(tx, "sequencer", "two", timedelta(seconds=5)))
        done.set()
        held.result()
    assert two.commit(lambda tx: take_lease(tx, "sequencer", "two", timedelta(seconds=5)))
