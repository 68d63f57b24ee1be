"""How much waits in each lane, on both databases."""

from datetime import timedelta

import pytest

from hoede.db import Database, Transaction
from hoede.review import Grounds, store
from hoede.review.waiting import Waiting, waiting
from hoede.simulators.cybertipline import VirtualClock

LANES = ("minors", "child_safety", "appeals")
HOUR = timedelta(hours=1)


@pytest.fixture
def queue(still_db: Database, clock: VirtualClock) -> Database:
    """Two of minors, one of them late; one of child safety; one that nobody needs to look at; one judged."""

    def step(tx: Transaction) -> None:
        dues = {"cas_1": -HOUR, "cas_2": HOUR, "cas_3": HOUR, "cas_4": None, "cas_5": -HOUR}
        lanes = {"cas_3": "child_safety", "cas_4": None}
        for case, due in dues.items():
            store.open_case(
                tx,
                case,
                service="plein",
                account=case,
                grounds=Grounds.SUSPECTED,
                lane=lanes.get(case, "minors"),
                due_at=None if due is None else tx.now + due,
            )
        store.goes_on(tx, "cas_5", store.JUDGED, "minors", tx.now)

    still_db.commit(step)
    return still_db


def test_every_lane_tells_what_waits_what_is_late_and_what_is_due_first(
    queue: Database, clock: VirtualClock
) -> None:
    now = clock.now()
    assert queue.read(lambda conn: waiting(conn, LANES, now)) == (
        Waiting("minors", 2, 1, now - HOUR),
        Waiting("child_safety", 1, 0, now + HOUR),
        Waiting("appeals", 0, 0, None),
    )


def test_of_a_long_lane_the_most_pressing_are_counted(
    queue: Database, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("hoede.review.waiting.MOST_COUNTED", 1)
    found = queue.read(lambda conn: waiting(conn, ("minors",), clock.now()))
    assert found == (Waiting("minors", 1, 1, clock.now() - HOUR),)


@pytest.mark.parametrize("kind", ["sqlite"])  # PostgreSQL plans by its statistics
def test_a_lane_is_counted_along_its_index(queue: Database) -> None:
    asked = (
        "EXPLAIN QUERY PLAN SELECT due_at FROM case_ WHERE case_.state <> 'judged' AND case_.lane IS NOT NULL"
        " AND case_.lane = 'minors' ORDER BY case_.rank_at, case_.id LIMIT 1000"
    )
    plan = queue.read(lambda conn: conn.exec_driver_sql(asked).all())
    assert ["ix_case_waits_in_lane" in row[3] for row in plan] == [True]
