"""How long from a fresh clone to the first page: once with cold caches of this clone, then again."""

import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx2

from hoede.bench.rows import Row

GIVE_UP_S = 300


def measure() -> list[Row]:
    """Clone this checkout, set it up, start the demo twice. Needs git and the package index."""
    root = Path(_run("git", "rev-parse", "--show-toplevel"))
    with tempfile.TemporaryDirectory(prefix="hoede-bench-") as folder:
        clone = Path(folder) / "clone"
        _run("git", "clone", "--quiet", str(root), str(clone))
        setup_s = _timed("./run", "setup", folder=clone)
        first_s = _first_page(clone)
        warm_s = _first_page(clone)
    spread = "one run"
    return [
        Row(name="setup", unit="s", ours=setup_s, target="<= 120", spread=spread),
        Row(name="first_page", unit="s", ours=first_s, target="<= 60", spread=spread),
        Row(name="first_page_warm", unit="s", ours=warm_s, target="<= 15", spread=spread),
    ]


def _first_page(clone: Path) -> float:
    """Seconds from `./run` to the start page of the demo."""
    port = _free_ports()
    start = time.monotonic()
    with _running(clone, port):
        while time.monotonic() - start < GIVE_UP_S:
            try:
                if httpx2.get(f"http://localhost:{port}/", timeout=1).is_success:
                    return round(time.monotonic() - start, 2)
            except httpx2.HTTPError:
                time.sleep(0.05)
    raise TimeoutError(f"no first page within {GIVE_UP_S} s")


@contextmanager
def _running(clone: Path, port: int) -> Iterator[None]:
    command = ["./run", "demo", "--port", str(port)]
    with subprocess.Popen(command, cwd=clone, stdout=subprocess.DEVNULL) as process:  # noqa: S603 - our own script
        try:
            yield
        finally:
            process.terminate()


def _timed(*command: str, folder: Path) -> float:
    start = time.monotonic()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)  # noqa: S603 - our own script
    return round(time.monotonic() - start, 2)


def _run(*command: str) -> str:
    found = shutil.which(command[0]) or command[0]
    done = subprocess.run([found, *command[1:]], check=True, capture_output=True, text=True)  # noqa: S603 - git
    return done.stdout.strip()


def _free_ports() -> int:
    """A port whose two successors are very likely free as well: the demo takes three."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
