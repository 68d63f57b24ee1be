"""Run as a child: confines itself as the decoder does, then tries what it must not be able to do."""

import json
import os
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterable
from pathlib import Path


def tried(folder: Path, calls: Iterable[str] = ()) -> dict[str, bool]:
    """What a child with these calls besides the usual ones could still do, by name."""
    (folder / "secret").write_text("a secret")
    listener = socket.create_server(("127.0.0.1", 0))
    port = str(listener.getsockname()[1])
    command = [sys.executable, __file__, str(folder / "secret"), port, *calls]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 - this file
    listener.close()
    found: dict[str, bool] = json.loads(ran.stdout)
    return found


def main() -> None:
    from hoede.media.confine import filter_calls, limit  # noqa: PLC0415 - in the child only

    secret, port = sys.argv[1], int(sys.argv[2])
    limit(512)
    if not filter_calls(sys.argv[3:]):
        raise SystemExit("no filter here")
    sys.stdout.write(
        json.dumps(
            {
                "open": _can(lambda: Path(secret).read_text()),
                "write": _can(lambda: Path(secret).write_text("x")),
                "connect": _can(lambda: socket.create_connection(("127.0.0.1", port))),
                "execute": _can(lambda: os.execv("/bin/true", ["true"])),  # noqa: S606 - that is what is tried
                "fork": _can(os.fork),
                "signal": _can(lambda: os.kill(os.getppid(), 0)),
                "thread": _can(_thread),
            }
        )
    )


def _can(act: Callable[[], object]) -> bool:
    try:
        act()
    except OSError:
        return False
    return True


def _thread() -> None:
    """Decoders use threads; these must go on working."""
    done = threading.Event()
    threading.Thread(target=done.set).start()
    if not done.wait(5):
        raise OSError("no thread ran")


if __name__ == "__main__":
    main()
