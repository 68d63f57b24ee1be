"""Our database as a simulated process has it: the writer is a task, and a crash cuts every connection."""

import queue
import sqlite3
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, event

from hoede.bench.crash.scheduler import Scheduler
from hoede.db import Database
from hoede.db.engine import Step, _Call

T = TypeVar("T")


class SimulatedDatabase(Database):
    """Everything is as ever but who runs the writer: groups, savepoints, transactions, failpoints.

    One stands for a place where one process after the other runs: its engines are kept, because
    SQLAlchemy compiles every statement anew for a new one, and that takes longer than a whole run.
    """

    def __init__(
        self, url: str, *, key: bytes, clock: Callable[[Connection], datetime], die: Callable[[str], None]
    ) -> None:
        super().__init__(url, key=key, clock=clock, die=die, busy_wait_s=0)
        self._scheduler: Scheduler | None = None
        self._raw: list[sqlite3.Connection] = []
        self._full = False
        for engine in (self.engine, self._writing):
            event.listen(engine, "connect", self._opened)

    def runs_in(self, scheduler: Scheduler) -> None:
        """A process begins here."""
        self._scheduler = scheduler

    def commit(self, step: Step[T]) -> T:
        assert self._scheduler is not None
        call = _Call(step)
        self._calls.put(call)
        self._scheduler.give_way()
        self._scheduler.wait(call.answer.done)
        return call.answer.result()

    def write(self) -> None:
        """The writer's task."""
        assert self._scheduler is not None
        while True:
            self._scheduler.wait(lambda: not self._calls.empty())
            first = self._calls.get_nowait()
            assert first is not None
            calls, _ = self._together(first)
            self._carry(calls)

    def cut(self) -> None:
        """The process ended: what was not committed never was, and nothing more reaches the file."""
        for one in self._raw:
            with suppress(sqlite3.Error):
                one.close()
        self._raw.clear()
        self._full = False

    def let_go(self) -> None:
        """Once its tasks have unwound: the next process finds connections of its own."""
        self._calls = queue.SimpleQueue()
        self.engine.dispose()
        self._writing.dispose()

    def fill(self, *, full: bool) -> None:
        """Let no page be added any more, as on a full disk; or again."""
        self._full = full
        for one in self._raw:
            _limit(one, full=full)

    def _opened(self, connection: Any, _record: object) -> None:
        self._raw.append(connection)
        _limit(connection, full=self._full)


def _limit(connection: sqlite3.Connection, *, full: bool) -> None:
    pages = connection.execute("PRAGMA page_count").fetchone()[0] if full else 2**30
    connection.execute(f"PRAGMA max_page_count={pages}")
