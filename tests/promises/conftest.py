"""Scenarios of the 24 promises on a whole stage; those that passed are written for `hoede promises`."""

import json
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from tests.parts import failing_detectors

from hoede.demo.stage import Ports, Stage, stage
from hoede.demo.story import PATIENCE

RESULT = Path(__file__).parents[2] / "build" / "promises.json"
PASSED = pytest.StashKey[list[str]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[PASSED] = []


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    mark = item.get_closest_marker("promise")
    if mark is not None and call.when == "call" and report.passed:
        item.config.stash[PASSED].append(str(mark.args[1]))
    return report


def pytest_sessionfinish(session: pytest.Session) -> None:
    """A skipped scenario is not kept: only those that ran and passed are written."""
    passed = session.config.stash[PASSED]
    RESULT.parent.mkdir(exist_ok=True)
    RESULT.write_text(json.dumps({"passed": sorted(passed)}) + "\n")


@pytest.fixture(scope="session")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Hoede, Plein and the authority's stand-in, with one detector that fails when a text asks it to."""
    folder = tmp_path_factory.mktemp("stage")
    with failing_detectors(), stage(folder, Ports(), patience=PATIENCE) as up:
        yield up
