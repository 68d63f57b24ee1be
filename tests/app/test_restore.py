"""A wiped deployment comes back whole or starts nothing; a damaged backup is refused before anything."""

import json
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.app.operating import CASES, Places
from tests.databases import KEY, KINDS

from hoede.access import all_people, staff
from hoede.access.sessions import open_session, session_of
from hoede.app import build, open_database, verify_log
from hoede.app.backup import read_manifest, rehearse, restore_backup, take_backup
from hoede.app.backup.manifest import (
    BackupDamaged,
    BackupInvalid,
    BackupUnfinished,
    _manifest,
    write_manifest,
)
from hoede.app.backup.restore import RestoreRefused
from hoede.app.build import HalfRestored
from hoede.audit import store as audit
from hoede.config import Config
from hoede.core.errors import HoedeError
from hoede.core.orders import OrderState, OrderView
from hoede.db import Database, orders, restores
from hoede.db.key_check import OtherKeys
from hoede.db.leases import LEASES
from hoede.db.move import NotEmpty, rows_by_table
from hoede.db.schema import migrate
from hoede.db.sqlite import make_one_file
from hoede.evidence import LocalDisk
from hoede.evidence.copies import digest_of
from hoede.keys import FileKeys, KeysMissing

NEW_ROWS = {"restore", "restored_order", "leaf", "lease"}  # what a restore itself writes, or takes away
Damage = Callable[[Path], object]


def opened(config: Config) -> tuple[Database, FileKeys]:
    return open_database(config)


def views(config: Config) -> dict[str, OrderView]:
    db, _ = opened(config)
    seen = {one.order.id: one for one in db.read(orders.views)}
    db.close()
    return seen


def counts(config: Config) -> dict[str, int]:
    db, _ = opened(config)
    rows = db.read(rows_by_table)
    db.close()
    return {name: count for name, count in rows.items() if name not in NEW_ROWS}


@pytest.mark.parametrize("onto", KINDS)
def test_every_row_and_every_copy_is_back_and_the_log_is_sound(places: Places, onto: str) -> None:
    config = places.empty(onto)
    restored = restore_backup(config, places.grown.backup)
    assert restored.verdict.wrong == ()
    assert counts(config) == counts(places.grown.config)
    db, keys = opened(config)
    assert verify_log(db, keys).wrong == ()
    db.close()
    kept = {one.name: one.read_bytes() for one in (config.data_folder / "vault").rglob("evi_*")}
    wanted = {one.name: one.read_bytes() for one in (places.grown.backup / "vault").rglob("evi_*")}
    assert kept == wanted
    assert {one.name for one in config.data_folder.iterdir()} <= {
        "vault",
        "hoede.sqlite",
        "hoede.sqlite-wal",
        "hoede.sqlite-shm",
    }


def test_the_log_goes_on_from_where_it_was(places: Places) -> None:
    config = places.empty()
    restore_backup(config, places.grown.backup)
    head = read_manifest(places.grown.backup).head
    hoede = build(config)
    while hoede.sequencer.run_once():
        pass
    heads = hoede.db.read(audit.heads)
    verdict = verify_log(hoede.db, hoede.keys)
    hoede.close()
    hoede.ballast.let_go()
    assert head is not None
    assert head.root in {one.root.hex() for one in heads}
    assert (verdict.wrong, verdict.unnumbered, verdict.leaves > head.size) == ((), 0, True)


def test_people_are_back_and_nobody_is_signed_in(places: Places) -> None:
    lived, config = places.empty(), places.empty()
    restore_backup(lived, places.grown.backup)
    db, _ = opened(lived)
    db.commit(lambda tx: staff.add(tx, "per_1", "link", name="Mira", roles=("judge",), language="en", by="x"))
    db.commit(lambda tx: open_session(tx, "ses_1", "cookie", "per_1"))
    db.close()
    take_backup(lived, places.folder / "later")
    restored = restore_backup(config, places.folder / "later")
    db, _ = opened(config)
    people, session = db.read(lambda conn: (all_people(conn), session_of(conn, "cookie", db.time(conn))))
    db.close()
    assert ([one.id for one in people], session, restored.verdict.wrong) == (["per_1"], None, ())


def test_reports_in_flight_wait_for_a_person_and_nothing_else_does(places: Places) -> None:
    config = places.empty()
    restored = restore_backup(config, places.grown.backup)
    before, after = views(places.grown.config), views(config)
    changed = {one for one, seen in after.items() if seen.state is not before[one].state}
    assert changed == set(restored.parked)
    assert len(restored.parked) == places.grown.in_flight
    waiting = [after[one] for one in restored.parked]
    assert {(one.order.measure, one.state, one.reason, one.needs_human) for one in waiting} == {
        ("report", OrderState.WAITING, "restored", True)
    }


