"""Somebody who falls asleep at a failpoint, and others who go on meanwhile; all in one process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from hoede.db import failpoints

LONGEST_S = 30  # a test that breaks wakes everybody


@dataclass(frozen=True, slots=True)
class Sleeper:
    """Whoever passes the place for the nth time, asleep there until woken."""

    sleeps: threading.Event = field(default_factory=threading.Event)
    wakes: threading.Event = field(default_factory=threading.Event)

    def wait(self) -> None:
        """Until somebody sleeps."""
        assert self.sleeps.wait(LONGEST_S)

    def wake(self) -> None:
        self.wakes.set()


@contextmanager
def sleeping(at: str, nth: int = 1) -> Iterator[Sleeper]:
    sleeper, passes, counting = Sleeper(), [0], threading.Lock()

    def act(passed: str) -> None:
        if passed != at:
            return
        with counting:
            passes[0] += 1
            mine = passes[0]
        if mine == nth:
            sleeper.sleeps.set()
            sleeper.wakes.wait(LONGEST_S)

    with armed(act):
        yield sleeper


@contextmanager
def armed(act: Callable[[str], None]) -> Iterator[None]:
    """While this is open, `act` is called at every failpoint."""
    failpoints.arm(act)
    try:
        yield
    finally:
        failpoints._act = None
