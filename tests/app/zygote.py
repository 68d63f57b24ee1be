"""Everything is imported once; each line on standard input is a command that a child carries out.

{"what": "backup", "config": {...}, "folders": [...], "kill_at": failpoint or "", "nth": n}; the answer
is the signal the child ended by, or 0. A child that breaks otherwise answers 99.
"""

import json
import os
import signal
import sys
import threading
import traceback
from pathlib import Path
from typing import Any

from hoede.app.backup import restore_backup, take_backup
from hoede.app.rotate import rotate_log, rotate_vault
from hoede.config import parse_config
from hoede.db import failpoints

DO: dict[str, Any] = {
    "backup": take_backup,
    "restore": restore_backup,
    "vault": rotate_vault,
    "log": rotate_log,
}
BROKE = 99


def arm(name: str, nth: int) -> None:
    """The nth pass of the failpoint is the end, as sudden as a power cut for a process."""
    passes, counting = 0, threading.Lock()

    def act(passed: str) -> None:
        nonlocal passes
        with counting:
            passes += passed == name
            if passes == nth:
                os.kill(os.getpid(), signal.SIGKILL)

    failpoints.arm(act)


def child(told: dict[str, Any]) -> None:
    if told["kill_at"]:
        arm(told["kill_at"], told["nth"])
    DO[told["what"]](parse_config(told["config"]), *(Path(one) for one in told["folders"]))


def main() -> None:
    for line in sys.stdin:
        pid = os.fork()
        if pid == 0:
            try:
                child(json.loads(line))
            except BaseException:  # noqa: BLE001 - a child that breaks must be seen by the parent
                traceback.print_exc()
                os._exit(BROKE)
            os._exit(0)
        _, status = os.waitpid(pid, 0)
        ended = os.WTERMSIG(status) if os.WIFSIGNALED(status) else os.WEXITSTATUS(status)
        sys.stdout.write(f"{ended}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
