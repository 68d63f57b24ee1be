"""The migrations lead to the very tables that the stores describe."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text
from tests.databases import KEY, Databases

import hoede.app  # noqa: F401 - brings in every store, and with it every table
from hoede.db import METADATA, Database, SchemaOutdated, Transaction, schema
from hoede.db.schema import check_schema, knows_schema, migrate, newest_schema


@pytest.fixture
def empty(databases: Databases, kind: str, tmp_path: Path) -> Iterator[Database]:
    made = Database(databases.bare(kind, tmp_path), key=KEY)
    yield made
    made.close()


def test_the_migrated_schema_is_what_the_stores_describe(db: Database) -> None:
    with db.engine.connect() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True})
        assert compare_metadata(context, METADATA) == []


def test_foreign_keys_are_those_the_stores_describe(db: Database) -> None:
    there = inspect(db.engine)
    for table in METADATA.sorted_tables:
        told = {(key.parent.name, key.column.table.name, key.column.name) for key in table.foreign_keys}
        found = {
            (key["constrained_columns"][0], key["referred_table"], key["referred_columns"][0])
            for key in there.get_foreign_keys(table.name)
        }
        assert (table.name, found) == (table.name, told)


def test_primary_keys_are_those_the_stores_describe(db: Database) -> None:
    there = inspect(db.engine)
    told = {table.name: [column.name for column in table.primary_key] for table in METADATA.sorted_tables}
    found = {name: there.get_pk_constraint(name)["constrained_columns"] for name in told}
    assert found == told


def test_every_table_of_a_migrated_database_is_some_stores(db: Database) -> None:
    assert set(inspect(db.engine).get_table_names()) == {*METADATA.tables, "alembic_version"}


def test_the_files_of_the_migrations_are_numbered_as_they_follow() -> None:
    scripts = ScriptDirectory(str(Path(schema.__file__).with_name("migrations")))
    revisions = [one.revision for one in scripts.walk_revisions()]
    assert (newest_schema(), all(map(knows_schema, revisions))) == (scripts.get_current_head(), True)
    assert [Path(one.path).name[:4] for one in scripts.walk_revisions()] == revisions
    assert revisions == sorted(revisions, reverse=True)


def test_an_empty_database_is_outdated_until_it_is_migrated(empty: Database) -> None:
    with pytest.raises(SchemaOutdated, match="hoede migrate"):
        check_schema(empty)
    migrate(empty)
    check_schema(empty)


def test_migrating_again_changes_nothing(empty: Database) -> None:
    reached = migrate(empty)
    tables = inspect(empty.engine).get_table_names()
    assert migrate(empty) == reached
    assert inspect(empty.engine).get_table_names() == tables


def test_a_database_of_another_version_is_outdated(empty: Database) -> None:
    migrate(empty)
    old = "UPDATE alembic_version SET version_num = '0001'"
    empty.commit(lambda tx: tx.conn.exec_driver_sql(old))
    with pytest.raises(SchemaOutdated, match="revision 0001"):
        check_schema(empty)


def test_digests_of_lists_come_along_with_their_import(empty: Database) -> None:
    migrate(empty, "0011")
    before = (
        "INSERT INTO list_bank VALUES ('b', 31, 50, 10, FALSE, 0)",
        "INSERT INTO list VALUES ('north', 's', 'industry', 'csea', FALSE, 'b', NULL, NULL)",
        "INSERT INTO list_import (id, list, file_sha256, at, active) VALUES ('imp_1', 'north', '0', 0, TRUE)",
        "INSERT INTO list_entry (id, list, import_id, line) VALUES ('ent_1', 'north', 'imp_1', 1)",
    )
    for told in before:
        empty.commit(partial(_run, told))
    digest = text("INSERT INTO list_digest (entry, kind, value) VALUES ('ent_1', 'md5', :value)")
    empty.commit(lambda tx: tx.conn.execute(digest, {"value": b"\x01" * 16}))
    migrate(empty)
    found = empty.read(
        lambda conn: conn.execute(text("SELECT kind, value, entry, import_id FROM list_digest")).all()
    )
    assert [(kind, bytes(value), entry, brought) for kind, value, entry, brought in found] == [
        ("md5", b"\x01" * 16, "ent_1", "imp_1")
    ]


def _run(told: str, tx: Transaction) -> None:
    tx.conn.exec_driver_sql(told)
