"""A thread that keeps the fingerprints in memory as new as the lists, a quarter of a second behind."""

import threading

import structlog

from hoede.lists import Nearby

log = structlog.get_logger()
EVERY_S = 0.25


class Watch:
    """Runs from the moment it is made until it is stopped."""

    def __init__(self, nearby: Nearby) -> None:
        self._nearby = nearby
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name="hoede-lists", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._nearby.refresh()
            except Exception as error:  # noqa: BLE001 - the order fence: what cannot be read now is read next time
                log.error("lists.not_read", error=type(error).__name__)  # noqa: TRY400 - no values
            self._stopped.wait(EVERY_S)
