"""A scene per test, or one with other settings; each on both databases."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from tests.databases import KINDS, Databases
from tests.journeys.scene import Scene, scene

OpenScene = Callable[..., Scene]


@pytest.fixture
def open_scene(databases: Databases, kind: str, tmp_path: Path) -> Iterator[OpenScene]:
    url = databases.lend(kind, tmp_path)
    with ExitStack() as stack:
        yield lambda **more: stack.enter_context(scene(tmp_path, database_url=url, **more))
    databases.take_back(url)


@pytest.fixture
def play(open_scene: OpenScene) -> Scene:
    return open_scene()


@pytest.fixture(scope="module", params=KINDS)
def long_play(
    databases: Databases, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Scene]:
    """One for all tests of a file that leave nothing behind but people of their own."""
    folder = tmp_path_factory.mktemp("long")
    url = databases.lend(request.param, folder)
    with scene(folder, database_url=url) as stage:
        yield stage
    databases.take_back(url)


@pytest.fixture
def shared(long_play: Scene) -> Iterator[Scene]:
    yield long_play
    long_play.authority.clear_faults()
    long_play.settle()  # what a test left open must not meet the next one's faults
