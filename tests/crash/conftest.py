"""What a run of kills tells stands below its results, whether it is asked for or not."""

import os
import subprocess
from collections.abc import Callable, Iterator

import pytest

from hoede.bench.crash import simulate
from hoede.bench.crash.simulate import Simulated

SEEDS = int(os.environ.get("HOEDE_SEEDS", "150"))
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
    begun = [simulate.begin(FIRST_SEED, half), simulate.begin(FIRST_SEED + half, SEEDS - half)]
    yield begun
    for one in begun:
        one.kill()
        one.communicate()


@pytest.fixture(scope="session")
def simulated(simulating: list[subprocess.Popen[bytes]]) -> Simulated:
    """What all seeds came to."""
    return simulate.together([simulate.result(one) for one in simulating])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LINES, []):
        terminalreporter.write_line(line)
