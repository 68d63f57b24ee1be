"""Scenes on SQLite; what differs between databases is tested in test_store.py on both."""

import pytest
from tests.pairing.scene import Scene

from hoede.db import Database
from hoede.simulators.cybertipline import VirtualClock


@pytest.fixture
def kind() -> str:
    return "sqlite"


@pytest.fixture
def scene(still_db: Database, clock: VirtualClock) -> Scene:
    return Scene(still_db, clock)
