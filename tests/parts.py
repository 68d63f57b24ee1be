"""What tests build a Hoede from: a configuration, as a file too, keys, lists, and a detector that fails."""

import importlib
import itertools
import json
import secrets
import sys
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from hoede.access import KeyKind, Scope, create_key
from hoede.app import Hoede, new_id, rehearsal
from hoede.app.serve import Server, listen, server_config
from hoede.config import Config, parse_config
from hoede.core.findings import Category
from hoede.db import Database
from hoede.lists import ListFacts, Standing, read_lines
from hoede.lists.jobs import import_lines
from hoede.simulators.cybertipline import REHEARSAL
from hoede.simulators.pictures import test_card as the_card

NOWHERE = "http://127.0.0.1:9"  # nothing listens there
# Short waits: what is tried again in tests is tried again at once.
PATIENCE = {"retry_first_s": 0.05, "retry_longest_s": 0.2, "call_after_tries": 3, "lease_s": 20.0}
START_WITHIN_S = 20
PLUGINS = Path(__file__).parent / "plugins"

_numbers = itertools.count(1)


def fresh(kind: str) -> str:
    """An id that no other test of this run has."""
    return f"{kind}-{next(_numbers)}"


def settings(folder: Path, *, media_hosts: Collection[str] = (), **more: Any) -> Config:
    """A demo deployment over `folder` that reaches nobody unless `more` says so."""
    return parse_config(values(folder, media_hosts=media_hosts) | more)


def values(
    folder: Path, *, platform: str = NOWHERE, authority: str = NOWHERE, media_hosts: Collection[str] = ()
) -> dict[str, Any]:
    """The same as a configuration file would give it."""
    folder.mkdir(parents=True, exist_ok=True)
    login = (REHEARSAL.name, REHEARSAL.password)
    more = {"deployment": "demo", "hold_answer_ms": 10, "look_within_ms": 5000, **PATIENCE}
    told = rehearsal.settings(folder, hook=platform, authority=authority, login=login, more=more)
    told["services"][rehearsal.SERVICE]["media_hosts"] = list(media_hosts)
    told["services"][rehearsal.SERVICE]["age_proofs"] = {"platform-verified": "https://plein.example/age"}
    return told


def secret_file(folder: Path, name: str, content: str = REHEARSAL.password) -> Path:
    path = folder / name
    path.touch(mode=0o600)
    path.write_text(content)
    return path


def toml(told: Mapping[str, Any], table: str = "") -> str:
    """The values as a TOML file; JSON's strings, numbers and lists are TOML's too."""
    plain = {name: value for name, value in told.items() if not isinstance(value, dict)}
    lines = [f"[{table}]"] if table else []
    lines += [f"{name} = {json.dumps(value)}" for name, value in plain.items()]
    for name in told.keys() - plain.keys():
        lines.append(toml(told[name], f"{table}.{name}" if table else name))
    return "\n".join(lines)


def prepare(config: Config) -> str:
    """New keys, schema and the list with the test card; returns an API key that may do everything."""
    return rehearsal.prepare(config, [the_card()])


def import_list(
    db: Database,
    name: str,
    csv: str,
    *,
    standing: Standing = Standing.VERIFYING_AUTHORITY,
    rehearsal: bool = False,
    bank: str | None = None,
) -> str:
    """Import it into a bank of its own unless one is named; the import's id."""
    facts = ListFacts(
        name=name,
        source=f"the source of {name}",
        standing=standing,
        category=Category.CSEA,
        rehearsal=rehearsal,
        bank=bank or name,
    )
    lines, import_id = read_lines(csv, "csv"), new_id("imp")
    return import_lines(db, facts, lines, import_id=import_id, file_sha256="0" * 64).id


def api_key(
    db: Database,
    *,
    service: str = rehearsal.SERVICE,
    scopes: Collection[Scope] = tuple(Scope),
    lasts: timedelta = timedelta(days=1),
    kind: KeyKind = KeyKind.PLATFORM,
) -> str:
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    return db.commit(
        lambda tx: create_key(
            tx, prefix=prefix, secret=secret, service=service, scopes=scopes, lasts=lasts, kind=kind
        )
    )


@contextmanager
def failing_detectors() -> Iterator[None]:
    """While this is open, whoever asks for all detectors also finds the one of `tests/plugins`."""
    sys.path.insert(0, str(PLUGINS))
    importlib.invalidate_caches()
    try:
        yield
    finally:
        sys.path.remove(str(PLUGINS))
        importlib.invalidate_caches()


@contextmanager
def serving(hoede: Hoede) -> Iterator[int]:
    """Hoede's HTTP in a thread, as `serve` runs it but without workers; yields the port."""
    listener, up = listen("127.0.0.1", 0), threading.Event()
    server = Server(server_config(hoede), up.set)
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    assert up.wait(START_WITHIN_S)
    try:
        yield int(listener.getsockname()[1])
    finally:
        server.should_exit = True
        thread.join()


def until(so: Callable[[], Any], within_s: float = 20) -> None:
    """Wait until something is so; fail when it does not come to be."""
    end = time.monotonic() + within_s
    while not so():
        assert time.monotonic() < end, "it did not come to be"
        time.sleep(0.02)