def test_no_worker_takes_what_waits(places: Places) -> None:
    config = places.empty()
    restore_backup(config, places.grown.backup)
    hoede = build(config)
    assert hoede.carry_out.one("authority") is False
    assert len(hoede.db.read(restores.waiting)) == places.grown.in_flight
    hoede.close()
    hoede.ballast.let_go()


def test_nobody_holds_anything_after_it(places: Places) -> None:
    config = places.empty()
    restore_backup(config, places.grown.backup)
    db, _ = opened(config)
    asked = "SELECT count(*) FROM orders WHERE lease_by IS NOT NULL OR lease_until IS NOT NULL"
    held = db.read(lambda conn: conn.exec_driver_sql(asked).scalar_one())
    leases = db.read(lambda conn: conn.execute(LEASES.select()).all())
    db.close()
    assert (held, leases) == (0, [])


def test_a_restored_deployment_is_backed_up_and_restored_again(places: Places) -> None:
    """Reports that wait go on waiting, and each restore has its leaves."""
    first, second = places.empty(), places.empty()
    restore_backup(first, places.grown.backup)
    take_backup(first, places.folder / "again")
    restored = restore_backup(second, places.folder / "again")
    assert (restored.verdict.wrong, len(restored.parked)) == ((), places.grown.in_flight)


def test_a_backup_of_an_older_schema_is_brought_up_to_date(places: Places) -> None:
    backup = places.backup()
    older(backup, FileKeys(places.grown.config.keys_folder))
    config = places.empty()
    restored = restore_backup(config, backup)
    wrong = [one.partition(" (")[0] for one in restored.verdict.wrong]
    # Our log tells of the policy in force, and such a version had no row for that.
    assert (restored.manifest.schema, wrong) == ("0010", ["1 leaf/leaves policy.configured without a row"])
    assert counts(config)["case_"] == CASES


def older(backup: Path, keys: FileKeys) -> None:
    """Make it one that a version before restores would have taken: what its tables can hold of ours."""
    rows, before = backup / "rows.sqlite", backup.with_name("before.sqlite")
    old = Database(f"sqlite:///{before}", key=KEY)
    migrate(old, "0010")
    old.close()
    make_one_file(before)
    with closing(sqlite3.connect(before)) as there:
        there.execute("ATTACH ? AS ours", (str(rows),))
        for table in tables_of(there) - {"alembic_version"}:
            both = ", ".join(columns(there, "main", table) & columns(there, "ours", table))
            there.execute(f"INSERT OR REPLACE INTO main.{table} ({both}) SELECT {both} FROM ours.{table}")  # noqa: S608 - our own names
        there.commit()
    before.replace(rows)
    rewrite(backup, keys, lambda told: told | {"schema": "0010"})


