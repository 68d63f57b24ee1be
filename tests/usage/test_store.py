"""How long accounts were used is kept no longer, and no finer, than the table says."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta

import pytest

from hoede.db import Database, Transaction
from hoede.simulators.cybertipline import VirtualClock
from hoede.usage import (
    Beat,
    Extra,
    Kept,
    Mark,
    Part,
    Used,
    add_extra,
    day_parts,
    due,
    fold_old,
    forget,
    forget_old,
    locked,
    save,
    several,
    take,
    weeks,
)

MONDAY = datetime(2026, 11, 23, 12, tzinfo=UTC)
IDS = ("a-1", "a-2")
LONG_AGO = date(2000, 1, 1)


def used_from(at: datetime, minutes: int, used: Used | None = None) -> Used:
    """Kept after so many minutes of use."""
    start, kept = int(at.timestamp() * 1000), used or Used()
    for half in range(2 * minutes + 1):
        now = start + half * 30_000
        mark = Mark.BEGIN if half == 0 else Mark.END if half == 2 * minutes else Mark.ON
        kept = take(kept, [Beat(device="d", seq=start // 30_000 + half, mark=mark, at=now)], now)[0]
    return kept


def keep(db: Database, account: str, used: Used) -> None:
    db.commit(lambda tx: locked(tx, "plein", (account,)))
    db.commit(lambda tx: save(tx, "plein", {account: used}))


def fold_all(db: Database, zone: str | None = "Europe/Amsterdam") -> int:
    found = db.read(lambda conn: due(conn, db.time(conn)))
    return db.commit(lambda tx: fold_old(tx, "plein", {account: zone for _, account in found}))


def test_an_account_nobody_heard_of_was_not_used(still_db: Database) -> None:
    assert still_db.read(lambda conn: several(conn, "plein", IDS)) == {one: Kept() for one in IDS}


def test_what_was_counted_is_there_again(still_db: Database) -> None:
    used = used_from(MONDAY, 20)
    keep(still_db, "a-1", used)
    assert still_db.read(lambda conn: several(conn, "plein", IDS)) == {"a-1": Kept(used=used), "a-2": Kept()}


def test_one_service_never_sees_another(still_db: Database) -> None:
    keep(still_db, "a-1", used_from(MONDAY, 20))
    assert still_db.read(lambda conn: several(conn, "other", IDS))["a-1"] == Kept()


def test_a_day_that_is_over_is_minutes_by_part_of_the_day(still_db: Database, clock: VirtualClock) -> None:
    keep(still_db, "a-1", used_from(MONDAY, 45))
    assert fold_all(still_db) == 0  # it is not over yet
    clock.advance(timedelta(days=3))
    assert fold_all(still_db) == 1
    assert still_db.read(lambda conn: several(conn, "plein", IDS))["a-1"] == Kept()
    assert _days(still_db) == {(date(2026, 11, 23), Part.AFTERNOON): 45}


def test_of_who_uses_it_every_day_no_more_is_kept_either(still_db: Database, clock: VirtualClock) -> None:
    used = Used()
    for day in range(6):
        used = used_from(MONDAY + timedelta(days=day), 20, used)
        keep(still_db, "a-1", used)
        fold_all(still_db)
        used = still_db.read(lambda conn: several(conn, "plein", IDS))["a-1"].used
        clock.advance(timedelta(days=1))
    assert len(used.quarters) == 3 * 2  # of 20 minutes a day
    assert list(_days(still_db).values()) == [20] * 6


def test_who_is_counted_by_two_processes_at_once_is_counted_once(still_db: Database) -> None:
    def count(minute: int) -> None:
        at = int(MONDAY.timestamp() * 1000) + minute * 60_000

        def step(tx: Transaction) -> None:
            used = locked(tx, "plein", ("a-1",))["a-1"]
            beats = [Beat(device=f"d-{minute}", seq=1, mark=Mark.ON, at=at)]
            save(tx, "plein", {"a-1": take(used, beats, at)[0]})

        still_db.alone(step) if minute % 2 else still_db.commit(step)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count, range(12)))
    used = still_db.read(lambda conn: several(conn, "plein", IDS))["a-1"].used
    assert sum(used.quarters.values()) == 12 * 30_000


def test_before_and_after_it_is_folded_a_day_is_the_same(still_db: Database, clock: VirtualClock) -> None:
    keep(still_db, "a-1", used_from(MONDAY, 45))
    before = _days(still_db), _weeks(still_db)
    clock.advance(timedelta(days=3))
    fold_all(still_db)
    assert (
        (_days(still_db), _weeks(still_db))
        == before
        == (
            {(date(2026, 11, 23), Part.AFTERNOON): 45},
            {date(2026, 11, 23): 45},
        )
    )


def test_what_is_old_is_a_total_by_week_and_then_gone(still_db: Database, clock: VirtualClock) -> None:
    for day in (0, 1):
        keep(still_db, "a-1", used_from(MONDAY + timedelta(days=day), 10))
        clock.advance(timedelta(days=4))
        fold_all(still_db)
    assert (
        still_db.commit(lambda tx: forget_old(tx, days_before=date(2026, 11, 30), weeks_before=LONG_AGO)) == 2
    )
    assert (_days(still_db), _weeks(still_db)) == ({}, {date(2026, 11, 23): 20})
    assert (
        still_db.commit(lambda tx: forget_old(tx, days_before=LONG_AGO, weeks_before=date(2026, 11, 30))) == 1
    )
    assert _weeks(still_db) == {}


def test_extra_time_is_given_once_for_each_cause(still_db: Database) -> None:
    until = MONDAY + timedelta(hours=11)
    assert [_extra(still_db, cause, until) for cause in ("req_1", "req_1", "req_2")] == [True, False, True]
    kept = still_db.read(lambda conn: several(conn, "plein", IDS))["a-1"]
    assert kept.extras == (Extra(15, until), Extra(15, until))
    assert [kept.extra_at(at) for at in (MONDAY, until)] == [30, 0]


@pytest.mark.parametrize("minutes", [0, -5, 1441])
def test_extra_time_is_some_and_no_more_than_a_day(still_db: Database, minutes: int) -> None:
    with pytest.raises(ValueError, match="no extra time"):
        still_db.commit(
            lambda tx: add_extra(tx, "plein", "a-1", cause="req_1", minutes=minutes, until=MONDAY)
        )


def test_extra_time_that_is_over_goes(still_db: Database, clock: VirtualClock) -> None:
    _extra(still_db, "req_1", MONDAY)
    clock.advance(timedelta(days=2))
    assert still_db.commit(lambda tx: forget_old(tx, days_before=LONG_AGO, weeks_before=LONG_AGO)) == 1


def test_everything_about_an_account_goes_and_nothing_of_another(still_db: Database) -> None:
    for account in IDS:
        keep(still_db, account, used_from(MONDAY, 5))
    still_db.commit(lambda tx: forget(tx, "plein", "a-1"))
    kept = still_db.read(lambda conn: several(conn, "plein", IDS))
    assert [kept[one].used.quarters != {} for one in IDS] == [False, True]


def _extra(db: Database, cause: str, until: datetime) -> bool:
    return db.commit(lambda tx: add_extra(tx, "plein", "a-1", cause=cause, minutes=15, until=until))


def _days(db: Database) -> dict[tuple[date, Part], int]:
    return db.read(lambda conn: day_parts(conn, "plein", "a-1", "Europe/Amsterdam", LONG_AGO))


def _weeks(db: Database) -> dict[date, int]:
    return db.read(lambda conn: weeks(conn, "plein", "a-1", "Europe/Amsterdam", LONG_AGO))
