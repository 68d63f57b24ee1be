"""Moving a deployment to another database: every row or none, the log held against its rows afterwards."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Connection, make_url

from hoede.app.changes import verdict
from hoede.app.keys import check_key_folder
from hoede.audit import LEASE, LEASE_NAME
from hoede.config import Config, ConfigError
from hoede.core.errors import HoedeError
from hoede.db import Database, Transaction
from hoede.db.leases import is_held
from hoede.db.move import copy_rows, count_rows
from hoede.db.schema import check_schema, migrate
from hoede.keys import FileKeys

MOVED = ".moved"  # what the name of a SQLite file ends with once it is not the database any more


class StillRunning(HoedeError):
    """A process still works on the database to move. Stop every `serve` and `work` first."""

    code = "still-running"


class NotTheSame(HoedeError):
    """The log does not fit the copied rows as it fits the old ones; the copy was not kept."""

    code = "copy-differs"


@dataclass(frozen=True, slots=True)
class Moved:
    rows: int
    old: Path | None  # where a SQLite file lies now


def rows_of(config: Config, source_url: str) -> int:
    """How many rows a move would copy, for its progress."""
    source = Database(source_url, key=FileKeys(config.keys_folder).names)
    try:
        check_schema(source)
        return source.read(count_rows)
    finally:
        source.close()


def move_database(config: Config, source_url: str, progress: Callable[[int], object] = int) -> Moved:
    """Copy the database at `source_url` into the configured, empty one, and put the old one aside.

    Raises `StillRunning`, `NotEmpty`, `OtherKeys`, `SchemaOutdated` or `NotTheSame`; then nothing was copied.
    """
    if make_url(source_url) == make_url(config.url_of_database):
        raise ConfigError("database_url is the database to move from. Name the new one there.")
    keys = FileKeys(config.keys_folder)
    source = Database(source_url, key=keys.names)
    target = Database(config.url_of_database, key=keys.names)
    try:
        check_schema(source)
        source.commit(lambda tx: check_key_folder(tx, keys))
        migrate(target)
        rows = source.read(lambda conn: target.alone(lambda tx: _copy(source, conn, tx, keys, progress)))
    finally:
        source.close()
        target.close()
    return Moved(rows, _put_aside(source_url))


def _copy(
    source: Database, conn: Connection, tx: Transaction, keys: FileKeys, progress: Callable[[int], object]
) -> int:
    _refuse_running(source)
    rows = copy_rows(conn, tx, progress)
    if verdict(tx.conn, keys) != verdict(conn, keys):
        raise NotTheSame
    _refuse_running(source)
    if source.read(count_rows) != rows:
        raise StillRunning
    return rows


def _refuse_running(source: Database) -> None:
    if source.read(lambda conn: is_held(conn, LEASE_NAME, source.time(conn), LEASE)):
        raise StillRunning


def _put_aside(url: str) -> Path | None:
    """So that nobody starts on the old file by mistake."""
    file = make_url(url).database
    if not url.startswith("sqlite") or file is None:
        return None
    old = Path(file + MOVED)
    Path(file).rename(old)
    return old
