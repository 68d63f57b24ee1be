"""Bringing a database to this version's schema, and telling whether it is there."""

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from hoede.db.engine import Database, Transaction
from hoede.db.errors import SchemaOutdated

if TYPE_CHECKING:
    from alembic.config import Config

_MIGRATIONS = Path(__file__).with_name("migrations")
_AT = text("SELECT version_num FROM alembic_version")
# Alembic is loaded where something is migrated: a start only asks whether the database is there.


def migrate(db: Database, revision: str = "head") -> str:
    """Run the migrations that are missing; returns this version's revision. One process at a time.

    Tests stop at an older `revision`, to see what the next ones make of what is there.
    """
    if revision == "head" and db.read(_revision) == newest_schema():
        return newest_schema()
    from alembic import command  # noqa: PLC0415 - see above

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
    """The revision this version works on: migrations are numbered, and their files begin with it."""
    return max(_revisions())


def knows_schema(revision: str) -> bool:
    """Whether this version can bring a database of that revision to its own."""
    return revision in _revisions()


def check_schema(db: Database) -> None:
    """Raises `SchemaOutdated` unless the database is at the newest revision."""
    current = db.read(_revision)
    if current != newest_schema():
        raise SchemaOutdated(
            f"The database is at revision {current}, this version needs {newest_schema()}."
            " Run `hoede migrate`."
        )


def _revisions() -> frozenset[str]:
    return frozenset(one.name.partition("_")[0] for one in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def _revision(conn: Connection) -> str | None:
    if not inspect(conn).has_table("alembic_version"):
        return None
    return conn.execute(_AT).scalar()


def _config() -> "Config":
    from alembic.config import Config  # noqa: PLC0415 - likewise

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.set_main_option("path_separator", "os")
    return config
