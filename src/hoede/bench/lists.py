"""Lists of a million entries: coming in, loaded, searched, and taken back in another process.

Every part runs in a process of its own on a deployment of its own, so that its memory is its own too.
The entries are digests drawn by chance; real fingerprints lie closer together.
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from hoede.app import open_database, rehearsal
from hoede.bench.databases import postgresql
from hoede.bench.processes import load
from hoede.bench.rows import Row, percentile, spread
from hoede.config import Config, parse_config
from hoede.core.findings import DigestKind
from hoede.lists import Line, jobs
from hoede.lists import store as lists
from hoede.lists.index import BYTES, Index
from hoede.lists.rules import THRESHOLD

MILLION, TAKEN_BACK, PICTURES, TURNS = 1_000_000, 30, 300, 8
NOWHERE = "http://127.0.0.1:9"  # nobody is called
EXACT, BOTH = "exact", "both"  # a SHA-256 each; an MD5 and a PDQ each
SET_UP = """
import hashlib, json, resource, sys, time
from pathlib import Path
from hoede.app import new_id, open_database
from hoede.config import parse_config
from hoede.core.findings import Category, DigestKind
from hoede.core.media import Frame
from hoede.lists import ListFacts, Lists, ListsFolder, Nearby, Standing, read_lines
from hoede.lists.jobs import import_lines
db, _ = open_database(parse_config(json.loads(sys.argv[1])))
def peak_mb():
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
"""
IMPORT = """
name, start = sys.argv[2], time.monotonic()
content = Path(sys.argv[3]).read_bytes()
facts = ListFacts(
    name=name, source="bench", standing=Standing.INDUSTRY, category=Category.CSEA, rehearsal=True, bank=name
)
whole, lines = hashlib.sha256(content).hexdigest(), read_lines(content.decode(), "csv")
done = import_lines(db, facts, lines, import_id=new_id("imp"), file_sha256=whole)
print(json.dumps({"s": time.monotonic() - start, "mb": peak_mb(), "new": done.new}))
"""
LOAD = """
nearby, before = Nearby(db, ListsFolder(Path(sys.argv[2]))), peak_mb()
start = time.monotonic()
nearby.refresh()
took = time.monotonic() - start
print(json.dumps({"s": took, "mb": peak_mb(), "before": before, "kept": nearby.keep()}))
"""
WATCH = """
nearby = Nearby(db)
nearby.refresh()
print("ready", flush=True)
for line in sys.stdin:
    md5, pdq = line.split()
    frame = Frame(width=64, height=64, pdq=(bytes.fromhex(pdq),), quality=100)
    while db.read(lambda conn: Lists(conn).matches(DigestKind.MD5, md5) or Lists(conn, nearby).near(frame)):
        pass
    print(time.monotonic(), flush=True)
