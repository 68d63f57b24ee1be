"""One grown deployment per database for all tests here, and a warm process to be killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.app.operating import Grown, Places, Zygote, grown
from tests.databases import Databases


@pytest.fixture(scope="session")
def grown_by_kind(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[dict[str, Grown]]:
    with grown(databases, tmp_path_factory.mktemp("grown")) as made:
        yield made


@pytest.fixture
def old(grown_by_kind: dict[str, Grown], kind: str) -> Grown:
    """The deployment as it was backed up; nobody changes it."""
    return grown_by_kind[kind]


@pytest.fixture
def places(old: Grown, databases: Databases, tmp_path: Path) -> Places:
    return Places(old, databases, tmp_path)


@pytest.fixture(scope="session")
def zygote() -> Iterator[Zygote]:
    made = Zygote()
    yield made
    made.end()
