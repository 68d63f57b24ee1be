"""A seeded scheduler: one task runs at a time, and who is next is drawn. Time passes only here.

A task is a thread that holds the baton; it gives it back wherever it could be interrupted. So the same
seed leads to the same run, whatever the machine does.
"""

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from random import Random
from typing import Any

BEGINS = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
LONGEST_STEP_MS = 12  # between two places where somebody else may go on
_TICK = timedelta(milliseconds=1)


class Killed(BaseException):
    """The process of this task ended in the middle of it. No `except Exception` may stop it."""


class Stuck(RuntimeError):
    """Nobody can go on, and nothing will ever change that."""


@dataclass(eq=False)
class Group:
    """Tasks that die, and sleep, together: a process."""

    name: str
    alive: bool = True
    asleep_until: datetime | None = None  # paused: its tasks get no turn before
    left: int = 0  # tasks that have not ended


@dataclass(eq=False)
class Task:
    name: str
    group: Group | None  # None: of the world outside, which never dies
    strand: "_Strand"
    until: datetime | None = None  # its next turn, at the earliest
    so: Callable[[], bool] | None = None  # its next turn is when this is so
    within: datetime | None = None  # or when this time has come
    idle: str | None = None  # it waits for work of this kind
    ended: bool = False
    broke: BaseException | None = None

    def ready(self, now: datetime) -> bool:
        if (group := self.group) is not None:
            if not group.alive:
                return True  # its next turn is its last
            if group.asleep_until is not None and now < group.asleep_until:
                return False
        if self.idle is not None or (self.until is not None and now < self.until):
            return False
        return self.so is None or self.so() or (self.within is not None and now >= self.within)


class _Strand:
    """A thread that is used again for one task after the other: starting one takes longer than most tasks."""

    def __init__(self) -> None:
        self.turn = threading.Lock()
        self.turn.acquire()
        self.work: tuple[Scheduler, Task, Callable[[], object]] | None = None
        threading.Thread(target=self._run, name="hoede-simulated", daemon=True).start()

    def _run(self) -> None:
        while True:
            self.turn.acquire()
            assert self.work is not None
            scheduler, task, act = self.work
            try:
                if task.group is None or task.group.alive:
                    act()
            except Killed:
                pass
            except BaseException as error:  # noqa: BLE001 - who asked for the task is told
                if task.group is None or task.group.alive:
                    task.broke = error
            self.work = None
            scheduler.ended(task)


class Strands:
    """Threads that are there already, and the baton they hand back."""

    def __init__(self) -> None:
        self.home = threading.Lock()
        self.home.acquire()
        self._spare: list[_Strand] = []

    def take(self) -> _Strand:
        return self._spare.pop() if self._spare else _Strand()

    def give_back(self, strand: _Strand) -> None:
        self._spare.append(strand)


