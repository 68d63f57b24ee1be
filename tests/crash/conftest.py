"""What a run of kills tells stands below its results, whether it is asked for or not."""

import os
import subprocess
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from hoede.bench.crash import pieces
from hoede.bench.crash.simulate import Simulated, together

SEEDS = int(os.environ.get("HOEDE_SEEDS", "1000"))
FIRST_SEED = int(os.environ.get("HOEDE_FIRST_SEED", "0"))
Told = Callable[[str], None]
LINES = pytest.StashKey[list[str]]()


@pytest.fixture(scope="session")
def tell(pytestconfig: pytest.Config) -> Told:
    """Say something to whoever runs this: now, where it fails, and at the end."""
    lines = pytestconfig.stash.setdefault(LINES, [])

    def say(line: str) -> None:
        print(line)  # noqa: T201 - with the test that fails
        lines.append(line)

    return say


@pytest.fixture(scope="session")
def simulating() -> Iterator[list[subprocess.Popen[bytes]]]:
    """Programs that simulate, two side by side."""
    half = SEEDS // 2
    begun = [pieces.begin(FIRST_SEED, half), pieces.begin(FIRST_SEED + half, SEEDS - half)]
    yield begun
    for one in begun:
        one.kill()
        one.wait()
        if one.stdout:
            one.stdout.close()


@pytest.fixture(scope="session")
def simulated(simulating: list[subprocess.Popen[bytes]]) -> Simulated:
    """What all seeds came to."""
    return together([pieces.result(one) for one in simulating])


def pytest_sessionfinish(session: pytest.Session) -> None:
    """What a worker has to say goes to the one that prints."""
    if hasattr(session.config, "workeroutput"):
        session.config.workeroutput["lines"] = session.config.stash.get(LINES, [])


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """A worker ended; one that broke says nothing."""
    lines = node.config.stash.setdefault(LINES, [])
    lines += getattr(node, "workeroutput", {}).get("lines", [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LINES, []):
        terminalreporter.write_line(line)
