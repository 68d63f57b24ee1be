"""Several processes over one PostgreSQL: nobody does twice, and who sleeps keeps nobody else waiting."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from tests.asleep import sleeping
from tests.db.conftest import Open
from tests.parts import until

from hoede.audit import Expected, Sequencer, verify
from hoede.audit.store import bodies, heads
from hoede.core.leaves import Leaf
from hoede.core.orders import Order, Target, TargetKind
from hoede.db import Database, DatabaseUnavailable, Transaction, orders
from hoede.db.leases import give_back, take_lease
from hoede.keys import FileKeys

SHORT_S = 1.0  # how long a lock is waited for; who idles in a transaction is cut off after half of it
ORDERS = 60
MOMENT = timedelta(milliseconds=1)
HOUR = timedelta(hours=1)


@pytest.fixture
def keys(tmp_path: Path) -> FileKeys:
    FileKeys.create(tmp_path / "keys")
    return FileKeys(tmp_path / "keys")


def slowly(conn: Connection) -> list[int]:
    """Two looks with more thought between them than a transaction may take that holds locks."""
    first = conn.execute(text("SELECT 1")).scalar_one()
    time.sleep(SHORT_S)
    return [first, conn.execute(text("SELECT 2")).scalar_one()]


def test_a_question_may_think_between_two_looks(process: Open) -> None:
    assert process(busy_wait_s=SHORT_S).read(slowly) == [1, 2]


def test_a_long_step_of_its_own_may_think_too(process: Open) -> None:
    assert process(busy_wait_s=SHORT_S).alone(lambda tx: slowly(tx.conn)) == [1, 2]


def test_a_grouped_step_may_not(process: Open) -> None:
    with pytest.raises(DatabaseUnavailable):
        process(busy_wait_s=SHORT_S).commit(lambda tx: slowly(tx.conn))


def take(holder: str, duration: timedelta = HOUR) -> Callable[[Transaction], bool]:
    return lambda tx: take_lease(tx, "a", holder, duration)


def test_a_lease_that_is_being_renewed_keeps_nobody_waiting(process: Open) -> None:
    """It ended, so anybody may take it; but its holder has it in hand."""
    holder, hasty = process(), process(busy_wait_s=0.2)
    holder.commit(take("holder", MOMENT))
    began, done = threading.Event(), threading.Event()

    def renew(tx: Transaction) -> bool:
        renewed = take("holder")(tx)
        began.set()
        done.wait(10)
        return renewed

    with ThreadPoolExecutor(1) as pool:
        renewing = pool.submit(holder.commit, renew)
        assert began.wait(10)
        taken = hasty.commit(take("hasty"))
        done.set()
    assert (taken, renewing.result()) == (False, True)


def test_who_asks_for_a_lease_in_vain_is_not_in_the_way_of_its_holder(process: Open) -> None:
    holder, other = process(busy_wait_s=0.2), process()
    holder.commit(take("holder"))
    began, done = threading.Event(), threading.Event()

    def ask(tx: Transaction) -> bool:
        taken = take("other")(tx)
        began.set()
        done.wait(10)
        return taken

    with ThreadPoolExecutor(1) as pool:
        asking = pool.submit(other.commit, ask)
        assert began.wait(10)
        renewed = holder.commit(take("holder"))
        done.set()
    assert (renewed, asking.result()) == (True, False)


def test_of_all_that_want_a_free_lease_one_gets_it(process: Open) -> None:
    open_ = [process() for _ in range(4)]
    for _ in range(20):
        with ThreadPoolExecutor(len(open_)) as pool:
            taken = list(pool.map(lambda db: db.commit(take(str(id(db)))), open_))
        assert taken.count(True) == 1
        holder = open_[taken.index(True)]
        holder.commit(lambda tx, holder=holder: give_back(tx, "a", str(id(holder))))  # type: ignore[misc] # a default binds it


def order(number: int) -> Order:
    return Order(
        id=f"ord_{number}",
        service="plein",
        cause="dec_1",
        measure="hold",
        target=Target(TargetKind.CONTENT, f"pic-{number}"),
        by="platform",
        values={},
    )


def test_no_order_is_claimed_by_two(process: Open) -> None:
    open_ = [process() for _ in range(3)]
    open_[0].commit(lambda tx: [orders.open_order(tx, order(number)) for number in range(ORDERS)])
    claims = Counter[str]()

    def work(db: Database) -> None:
        while claimed := db.commit(lambda tx: orders.claim(tx, by="platform", holder="me", lease=HOUR)):
            claims[claimed.order.id] += 1
            db.commit(lambda tx, mine=claimed: orders.end(tx, mine, "done"))  # type: ignore[misc] # likewise

    with ThreadPoolExecutor(9) as pool:
        for done in [pool.submit(work, db) for db in open_ * 3]:
            done.result()
    assert claims == Counter(f"ord_{number}" for number in range(ORDERS))


def test_a_sequencer_that_falls_asleep_leaves_the_log_to_the_next_one_and_harms_nothing(
    process: Open, keys: FileKeys
) -> None:
    sleepy, other = process(busy_wait_s=SHORT_S), process()
    written = [Leaf("decision", f"dec_{number}") for number in range(5)]
    for leaf in written:
        other.commit(lambda tx, leaf=leaf: tx.leaf(leaf))  # type: ignore[misc] # likewise
    with sleeping("number.before") as sleeper, ThreadPoolExecutor(1) as pool:
        slept = pool.submit(Sequencer(sleepy, keys, "sleepy").run_once)
        sleeper.wait()
        until(Sequencer(other, keys, "other").run_once)
        sleeper.wake()
        with pytest.raises(DatabaseUnavailable):
            slept.result()
    assert Sequencer(sleepy, keys, "sleepy").run_once() == 0

    verdict = other.read(
        lambda conn: verify(
            bodies(conn),
            heads(conn),
            keys.log_key,
            names=other._key,
            expected=[Expected(leaf.act, leaf.about) for leaf in written],
        )
    )
    assert (verdict.leaves, verdict.heads, verdict.wrong) == (5, 1, ())