@dataclass
class Scheduler:
    """Whose turn it is. `trace` tells two runs apart."""

    draw: Random
    strands: Strands
    now: datetime = BEGINS
    tasks: list[Task] = field(default_factory=list)
    current: Task | None = None
    turns: int = 0
    ended_badly: list[Task] = field(default_factory=list)
    at_turn: Callable[[], None] = lambda: None  # called when a task comes back to its turn
    _alone: bool = False
    _trace: Any = field(default_factory=sha256)  # a hash under way

    def begin(self, name: str, act: Callable[[], object], group: Group | None = None) -> Task:
        strand = self.strands.take()
        task = Task(name, group, strand)
        strand.work = (self, task, act)
        self.tasks.append(task)
        if group is not None:
            group.left += 1
        return task

    def give_way(self) -> None:
        """Let others go on, or go on oneself: it is drawn. Raises `Killed` in a process that ended."""
        task = self._mine()
        self._hand_back(task)

    def sleep(self, duration: timedelta) -> None:
        task = self._mine()
        task.until = self.now + duration
        self._hand_back(task)
        task.until = None

    def wait(self, so: Callable[[], bool], within: timedelta | None = None) -> bool:
        """Until it is so; false when time was over before."""
        task, until = self._mine(), None if within is None else self.now + within
        while not so():
            if until is not None and self.now >= until:
                return False
            task.so, task.within = so, until
            self._hand_back(task)
            task.so = task.within = None
        return True

    def idle(self, kind: str) -> None:
        """Until somebody says that there is work of this kind."""
        task = self._mine()
        task.idle = kind
        self._hand_back(task)
        task.idle = None

    def run(self, until: Callable[[], bool], on_quiet: Callable[[], bool]) -> None:
        """Give turns until it is so. When nobody is ready `on_quiet` is asked: false: it changed nothing."""
        while not until():
            if (task := self._drawn()) is not None:
                self._turn(task)
            elif not on_quiet() and not self._leap():
                raise Stuck

    def end(self, group: Group) -> None:
        """Give every task of a process that ended its last turn, in which it unwinds and reaches nothing."""
        group.alive = False
        self._unwind([one for one in self.tasks if one.group is group])

    def check(self) -> None:
        """Raises `Killed` in a process that ended."""
        if self.current is not None and self.current.group is not None and not self.current.group.alive:
            raise Killed

    def drop_all(self) -> None:
        """Give everybody who is left a last turn, in which nothing is reached any more."""
        for task in self.tasks:
            task.group = task.group or Group("outside", left=1)
            task.group.alive = False
        self._unwind(list(self.tasks))

    def _unwind(self, tasks: list[Task]) -> None:
        self._alone = True  # nobody else gets a turn meanwhile
        for task in tasks:
            while not task.ended:
                self._turn(task)
        self._alone = False

    def note(self, what: str) -> None:
        """Add to the trace."""
        self._trace.update(f"{self.now.timestamp()} {what}\n".encode())

    @property
    def trace(self) -> str:
        return str(self._trace.hexdigest())

    def next_at(self) -> datetime | None:
        """When somebody who sleeps or is paused goes on, at the earliest."""
        times = [one for task in self.tasks for one in _times(task) if one > self.now]
        return min(times, default=None)

    def _leap(self) -> bool:
        """Go on to the moment when somebody wakes."""
        then = self.next_at()
        if then is None:
            return False
        self.now = then
        return True

    def ended(self, task: Task) -> None:
        """A task came to its end: it hands the baton on from its own thread."""
        task.ended = True
        self.tasks.remove(task)
        if task.group is not None:
            task.group.left -= 1
        if task.broke is not None:
            self.ended_badly.append(task)
        self.strands.give_back(task.strand)
        self._pass_on(None if self._alone else self._drawn())

    def _drawn(self) -> Task | None:
        """Who is next; time passes, and the trace tells."""
        ready = [task for task in self.tasks if task.ready(self.now)]
        if not ready:
            return None
        task = self.draw.choice(ready) if len(ready) > 1 else ready[0]
        self.turns += 1
        self.now += _TICK * self.draw.randrange(LONGEST_STEP_MS)
        self.note(task.name)
        return task

    def _pass_on(self, task: Task | None) -> None:
        """To a task, or home when nobody is ready."""
        self.current = task
        (self.strands.home if task is None else task.strand.turn).release()

    def _turn(self, task: Task) -> None:
        """A turn given from home; the baton comes back when nobody is ready."""
        self._pass_on(task)
        self.strands.home.acquire()

    def _hand_back(self, task: Task) -> None:
        following = None if self._alone else self._drawn()
        if following is not task:
            self._pass_on(following)
            task.strand.turn.acquire()
        if task.group is not None and not task.group.alive:
            raise Killed
        self.at_turn()

    def _mine(self) -> Task:
        if self.current is None:
            raise RuntimeError("only a task may wait")
        if self.current.group is not None and not self.current.group.alive:
            raise Killed
        return self.current


def _times(task: Task) -> Iterator[datetime]:
    for one in (task.until, task.within, task.group.asleep_until if task.group else None):
        if one is not None:
            yield one
