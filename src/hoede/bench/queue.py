"""The console with a million cases that wait: its pages by HTTP from one real `serve`, for one judge.

On SQLite, and on PostgreSQL where there is one. The cases are rows drawn by chance; who signs in, is signed
in by our own rows, because a bench has no passkey.
"""

import os
import random
import secrets
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import httpx2

from hoede.access.people import add_person
from hoede.access.sessions import open_session
from hoede.app import new_id, open_database
from hoede.app.tables import read_tables
from hoede.bench.databases import postgresql
from hoede.bench.ground import ground
from hoede.bench.processes import load
from hoede.bench.rows import Row, percentile, spread
from hoede.config import Config
from hoede.db import Database, Transaction, insert_all_new
from hoede.review.store import CASES
from hoede.web.session import SESSION_COOKIE

WAITING, AT_ONCE, ASKED, SEED = 1_000_000, 20_000, 60, 20261126
PAGES = {
    "start": "/console",
    "queue": "/console/queue",
    "lane": "/console/queue?lane=child_safety",
    "appeals": "/console/appeals",
}


def measure(database: str | None) -> list[Row]:
    """Each page so often, one after the other; then one's next case, taken."""
    rows = list(_on("sqlite", ""))
    with postgresql(database) as url:
        if url is not None:
            rows += _on("postgresql", url)
    return rows


def _on(name: str, url: str) -> Iterator[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="hoede-bench-") as folder,
        ground(Path(folder), [b"harmless"], more={"database_url": url}, env=os.environ) as on,
    ):
        cookie = _filled(on.config)
        with httpx2.Client(
            base_url=f"http://127.0.0.1:{on.port}", headers={"Cookie": f"{SESSION_COOKIE}={cookie}"}
        ) as browser:
            for page, path in PAGES.items():
                yield _row(f"{page}_page_p95_{name}", [_asked(browser, path) for _ in range(ASKED)])
            yield _row(f"deep_page_p95_{name}", list(_turned(browser)))


def _row(name: str, took_s: list[float]) -> Row:
    took = [one * 1000 for one in took_s]
    told = f"{WAITING} cases wait, {spread(took)}, {load()}"
    return Row(name=name, unit="ms", ours=round(percentile(took, 0.95), 1), target="<= 100", spread=told)


def _asked(browser: httpx2.Client, path: str) -> float:
    start = time.perf_counter()
    answer = browser.get(path)
    took = time.perf_counter() - start
    if answer.status_code != httpx2.codes.OK:
        raise RuntimeError(f"{path} answered {answer.status_code}")
    return took


def _turned(browser: httpx2.Client) -> Iterator[float]:
    """Pages far behind the first one: as quick, or nobody would find what waits there."""
    chance = random.Random(SEED)  # noqa: S311 - places in a queue, no secrets
    for _ in range(ASKED):
        at = datetime.now(UTC) - timedelta(seconds=chance.randrange(WAITING))
        yield _asked(browser, f"/console/queue?after={at:%Y-%m-%dT%H:%M:%S}%2B00:00~case_")


def _filled(config: Config) -> str:
    """The cookie of a judge at a million cases."""
    db, _ = open_database(config)
    for start in range(0, WAITING, AT_ONCE):
        db.commit(partial(_add, start))
    db.commit(_known)
    cookie = _signed_in(db)
    db.close()
    return cookie


def _known(tx: Transaction) -> None:
    """PostgreSQL counts its rows within a minute of their coming; a million in two minutes outrun that."""
    if tx.conn.dialect.name == "postgresql":
        tx.conn.exec_driver_sql("ANALYZE")


def _add(start: int, tx: Transaction) -> None:
    insert_all_new(tx.conn, CASES, list(_cases(start, tx.now)))


def _cases(start: int, now: datetime) -> Iterator[tuple[object, ...]]:
    """By chance over the lanes, opened in the last days, some of them late."""
    chance, lanes = random.Random(SEED + start), list(read_tables().lanes.values())  # noqa: S311 - likewise
    for number in range(start, start + AT_ONCE):
        lane = chance.choice(lanes)
        opened = now - timedelta(seconds=chance.randrange(WAITING))
        told = (f"case_{number}", "plein", f"account-{number}", "suspected", lane.name, "open")
        due = opened + lane.due
        rank = opened - timedelta(minutes=chance.randrange(300))
        yield (*told, _ms(opened), _ms(due), None, None, None, _ms(rank))


def _ms(at: datetime) -> int:
    return int(at.timestamp() * 1000)


def _signed_in(db: Database) -> str:
    cookie, person = secrets.token_urlsafe(32), new_id("per")

    def step(tx: Transaction) -> None:
        add_person(tx, person, name="Bench", roles=["judge"], language="en", by="bench")
        open_session(tx, new_id("ses"), cookie, person)

    db.commit(step)
    return cookie
