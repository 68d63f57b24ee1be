"""The clock that destroys: a jump stops it, a clock set back only waits."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.conftest import NOON

from hoede.db import Database
from hoede.evidence import clock
from hoede.simulators.cybertipline import VirtualClock

STEPS = [
    (timedelta(0), False),
    (timedelta(days=3), False),  # a long weekend
    (timedelta(days=3, milliseconds=1), True),
    (timedelta(days=400), True),
    (timedelta(days=-400), False),  # destroys later, never earlier
]


@pytest.mark.parametrize(("step", "says"), STEPS)
def test_only_a_long_step_ahead_is_a_jump(step: timedelta, says: bool) -> None:  # noqa: FBT001 - a table
    assert clock.jumped(NOON, NOON + step) is says


def test_a_jump_stops_destroying_until_somebody_looked(still_db: Database, clock_: VirtualClock) -> None:
    assert still_db.commit(clock.believed) == NOON
    clock_.advance(timedelta(days=400))
    assert still_db.commit(clock.believed) is None
    clock_.advance(timedelta(hours=1))
    assert still_db.commit(clock.believed) is None
    assert still_db.read(clock.stopped_at) == NOON
    still_db.commit(clock.believe)
    assert still_db.commit(clock.believed) == clock_.now()
    assert still_db.read(clock.stopped_at) is None


def test_a_duty_is_over_by_the_last_time_that_was_believed(still_db: Database, clock_: VirtualClock) -> None:
    assert still_db.commit(clock.surely) == NOON
    clock_.advance(timedelta(days=400))
    assert still_db.commit(clock.surely) == NOON
    still_db.commit(clock.believe)
    assert still_db.commit(clock.surely) == clock_.now()


@pytest.mark.parametrize(("seen", "begins"), [(-2, 0), (0, 0), (400, 400)])
def test_keeping_begins_now_or_at_the_latest_time_seen(still_db: Database, seen: int, begins: int) -> None:
    assert still_db.commit(clock.from_when) == NOON  # nobody ever looked
    still_db.commit(clock.believed)
    at = NOON + timedelta(days=seen)
    still_db.commit(lambda tx: tx.conn.execute(update(clock.CLOCK).values(seen_at=at)).rowcount)
    assert still_db.commit(clock.from_when) == NOON + timedelta(days=begins)


@pytest.fixture(name="clock_")
def _clock(clock: VirtualClock) -> VirtualClock:  # the module has the plain name
    return clock
