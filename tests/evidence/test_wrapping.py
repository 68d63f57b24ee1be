"""Object keys are wrapped anew in bounded steps, and no copy is ever kept under a key that is gone."""

from pathlib import Path

import pytest

from hoede.db import Database
from hoede.db.key_check import OtherKeys
from hoede.evidence import Taken, store, vault_keys
from hoede.evidence.vault_keys import KeyRetired
from hoede.evidence.wrapping import Pass, retire, wrap_anew, wrapped_by
from hoede.keys import FileKeys, KeysMissing
from hoede.keys import folder as files

COPIES = 7


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    FileKeys.create(tmp_path / "keys")
    return tmp_path / "keys"


@pytest.fixture
def keys(folder: Path) -> FileKeys:
    return FileKeys(folder)


@pytest.fixture
def kept(db: Database, keys: FileKeys) -> Database:
    """Seven copies under the first key."""
    db.commit(lambda tx: vault_keys.check_vault_keys(tx, keys.vault_ids, keys.vault_id))
    for number in range(COPIES):
        keep(db, keys, f"evi_{number}")
    return db


def keep(db: Database, keys: FileKeys, name: str) -> None:
    taken = Taken(
        id=name,
        key=keys.wrap(name.encode().ljust(32), name.encode()),
        cipher_sha256="0" * 64,
        sha256="0" * 64,
        md5="0" * 32,
        size=1,
    )
    add(db, taken)


def add(db: Database, taken: Taken) -> None:
    db.commit(
        lambda tx: store.add_taken(tx, taken, service="p", event=taken.id, part="media", media_type=None)
    )


def replaced(db: Database, keys: FileKeys, folder: Path) -> str:
    """A second key wraps from now on; its id."""
    fresh = files.vault_id(files.make_next(folder, files.VAULT_NEXT))
    db.commit(lambda tx: vault_keys.add_vault_key(tx, fresh, follows=keys.vault_id))
    files.put_next_vault(folder)
    return fresh


def anew(db: Database, keys: FileKeys, into: str, behind: str = "") -> Pass:
    return db.commit(lambda tx: wrap_anew(tx, keys, into, most=3, behind=behind))


def test_every_step_is_bounded_and_the_last_one_says_so(kept: Database, keys: FileKeys, folder: Path) -> None:
    into, behind, steps = replaced(kept, keys, folder), "", []
    while True:
        done = anew(kept, keys, into, behind)
        steps.append(done.wrapped)
        if done.last is None:
            break
        behind = done.last
    assert steps == [3, 3, 1]
    assert kept.read(wrapped_by) == {into: COPIES}
    row = kept.read(lambda conn: store.find(conn, "evi_3"))
    assert row is not None
    assert keys.unwrap(row.taken.key, b"evi_3") == b"evi_3".ljust(32)


def test_a_key_is_retired_only_once_it_wraps_nothing(kept: Database, keys: FileKeys, folder: Path) -> None:
    old = keys.vault_id
    into = replaced(kept, keys, folder)
    assert kept.commit(lambda tx: retire(tx, old)) is False
    kept.commit(lambda tx: wrap_anew(tx, keys, into, most=100))
    assert kept.commit(lambda tx: retire(tx, old)) is True
    assert (kept.read(vault_keys.in_force), kept.read(vault_keys.retired)) == ([into], [old])
    assert sorted(kept.read(vault_keys.changes)) == [("vault_key.made", into), ("vault_key.retired", old)]


def test_nothing_is_kept_under_a_retired_key(kept: Database, keys: FileKeys, folder: Path) -> None:
    late = Taken(
        id="late",
        key=keys.wrap(bytes(32), b"late"),
        cipher_sha256="0" * 64,
        sha256="0" * 64,
        md5="0" * 32,
        size=1,
    )
    old, into = keys.vault_id, replaced(kept, keys, folder)
    kept.commit(lambda tx: wrap_anew(tx, keys, into, most=100))
    kept.commit(lambda tx: retire(tx, old))
    with pytest.raises(KeyRetired):
        add(kept, late)
    keep(kept, keys, "next")
    assert kept.read(wrapped_by) == {into: COPIES + 1}


def test_a_key_folder_of_before_or_without_a_key_is_refused(
    kept: Database, keys: FileKeys, folder: Path
) -> None:
    old, into = keys.vault_id, replaced(kept, keys, folder)
    with pytest.raises(KeysMissing, match=old):
        kept.commit(lambda tx: vault_keys.check_vault_keys(tx, {into}, into))
    kept.commit(lambda tx: wrap_anew(tx, keys, into, most=100))
    kept.commit(lambda tx: retire(tx, old))
    with pytest.raises(OtherKeys):
        kept.commit(lambda tx: vault_keys.check_vault_keys(tx, {old}, old))
    kept.commit(lambda tx: vault_keys.check_vault_keys(tx, {into}, into))


def test_keys_in_force_that_were_never_copied_are_named(kept: Database, keys: FileKeys) -> None:
    assert kept.read(vault_keys.never_copied) == [keys.vault_id]
    kept.commit(lambda tx: vault_keys.vault_keys_copied(tx, keys.vault_ids))
    assert kept.read(vault_keys.never_copied) == []


def test_saying_twice_that_a_key_is_about_to_wrap_changes_nothing(kept: Database, keys: FileKeys) -> None:
    for _ in range(2):
        kept.commit(lambda tx: vault_keys.add_vault_key(tx, "second", follows=keys.vault_id))
    assert kept.read(vault_keys.in_force) == [keys.vault_id, "second"]
    assert kept.read(vault_keys.changes) == [("vault_key.made", "second")]