def tables_of(there: sqlite3.Connection) -> set[str]:
    return {name for (name,) in there.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")}


def columns(there: sqlite3.Connection, whose: str, table: str) -> set[str]:
    return {row[1] for row in there.execute(f"PRAGMA {whose}.table_info({table})")}


def rewrite(backup: Path, keys: FileKeys, change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Another manifest over what is there, signed as ours are."""
    told = change(json.loads((backup / "backup.json").read_text()))
    files = [digest_of(backup, one["name"], LocalDisk()) for one in told["files"]]
    told["files"] = [{"name": one.name, "size": one.size, "sha256": one.sha256} for one in files]
    with closing(sqlite3.connect(backup / "rows.sqlite")) as rows:
        there = tables_of(rows)
    told["rows"] = {name: count for name, count in told["rows"].items() if name in there}
    write_manifest(backup, _manifest(told), keys, LocalDisk())


def test_a_backup_of_a_newer_version_says_so(places: Places) -> None:
    backup = places.backup()
    keys = FileKeys(places.grown.config.keys_folder)
    rewrite(backup, keys, lambda told: told | {"schema": "9999"})
    with pytest.raises(BackupInvalid, match="or a newer one"):
        restore_backup(places.empty(), backup)


def test_a_folder_without_a_manifest_is_no_backup(places: Places) -> None:
    backup = places.backup()
    (backup / "backup.json").unlink()
    with pytest.raises(BackupUnfinished, match=r"no backup\.json"):
        restore_backup(places.empty(), backup)


GARBAGE: list[tuple[str, str]] = [
    ("", "empty"),
    ("{", "cut off"),
    ("[]", "no object"),
    ("null", "nothing"),
    ("{}", "no form"),
    ('{"format": "hoede-backup/2"}', "another form"),
    ('{"format": "hoede-backup/1"}', "nothing but the form"),
    ("[" * 100_000, "too deep"),
    ("\x00\xff", "no text"),
]


@pytest.mark.parametrize(("content", "what"), GARBAGE)
def test_a_manifest_that_is_none_is_refused(places: Places, content: str, what: str) -> None:
    backup = places.folder / what
    backup.mkdir()
    (backup / "backup.json").write_bytes(content.encode("latin-1"))
    with pytest.raises(BackupInvalid):
        restore_backup(places.empty(), backup)


CHANGED: list[tuple[str, Any]] = [
    ("taken_at", "2020-01-01T00:00:00+00:00"),
    ("taken_at", "soon"),
    ("rows", {}),
    ("rows", []),
    ("files", []),
    ("files", [{"name": "../../etc/passwd", "size": 1, "sha256": "0" * 64}]),
    ("lacking", {"evi_1": "missing"}),
    ("keys", {}),
    ("keys", {"names": "", "vault": [], "log": "00"}),
    ("head", None),
    ("head", {"size": 1}),
    ("signature", ""),
    ("signature", None),
    ("deployment", "production"),
]


@pytest.mark.parametrize(("name", "value"), CHANGED)
def test_a_manifest_that_was_changed_is_refused(places: Places, name: str, value: Any) -> None:
    backup = places.folder / "changed"
    backup.mkdir()
    told = json.loads((places.grown.backup / "backup.json").read_text()) | {name: value}
    (backup / "backup.json").write_text(json.dumps(told))
    with pytest.raises(BackupInvalid):
        restore_backup(places.empty(), backup)


def test_a_signed_manifest_that_names_a_file_elsewhere_is_refused(places: Places) -> None:
    told = json.loads((places.grown.backup / "backup.json").read_text())
    told["files"].append({"name": "vault/objects/../../../x", "size": 1, "sha256": "0" * 64})
    backup = places.folder / "elsewhere"
    backup.mkdir()
    write_manifest(backup, _manifest(told), FileKeys(places.grown.config.keys_folder), LocalDisk())
    with pytest.raises(BackupInvalid, match="where none belongs"):
        restore_backup(places.empty(), backup)


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


def shorter(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1])


def gone(path: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("damage", [flipped, shorter, gone])
@pytest.mark.parametrize(
    "pattern", ["rows.sqlite", "vault/objects/evi_*[0-9]", "vault/intake/evi_*", "vault/objects/*.json"]
)
def test_one_damaged_file_is_named_before_anything_is_written(
    places: Places, damage: Damage, pattern: str
) -> None:
    backup, config = places.backup(), places.empty()
    harmed = min(backup.glob(pattern))
    damage(harmed)
    with pytest.raises(BackupDamaged, match=harmed.name):
        restore_backup(config, backup)
    assert not config.data_folder.exists()


def test_other_keys_are_refused_by_name(places: Places) -> None:
    other = places.folder / "other"
    FileKeys.create(other)
    config = places.empty().model_copy(update={"keys_folder": other})
    with pytest.raises(OtherKeys, match=r"names\.key"):
        restore_backup(config, places.grown.backup)


@pytest.mark.parametrize(("name", "says"), [("vault.key", "Vault key"), ("log.key", "log.key was replaced")])
def test_a_key_that_was_replaced_since_is_refused_with_what_to_do(
    places: Places, name: str, says: str
) -> None:
    keys = places.keys()
    (keys / name).write_text("5e" * 32)
    config = places.empty().model_copy(update={"keys_folder": keys})
    with pytest.raises(OtherKeys, match=says) as refused:
        restore_backup(config, places.grown.backup)
    assert "Put the key copy in place" in refused.value.detail


def test_missing_keys_are_refused(places: Places) -> None:
    config = places.empty().model_copy(update={"keys_folder": places.folder / "nowhere"})
    with pytest.raises(KeysMissing):
        restore_backup(config, places.grown.backup)


def test_the_key_copy_is_worth_as_much_as_the_keys(places: Places) -> None:
    config = places.empty().model_copy(update={"keys_folder": places.grown.folder / "key-copy"})
    assert restore_backup(config, places.grown.backup).verdict.sound


def test_another_kind_of_deployment_is_refused(places: Places) -> None:
    config = places.empty().model_copy(update={"deployment": "rehearsal"})
    with pytest.raises(RestoreRefused, match="is of a demo deployment"):
        restore_backup(config, places.grown.backup)


@pytest.mark.parametrize(
    "name", ["vault/objects/evi_1", "ballast", "restoring/rows.sqlite", "hoede.sqlite.moved"]
)
def test_a_folder_with_something_in_it_is_refused(places: Places, name: str) -> None:
    config = places.empty()
    (config.data_folder / name).parent.mkdir(parents=True)
    (config.data_folder / name).write_bytes(b"precious")
    with pytest.raises(RestoreRefused, match="is not empty"):
        restore_backup(config, places.grown.backup)
    assert [one for one in config.data_folder.rglob("*") if one.is_file()] == [config.data_folder / name]


def test_a_database_with_rows_is_refused(places: Places) -> None:
    first = places.empty()
    restore_backup(first, places.grown.backup)
    again = first.model_copy(update={"data_folder": places.folder / "another"})
    with pytest.raises(NotEmpty):
        restore_backup(again, places.grown.backup)
    assert not again.data_folder.exists()


def test_what_a_start_on_an_empty_folder_leaves_is_no_hindrance(places: Places) -> None:
    """A supervisor may have tried to start it before anybody restored."""
    config = places.empty().model_copy(update={"database_url": ""})
    with pytest.raises(HoedeError):
        build(config)
    assert (config.data_folder / "hoede.sqlite").exists()
    assert restore_backup(config, places.grown.backup).verdict.sound


def test_a_half_restored_deployment_starts_nothing(places: Places) -> None:
    config = places.empty()
    (config.data_folder / "restoring").mkdir(parents=True)
    for begin in (build, open_database):
        with pytest.raises(HalfRestored, match="Empty the folder"):
            begin(config)
    assert [one.name for one in config.data_folder.iterdir()] == ["restoring"]


def test_a_rehearsal_proves_it_and_leaves_nothing_behind(places: Places) -> None:
    room = places.folder / "room"
    room.mkdir()
    before = {one: one.stat().st_mtime_ns for one in places.grown.backup.rglob("*")}
    proved = rehearse(places.grown.config, places.grown.backup, within=room)
    assert (proved.whole, proved.cases, proved.parked) == (True, CASES, places.grown.in_flight)
    assert proved.objects == len([*places.grown.backup.glob("vault/*/evi_*[!n]")])
    assert list(room.iterdir()) == []
    assert {one: one.stat().st_mtime_ns for one in places.grown.backup.rglob("*")} == before


def test_a_rehearsal_touches_neither_database_nor_data(places: Places) -> None:
    config = places.grown.config
    data = {one: one.stat().st_mtime_ns for one in config.data_folder.rglob("*") if one.is_file()}
    seen = counts(config)
    rehearse(config, places.grown.backup)
    assert counts(config) == seen
    assert {
        one: one.stat().st_mtime_ns
        for one in config.data_folder.rglob("*")
        if one.is_file() and one in data and "sqlite" not in one.name
    } == {one: at for one, at in data.items() if "sqlite" not in one.name}


def test_a_rehearsal_tells_of_copies_that_do_not_open(places: Places) -> None:
    """Encrypted bytes can be the ones that were copied and still not open: their wrapped key is damaged."""
    backup = places.backup()
    with closing(sqlite3.connect(backup / "rows.sqlite")) as rows:
        (harmed,) = rows.execute("SELECT min(id) FROM evidence").fetchone()
        rows.execute("UPDATE evidence SET wrapped_key = zeroblob(60) WHERE id = ?", [harmed])
        rows.commit()
    rewrite(backup, FileKeys(places.grown.config.keys_folder), lambda told: told)
    proved = rehearse(places.grown.config, backup)
    assert (proved.whole, proved.unreadable) == (False, (harmed,))


def test_a_rehearsal_tells_of_a_log_that_is_not_sound(places: Places) -> None:
    backup = places.backup()
    with closing(sqlite3.connect(backup / "rows.sqlite")) as rows:
        rows.execute("DELETE FROM leaf WHERE number = 3")
        rows.commit()
    keys = FileKeys(places.grown.config.keys_folder)
    rewrite(backup, keys, lambda told: told | {"rows": told["rows"] | {"leaf": told["rows"]["leaf"] - 1}})
    proved = rehearse(places.grown.config, backup)
    assert (proved.whole, proved.verdict.sound) == (False, False)
    restored = restore_backup(places.empty(), backup)  # better than nothing, and it says so
    assert not restored.verdict.sound


def test_rows_that_are_not_as_many_as_the_manifest_says_are_refused(places: Places) -> None:
    backup, config = places.backup(), places.empty()
    keys = FileKeys(places.grown.config.keys_folder)
    rewrite(backup, keys, lambda told: told | {"rows": told["rows"] | {"case_": CASES + 1}})
    with pytest.raises(BackupDamaged, match="not as many"):
        restore_backup(config, backup)
    with pytest.raises(HalfRestored):
        open_database(config)
    shutil.rmtree(config.data_folder)
    assert restore_backup(config, places.grown.backup).verdict.sound
