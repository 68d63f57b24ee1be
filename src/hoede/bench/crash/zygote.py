"""A warm process that forks: everything is imported once, each child starts in a moment and may be killed.

Reads one JSON command a line: {"config": {...}, "role": "serve" or "work"}; {"at": failpoint, "nth": n,
"act": "kill" or "pause"}, for whoever of all children passes it for the nth time; {"disarm": failpoint}.
Writes one JSON event a line: {"forked": pid}, {"up": pid}, {"paused": pid}, {"ended": pid, "status": n},
where the status is that of Python's `subprocess`: less than 0 for a signal.
"""

import json
import os
import select
import signal
import sys
import tempfile
import threading
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

from hoede.app import Workers, build, rehearsal
from hoede.app.serve import Server, listen, server_config
from hoede.audit import jobs as audit
from hoede.config import parse_config
from hoede.db import Database, failpoints
from hoede.logs import start_logs

PASS, KILL, PAUSE = b".", b"x", b"p"
ACTS = {"kill": KILL, "pause": PAUSE}
SEQUENCER_LEASE = timedelta(
    seconds=1
)  # as short as the other waits: the killed one's keeps the next one waiting

living: set[int] = set()


class Tokens:
    """A pipe per failpoint that all children share: each pass takes a byte, and who gets the x dies of it."""

    def __init__(self) -> None:
        self.up = False  # of a child: one that sleeps while it starts is cut off and does not start
        self._ends = {name: os.pipe() for name in failpoints.NAMES}
        for reading, _ in self._ends.values():
            os.set_blocking(reading, False)

    def lay(self, name: str, nth: int, act: str) -> None:
        os.write(self._ends[name][1], PASS * (nth - 1) + ACTS[act])

    def take(self, name: str) -> bytes:
        with suppress(BlockingIOError):
            return os.read(self._ends[name][0], 1)
        return PASS

    def clear(self, name: str) -> None:
        with suppress(BlockingIOError):
            os.read(self._ends[name][0], 65536)

    def act(self, name: str) -> None:
        """As sudden as a power cut for a process, or as a machine that is put to sleep."""
        token = self.take(name)
        if token == KILL:
            os.kill(os.getpid(), signal.SIGKILL)
        if token == PAUSE and self.up:
            os.kill(os.getpid(), signal.SIGSTOP)
        elif token == PAUSE:
            self.lay(name, 1, "pause")


def say(**event: object) -> None:
    os.write(1, (json.dumps(event) + "\n").encode())


def child(command: dict[str, Any], tokens: Tokens) -> None:
    start_logs(level="critical")
    failpoints.arm(tokens.act)
    config = parse_config(command["config"])
    hoede = build(config)
    workers = Workers(hoede, 1)

    def started() -> None:
        tokens.up = True
        workers.start()
        say(up=os.getpid())

    if command["role"] == "work":
        started()
        while True:
            signal.pause()
    Server(server_config(hoede), started).run(sockets=[listen(config.host, config.port)])


def warm() -> None:
    """Build once over a folder that goes away: the first build imports most of what there is."""
    with tempfile.TemporaryDirectory() as folder:
        login = ("nobody", "nothing")
        values = rehearsal.settings(
            Path(folder), hook="http://127.0.0.1:1/", authority="http://127.0.0.1:1/", login=login, more={}
        )
        config = parse_config(values)
        rehearsal.prepare(config, [b"harmless"])
        hoede = build(config)
        server_config(hoede).load()
        hoede.close()
    Database("postgresql://127.0.0.1:1/hoede", key=b"").close()  # imports its driver, connects to nothing


def main() -> None:
    warm()
    audit.LEASE = SEQUENCER_LEASE
    tokens = Tokens()
    pending = b""
    while True:
        readable, _, _ = select.select([0], [], [], 0.005)
        if readable:
            got = os.read(0, 65536)
            if not got:  # our parent is gone, or wants an end
                return end_all()
            pending += got
            *lines, pending = pending.split(b"\n")
            for line in lines:
                obey(json.loads(line), tokens)
        reap()


def obey(command: dict[str, Any], tokens: Tokens) -> None:
    if "disarm" in command:
        tokens.clear(command["disarm"])
    elif "at" in command:
        tokens.lay(command["at"], command["nth"], command["act"])
    else:
        start(command, tokens)


def start(command: dict[str, Any], tokens: Tokens) -> None:
    assert holds_nothing(), "a fork would share a thread or a connection"
    pid = os.fork()
    if pid:
        living.add(pid)
        say(forked=pid)
        return
    os.close(0)
    try:
        child(command, tokens)
    except BaseException as error:  # noqa: BLE001 - a child that breaks must be seen by the parent
        sys.stderr.write(f"child broke: {error!r}\n")
        os._exit(3)
    os._exit(0)


def holds_nothing() -> bool:
    """Whether this process has no second thread and no socket: what it forks starts with none."""
    folder = Path("/proc/self/fd")
    if not folder.exists():
        return threading.active_count() == 1
    kinds = []
    for one in folder.iterdir():
        with suppress(FileNotFoundError):  # the folder's own descriptor
            kinds.append(str(one.readlink()))
    return threading.active_count() == 1 and not any(kind.startswith("socket:") for kind in kinds)


def reap() -> None:
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG | os.WUNTRACED)
        except ChildProcessError:
            return
        if not pid:
            return
        if os.WIFSTOPPED(status):
            say(paused=pid)
        else:
            living.discard(pid)
            say(ended=pid, status=os.waitstatus_to_exitcode(status))


def end_all() -> None:
    for pid in living:
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    main()
