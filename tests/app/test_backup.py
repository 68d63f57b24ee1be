"""A backup holds every row and every object of one moment, and never a key; what is lacking is named."""

import hashlib
import json
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tests.app.operating import CASES, Grown, Places
from tests.databases import Databases
from tests.journeys.scene import CARD, VERIFIED, Scene, scene

from hoede.app import open_database
from hoede.app.backup import Manifest, read_manifest, rehearse, restore_backup, take_backup
from hoede.app.backup.manifest import BackupUnfinished
from hoede.app.backup.take import BackupRefused, CopiesLacking, size_of
from hoede.config import Config
from hoede.db import DiskFull, failpoints
from hoede.db.move import rows_by_table
from hoede.evidence import EvidenceState
from hoede.evidence import store as evidence
from hoede.keys.folder import NAMES


def objects(config: Config) -> dict[str, str]:
    """Digests of what lies in a vault, by name: sealed or not."""
    found = (*config.data_folder.glob("vault/*/evi_*"), *config.data_folder.glob("vault/evi_*"))
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in found}


def files_of(manifest: Manifest) -> dict[str, str]:
    """Likewise, as a manifest names them."""
    return {Path(one.name).name: one.sha256 for one in manifest.files if one.name != "rows.sqlite"}


@pytest.fixture
def play(databases: Databases, kind: str, tmp_path: Path) -> Iterator[Scene]:
    url = databases.lend(kind, tmp_path)
    with scene(tmp_path, database_url=url) as stage:
        yield stage
    databases.take_back(url)


def test_every_row_and_every_object_is_in_it(old: Grown) -> None:
    manifest = read_manifest(old.backup)
    db, _ = open_database(old.config)
    assert {name: count for name, count in manifest.rows.items() if name != "lease"} == {
        name: count for name, count in db.read(rows_by_table).items() if name != "lease"
    }
    assert manifest.rows["case_"] == CASES
    db.close()
    assert files_of(manifest) == objects(old.config)
    assert manifest.lacking == {}


def test_every_file_of_it_is_as_its_manifest_says(old: Grown) -> None:
    manifest = read_manifest(old.backup)
    there = {str(one.relative_to(old.backup)) for one in old.backup.rglob("*") if one.is_file()}
    assert there == {one.name for one in manifest.files} | {"backup.json"}
    wrong = [
        one.name
        for one in manifest.files
        if hashlib.sha256((old.backup / one.name).read_bytes()).hexdigest() != one.sha256
    ]
    assert wrong == []


def test_no_key_is_in_it(old: Grown) -> None:
    keys = [(old.config.keys_folder / name).read_text().strip() for name in NAMES]
    needles = [one.encode() for one in keys] + [bytes.fromhex(one) for one in keys]
    contents = [one.read_bytes() for one in old.backup.rglob("*") if one.is_file()]
    assert [needle for needle in needles if any(needle in content for content in contents)] == []


def test_its_files_are_their_owners_alone(old: Grown) -> None:
    assert [one for one in (old.backup, *old.backup.rglob("*")) if one.stat().st_mode & 0o077] == []


def test_the_progress_counts_every_row_and_object(old: Grown, tmp_path: Path) -> None:
    done: list[int] = []
    take_backup(old.config, tmp_path / "another", done.append)
    assert sum(done) == size_of(old.config)


def test_what_happens_meanwhile_is_in_it_whole_or_not_at_all(play: Scene) -> None:
    """Uploads and seals go on while copies are made; what the rows want is there all the same."""
    over = threading.Event()

    def go_on() -> None:
        while not over.is_set():
            play.upload(play.person(VERIFIED), CARD)
            play.carry("vault")

    busy = threading.Thread(target=go_on)
    busy.start()
    try:
        backups = [play.folder / f"backup-{number}" for number in range(4)]
        taken = [take_backup(play.hoede.config, one).manifest for one in backups]
    finally:
        over.set()
        busy.join()
    assert [one.lacking for one in taken] == [{}, {}, {}, {}]
    assert taken[0].rows["evidence"] < taken[-1].rows["evidence"]
    assert [rehearse(play.hoede.config, one).whole for one in backups] == [True] * 4


def moved_to_objects(play: Scene) -> None:
    play.carry("vault")


def swept(play: Scene) -> None:
    """The look found nothing after all, and the sweep came by."""
    (copy,) = play.copies()
    play.hoede.db.commit(lambda tx: evidence.drop(tx, copy.event))
    play.hoede.vault.drop_intake(copy.taken.id)


