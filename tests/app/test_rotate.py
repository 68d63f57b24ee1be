"""Long-lived keys are replaced while everything runs; whatever was wrapped or signed before still counts."""

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import update
from tests.app.operating import Places
from tests.databases import Databases
from tests.journeys.scene import CARD, VERIFIED, Scene, scene

from hoede.app import build, open_database, verify_log
from hoede.app.backup import rehearse, restore_backup, take_backup
from hoede.app.rotate import KeyNotCopied, KeysStuck, copy_key_folder, rotate_log, rotate_vault
from hoede.audit import store as audit
from hoede.config import Config
from hoede.db import Database
from hoede.db.key_check import KEY_CHECK, OtherKeys
from hoede.evidence import LocalDisk, Unreadable, Vault, vault_keys
from hoede.evidence.store import EVIDENCE
from hoede.evidence.vault_keys import KeyRetired
from hoede.keys import FileKeys, KeyCopyRefused, KeysMissing
from hoede.web.problems import STATUS


@pytest.fixture
def play(databases: Databases, kind: str, tmp_path: Path) -> Iterator[Scene]:
    """With two copies, one of them sealed, and the keys copied."""
    url = databases.lend(kind, tmp_path)
    with scene(tmp_path, database_url=url) as stage:
        stage.upload(stage.person(VERIFIED), CARD)
        stage.carry("vault")
        stage.upload(stage.person(VERIFIED), CARD)
        copy_key_folder(stage.hoede.config, tmp_path / "key-copy")
        yield stage
    databases.take_back(url)


@pytest.fixture
def config(play: Scene) -> Config:
    return play.hoede.config


def copied_again(config: Config, name: str) -> None:
    copy_key_folder(config, config.keys_folder.parent / name)


def key_files(config: Config) -> list[str]:
    return sorted(one.name for one in config.keys_folder.iterdir())


def opened(play: Scene, vault: Vault | None = None) -> set[bytes]:
    """What all copies open to."""
    return {b"".join((vault or play.hoede.vault).open(one.taken)) for one in play.copies()}


def sound(play: Scene) -> bool:
    return verify_log(play.hoede.db, play.hoede.keys).wrong == ()


def test_every_copy_opens_by_the_new_key_and_the_old_one_is_gone(play: Scene, config: Config) -> None:
    before = play.hoede.keys.vault_id
    done = rotate_vault(config)
    assert (done.wrapped, done.retired) == (2, (before,))
    assert key_files(config) == ["log.key", "names.key", "vault.key"]
    fresh = FileKeys(config.keys_folder)
    assert fresh.vault_ids == {done.key_id}
    assert {one.taken.key.key_id for one in play.copies()} == {done.key_id}
    assert opened(play, Vault(config.data_folder / "vault", fresh, LocalDisk())) == {CARD}
    assert sound(play)


def test_a_process_that_runs_goes_on_without_a_restart(play: Scene, config: Config) -> None:
    """It reads and wraps by the new key, and its log is signed by the new one."""
    rotate_vault(config)
    rotate_log(config)
    assert opened(play) == {CARD}
    play.upload(play.person(VERIFIED), CARD)
    play.settle()
    assert {one.taken.key.key_id for one in play.copies()} == {FileKeys(config.keys_folder).vault_id}
    assert (len(play.finished()), sound(play)) == (3, True)


def test_uploads_go_on_while_keys_are_replaced_again_and_again(play: Scene, config: Config) -> None:
    over, answered = threading.Event(), 0

    def go_on() -> None:
        nonlocal answered
        while not over.is_set():
            play.upload(play.person(VERIFIED), CARD)
            play.carry("vault")
            play.hoede.sequencer.run_once()
            answered += 1

    busy = threading.Thread(target=go_on)
    busy.start()
    try:
        for number in range(3):
            rotate_vault(config)
            rotate_log(config)
            copied_again(config, f"copy-{number}")
    finally:
        over.set()
        busy.join()
    play.settle()
    assert answered > 0
    assert len(play.copies()) == answered + 2
    assert (opened(play), len(play.finished()), sound(play)) == ({CARD}, answered + 2, True)


