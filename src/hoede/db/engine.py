"""One database, many callers: reads on their own connections, writes grouped by one writer thread.

Grouping is what makes durable writes quick: every step that waits while the disk syncs
shares the next sync (docs/sources.md#group-commit).
"""

import queue
import threading
import time
from collections.abc import Callable
from datetime import datetime
from types import ModuleType
from typing import Any, Generic, TypeVar, cast

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DBAPIError, OperationalError
from sqlalchemy.exc import TimeoutError as NoConnection

from hoede.core.errors import HoedeError
from hoede.core.fences import exit_at_once
from hoede.core.leaves import Leaf, leaf_body
from hoede.db import failpoints, postgresql, sqlite
from hoede.db.errors import DatabaseBusy
from hoede.db.leaves import append_leaves

T = TypeVar("T")

BUSY_WAIT_S = 10
MOST_STEPS_TOGETHER = 128
# Both offer the same names; `tests/db` runs the same tests on each.
_BACKENDS: dict[str, ModuleType] = {backend.NAME: backend for backend in (sqlite, postgresql)}


class UnknownDatabase(HoedeError):
    """This is no database we know. Give sqlite:///FILE or postgresql://HOST/NAME."""

    code = "database-unknown"


def database_time(conn: Connection) -> datetime:
    """The database's own clock, so that all processes agree on who holds a lease."""
    return cast("datetime", _BACKENDS[conn.dialect.name].now(conn))


def lock_kept(tx: "Transaction") -> None:
    """Until this transaction ends nobody else says what must be kept, or destroys what need not be."""
    _BACKENDS[tx.conn.dialect.name].lock_kept(tx.conn)


class Transaction:
    """One step's view of the database: its connection, its time, and what it adds to the log."""

    def __init__(self, conn: Connection, *, key: bytes, now: datetime) -> None:
        self.conn = conn
        self.key = key  # of opaque ids and commitments
        self.now = now
        self.opened_orders = False
        self.leaves: list[str] = []  # bodies, written with those of the steps beside this one

    def leaf(self, leaf: Leaf) -> None:
        """Add a leaf to this transaction; the sequencer numbers it later."""
        self.leaves.append(leaf_body(leaf, self.now, self.key))


Step = Callable[[Transaction], T]


class _Answer(Generic[T]):
    """What one caller waits for: one lock, where a `Future` has a condition and a lock for each waiter."""

    __slots__ = ("_answer", "_error", "_here")

    def __init__(self) -> None:
        self._here = threading.Lock()
        self._here.acquire()
        self._answer: T | None = None
        self._error: BaseException | None = None

    def done(self) -> bool:
        return not self._here.locked()

    def set_result(self, answer: T) -> None:
        self._answer = answer
        self._here.release()

    def set_exception(self, error: BaseException) -> None:
        self._error = error
        self._here.release()

    def result(self) -> T:
        """Once it is there; asked by its one caller, once."""
        self._here.acquire()
        self._here.release()
        if self._error is not None:
            raise self._error
        return cast("T", self._answer)


class _Call(Generic[T]):
    __slots__ = ("answer", "step")

    def __init__(self, step: Step[T]) -> None:
        self.step = step
        self.answer = _Answer[T]()