@pytest.mark.parametrize("change", [moved_to_objects, swept])
def test_what_is_moved_or_let_go_between_rows_and_copies_is_nobodys_loss(
    play: Scene, change: Callable[[Scene], None]
) -> None:
    play.upload(play.person(VERIFIED), CARD)
    failpoints.arm(lambda name: change(play) if name == "backup.rows" else None)
    try:
        taken = take_backup(play.hoede.config, play.folder / "backup")
    finally:
        failpoints._act = None
    taken.raise_lack()
    (row,) = play.copies()
    assert len(taken.manifest.files) == 1 + (row.state is EvidenceState.SEALED)


def lost(path: Path) -> None:
    path.unlink()


def flipped(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(("harm", "why"), [(lost, "missing"), (flipped, "damaged")])
def test_a_copy_that_the_vault_itself_lost_is_named_and_stops_nothing(
    play: Scene, harm: Callable[[Path], None], why: str
) -> None:
    play.upload(play.person(VERIFIED), CARD)
    play.upload(play.person(VERIFIED), CARD)
    play.carry("vault")
    harmed, whole = (one.taken.id for one in play.copies())
    harm(play.hoede.config.data_folder / "vault/objects" / harmed)

    taken = take_backup(play.hoede.config, play.folder / "backup")

    assert taken.manifest.lacking == {harmed: why}
    assert f"vault/objects/{whole}" in {one.name for one in taken.manifest.files}
    with pytest.raises(CopiesLacking, match="1 copies"):
        taken.raise_lack()
    proved = rehearse(play.hoede.config, taken.folder)
    assert (proved.whole, proved.unreadable, proved.objects) == (False, (harmed,), 1)


def test_a_copy_that_could_not_be_sealed_is_no_new_loss(play: Scene) -> None:
    play.upload(play.person(VERIFIED), CARD)
    (copy,) = play.copies()
    flipped(play.hoede.config.data_folder / "vault/intake" / copy.taken.id)
    play.carry("vault")
    assert [one.state for one in play.copies()] == [EvidenceState.IMPOSSIBLE]

    taken = take_backup(play.hoede.config, play.folder / "backup")

    taken.raise_lack()
    assert rehearse(play.hoede.config, taken.folder).whole


@pytest.mark.parametrize("place", ["data", "data/vault/deep", "keys", "keys/deep", "full", "file"])
def test_it_lies_apart_and_over_nothing(places: Places, place: str) -> None:
    config = places.empty()
    full, file = places.folder / "full", places.folder / "file"
    full.mkdir()
    (full / "something").touch()
    file.touch()
    here = {"data": config.data_folder, "keys": config.keys_folder}
    first, _, rest = place.partition("/")
    with pytest.raises(BackupRefused):
        take_backup(
            places.grown.config.model_copy(update={"data_folder": config.data_folder}),
            here.get(first, places.folder / first) / rest,
        )
    assert sorted(one.name for one in full.iterdir()) == ["something"]


def test_an_empty_folder_that_is_there_is_taken(old: Grown, tmp_path: Path) -> None:
    (tmp_path / "mounted").mkdir()
    take_backup(old.config, tmp_path / "mounted")
    assert read_manifest(tmp_path / "mounted").rows["case_"] == CASES


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """A file system without room for it; only root may mount one."""
    disk = tmp_path / "small"
    disk.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", "size=256k", "tmpfs", str(disk)]
    if subprocess.run(made, check=False, capture_output=True).returncode:  # noqa: S603 - our own words
        pytest.skip("a small file system cannot be mounted here")
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607 - likewise


def test_on_a_full_disk_it_says_so_and_is_no_backup(old: Grown, small: Path) -> None:
    with pytest.raises(DiskFull, match="not finished"):
        take_backup(old.config, small / "backup")
    with pytest.raises(BackupUnfinished):
        read_manifest(small / "backup")


def test_on_a_full_disk_a_restore_says_so_and_nothing_starts_on_it(places: Places, small: Path) -> None:
    config = places.empty("sqlite").model_copy(update={"data_folder": small / "data"})
    with pytest.raises(DiskFull, match="empty the data folder"):
        restore_backup(config, places.grown.backup)
    with pytest.raises(Exception, match="did not end"):
        open_database(config)


def test_the_manifest_is_json_that_names_moment_schema_and_head(old: Grown) -> None:
    told = json.loads((old.backup / "backup.json").read_text())
    assert told["format"] == "hoede-backup/1"
    assert told.keys() >= {"taken_at", "schema", "head", "keys", "rows", "files", "signature"}
    assert told["head"]["size"] > CASES
