"""A thread that does its round again and again: at once when nudged, else after a pause."""

import logging
import threading
from collections.abc import Callable

log = logging.getLogger(__name__)


class Rounds:
    def __init__(self, name: str, make_round: Callable[[], None], pause_s: float) -> None:
        self._make_round = make_round
        self._pause_s = pause_s
        self._nudged = threading.Event()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def nudge(self) -> None:
        self._nudged.set()

    def stop(self) -> None:
        """Return when the round that is under way has ended."""
        self._stopped.set()
        self._nudged.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            self._nudged.clear()
            try:
                self._make_round()
            except Exception:  # what is owed stays owed: a round that failed is made again
                log.warning("round-failed", exc_info=True)
            self._nudged.wait(self._pause_s)
