"""The queue: pages along an index, by lane and over all lanes, quick however many cases there are."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import insert, select

from hoede.db import Database, Transaction
from hoede.review import claims, store
from hoede.review.rules import Grounds
from hoede.review.store import CASES, WAITS
from hoede.simulators.cybertipline import VirtualClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LANES = ("minors", "child_safety", None)


def fill(db: Database, many: int, lanes: tuple[str | None, ...] = LANES) -> None:
    """Cases of these lanes in turn, each more pressing than the one before; every seventh is judged."""
    db.commit(partial(_fill, many=many, lanes=lanes))


def _fill(tx: Transaction, *, many: int, lanes: tuple[str | None, ...]) -> None:
    rows = [
        {
            "id": f"cas_{number:06}",
            "service": "plein",
            "account": f"a-{number}",
            "grounds": Grounds.SUSPECTED,
            "lane": lanes[number % len(lanes)],
            "state": store.JUDGED if number % 7 == 6 else store.OPEN,
            "opened_at": NOON,
            "due_at": NOON,
            "rank_at": NOON - timedelta(seconds=number),
        }
        for number in range(many)
    ]
    tx.conn.execute(insert(CASES), rows)


def ids(db: Database, lane: str | None, most: int) -> list[list[str]]:
    """Page after page."""
    pages, after = [], None
    while True:
        asked = partial(store.queue_page, lane=lane, after=after, most=most)
        page = db.read(asked)
        pages.append([case.id for case in page.cases])
        if page.after is None:
            return pages
        after = page.after


@pytest.mark.parametrize("lane", [None, "minors"])
def test_pages_hold_everything_that_waits_once_the_most_pressing_first(
    db: Database, lane: str | None
) -> None:
    fill(db, 60)
    waits = [
        f"cas_{number:06}"
        for number in reversed(range(60))
        if number % 7 != 6 and LANES[number % 3] and (lane is None or LANES[number % 3] == lane)
    ]
    pages = ids(db, lane, most=10)
    assert [case for page in pages for case in page] == waits
    assert {len(page) for page in pages[:-1]} == {10}


def test_what_waits_and_what_is_late_are_counted(still_db: Database, clock: VirtualClock) -> None:
    fill(still_db, 42)
    waits = 42 * 2 // 3 - 42 * 2 // 3 // 7  # two of three have a lane, one of seven is judged
    assert still_db.read(lambda conn: store.waiting(conn, NOON)) == store.Waiting(waits, 0)
    clock.advance(timedelta(seconds=1))
    assert still_db.read(lambda conn: store.waiting(conn, clock.now())) == store.Waiting(waits, waits)


def test_an_empty_queue_is_one_empty_page(db: Database) -> None:
    assert ids(db, None, most=10) == [[]]


def test_cases_of_one_rank_are_not_lost_between_pages(db: Database) -> None:
    fill(db, 30, ("minors",))
    db.commit(lambda tx: tx.conn.execute(CASES.update().values(rank_at=NOON, state=store.OPEN)))
    pages = ids(db, "minors", most=7)
    assert [case for page in pages for case in page] == [f"cas_{number:06}" for number in range(30)]


@pytest.mark.parametrize("lane", [None, "minors"])
def test_a_page_is_one_walk_along_an_index(db: Database, lane: str | None) -> None:
    fill(db, 5000)
    asked = select(CASES.c.id).where(WAITS)
    if lane is not None:
        asked = asked.where(CASES.c.lane == lane)
    asked = asked.order_by(CASES.c.rank_at, CASES.c.id).limit(50)
    assert plan_of(db, asked) == (True, False)


def plan_of(db: Database, asked: object) -> tuple[bool, bool]:
    """Whether the database walks one of our indexes, and whether it sorts besides."""
    sqlite = db.engine.dialect.name == "sqlite"
    text = str(asked.compile(db.engine, compile_kwargs={"literal_binds": True}))  # type: ignore[attr-defined]
    if not sqlite:
        db.commit(lambda tx: tx.conn.exec_driver_sql("ANALYZE case_"))
    explain = "EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN "
    rows = db.read(lambda conn: conn.exec_driver_sql(explain + text.replace("%", "%%")).all())
    told = " ".join(str(cell) for row in rows for cell in row)
    return "ix_case_waits" in told, "Sort" in told or "TEMP B-TREE" in told


def test_the_first_case_for_a_person_is_found_along_the_index_too(db: Database) -> None:
    fill(db, 200)
    first = db.read(lambda conn: claims.first_for(conn, "eva", db.time(conn), lane="minors", lead=False))
    assert first is not None
    assert first.id == "cas_000198"
