"""Threads that carry orders out, number the log, rescan and tidy up, until they are told to stop."""

import threading
import time
from collections.abc import Callable, Iterable
from functools import partial

import structlog

from hoede.app.build import Hoede
from hoede.app.proving import publish_head
from hoede.db import DatabaseBusy, DiskFull
from hoede.enforcement import Carrier

log = structlog.get_logger()

POLL_S = 0.25  # for orders that other processes opened, and those whose time comes
NUMBER_EVERY_S = 0.2
TIDY_EVERY_S = 3600
RESCAN_EVERY_S = 5
PAIRINGS_EVERY_S = 30
MAIL_EVERY_S = 1
WEEKLY_EVERY_S = 300
DRAW_EVERY_S = 3600
STUCK_EVERY_S = 300
AFTER_TROUBLE_S = 1  # what broke is seldom mended at once, and each time makes a line in the log
# Kinds apart: a platform that hangs never keeps evidence from being sealed or a report from being filed.
KINDS = (Carrier.VAULT, Carrier.PLATFORM, Carrier.PLATFORM, Carrier.AUTHORITY, Carrier.SCREENING)


class Workers:
    """`sets` times one worker of each kind, a sequencer, and what rescans, tidies, pairs and writes."""

    def __init__(self, hoede: Hoede, sets: int) -> None:
        self._hoede = hoede
        self._stop = threading.Event()
        self._threads: list[threading.Thread] = []
        self._wakes: list[threading.Event] = []
        for number in range(sets):
            for place, kind in enumerate(KINDS):
                self._add(f"{kind}-{number}-{place}", self._carrying(kind), POLL_S)
        carriers = tuple(self._wakes)
        self._add("sequencer", hoede.sequencer.run_once, NUMBER_EVERY_S)
        self._add("tidy", self._tidy, TIDY_EVERY_S)
        self._add("rescan", hoede.rescan.once, RESCAN_EVERY_S)
        self._add("pairings", hoede.pair.clock.once, PAIRINGS_EVERY_S)
        self._add("mail", hoede.pair.mail.once, MAIL_EVERY_S)
        self._add("allowed", hoede.draw_allowed.once, DRAW_EVERY_S)
        self._add("stuck", hoede.stuck.once, STUCK_EVERY_S)
        self._add("weekly", hoede.pair.weekly.once, WEEKLY_EVERY_S)
        hoede.db.on_new_orders(partial(_wake, carriers))

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self, within_s: float) -> bool:
        """Take nothing new, finish what is at hand; false when something went on longer than that.

        What is cut off then is nobody's loss: its lease ends and another worker takes over.
        """
        self._stop.set()
        _wake(self._wakes)
        until = time.monotonic() + within_s
        for thread in self._threads:
            thread.join(timeout=max(0.0, until - time.monotonic()))
        return not any(thread.is_alive() for thread in self._threads)

    def _add(self, name: str, step: Callable[[], object], every_s: float) -> None:
        wake = threading.Event()
        self._wakes.append(wake)
        self._threads.append(
            threading.Thread(target=self._run, args=(name, step, every_s, wake), name=name, daemon=True)
        )

    def _run(self, name: str, step: Callable[[], object], every_s: float, wake: threading.Event) -> None:
        while not self._stop.is_set():
            try:
                busy = step()
            except DiskFull:
                self._hoede.ballast.let_go()  # what was acknowledged is finished from here on
                log.error("disk.full", worker=name)  # noqa: TRY400 - the kind says it all
                busy = False
            except DatabaseBusy:
                busy = False
            except Exception as error:  # noqa: BLE001 - the order fence: a worker outlives what it stumbles over
                log.error("worker.broke", worker=name, error=type(error).__name__)  # noqa: TRY400 - no values
                busy = False
                self._stop.wait(AFTER_TROUBLE_S)
            if not busy:
                wake.wait(every_s)
                wake.clear()

    def _carrying(self, kind: Carrier) -> Callable[[], bool]:
        return lambda: self._hoede.carry_out.one(kind)

    def _tidy(self) -> bool:
        self._hoede.ballast.lay()
        self._hoede.expire.once()
        self._hoede.erase.once()
        publish_head(self._hoede.db, self._hoede.config.audit_heads_file)
        return False


def _wake(those: Iterable[threading.Event]) -> None:
    for wake in those:
        wake.set()