def test_nothing_is_kept_under_a_key_that_is_gone(play: Scene, config: Config) -> None:
    """Wrapped before the rotation, to be written after it: refused, so that the platform asks again."""
    taken = play.hoede.vault.take("evi_late", [CARD])
    rotate_vault(config)
    with pytest.raises(KeyRetired):
        play.hoede.db.commit(lambda tx: vault_keys.refuse_retired(tx, taken.key.key_id))
    fresh = play.hoede.vault.take("evi_later", [CARD])
    play.hoede.db.commit(lambda tx: vault_keys.refuse_retired(tx, fresh.key.key_id))


def test_a_machine_that_was_not_brought_the_new_keys_says_so(play: Scene, config: Config) -> None:
    """It has a key folder of its own; nothing of it can be lost, so nothing is kept."""
    apart = config.model_copy(
        update={"keys_folder": play.folder / "key-copy", "data_folder": play.folder / "b"}
    )
    other = build(apart)
    rotate_vault(config)
    taken = other.vault.take("evi_other", [CARD])
    with pytest.raises(KeyRetired, match="Bring the newest key folder"):
        other.db.commit(lambda tx: vault_keys.refuse_retired(tx, taken.key.key_id))
    other.close()
    other.ballast.let_go()
    with pytest.raises(OtherKeys, match=r"vault\.key is none"):
        open_database(apart)


def test_a_log_key_of_before_is_refused_at_the_start(play: Scene, config: Config) -> None:
    rotate_log(config)
    apart = config.model_copy(update={"keys_folder": play.folder / "key-copy"})
    with pytest.raises(OtherKeys, match=r"log\.key is not the key"):
        open_database(apart)


@pytest.mark.parametrize("rotate", [rotate_vault, rotate_log])
def test_a_key_nobody_copied_is_not_replaced(play: Scene, config: Config, rotate: object) -> None:
    """Backups made so far would be worth nothing."""
    assert callable(rotate)
    rotate(config)
    with pytest.raises(KeyNotCopied, match="hoede keys backup"):
        rotate(config)
    copied_again(config, "second")
    rotate(config)
    assert sound(play)


def test_a_copy_of_before_is_worth_what_it_was_with_the_key_copy_of_before(
    play: Scene, config: Config
) -> None:
    take_backup(config, play.folder / "backup")
    rotate_vault(config)
    with pytest.raises(OtherKeys, match="Put the key copy in place"):
        rehearse(config, play.folder / "backup")
    before = config.model_copy(update={"keys_folder": play.folder / "key-copy"})
    assert rehearse(before, play.folder / "backup").whole


def test_each_head_is_checked_by_the_key_in_force_then(play: Scene, config: Config) -> None:
    for name in ("second", "third"):
        play.settle()
        rotate_log(config)
        copied_again(config, name)
    play.settle()
    keys = play.hoede.db.read(audit.log_keys)
    assert [one.number for one in keys] == [1, 2, 3]
    assert len({one.public for one in keys}) == 3
    assert sound(play)


def test_two_rotations_without_a_leaf_numbered_in_between_are_one_chain(play: Scene, config: Config) -> None:
    play.settle()
    rotate_log(config)
    copied_again(config, "second")
    rotate_log(config)
    play.settle()
    first, second, third = play.hoede.db.read(audit.log_keys)
    assert (second.from_size, first.from_size) == (third.from_size, 0)
    assert sound(play)


def test_a_chain_of_keys_that_was_tampered_with_is_said(play: Scene, config: Config) -> None:
    rotate_log(config)
    play.settle()
    table = audit.LOG_KEYS
    changed = update(table).where(table.c.number == 2)
    for values, says in (
        ({"by_former": bytes(64)}, "is not signed by key 1"),
        ({"by_itself": bytes(64)}, "is not signed by key 2"),
        ({"from_size": 10_000}, "not signed by"),
        ({"public": bytes(32)}, "is not the one in the key folder"),
        ({"number": 5}, "does not follow"),
    ):
        before = play.hoede.db.read(
            lambda conn: conn.execute(table.select().where(table.c.number == 2)).one()
        )
        play.hoede.db.commit(lambda tx, values=values: tx.conn.execute(changed.values(**values)))  # type: ignore[misc] # bound
        assert any(says in one for one in verify_log(play.hoede.db, play.hoede.keys).wrong), says
        back = update(table).where(table.c.number > 1).values(**before._mapping)
        play.hoede.db.commit(lambda tx, back=back: tx.conn.execute(back))  # type: ignore[misc] # likewise
    assert sound(play)


