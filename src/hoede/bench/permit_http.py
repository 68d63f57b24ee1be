"""Permits over HTTP: one real `serve` beside a plain FastAPI endpoint of the same shape, asked in turns.

Both run in one process, on the same server, look at the same kind of header and write one structured line
for every request. The other one decides nothing: it answers with what we answered to the same question.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date
from itertools import cycle, islice
from pathlib import Path
from typing import Any, Final

from hoede.bench.ground import WITHIN_S, Ground, ground, until
from hoede.bench.processes import cpu_s, family, load
from hoede.bench.rows import Row, percentile, spread
from hoede.core.ages import AgeEvidence, Assurance

ACCOUNTS, AT_ONCE, TURNS, ASKED = 64, 4, 7, 2_000
BATCH: Final = 100
NOT_KEPT_S = 0.3  # after this an account is read anew
TARGET = ">= 2x a plain endpoint"
# Both servers: the application and its line for each request.
LOGGED = """
import time, structlog
def logged(app):
    log = structlog.get_logger().bind()
    async def asked(scope, receive, send):
        if scope["type"] != "http":
            return await app(scope, receive, send)
        begun, told = time.perf_counter(), []
        async def answer(message):
            if message["type"] == "http.response.start":
                told.append(message["status"])
            await send(message)
        await app(scope, receive, answer)
        ms = round((time.perf_counter() - begun) * 1000, 3)
        log.info("request.answered", method=scope["method"], route="permits", status=told[0], ms=ms)
    return asked
"""
OURS = (
    LOGGED
    + """
import dataclasses, json, sys
from hoede.app import build, serve
from hoede.config import parse_config
from hoede.logs import start_logs
start_logs(level="info")
made = build(parse_config(json.load(open(sys.argv[1]))))
serve(dataclasses.replace(made, site=logged(made.site)))
"""
)
PEER = (
    LOGGED
    + """
