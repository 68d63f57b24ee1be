"""A real Hoede on a folder of its own, asked through its application. No worker runs."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient
from tests.parts import failing_detectors, prepare, serving, settings
from tests.web.api import Api
from tests.web.passkeys import URL

from hoede.app import Hoede, build
from hoede.config import Config

OpenApi = Callable[..., Api]


@contextmanager
def opened(config: Config, key: str) -> Iterator[Api]:
    """The application over an existing folder; it finds the detector that fails on request, too."""
    with failing_detectors():
        hoede = build(config)
    try:
        with TestClient(hoede.site, raise_server_exceptions=False) as http:
            yield Api(hoede=hoede, key=key, http=http)
    finally:
        hoede.close()
        hoede.ballast.let_go()  # 64 MiB per folder that pytest would keep


@pytest.fixture(scope="session")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    """A folder with keys, database and list, to be copied, and its API key."""
    folder = tmp_path_factory.mktemp("prepared")
    return folder, prepare(settings(folder))


@pytest.fixture(scope="session")
def api(prepared: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """One for all tests that only tell of things of their own."""
    folder = tmp_path_factory.mktemp("shared") / "hoede"
    shutil.copytree(prepared[0], folder)
    with opened(settings(folder), prepared[1]) as shared:
        yield shared


@pytest.fixture
def open_api(prepared: tuple[Path, str], tmp_path: Path) -> Iterator[OpenApi]:
    """Opens one of this test's own with other settings; asked again, the same folder anew: a restart."""
    folder, key = tmp_path / "hoede", prepared[1]
    shutil.copytree(prepared[0], folder)
    with ExitStack() as stack:

        def at(**more: Any) -> Api:
            stack.close()
            return stack.enter_context(opened(settings(folder, **more), key))

        yield at


@pytest.fixture
def port(api: Api) -> Iterator[int]:
    """Where a real server answers for the shared Hoede on loopback."""
    with serving(api.hoede) as number:
        yield number


@pytest.fixture(scope="session")
def console(prepared: tuple[Path, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hoede]:
    """One Hoede at an https address, for all tests of the console that only tell of people of their own."""
    folder = tmp_path_factory.mktemp("console") / "hoede"
    shutil.copytree(prepared[0], folder)
    with opened(settings(folder, public_url=URL), prepared[1]) as shared:
        yield shared.hoede
