"""What a bench of the whole way runs on: one real `serve` process, a platform and an authority of ours."""

import hashlib
import json
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import httpx2

from hoede.app import rehearsal
from hoede.client import Client
from hoede.config import Config, parse_config, read_secret
from hoede.core.ages import AgeEvidence, Assurance
from hoede.core.events import Channel, Event, EventKind
from hoede.simulators.cybertipline import REHEARSAL, Settings, Simulator
from hoede.simulators.platform import Platform

WITHIN_S = 60
SERVE = """
import json, sys
from hoede.app import build, serve
from hoede.config import parse_config
from hoede.logs import start_logs
start_logs(level="critical")
serve(build(parse_config(json.load(open(sys.argv[1])))))
"""
ADULT = AgeEvidence(
    method="document",
    assurance=Assurance.VERIFIED,
    issuer="bench",
    as_of=date(2026, 1, 1),
    born=date(1980, 1, 1),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """A deployment that runs, and what it speaks with."""

    client: Client
    key: str
    port: int
    config: Config
    platform: Platform
    authority: Simulator
    pid: int


@contextmanager
def ground(
    folder: Path,
    triggers: Iterable[bytes],
    *,
    more: Mapping[str, Any],
    env: Mapping[str, str],
    program: str = SERVE,
    log: IO[bytes] | None = None,
) -> Iterator[Ground]:
    """`triggers` act alone; `more` are settings on top, `env` the whole environment of `serve`.

    `program` serves what the file it is given says, and `log` is where its lines go.
    """
    known = list(triggers)
    allowed = {hashlib.sha256(one).hexdigest() for one in known}
    with ExitStack() as stack:
        authority = stack.enter_context(Simulator(Settings(allowed=allowed), folder / "ledger.jsonl"))
        platform = stack.enter_context(Platform())
        port = _free_port()
        values = rehearsal.settings(
            folder,
            hook=platform.url,
            authority=authority.api,
            login=(REHEARSAL.name, REHEARSAL.password),
            more={"port": port, "retry_first_s": 0.2, **more},
        )
        config = parse_config(values)
        key, url = rehearsal.prepare(config, known), f"http://127.0.0.1:{port}"
        platform.start(read_secret(rehearsal.secret_file(folder)), api_key=key, receipts_to=url)
        settings = folder / "config.json"
        settings.write_text(json.dumps(values))
        process = stack.enter_context(
            subprocess.Popen([sys.executable, "-c", program, str(settings)], env=dict(env), stderr=log)  # noqa: S603 - our own service
        )
        stack.callback(process.terminate)
        until(lambda: _answers(url))
        client = stack.enter_context(Client(url, key))
        yield Ground(
            client=client,
            key=key,
            port=port,
            config=config,
            platform=platform,
            authority=authority,
            pid=process.pid,
        )


def upload(name: str, account: str, text: str | None = None) -> Event:
    """An upload that this account has just made."""
    return Event(
        id=name,
        kind=EventKind.UPLOAD,
        channel=Channel.PUBLIC,
        account=account,
        content=f"content-{name}",
        at=datetime.now(UTC) - timedelta(seconds=1),
        text=text,
    )


def until(so: Callable[[], bool]) -> None:
    """Wait for something that must come to be."""
    end = time.monotonic() + WITHIN_S
    while not so():
        if time.monotonic() > end:
            raise TimeoutError("the journey did not come to its end")
        time.sleep(0.002)


def _answers(url: str) -> bool:
    try:
        return httpx2.get(f"{url}/readyz", timeout=1).is_success
    except httpx2.HTTPError:
        return False


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])
