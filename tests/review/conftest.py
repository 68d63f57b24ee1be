"""A second process's view of the same database."""

from collections.abc import Callable, Iterator

import pytest
from tests.databases import KEY

from hoede.db import Database


@pytest.fixture
def open_another(db: Database) -> Iterator[Callable[[], Database]]:
    opened: list[Database] = []

    def another() -> Database:
        opened.append(Database(db.engine.url.render_as_string(hide_password=False), key=KEY))
        return opened[-1]

    yield another
    for one in opened:
        one.close()
