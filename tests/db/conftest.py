"""One PostgreSQL that several processes have open."""

from collections.abc import Callable, Iterator

import pytest
from tests.databases import KEY, Databases

from hoede.db import Database

Open = Callable[..., Database]


@pytest.fixture
def url(databases: Databases) -> str:
    return databases.server.create(databases.template)


@pytest.fixture
def process(url: str) -> Iterator[Open]:
    """Opens the same database again, as another process would."""
    opened: list[Database] = []

    def another(*, busy_wait_s: float = 10, key: bytes = KEY) -> Database:
        opened.append(Database(url, key=key, busy_wait_s=busy_wait_s))
        return opened[-1]

    yield another
    for one in opened:
        one.close()
