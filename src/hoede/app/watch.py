"""Threads that keep what a process holds in memory as new as the database, and write down what it counts."""

import threading
import time
from collections.abc import Callable

import structlog

log = structlog.get_logger()
EVERY_S = 0.25
COUNTS_EVERY_S = 15.0
KEEP_EVERY_S = 60.0


class Watch:
    """Does one thing again and again, from the moment it is made until it is stopped.

    `failed` names, in the log, what could not be done; the next time it is tried again.
    """

    def __init__(
        self, name: str, step: Callable[[], object], *, failed: str, every_s: float = EVERY_S
    ) -> None:
        self._step = step
        self._failed = failed
        self._every_s = every_s
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._step()
            except Exception as error:  # noqa: BLE001 - the order fence: what cannot be done now is done next time
                log.error(self._failed, error=type(error).__name__)  # noqa: TRY400 - no values
            self._stopped.wait(self._every_s)


class Seldom:
    """A figure that is asked anew only so often: in between, what it was."""

    def __init__(
        self, ask: Callable[[], int], every_s: float, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._every_s = every_s
        self._clock = clock
        self._known: tuple[float, int] | None = None

    def __call__(self) -> int:
        now = self._clock()
        if self._known is None or now - self._known[0] >= self._every_s:
            self._known = now, self._ask()
        return self._known[1]
