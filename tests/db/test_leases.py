"""Who of several processes may do a thing now, also after a clock that ran ahead was set right."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from hoede.db import Database
from hoede.db.leases import LEASES, is_held, take_lease
from hoede.simulators.cybertipline import VirtualClock

LONG = timedelta(seconds=5)


def take(db: Database, holder: str) -> bool:
    return db.commit(lambda tx: take_lease(tx, "numbering", holder, LONG))


@pytest.mark.parametrize(
    ("ends_in", "free"),
    [
        (timedelta(seconds=-1), True),
        (timedelta(seconds=5), False),
        (2 * LONG, False),  # by who leases for longer
        (2 * LONG + timedelta(milliseconds=1), True),  # nobody leases for so long
        (timedelta(days=400), True),
    ],
)
def test_a_lease_is_over_at_its_end_or_when_that_lies_too_far_ahead(
    still_db: Database, clock: VirtualClock, ends_in: timedelta, *, free: bool
) -> None:
    assert take(still_db, "one")
    until = clock.now() + ends_in
    still_db.commit(lambda tx: tx.conn.execute(update(LEASES).values(until=until)).rowcount)
    assert still_db.read(lambda conn: is_held(conn, "numbering", clock.now(), LONG)) is not free
    assert take(still_db, "another") is free
