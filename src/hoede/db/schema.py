"""Bringing a database to this version's schema, and telling whether it is there."""

from functools import cache
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from hoede.db.engine import Database, Transaction
from hoede.db.errors import SchemaOutdated

_MIGRATIONS = Path(__file__).with_name("migrations")


def migrate(db: Database, revision: str = "head") -> str:
    """Run the migrations that are missing; returns this version's revision. One process at a time.

    Tests stop at an older `revision`, to see what the next ones make of what is there.
    """
    config = _config()

    def step(tx: Transaction) -> None:
        config.attributes["connection"] = tx.conn
        command.upgrade(config, revision)

    db.alone(step)
    return newest_schema()


def is_new(db: Database) -> bool:
    """Whether nothing was ever migrated here."""
    return db.read(_revision) is None


@cache
def newest_schema() -> str:
    """The revision this version works on; the migrations are read once a process."""
    return ScriptDirectory.from_config(_config()).get_current_head() or ""


def knows_schema(revision: str) -> bool:
    """Whether this version can bring a database of that revision to its own."""
    return revision in {one.revision for one in ScriptDirectory.from_config(_config()).walk_revisions()}


def check_schema(db: Database) -> None:
    """Raises `SchemaOutdated` unless the database is at the newest revision."""
    current = db.read(_revision)
    if current != newest_schema():
        raise SchemaOutdated(
            f"The database is at revision {current}, this version needs {newest_schema()}."
            " Run `hoede migrate`."
        )


def _revision(conn: Connection) -> str | None:
    return MigrationContext.configure(conn).get_current_revision()


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
