"""Benchmarks: peers and ours interleaved in one run, one JSON document out."""

from importlib import import_module
from typing import Any

from hoede.bench.rows import document

# Each is loaded when it is asked for: no other command waits for what only benches need.
BENCHES = (
    "answers", "audit", "exposure", "fingerprint", "journey", "lists", "lookup", "media", "notices",
    "pairing", "permit", "queue", "restore", "setup", "usage",
)  # fmt: skip
ON_A_DATABASE = frozenset(
    {"exposure", "journey", "lists", "queue"}
)  # besides SQLite, on PostgreSQL where there is one


def measure(name: str, database: str | None = None) -> dict[str, Any]:
    """The document of a bench; `database` is the URL of an empty PostgreSQL database to measure on, too."""
    bench = import_module(f"hoede.bench.{name}").measure
    return document(bench(database) if name in ON_A_DATABASE else bench())
