"""Hoede's processes as their parent sees them: who is up, who sleeps, who ended, and by what."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Any

ZYGOTE = "hoede.bench.crash.zygote"
UP_WITHIN_S = 30
WARM_WITHIN_S = 120  # it loads everything before it forks the first one
ANYWHERE = "anywhere"


@dataclass
class Zygote:
    """The warm process, and what it told of its children, by their pids."""

    process: subprocess.Popen[bytes]
    forked: list[int] = field(default_factory=list)
    up: set[int] = field(default_factory=set)
    up_at: dict[int, float] = field(default_factory=dict)
    paused: set[int] = field(default_factory=set)
    ended: dict[int, int] = field(default_factory=dict)  # with which status; less than 0: by that signal
    changed: threading.Condition = field(default_factory=threading.Condition)

    def listen(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            with self.changed:
                self._note(json.loads(line))
                self.changed.notify_all()

    def _note(self, event: dict[str, int]) -> None:
        if "forked" in event:
            self._forget(event["forked"])
            self.forked.append(event["forked"])
        elif "up" in event:
            self.up.add(event["up"])
            self.up_at[event["up"]] = time.monotonic()
        elif "paused" in event:
            self.paused.add(event["paused"])
        else:
            self.ended[event["ended"]] = event["status"]

    def _forget(self, pid: int) -> None:
        """Some thousand kills use up all pids, and one that was another's comes again."""
        self.up.discard(pid)
        self.paused.discard(pid)
        self.up_at.pop(pid, None)
        self.ended.pop(pid, None)

    def order(self, command: dict[str, Any]) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write((json.dumps(command, default=str) + "\n").encode())
        self.process.stdin.flush()

    def fork(self, command: dict[str, Any]) -> int:
        before = len(self.forked)
        self.order(command)
        assert self.wait(lambda: len(self.forked) > before, WARM_WITHIN_S)
        return self.forked[before]

    def wait(self, so: Callable[[], bool], within_s: float) -> bool:
        with self.changed:
            return self.changed.wait_for(so, within_s)


@contextmanager
def zygote() -> Iterator[Zygote]:
    command = [sys.executable, "-m", ZYGOTE]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:  # noqa: S603 - our own
        made = Zygote(process)
        listener = threading.Thread(target=made.listen, daemon=True)
        listener.start()
        try:
            yield made
        finally:
            assert process.stdin is not None
            process.stdin.close()  # it ends its children, and then itself
            listener.join()


@dataclass
class Member:
    """A place in the deployment, `serve` with its port or `work`, and the process that fills it."""

    port: int | None = None
    always: bool = True  # false: only now and then, beside the others
    pid: int | None = None
    asleep_since: float | None = None
    has_died: bool = False

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"


@dataclass
class Fleet:
    """All of them."""

    zygote: Zygote
    config: dict[str, Any]
    members: list[Member]
    pause_s: float  # how long one sleeps that was paused
    pauses: Counter[str] = field(default_factory=Counter)  # by failpoint
    lulled: str | None = None  # where the next one falls asleep
    broke: list[str] = field(default_factory=list)  # who ended, and not by a kill
    started_at: dict[int, float] = field(default_factory=dict)  # by pid, of those that follow a killed one

    def arm(self, failpoint: str, nth: int) -> None:
        """Whoever passes there for the nth time from now on dies there."""
        self.zygote.order({"at": failpoint, "nth": nth, "act": "kill"})

    def lull(self, failpoint: str, nth: int) -> None:
        """Likewise, and falls asleep."""
        self.lulled = failpoint
        self.zygote.order({"at": failpoint, "nth": nth, "act": "pause"})

    def disarm(self, failpoint: str) -> None:
        """Nobody any more."""
        if self.lulled == failpoint:
            self.lulled = None
        self.zygote.order({"disarm": failpoint})

    def start(self, member: Member) -> None:
        role, port = ("work", {}) if member.port is None else ("serve", {"port": member.port})
        began = time.monotonic()
        member.pid = self.zygote.fork({"config": self.config | port, "role": role})
        self.started_at.pop(member.pid, None)
        if member.has_died:
            self.started_at[member.pid] = began

    def bring_up(self) -> None:
        """Start whoever should always be there and is not."""
        for one in self.members:
            if one.pid is None and one.always:
                self.start(one)

    def kill(self, member: Member) -> None:
        """Wherever it is, asleep or not."""
        self._signal(member, signal.SIGKILL)
        self.zygote.wait(lambda: member.pid in self.zygote.ended, UP_WITHIN_S)
        self.bury()

    def pause(self, member: Member) -> None:
        """Likewise."""
        self._signal(member, signal.SIGSTOP)

    def there(self) -> list[Member]:
        return [one for one in self.members if one.pid is not None]

    def asleep(self) -> list[Member]:
        return [one for one in self.members if one.asleep_since is not None]

    def awake(self) -> list[Member]:
        return [one for one in self.there() if self._is_up(one) and one.asleep_since is None]

    def answering(self) -> list[Member]:
        """The serves that are up and awake; when there is none, the first that comes up."""
        up = [one for one in self.awake() if one.port]
        starting = (one for one in self.there() if one.port and one.asleep_since is None)
        return up or [one for one in starting if self.comes_up(one)]

    def comes_up(self, member: Member) -> bool:
        """True once it answers; false when it was killed before, or fell asleep."""
        told = self.zygote
        self.wait(lambda: member.pid in told.up | told.paused | set(told.ended), UP_WITHIN_S)
        return self._is_up(member) and member.pid not in told.paused

    def somebody_dies(self, within_s: float) -> bool:
        """Wait for it; meanwhile whoever has slept long enough is woken."""
        self.wait(self.somebody_died, within_s)
        return self.bury() > 0

    def somebody_died(self) -> bool:
        return any(one.pid in self.zygote.ended for one in self.members)

    def wait(self, so: Callable[[], bool], within_s: float) -> None:
        """Likewise, until something is so."""
        until = time.monotonic() + within_s
        while (left_s := until - time.monotonic()) > 0:
            self.wake(self.pause_s)
            if self.zygote.wait(so, min(left_s, 0.05)):
                return

    def bury(self) -> int:
        """Note who ended; returns how many did."""
        gone = [one for one in self.there() if one.pid in self.zygote.ended]
        for one in gone:
            if one.pid is not None and (status := self.zygote.ended[one.pid]) != -signal.SIGKILL:
                self.broke.append(f"{'work' if one.port is None else 'serve'} ended with {status}")
            one.pid = one.asleep_since = None
            one.has_died = True
        return len(gone)

    def wake(self, after_s: float) -> None:
        """Note who fell asleep, and wake whoever slept for so long."""
        now = time.monotonic()
        for one in self.there():
            if one.pid in self.zygote.paused and one.asleep_since is None:
                one.asleep_since = now
                self.pauses[self.lulled or ANYWHERE] += 1
                self.lulled = None
            if one.pid is not None and one.asleep_since is not None and now - one.asleep_since >= after_s:
                self.zygote.paused.discard(one.pid)
                one.asleep_since = None
                self._signal(one, signal.SIGCONT)

    @property
    def recovered_s(self) -> list[float]:
        """How long each that followed a killed one took from its start until it answered and worked."""
        up_at = self.zygote.up_at
        return [up_at[pid] - began for pid, began in self.started_at.items() if pid in up_at]

    def stop(self) -> None:
        for one in self.there():
            self.kill(one)

    def _is_up(self, member: Member) -> bool:
        return member.pid in self.zygote.up and member.pid not in self.zygote.ended

    def _signal(self, member: Member, number: signal.Signals) -> None:
        if member.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(member.pid, number)
