"""What many tests start from: a database of their own, a clock that stands still, a report to send."""

import hashlib
import logging
import os
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TextIO, cast
from zlib import crc32

import pytest
import structlog
from hypothesis import settings
from sqlalchemy import Connection
from tests.databases import KEY, KINDS, Databases, Postgres, postgres

from hoede.db import Database
from hoede.db.engine import database_time
from hoede.logs import Stderr
from hoede.reporting import Draft, DraftFile, IpEvent, Suspect
from hoede.simulators.cybertipline import VirtualClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)

LONG_RUN = bool(os.environ.get("HOEDE_LONG"))

# A busy machine is no reason to fail.
settings.register_profile("hoede", deadline=None, max_examples=100 if LONG_RUN else 30)
settings.load_profile("hoede")

# What a check of 25 minutes leaves to `./check long`: of journeys and operating five of six on PostgreSQL
# (each journey runs on SQLite), half of operating and of filing after a restore, and of a page in two
# languages one. Which ones is told by their names alone, so that every run has the same.
ON_BOTH = ("tests/journeys/", "tests/app/")
HEAVY = ("tests/app/", "tests/journeys/test_nothing_is_filed_twice_after_a_restore")
LANGUAGE = re.compile(r"(?<=[\[-])(en|nl)(?=[\]-])")

OpenDatabase = Callable[[Callable[[Connection], datetime]], Database]


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if LONG_RUN:
        return
    out = [one for one in items if _is_for_long(one.nodeid)]
    config.hook.pytest_deselected(items=out)
    items[:] = [one for one in items if not _is_for_long(one.nodeid)]


def _is_for_long(test: str) -> bool:
    language = LANGUAGE.search(test)
    if test.startswith("tests/e2e/") and language:
        return language.group() != ("en", "nl")[crc32(LANGUAGE.sub("", test).encode()) % 2]
    drawn = crc32(test.encode())
    if test.startswith(ON_BOTH) and "postgresql" in test.partition("[")[2]:
        return drawn % 6 != 0
    return test.startswith(HEAVY) and drawn % 2 != 0


@pytest.fixture(autouse=True)
def logging_as_before() -> Iterator[None]:
    """Each test begins with logs on standard error, and leaves it so after commands that start logs.

    Elsewhere workers of a service that runs beside a command would write into what the command says.
    """
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    _log_to_stderr()
    yield
    _log_to_stderr()
    root.handlers[:] = handlers
    root.setLevel(level)


def _log_to_stderr() -> None:
    structlog.reset_defaults()
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", Stderr())))


@pytest.fixture(scope="session")
def server() -> Iterator[Postgres]:
    """A PostgreSQL of this run's own, started when the first test asks for it."""
    with postgres() as running:
        yield running


@pytest.fixture(scope="session")
def databases(tmp_path_factory: pytest.TempPathFactory, server: Postgres) -> Databases:
    return Databases(tmp_path_factory.mktemp("migrated"), server)


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    """Which database this run of the test is on."""
    return str(request.param)


@pytest.fixture
def open_db(databases: Databases, kind: str, tmp_path: Path) -> Iterator[OpenDatabase]:
    """Opens databases of this test by the clock they shall have; all are closed at its end."""
    opened: dict[str, Database] = {}

    def at(clock: Callable[[Connection], datetime]) -> Database:
        url = databases.lend(kind, tmp_path)
        opened[url] = Database(url, key=KEY, clock=clock)
        return opened[url]

    yield at
    for url, database in opened.items():
        database.close()
        databases.take_back(url)


@pytest.fixture
def db(open_db: OpenDatabase) -> Database:
    """On the database's own time."""
    return open_db(database_time)


@pytest.fixture
def clock() -> VirtualClock:
    """Stands still at noon of 23 November 2026 until it is advanced."""
    return VirtualClock(lambda: NOON)


@pytest.fixture
def still_db(open_db: OpenDatabase, clock: VirtualClock) -> Database:
    """On the time of `clock`."""
    return open_db(lambda _conn: clock.now())


@pytest.fixture
def leaves() -> Callable[[Database], int]:
    """Counts the leaves of the audit log."""
    return _count_leaves


def _count_leaves(db: Database) -> int:
    return db.read(lambda conn: int(conn.exec_driver_sql("SELECT count(*) FROM leaf").scalar_one()))


@pytest.fixture
def draft_of() -> Callable[..., Draft]:
    """Makes a report of what an account uploaded in the past: one file for each content given."""
    return _draft


def _draft(*contents: bytes) -> Draft:
    at = NOON - timedelta(days=300)
    files = tuple(_draft_file(place, content, at) for place, content in enumerate(contents, 1))
    suspect = Suspect(account="a-7", screen_name="noor", ip_events=(IpEvent("192.0.2.7", at),), closed_at=at)
    return Draft(
        case_id="cas_1",
        service="plein",
        service_name="Plein",
        incident_at=at,
        composed_at=at,
        suspect=suspect,
        files=files,
        not_preserved=1,
        rehearsal=True,
        follows="cas_0",
    )


def _draft_file(place: int, content: bytes, at: datetime) -> DraftFile:
    return DraftFile(
        evidence=f"evi_{place}",
        media_type="image/png",
        size=len(content),
        md5=hashlib.md5(content, usedforsecurity=False).hexdigest(),
        sha256=hashlib.sha256(content).hexdigest(),
        uploaded_at=at,
        ip_event=IpEvent("2001:db8::7", at),
        viewed=False,
        found_by=("the sha256 digest equals an entry of rehearsal",),
    )
