"""Real processes: how `hoede` ends when it is told to, and what it says when it cannot begin."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import httpx2
import pytest
from tests.cli.desk import Desk
from tests.parts import values

from hoede.app import open_database
from hoede.core.orders import OrderView
from hoede.db import orders

HOEDE = [sys.executable, "-c", "from hoede.cli import main; main()"]
STARTS_WITHIN_S = 90  # a process of ours on a busy machine
STOPS_WITHIN_S = 10
ATTENDS_S = 1.0


@contextmanager
def started(desk: Desk, *words: str) -> Iterator[subprocess.Popen[str]]:
    command = [*HOEDE, "--config", str(desk.file), *words]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("HOEDE_")}
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=clean)  # noqa: S603 - our own command
    try:
        yield process
    finally:
        process.kill()
        process.communicate()


def ended(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, float, str]:
    """Exit code, seconds it took, and the log after telling it to stop."""
    before = time.monotonic()
    process.send_signal(number)
    _, log = process.communicate(timeout=STARTS_WITHIN_S)
    return process.returncode, time.monotonic() - before, log


def wait_for(process: subprocess.Popen[str], so: Any) -> None:
    until = time.monotonic() + STARTS_WITHIN_S
    while not so():
        assert process.poll() is None
        assert time.monotonic() < until
        time.sleep(0.05)


def answers(port: int) -> bool:
    try:
        return httpx2.get(f"http://127.0.0.1:{port}/readyz").status_code == 200
    except httpx2.HTTPError:
        return False


class SlowPlatform(ThreadingHTTPServer):
    """Takes every order, after a while, and never sends a receipt."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Slow)
        self.reached = threading.Event()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/"


class _Slow(BaseHTTPRequestHandler):
    server: SlowPlatform

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["content-length"]))
        self.server.reached.set()
        time.sleep(ATTENDS_S)
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def slow() -> Iterator[SlowPlatform]:
    with SlowPlatform() as platform:
        thread = threading.Thread(target=platform.serve_forever, daemon=True)
        thread.start()
        yield platform
        platform.shutdown()
        thread.join()


def platform_orders(desk: Desk) -> list[OrderView]:
    db, _ = open_database(desk.config)
    seen = db.read(orders.views)
    db.close()
    return [one for one in seen if one.order.by == "platform"]


def leased(desk: Desk) -> int:
    db, _ = open_database(desk.config)
    count = db.read(
        lambda conn: conn.exec_driver_sql(
            "SELECT count(*) FROM orders WHERE lease_by IS NOT NULL"
        ).scalar_one()
    )
    db.close()
    return int(count)


def test_serve_answers_and_ends_in_time_when_told_to_from_the_keyboard(desk: Desk, free_port: int) -> None:
    desk.configure(port=free_port, stop_within_s=STOPS_WITHIN_S)

    with started(desk, "serve") as process:
        wait_for(process, lambda: answers(free_port))
        code, took, log = ended(process, signal.SIGINT)

    assert (code, "serve.stopped" in log) == (0, True)
    assert took < STOPS_WITHIN_S


@pytest.mark.parametrize("words", [("work",), ("serve",)])
def test_what_is_at_hand_is_finished_and_written_down_before_the_end(
    lived_in: Desk, slow: SlowPlatform, free_port: int, words: tuple[str, ...]
) -> None:
    services = values(lived_in.folder, platform=slow.url)["services"]
    lived_in.configure(services=services, port=free_port, stop_within_s=STOPS_WITHIN_S)

    with started(lived_in, *words) as process:
        wait_for(process, slow.reached.is_set)
        code, took, log = ended(process, signal.SIGTERM)

    assert (code, "cut_off" in log, leased(lived_in)) == (0, False, 0)
    assert took < STOPS_WITHIN_S
    assert max(one.tries for one in platform_orders(lived_in)) == 1


def test_a_stop_does_not_wait_longer_than_it_may(lived_in: Desk, slow: SlowPlatform) -> None:
    services = values(lived_in.folder, platform=slow.url)["services"]
    lived_in.configure(services=services, stop_within_s=0.2)

    with started(lived_in, "work") as process:
        wait_for(process, slow.reached.is_set)
        code, _, log = ended(process, signal.SIGTERM)

    assert (code, "cut_off" in log) == (0, True)  # what was cut off comes back when its lease ends
    assert leased(lived_in) > 0


def test_an_expected_failure_is_one_line_with_its_code(bare: Desk) -> None:
    with started(bare, "serve") as process:
        _, said = process.communicate(timeout=STARTS_WITHIN_S)

    assert process.returncode == 1
    assert said.splitlines()[-1].startswith("hoede: There is no vault.key in the key folder.")
    assert said.splitlines()[-1].endswith("[keys-missing]")
    assert "Traceback" not in said


def test_a_port_that_is_taken_is_told_with_its_code(desk: Desk, slow: SlowPlatform) -> None:
    desk.configure(port=slow.server_address[1])

    with started(desk, "serve") as process:
        _, said = process.communicate(timeout=STARTS_WITHIN_S)

    assert (process.returncode, said.splitlines()[-1].endswith("[cannot-listen]")) == (1, True)
