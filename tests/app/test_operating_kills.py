"""kill -9 amid a backup, a restore, a rotation: what is half is told as half, and goes on or begins anew."""

import os
import shutil
from pathlib import Path

import pytest
from tests.app.operating import CASES, Places, Zygote

from hoede.app import open_database, verify_log
from hoede.app.backup import rehearse, restore_backup, take_backup
from hoede.app.backup.manifest import BackupUnfinished
from hoede.app.backup.restore import RestoreRefused
from hoede.app.backup.take import BackupRefused
from hoede.app.build import HalfRestored
from hoede.app.rotate import copy_key_folder
from hoede.config import Config
from hoede.db import failpoints
from hoede.evidence import LocalDisk, Vault, vault_keys
from hoede.evidence import store as evidence
from hoede.keys import FileKeys

KILLED = 9
SOMEWHERE = 5  # the pass to be killed at, of those that are passed often


def points(command: str) -> list[str]:
    """Where it is killed: at every third place, and by `./check long` at each."""
    there = [name for name in failpoints.OPERATING if name.startswith(f"{command}.")]
    return there if os.environ.get("HOEDE_LONG") else there[::3]


def nth(name: str) -> int:
    return SOMEWHERE if name.endswith(".object") else 1


@pytest.fixture
def lived_in(places: Places) -> Config:
    """A deployment of its own, with its own keys, to be changed."""
    config = places.empty().model_copy(update={"keys_folder": places.keys()})
    restore_backup(config, places.grown.backup)
    copy_key_folder(config, places.folder / "key-copy")
    return config


def whole(config: Config) -> bool:
    """Every copy opens with what is in the key folder, and the log is sound."""
    db, keys = open_database(config)
    vault = Vault(config.data_folder / "vault", keys, LocalDisk())
    rows = db.read(lambda conn: list(evidence.each_wanted(conn)))
    opened = [sum(map(len, vault.open(row.taken))) for row in rows]
    sound = verify_log(db, keys).sound
    db.close()
    return sound and opened == [row.taken.size for row in rows]


@pytest.mark.parametrize("name", points("backup"))
def test_a_backup_that_was_cut_off_is_none_and_another_one_is(
    places: Places, zygote: Zygote, name: str
) -> None:
    half, config = places.folder / "half", places.grown.config
    assert zygote.run("backup", config, half, kill_at=name, nth=nth(name)) == KILLED
    with pytest.raises(BackupUnfinished):
        rehearse(config, half)
    with pytest.raises(BackupUnfinished):
        restore_backup(places.empty(), half)
    with pytest.raises(BackupRefused):
        take_backup(config, half)
    take_backup(config, places.folder / "anew")
    assert rehearse(config, places.folder / "anew").whole


@pytest.mark.parametrize("name", points("restore"))
def test_a_restore_that_was_cut_off_starts_nothing_and_is_begun_anew(
    places: Places, zygote: Zygote, name: str
) -> None:
    config = places.empty()
    assert zygote.run("restore", config, places.grown.backup, kill_at=name, nth=nth(name)) == KILLED
    with pytest.raises(HalfRestored):
        open_database(config)
    with pytest.raises(RestoreRefused):
        restore_backup(config, places.grown.backup)
    shutil.rmtree(config.data_folder)
    anew = places.empty() if name == "restore.rows" else config  # its database has all rows then
    restored = restore_backup(anew, places.grown.backup)
    assert (restored.verdict.wrong, len(restored.parked)) == ((), places.grown.in_flight)


@pytest.mark.parametrize("name", [one for one in points("rotate") if "log" not in one])
def test_a_rotation_of_the_vaults_key_that_was_cut_off_goes_on(
    lived_in: Config, zygote: Zygote, name: str
) -> None:
    before = FileKeys(lived_in.keys_folder).vault_id
    assert zygote.run("vault", lived_in, kill_at=name) == KILLED
    assert whole(lived_in)
    assert zygote.run("vault", lived_in) == 0
    keys = FileKeys(lived_in.keys_folder)
    assert (before in keys.vault_ids, len(keys.vault_ids)) == (False, 1)
    assert whole(lived_in)
    db, _ = open_database(lived_in)
    assert db.read(vault_keys.in_force) == [keys.vault_id]
    assert len({row.taken.key.key_id for row in db.read(evidence.all_rows)}) == 1
    db.close()
    assert left(lived_in) == ["log.key", "names.key", "vault.key"]


@pytest.mark.parametrize("name", [one for one in points("rotate") if "log" in one])
def test_a_rotation_of_the_logs_key_that_was_cut_off_goes_on(
    lived_in: Config, zygote: Zygote, name: str
) -> None:
    before = FileKeys(lived_in.keys_folder).log_key.public_bytes_raw()
    assert zygote.run("log", lived_in, kill_at=name) == KILLED
    assert whole(lived_in)
    assert zygote.run("log", lived_in) == 0
    assert FileKeys(lived_in.keys_folder).log_key.public_bytes_raw() != before
    assert whole(lived_in)
    assert left(lived_in) == ["log.key", "names.key", "vault.key"]


def test_a_backup_in_the_middle_of_a_rotation_needs_both_keys(
    places: Places, lived_in: Config, zygote: Zygote
) -> None:
    assert zygote.run("vault", lived_in, kill_at="rotate.placed") == KILLED
    copy_key_folder(lived_in, places.folder / "both")
    taken = take_backup(lived_in, places.folder / "midway")
    assert len(taken.manifest.keys.vault) == 2
    with_both = lived_in.model_copy(update={"keys_folder": places.folder / "both"})
    proved = rehearse(with_both, places.folder / "midway")
    assert (proved.whole, proved.cases) == (True, CASES)


def left(config: Config) -> list[str]:
    return sorted(one.name for one in Path(config.keys_folder).iterdir())


def test_every_point_is_killed_at() -> None:
    known = {name for command in ("backup", "restore", "rotate") for name in points(command)}
    assert known == set(failpoints.OPERATING)
