"""Steps a second that are on disk before their callers go on: one caller, and 64 who share each sync."""

import tempfile
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from hoede.bench.rows import Row, percentile, spread
from hoede.core.leaves import Leaf
from hoede.core.orders import Order, Target, TargetKind
from hoede.db import Database, Transaction, orders
from hoede.db.schema import migrate

CALLERS, SECONDS, RUNS = 64, 3.0, 3
KEY = b"b" * 32

Step = Callable[[int, int, Transaction], object]  # whose, the how manieth


def measure() -> list[Row]:
    return [*_compared("leaf", _leaf, ">= 20000"), *_compared("order", _order, "")]


def _compared(name: str, step: Step, target: str) -> list[Row]:
    """One caller and many in turns, so that both meet the same disk."""
    alone, together = [], []
    for _ in range(RUNS):
        alone.append(_steps(step, callers=1))
        together.append(_steps(step, callers=CALLERS))
    single, grouped = percentile(alone, 0.5), percentile(together, 0.5)
    told = f"SQLite FULL, {SECONDS:g} s each, {CALLERS} callers; "
    return [
        _row(f"{name}_steps_alone", "steps/s", single, "", "SQLite FULL, one caller; " + spread(alone)),
        _row(f"{name}_steps_grouped", "steps/s", grouped, target, told + spread(together)),
        _row(f"{name}_grouped_by_alone", "times", grouped / single, ">= 8", told + "medians of both"),
    ]


def _steps(step: Step, *, callers: int) -> float:
    """Steps a second; every one that was acknowledged is in the file, or this raises."""
    with tempfile.TemporaryDirectory(prefix="hoede-bench-") as place:
        db = Database(f"sqlite:///{Path(place) / 'hoede.sqlite'}", key=KEY)
        migrate(db)
        counts, end = [0] * callers, time.perf_counter() + SECONDS

        def call(caller: int) -> None:
            while time.perf_counter() < end:
                db.commit(partial(step, caller, counts[caller]))
                counts[caller] += 1

        threads = [threading.Thread(target=call, args=(one,)) for one in range(callers)]
        begin = time.perf_counter()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        took_s = time.perf_counter() - begin
        there = db.read(lambda conn: conn.exec_driver_sql("SELECT count(*) FROM leaf").scalar_one())
        db.close()
    if there < sum(counts):
        raise RuntimeError(f"{sum(counts)} steps were acknowledged and {there} are there")
    return sum(counts) / took_s


def _leaf(caller: int, number: int, tx: Transaction) -> None:
    tx.leaf(Leaf("decision", f"{caller}-{number}"))


def _order(caller: int, number: int, tx: Transaction) -> None:
    """A row of its own, with its leaf, as most steps have."""
    orders.open_order(
        tx,
        Order(
            id=f"ord_{caller}_{number}",
            service="bench",
            cause=f"dec_{caller}",
            measure="hold",
            target=Target(TargetKind.CONTENT, f"pic-{caller}-{number}"),
            by="platform",
        ),
    )


def _row(name: str, unit: str, ours: float, target: str, told: str) -> Row:
    return Row(name=name, unit=unit, ours=round(ours, 1), target=target, spread=told)