class Database:
    """A SQLite file or a PostgreSQL database, told apart by its URL; `UnknownDatabase` for others.

    `key` makes opaque ids and commitments. `clock` is the database's own unless a test brings another.
    `die` ends the process when a sync failed: what is on disk is then unknown, and only a restart
    reads it anew (docs/why/failing.md#fsync).
    """

    def __init__(
        self,
        url: str,
        *,
        key: bytes,
        clock: Callable[[Connection], datetime] = database_time,
        die: Callable[[str], None] | None = None,
        busy_wait_s: float = BUSY_WAIT_S,
    ) -> None:
        address = make_url(url)
        backend = _BACKENDS.get(address.get_backend_name())
        if backend is None:
            raise UnknownDatabase
        self._backend = backend
        readers = backend.MOST_READERS
        self.engine = backend.engine(address, connections=readers, busy_wait_s=busy_wait_s, writes=False)
        # Apart: readers that linger never keep a write waiting.
        self._writing = backend.engine(address, connections=1, busy_wait_s=busy_wait_s, writes=True)
        self._closed = False
        self._key = key
        self._clock = clock
        self._die = die or exit_at_once
        self._calls: queue.SimpleQueue[_Call[Any] | None] = queue.SimpleQueue()
        self._writer: threading.Thread | None = None
        self._starting = threading.Lock()
        self._woken: list[Callable[[], None]] = []

    def read(self, question: Callable[[Connection], T]) -> T:
        """Ask in one read transaction: everything in it is of one moment."""
        try:
            with self.engine.begin() as conn:
                return question(conn)
        except DBAPIError as error:
            raise self._backend.named(error) from error
        except NoConnection as error:
            raise DatabaseBusy from error

    def time(self, conn: Connection) -> datetime:
        """The time as this read sees it."""
        return self._clock(conn)

    def now(self) -> datetime:
        return self.read(self._clock)

    def unsafe_settings(self) -> list[str]:
        """Names of the server's settings under which a power cut can lose what was committed."""
        return self.read(self._backend.unsafe_settings)

    def commit(self, step: Step[T]) -> T:
        """Do `step` whole or not at all, and return only when it is on disk.

        Steps of other callers may share the transaction, each in a savepoint of its own, so a step
        must be quick and must not call `commit`. What it raises is raised here, and only its own
        writes are undone. A step may be done anew when another process was in its way, so it has no
        effects but on its transaction. Raises `DatabaseBusy` or `DiskFull` when nothing was written,
        `DatabaseUnavailable` when that is not known.
        """
        if threading.current_thread() is self._writer:
            raise RuntimeError("a step may not commit: it is part of a commit already")
        if self._closed:
            raise RuntimeError("the database is closed")
        call = _Call(step)
        self._start()
        self._calls.put(call)
        return call.answer.result()

    def alone(self, step: Step[T]) -> T:
        """Do a long step in a transaction of its own, in this thread, in one process at a time."""
        try:
            with self._writing.begin() as conn:
                self._backend.lock_whole(conn)
                tx = Transaction(conn, key=self._key, now=self._clock(conn))
                answer = step(tx)
                append_leaves(conn, tx.leaves)
                return answer
        except DBAPIError as error:
            raise self._backend.named(error) from error

    def on_new_orders(self, wake: Callable[[], None]) -> None:
        """Call `wake` after each commit that opened orders, so that workers need not wait for a poll."""
        self._woken.append(wake)

    def close(self) -> None:
        """Finish what was asked, then let go of the file."""
        self._closed = True
        if self._writer is not None:
            self._calls.put(None)
            self._writer.join()
        self._writing.dispose()
        self.engine.dispose()

    def _start(self) -> None:
        with self._starting:
            if self._writer is None:
                self._writer = threading.Thread(target=self._write, name="hoede-writer", daemon=True)
                self._writer.start()

    def _write(self) -> None:
        calls: list[_Call[Any]] = []
        while (first := self._calls.get()) is not None:
            if len(calls) > 1:
                self._let_in()
            calls, last = self._together(first)
            self._carry(calls)
            if last:
                return

    def _let_in(self) -> None:
        """Give way to callers until no more come.

        Those who were just answered often ask again at once. Without this, half of them would be carried
        while the other half waits, in turns: two syncs where one would do.
        """
        before = -1
        while before < (waiting := self._calls.qsize()) < MOST_STEPS_TOGETHER:
            before = waiting
            time.sleep(0)

    def _together(self, first: "_Call[Any]") -> tuple[list["_Call[Any]"], bool]:
        calls = [first]
        while len(calls) < MOST_STEPS_TOGETHER:
            try:
                call = self._calls.get_nowait()
            except queue.Empty:
                return calls, False
            if call is None:
                return calls, True
            calls.append(call)
        return calls, False

    def _carry(self, calls: list["_Call[Any]"]) -> None:
        try:
            self._transact(calls)
        except DBAPIError as error:
            if self._backend.lost_a_race(error):
                # Alone, a step waits for one lock at a time: it cannot be in anybody's way in turn.
                for call in calls:
                    self._alone(call)
                return
            self._fail(calls, error)
        except Exception as error:  # noqa: BLE001 - the writer outlives whatever broke; its callers are told
            self._fail(calls, error)

    def _alone(self, call: "_Call[Any]") -> None:
        try:
            self._transact([call])
        except Exception as error:  # noqa: BLE001 - likewise
            self._fail([call], error)

    def _transact(self, calls: list["_Call[Any]"]) -> None:
        """All steps in one transaction; whoever asked is answered once it is durable."""
        outcomes: list[tuple[_Call[Any], Any, BaseException | None]] = []
        opened = False
        with self._writing.begin() as conn:
            now = self._clock(conn) if self._backend.NOBODY_IN_THE_WAY else None
            leaves: list[str] = []
            for call in calls:
                opened |= self._one(conn, call, outcomes, leaves, now)
            append_leaves(conn, leaves)
            failpoints.here("commit.before")
        failpoints.here("commit.after")
        for call, answer, error in outcomes:
            if error is None:
                call.answer.set_result(answer)
            else:
                call.answer.set_exception(error)
        if opened:
            for wake in self._woken:
                wake()

    def _one(
        self,
        conn: Connection,
        call: "_Call[Any]",
        outcomes: list[tuple["_Call[Any]", Any, BaseException | None]],
        leaves: list[str],
        now: datetime | None,
    ) -> bool:
        """One step in a savepoint; tells whether it opened orders."""
        self._backend.control(conn, "SAVEPOINT step")
        try:
            tx = Transaction(conn, key=self._key, now=now or self._clock(conn))
            answer = call.step(tx)
        except BaseException as error:
            if _failed_itself(error):
                raise  # nobody's step can be kept
            # Whatever else a step raises belongs to its caller.
            self._backend.control(conn, "ROLLBACK TO SAVEPOINT step")
            outcomes.append((call, None, error))
            return False
        self._backend.control(conn, "RELEASE SAVEPOINT step")
        leaves += tx.leaves
        outcomes.append((call, answer, None))
        return tx.opened_orders

    def _fail(self, calls: list["_Call[Any]"], error: Exception) -> None:
        if isinstance(error, DBAPIError):
            if self._backend.sync_failed(error):
                self._die(f"a disk sync failed: {error.orig}")
            error = self._backend.named(error)
        for call in calls:
            if not call.answer.done():
                call.answer.set_exception(error)


def _failed_itself(error: BaseException) -> bool:
    """Whether the database failed and not the step: full, busy, gone, or gone because we idled."""
    return isinstance(error, OperationalError) or (
        isinstance(error, DBAPIError) and error.connection_invalidated
    )
