"""Starting a child in the best sandbox this machine has.

| level | what keeps the child in |
| bubblewrap | namespaces of its own (no network, no files but the interpreter's), and the next |
| seccomp | a filter of system calls and limits of memory, files and cores |
| none | limits only; a production deployment refuses to start |
"""

import json
import shutil
import socket
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum
from functools import cache
from pathlib import Path

import hoede
from hoede.core.errors import HoedeError
from hoede.media.limits import Limits
from hoede.media.wire import Closed, hear

STARTS_WITHIN_S = 30


class SandboxBroken(HoedeError):
    """The sandbox for media does not start. `hoede config check` tells what this machine has."""

    code = "sandbox-broken"


class Level(StrEnum):
    BUBBLEWRAP = "bubblewrap"
    SECCOMP = "seccomp"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Child:
    """A warm child and our end of its line."""

    process: subprocess.Popen[bytes]
    line: socket.socket
    level: Level
    decodes_video: bool

    def end(self) -> None:
        """Let go of it, whatever it is doing."""
        self.process.kill()
        self.line.close()
        self.process.wait()


def start(module: str, limits: Limits) -> Child:
    """A child that runs `module` and said that it is ready. Raises `SandboxBroken`."""
    ours, theirs = socket.socketpair()
    command = [*_wrapped(), sys.executable, "-I", "-m", module, json.dumps(asdict(limits))]
    with theirs:
        try:
            process = subprocess.Popen(command, stdin=theirs.fileno(), env=_ENVIRONMENT, close_fds=True)  # noqa: S603 - our own
        except OSError as error:
            ours.close()
            raise SandboxBroken(f"The child did not start: {error.strerror}.") from error
    ours.settimeout(STARTS_WITHIN_S)
    try:
        said, _ = hear(ours)
    except (Closed, OSError, ValueError) as error:
        process.kill()
        process.wait()
        ours.close()
        raise SandboxBroken("The child ended before it was ready.") from error
    wrapped = command[0] != sys.executable
    level = Level.BUBBLEWRAP if wrapped else Level.SECCOMP if said["filtered"] else Level.NONE
    return Child(process, ours, level, said["video"])


# Nothing of our own environment: it may name secrets. One thread: a child has one core.
_ENVIRONMENT = {"PATH": "/usr/bin:/bin", "OPENBLAS_NUM_THREADS": "1", "LANG": "C.UTF-8"}


def _wrapped() -> Sequence[str]:
    """What to put before a command, or nothing where this machine has no bubblewrap that works."""
    if not _has_bubblewrap():
        return ()
    return (*_BUBBLEWRAP, *_binds(), "--")


_BUBBLEWRAP = (
    "bwrap", "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL",
    "--proc", "/proc", "--dev", "/dev", "--chdir", "/", "--hostname", "hoede-media",
)  # fmt: skip


@cache
def _has_bubblewrap() -> bool:
    """Whether bubblewrap is there and may make namespaces."""
    if shutil.which("bwrap") is None:
        return False
    tried = [*_BUBBLEWRAP, *_binds(), "--", sys.executable, "-I", "-c", ""]
    return subprocess.run(tried, env=_ENVIRONMENT, capture_output=True, check=False).returncode == 0  # noqa: S603 - likewise


def _binds() -> list[str]:
    """The interpreter, its libraries and our own code, read-only."""
    binds: list[str] = []
    for path in _linked(("/bin", "/sbin", "/lib", "/lib64")):
        binds += (
            ["--symlink", str(Path(path).readlink()), path]
            if Path(path).is_symlink()
            else ["--ro-bind", path, path]
        )
    places = {"/usr", sys.base_prefix, sys.prefix, str(Path(hoede.__file__).parents[1])}
    places |= {
        path for name in ("stdlib", "platstdlib", "purelib", "platlib") if (path := sysconfig.get_path(name))
    }
    places |= {"/etc/ld.so.cache"}
    for path in sorted(places):
        if Path(path).exists():
            binds += ["--ro-bind", path, path]
    return binds


def _linked(paths: Sequence[str]) -> list[str]:
    return [path for path in paths if Path(path).exists()]
