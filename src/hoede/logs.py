"""Structured logs with an allow-list: an event's name, ids, codes and counts. Everything else is left out."""

import logging
import sys
from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any, TextIO, cast

import structlog

# What may reach a log. Ids here are ours and opaque; no content, no names, no addresses of people.
ALLOWED = frozenset(
    {
        "event", "level", "timestamp", "order", "measure", "went", "error", "code", "status", "method",
        "route", "ms", "count", "port", "authority", "service", "list", "entries", "worker", "url",
        "evidence", "case",
    }
)  # fmt: skip

Entry = MutableMapping[str, Any]


def only_allowed(logger: object, method: str, entry: Entry) -> Entry:  # noqa: ARG001 - structlog's signature
    """The entry without any field that is not on the list, and the number of those left out."""
    kept = {name: value for name, value in entry.items() if name in ALLOWED}
    if left_out := len(entry) - len(kept):
        kept["count_left_out"] = left_out
    return kept


def start_logs(*, level: str = "info") -> None:
    """Log JSON lines to stderr. Other libraries speak up from warnings on, and only by logger name."""
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            only_allowed,
            structlog.processors.JSONRenderer(sort_keys=True),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=structlog.WriteLoggerFactory(file=cast("TextIO", Stderr())),
        cache_logger_on_first_use=False,
    )
    logging.basicConfig(level=logging.WARNING, handlers=[_NamesOnly()], force=True)


class Stderr:
    """The standard error of the moment; a line that cannot be written stops nobody's work."""

    def write(self, line: str) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.write(line)

    def flush(self) -> None:
        with suppress(OSError, ValueError):
            sys.stderr.flush()


class _NamesOnly(logging.Handler):
    """Other libraries' messages may hold what we must not log: we log that there was one, and whose."""

    def emit(self, record: logging.LogRecord) -> None:
        structlog.get_logger().warning("library.spoke", code=record.name, status=record.levelname)