"""


def measure(database: str | None) -> list[Row]:
    """On SQLite, and on PostgreSQL where there is one; the search needs neither."""
    with tempfile.TemporaryDirectory(prefix="hoede-bench-") as place:
        folder = Path(place)
        files = {kind: _file(folder, kind) for kind in (EXACT, BOTH)}
        rows = list(_on(folder / "sqlite", "sqlite", "", files))
        with postgresql(database) as url:
            if url is not None:
                rows += _on(folder / "postgresql", "postgresql", url, files)
    return rows + list(_searches())


def _file(folder: Path, kind: str) -> Path:
    chance = np.random.default_rng(1)
    path = folder / f"{kind}.csv"
    with path.open("w") as file:
        file.write("sha256\n" if kind == EXACT else "md5,pdq\n")
        for _ in range(MILLION):
            digests = (32,) if kind == EXACT else (16, 32)
            file.write(",".join(chance.bytes(size).hex() for size in digests) + "\n")
    return path


def _on(folder: Path, name: str, url: str, files: dict[str, Path]) -> Iterator[Row]:
    values = rehearsal.settings(
        folder, hook=NOWHERE, authority=NOWHERE, login=("bench", "bench"), more={"database_url": url}
    )
    config = parse_config(values)
    rehearsal.prepare(config, [b"harmless"])
    for kind, path in files.items():
        yield from _import(config, name, kind, path)
    for which, keeps in (("first", True), ("next", False)):
        loaded = _run(config, LOAD, str(folder / "lists"))
        if loaded["kept"] != keeps:
            raise RuntimeError(f"the {which} process kept {loaded['kept']}")
        told = f"of a million, {loaded['before']} MB before; one run, {load()}"
        yield Row(name=f"{which}_load_{name}", unit="s", ours=round(loaded["s"], 2), target="", spread=told)
        yield Row(name=f"{which}_load_memory_{name}", unit="MB", ours=loaded["mb"], target="", spread=told)
    yield _withdrawal(config, name, files[BOTH])


def _import(config: Config, name: str, kind: str, path: Path) -> Iterator[Row]:
    """The whole way from a file on disk to in force."""
    came = _run(config, IMPORT, kind, str(path))
    if came["new"] != MILLION:
        raise RuntimeError(f"{came['new']} entries came in")
    each = "one digest each" if kind == EXACT else "two digests each"
    told = f"a million entries, {each}; one run, {load()}"
    yield Row(name=f"import_{kind}_{name}", unit="s", ours=round(came["s"], 1), target="<= 60", spread=told)
    yield Row(name=f"import_{kind}_memory_{name}", unit="MB", ours=came["mb"], target="", spread=told)


def _withdrawal(config: Config, name: str, path: Path) -> Row:
    """From the end of `lists withdraw` here to the first look in another process that does not find it."""
    with path.open() as file:
        digests = [next(file).strip().split(",") for _ in range(TAKEN_BACK + 1)][1:]
    db, _ = open_database(config)
    command = [sys.executable, "-c", SET_UP + WATCH, _json(config)]
    took = []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as other:  # noqa: S603 - ours
        assert other.stdin is not None  # noqa: S101 - both are pipes
        assert other.stdout is not None  # noqa: S101
        other.stdout.readline()
        for md5, pdq in digests:
            entry = lists.entry_id(BOTH, Line(1, {DigestKind.MD5: md5, DigestKind.PDQ: pdq}, None))
            other.stdin.write(f"{md5} {pdq}\n")
            other.stdin.flush()
            time.sleep(0.05)  # it is at it
            jobs.withdraw(db, entry, "bench")
            done = time.monotonic()
            took.append(max(0.0, float(other.stdout.readline()) - done) * 1000)
        other.stdin.close()
    db.close()
    return Row(
        name=f"withdrawal_effective_p95_{name}",
        unit="ms",
        ours=round(percentile(took, 0.95), 1),
        target="<= 1000",
        spread=f"{spread(took)}; in another process, {load()}",
    )


def _searches() -> Iterator[Row]:
    """One picture in eight turns against so many fingerprints, all within the usual threshold found."""
    for name, count in (("100k", MILLION // 10), ("1m", MILLION)):
        chance = np.random.default_rng(2)
        hashes = chance.integers(0, 256, (count, BYTES), dtype=np.uint8)
        start = time.perf_counter()
        index = Index(hashes)
        built_s = round(time.perf_counter() - start, 2)
        took = [_search(index, [chance.bytes(BYTES) for _ in range(TURNS)]) for _ in range(PICTURES)]
        yield Row(
            name=f"near_search_{name}_median",
            unit="ms",
            ours=round(percentile(took, 0.5), 2),
            target="",
            spread=f"{spread(took)}; {TURNS} turns a picture, sorted in {built_s} s, {load()}",
        )


def _search(index: Index, asked: list[bytes]) -> float:
    start = time.perf_counter()
    for one in asked:
        index.near(one, THRESHOLD)
    return (time.perf_counter() - start) * 1000


def _run(config: Config, script: str, *words: str) -> Any:
    command = [sys.executable, "-c", SET_UP + script, _json(config), *words]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - ours


def _json(config: Config) -> str:
    return config.model_dump_json()
