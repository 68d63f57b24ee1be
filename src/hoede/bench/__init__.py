"""Benchmarks: peers and ours interleaved in one run, one JSON document out."""

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from hoede.bench.rows import document

# Each is loaded when it is asked for: no other command waits for what only benches need.
BENCHES = (
    "answers", "audit", "commit", "crash", "exposure", "fingerprint", "journey", "lists", "lookup",
    "media", "notices",
    "pairing", "permit", "queue", "restore", "setup", "usage",
)  # fmt: skip
# Besides SQLite, these measure on PostgreSQL where there is one.
ON_A_DATABASE = frozenset({"exposure", "journey", "lists", "queue"})

SIZED = frozenset({"crash"})  # how much of it is asked for


def measure(name: str, database: str | None = None, sizes: Mapping[str, int] | None = None) -> dict[str, Any]:
    """The document of a bench; `database` is the URL of an empty PostgreSQL database to measure on, too."""
    bench = import_module(f"hoede.bench.{name}").measure
    if name in SIZED:
        return document(bench(**(sizes or {})))
    return document(bench(database) if name in ON_A_DATABASE else bench())