def test_a_copy_whose_key_does_not_unwrap_keeps_the_old_key_in_place(play: Scene, config: Config) -> None:
    harmed, whole = (one.taken.id for one in play.copies())
    spoil = update(EVIDENCE).where(EVIDENCE.c.id == harmed).values(wrapped_key=bytes(60))
    play.hoede.db.commit(lambda tx: tx.conn.execute(spoil))
    with pytest.raises(KeysStuck, match="1 copies"):
        rotate_vault(config)
    assert len(FileKeys(config.keys_folder).vault_ids) == 2
    good = next(one for one in play.copies() if one.taken.id == whole)
    assert b"".join(play.hoede.vault.open(good.taken)) == CARD
    gone = update(EVIDENCE).where(EVIDENCE.c.id == harmed).values(wrapped_key=b"")
    play.hoede.db.commit(lambda tx: tx.conn.execute(gone))
    assert rotate_vault(config).retired  # goes on where it was
    assert sound(play)


def test_a_destroyed_key_stays_destroyed(play: Scene, config: Config) -> None:
    first, _ = play.copies()
    destroy = update(EVIDENCE).where(EVIDENCE.c.id == first.taken.id).values(wrapped_key=b"")
    play.hoede.db.commit(lambda tx: tx.conn.execute(destroy))
    assert rotate_vault(config).wrapped == 1
    with pytest.raises(Unreadable):
        b"".join(play.hoede.vault.open(replace(first.taken, key=play.copies()[0].taken.key)))


def test_many_are_wrapped_in_steps_and_counted(places: Places) -> None:
    config = places.empty().model_copy(update={"keys_folder": places.keys()})
    restore_backup(config, places.grown.backup)
    steps: list[int] = []
    done = rotate_vault(config, steps.append)
    assert (sum(steps), done.wrapped) == (done.wrapped, len([*places.grown.backup.glob("vault/*/evi_*[!n]")]))
    take_backup(config, places.folder / "rotated")
    assert rehearse(config, places.folder / "rotated").whole


def test_a_database_of_before_rotation_takes_its_keys_and_no_others(play: Scene, config: Config) -> None:
    """Its row was made from all three keys; such a row is brought up to date."""
    old = play.hoede.keys.fingerprint_before_rotation()

    def as_before(db: Database) -> None:
        db.commit(lambda tx: tx.conn.execute(update(KEY_CHECK).values(fingerprint=old)))

    as_before(play.hoede.db)
    db, keys = open_database(config)
    row = db.read(lambda conn: conn.execute(KEY_CHECK.select()).one())
    assert row.fingerprint == keys.fingerprint()
    as_before(db)
    db.close()
    FileKeys.create(play.folder / "others")
    with pytest.raises(OtherKeys):
        open_database(config.model_copy(update={"keys_folder": play.folder / "others"}))


@pytest.mark.parametrize("place", ["hoede/keys", "keys/copy", "backup/keys", "full"])
def test_a_key_copy_lies_apart_from_data_and_backups(play: Scene, config: Config, place: str) -> None:
    take_backup(config, play.folder / "backup")
    (play.folder / "full").mkdir()
    (play.folder / "full/something").touch()
    with pytest.raises(KeyCopyRefused):
        copy_key_folder(config, play.folder / place)
    assert not (play.folder / place / "vault.key").exists()


def test_keys_are_copied_when_there_is_no_database_any_more(play: Scene, config: Config) -> None:
    nowhere = config.model_copy(update={"data_folder": play.folder / "lost", "database_url": ""})
    assert copy_key_folder(nowhere, play.folder / "saved") is False
    assert FileKeys(play.folder / "saved").fingerprint() == play.hoede.keys.fingerprint()


def test_a_key_copy_with_a_key_missing_is_not_made(play: Scene, config: Config) -> None:
    (config.keys_folder / "log.key").unlink()
    with pytest.raises(KeysMissing):
        copy_key_folder(config, play.folder / "saved")
    assert not (play.folder / "saved").exists()


def test_a_request_meets_a_retired_key_as_a_moments_trouble(play: Scene) -> None:
    assert STATUS[KeyRetired.code] == 503
