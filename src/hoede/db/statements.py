"""SQL as text, made once a process: making it costs several times what running it does.

SQLAlchemy keeps what it made for one engine only. A database here has two, for reading and for writing, and
commands open more than one database.
"""

from typing import Any

from sqlalchemy.util import LRUCache

KEPT = 1000  # more than all statements of ours on both kinds of database


class Statements(LRUCache[Any, Any]):
    """Finds by the kind of database, its driver and its version what SQLAlchemy would find by the engine."""

    def get(self, key: Any, default: Any = None) -> Any:
        return super().get(_of_its_kind(key), default)

    def __setitem__(self, key: Any, value: Any) -> None:
        super().__setitem__(_of_its_kind(key), value)


def _of_its_kind(key: Any) -> tuple[Any, ...]:
    dialect = key[0]  # the rest is what is asked
    return dialect.name, dialect.driver, dialect.server_version_info, *key[1:]


STATEMENTS = Statements(KEPT)
# For `create_engine`.
OPTIONS = {"compiled_cache": STATEMENTS}