import json, sys
from hoede.app.protocol import BoundedProtocol
from hoede.app.serve import listen
from hoede.bench.permit_plain import plain
from hoede.logs import start_logs
import uvicorn
start_logs(level="info")
told = json.load(open(sys.argv[1]))
app = logged(plain(told["key"], told["answers"]))
config = uvicorn.Config(app, http=BoundedProtocol, access_log=False, log_config=None, server_header=False)
uvicorn.Server(config).run(sockets=[listen("127.0.0.1", told["port"])])
"""
)


@dataclass(slots=True)
class Took:
    """What one server was measured at, turn by turn."""

    per_s: list[float] = field(default_factory=list)
    per_cpu_s: list[float] = field(default_factory=list)
    ms: list[float] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Served:
    port: int
    pid: int
    key: str


def measure() -> list[Row]:
    """One at a time and in batches, each of accounts that were asked about just now and of others."""
    with tempfile.TemporaryDirectory(prefix="hoede-bench-") as place, ExitStack() as stack:
        folder = Path(place)
        log = stack.enter_context((folder / "log").open("wb"))
        env = {"PATH": os.environ["PATH"]}
        on = stack.enter_context(ground(folder / "ours", [b"x"], more={}, env=env, program=OURS, log=log))
        _tell(on)
        ours = Served(on.port, on.pid, on.key)
        singles = [question(number) for number in range(ACCOUNTS)]
        answers = [_answer(ours, one) for one in singles]
        peer = stack.enter_context(_peer(folder, env, answers, log))
        batches = [
            json.dumps(
                {"attempts": [json.loads(one) for one in islice(cycle(singles), at, at + BATCH)]}
            ).encode()
            for at in range(8)
        ]
        rows: list[Row] = []
        for name, bodies, each, asked in (
            ("permits_by_http", singles, 1, ASKED),
            ("permits_by_http_in_batches", batches, BATCH, ASKED // 5),
        ):
            rows += _beside(name, (ours, peer), bodies, each=each, asked=asked)
        return rows


def _beside(
    name: str, both: tuple[Served, Served], bodies: Sequence[bytes], *, each: int, asked: int
) -> Iterator[Row]:
    mine, theirs = took = Took(), Took()
    for turn in range(TURNS + 1):
        for served, all_turns in zip(both, took, strict=True):
            found = _turn(served, bodies, each, asked)
            if turn:  # the first one warms up
                all_turns.per_s += found.per_s
                all_turns.per_cpu_s += found.per_cpu_s
                all_turns.ms += found.ms
    told = f"{AT_ONCE} at once, {ACCOUNTS} accounts, {load()}"
    for suffix, unit, one, other, target in (
        ("", "permits/s", mine.per_s, theirs.per_s, TARGET),
        ("_by_cpu", "permits/CPU s", mine.per_cpu_s, theirs.per_cpu_s, ""),
    ):
        middle, beside = percentile(one, 0.5), percentile(other, 0.5)
        yield Row(
            name=name + suffix,
            unit=unit,
            ours=round(middle),
            target=target,
            spread=f"{spread(one)} beside {spread(other)}; {told}",
            peer_name="FastAPI + pydantic",
            peer=round(beside),
            ratio=round(middle / beside, 2),
        )
    p99 = [percentile(all_turns.ms, 0.99) for all_turns in took]
    yield Row(
        name=f"{name}_p99",
        unit="ms",
        ours=round(p99[0], 2),
        target="",
        spread=f"{spread(mine.ms)} beside {spread(theirs.ms)}; {told}",
        peer_name="FastAPI + pydantic",
        peer=round(p99[1], 2),
        ratio=round(p99[1] / p99[0], 2),
    )


def _turn(served: Served, bodies: Sequence[bytes], each: int, asked: int) -> Took:
    """So many requests over a few lines at once."""
    times: list[list[float]] = [[] for _ in range(AT_ONCE)]
    failed: list[BaseException] = []
    requests = [_request(served.key, one) for one in bodies]

    def ask(place: int) -> None:
        try:
            with closing(_Line(served.port)) as line:
                for at in range(place, asked, AT_ONCE):
                    start = time.perf_counter()
                    line.ask(requests[at % len(requests)])
                    times[place].append((time.perf_counter() - start) * 1000)
        except BaseException as error:  # noqa: BLE001 - raised again by the one who waits
            failed.append(error)

    pids = family(served.pid)
    cpu, start = cpu_s(pids), time.perf_counter()
    threads = [threading.Thread(target=ask, args=(place,)) for place in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    seconds, took = time.perf_counter() - start, cpu_s(pids) - cpu
    return Took(
        [asked * each / seconds], [asked * each / max(took, 0.01)], [one for line in times for one in line]
    )


class _Line:
    """A kept connection; the least that speaks HTTP, so that asking costs little beside answering."""

    def __init__(self, port: int) -> None:
        self._line = socket.create_connection(("127.0.0.1", port), timeout=WITHIN_S)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, request: bytes) -> bytes:
        """The body of the answer; `RuntimeError` for anything but a 200."""
        self._line.sendall(request)
        heard = b""
        while (end := heard.find(b"\r\n\r\n")) < 0:
            heard += self._hear()
        head = heard[:end].lower()
        if not head.startswith(b"http/1.1 200"):
            raise RuntimeError(f"a permit was answered {heard[:300]!r}")
        length = int(head.partition(b"content-length:")[2].split(b"\r\n")[0])
        body = heard[end + 4 :]
        while len(body) < length:
            body += self._hear()
        return body

    def close(self) -> None:
        self._line.close()

    def _hear(self) -> bytes:
        heard = self._line.recv(1 << 20)
        if not heard:
            raise RuntimeError("the server closed the line")
        return heard


def _request(key: str, body: bytes) -> bytes:
    return (
        b"POST /v1/permits HTTP/1.1\r\nHost: 127.0.0.1\r\nUser-Agent: hoede-bench\r\nAccept: */*\r\n"
        b"Authorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s"
        % (key.encode(), len(body), body)
    )


def question(number: int) -> bytes:
    words = ("message", "comment", "go_live", "search", "gift", "duet", "post", "call")
    told: dict[str, Any] = {"account": f"acc-{number}", "attempt": words[number % len(words)]}
    if told["attempt"] in {"message", "gift", "call", "comment", "duet"}:
        told |= {"counterpart": f"acc-{(number * 7 + 3) % ACCOUNTS}", "relation": "follower"}
    return json.dumps(told).encode()


def _answer(served: Served, body: bytes) -> Any:
    with closing(_Line(served.port)) as line:
        return json.loads(line.ask(_request(served.key, body)))


def _tell(on: Ground) -> None:
    """Accounts of every band."""
    for number in range(ACCOUNTS):
        born = date(1985 + number * 29 % 29, 1, 1) if number % 2 else date(2009 + number % 6, 1, 1)
        age = AgeEvidence(
            method="document", assurance=Assurance.VERIFIED, issuer="bench", as_of=date(2026, 1, 1), born=born
        )
        on.client.put_account(f"acc-{number}", age_evidence=[age], country="NL", zone="Europe/Amsterdam")


@contextmanager
def _peer(folder: Path, env: Mapping[str, str], answers: list[Any], log: Any) -> Iterator[Served]:
    key, settings = "hk_plain", folder / "peer.json"
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = int(probe.getsockname()[1])
    settings.write_text(json.dumps({"key": key, "port": port, "answers": answers}))
    command = [sys.executable, "-c", PEER, str(settings)]
    with subprocess.Popen(command, env=dict(env), stderr=log) as process:  # noqa: S603 - our own
        try:
            until(lambda: _listens(port))
            yield Served(port, process.pid, key)
        finally:
            process.send_signal(signal.SIGTERM)


def _listens(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True
