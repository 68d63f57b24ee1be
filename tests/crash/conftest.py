"""What a run of kills tells stands below its results, whether it is asked for or not."""

from collections.abc import Callable

import pytest

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    for line in config.stash.get(LINES, []):
        terminalreporter.write_line(line)
