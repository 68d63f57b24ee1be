"""Keys in a folder: made once, read strictly, never shown."""

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hoede.keys import FileKeys, KeyCopyRefused, KeysMissing, KeysUnsafe, Unwrappable, Wrapped
from hoede.keys.folder import (
    LOG_NEXT,
    VAULT_NEXT,
    copy_keys,
    forget_vault,
    make_next,
    put_next_log,
    put_next_vault,
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    FileKeys.create(tmp_path / "keys")
    return tmp_path / "keys"


def test_a_wrapped_key_comes_back_for_its_object_only(folder: Path) -> None:
    keys = FileKeys(folder)
    wrapped = keys.wrap(b"k" * 32, b"evi_1")
    assert keys.unwrap(wrapped, b"evi_1") == b"k" * 32
    with pytest.raises(Unwrappable):
        keys.unwrap(wrapped, b"evi_2")


def test_other_keys_unwrap_nothing(folder: Path, tmp_path: Path) -> None:
    FileKeys.create(tmp_path / "other")
    wrapped = FileKeys(folder).wrap(b"k" * 32, b"evi_1")
    with pytest.raises(Unwrappable):
        FileKeys(tmp_path / "other").unwrap(wrapped, b"evi_1")


def test_a_wrapped_key_that_was_changed_is_refused(folder: Path) -> None:
    keys = FileKeys(folder)
    wrapped = keys.wrap(b"k" * 32, b"evi_1")
    changed = Wrapped(wrapped.key_id, wrapped.sealed[:-1] + bytes([wrapped.sealed[-1] ^ 1]))
    with pytest.raises(Unwrappable):
        keys.unwrap(changed, b"evi_1")


def test_a_signature_verifies_with_the_log_key(folder: Path) -> None:
    keys = FileKeys(folder)
    keys.log_key.verify(keys.sign(b"a head"), b"a head")


def test_the_same_folder_has_the_same_fingerprint_and_another_has_not(folder: Path, tmp_path: Path) -> None:
    FileKeys.create(tmp_path / "other")
    assert FileKeys(folder).fingerprint() == FileKeys(folder).fingerprint()
    assert FileKeys(folder).fingerprint() != FileKeys(tmp_path / "other").fingerprint()


def test_existing_keys_are_never_made_anew(folder: Path) -> None:
    before = (folder / "vault.key").read_text()
    with pytest.raises(FileExistsError):
        FileKeys.create(folder)
    assert (folder / "vault.key").read_text() == before


@pytest.mark.parametrize("name", ["vault.key", "log.key", "names.key"])
def test_a_missing_key_is_named(folder: Path, name: str) -> None:
    (folder / name).unlink()
    with pytest.raises(KeysMissing, match=name):
        FileKeys(folder)


def test_a_key_that_others_can_read_is_refused(folder: Path) -> None:
    (folder / "log.key").chmod(0o644)
    with pytest.raises(KeysUnsafe, match=r"chmod 600"):
        FileKeys(folder)


@pytest.mark.parametrize("text", ["", "zz" * 32, "ab" * 31])
def test_a_key_file_without_32_bytes_in_hex_is_refused(folder: Path, text: str) -> None:
    (folder / "names.key").write_text(text)
    with pytest.raises(KeysMissing, match=r"names\.key"):
        FileKeys(folder)


def test_a_key_is_replaced_without_a_restart(folder: Path) -> None:
    """Who holds the old one wraps by the new one, and unwraps by both."""
    keys = FileKeys(folder)
    old = keys.wrap(b"k" * 32, b"evi_1")
    make_next(folder, VAULT_NEXT)
    before_it_counts = keys.wrap(b"k" * 32, b"evi_1")
    put_next_vault(folder)
    new = keys.wrap(b"k" * 32, b"evi_1")
    assert (old.key_id == before_it_counts.key_id, old.key_id == new.key_id) == (True, False)
    assert [FileKeys(folder).unwrap(one, b"evi_1") for one in (old, new)] == [b"k" * 32] * 2


def test_a_process_that_started_before_unwraps_what_was_wrapped_after(folder: Path) -> None:
    before = FileKeys(folder)
    make_next(folder, VAULT_NEXT)
    put_next_vault(folder)
    wrapped = FileKeys(folder).wrap(b"k" * 32, b"evi_1")
    assert before.unwrap(wrapped, b"evi_1") == b"k" * 32


def test_a_key_that_is_gone_unwraps_nothing_in_a_new_process(folder: Path) -> None:
    old = FileKeys(folder).wrap(b"k" * 32, b"evi_1")
    make_next(folder, VAULT_NEXT)
    put_next_vault(folder)
    assert forget_vault(folder, old.key_id) is True
    assert forget_vault(folder, old.key_id) is False
    with pytest.raises(Unwrappable):
        FileKeys(folder).unwrap(old, b"evi_1")


def test_every_step_of_a_replacement_can_be_repeated(folder: Path) -> None:
    first, second = (make_next(folder, VAULT_NEXT) for _ in range(2))
    assert first == second
    for _ in range(2):
        put_next_vault(folder)
        put_next_log(folder)
    assert sorted(one.name.count("-") for one in folder.iterdir()) == [0, 0, 0, 1]


def test_half_a_successor_is_written_anew(folder: Path) -> None:
    (folder / f"{VAULT_NEXT}.part").write_text("5e5e")
    make_next(folder, VAULT_NEXT)
    assert sorted(one.name for one in folder.iterdir()) == [
        "log.key",
        "names.key",
        "vault-next.key",
        "vault.key",
    ]


def test_the_log_is_signed_by_whichever_key_is_asked_for(folder: Path) -> None:
    keys = FileKeys(folder)
    old = keys.log_key.public_bytes_raw()
    make_next(folder, LOG_NEXT)
    (new,) = FileKeys(folder).log_keys - {old}
    for public in (old, new):
        Ed25519PublicKey.from_public_bytes(public).verify(keys.sign(b"a head", public), b"a head")
    put_next_log(folder)
    assert FileKeys(folder).log_key.public_bytes_raw() == new
    assert (FileKeys(folder).signs_as(old), keys.signs_as(old)) == (False, True)


def test_signing_by_a_key_that_is_not_there_says_so(folder: Path) -> None:
    with pytest.raises(KeysMissing, match="key in force for the log"):
        FileKeys(folder).sign(b"a head", bytes(32))


def test_a_folder_that_is_out_of_reach_for_a_moment_stops_nobody(folder: Path) -> None:
    keys = FileKeys(folder)
    folder.rename(folder.with_name("away"))
    assert keys.unwrap(keys.wrap(b"k" * 32, b"evi_1"), b"evi_1") == b"k" * 32


def test_the_fingerprint_stays_when_keys_are_replaced(folder: Path) -> None:
    before = FileKeys(folder).fingerprint()
    for name, put in ((VAULT_NEXT, put_next_vault), (LOG_NEXT, put_next_log)):
        make_next(folder, name)
        put(folder)
    assert FileKeys(folder).fingerprint() == before


def test_a_copy_of_the_keys_is_the_keys_and_its_owners_alone(folder: Path, tmp_path: Path) -> None:
    make_next(folder, VAULT_NEXT)
    assert copy_keys(folder, tmp_path / "copy") == 4
    copied = FileKeys(tmp_path / "copy")
    assert (copied.vault_ids, copied.log_keys) == (FileKeys(folder).vault_ids, FileKeys(folder).log_keys)
    there = [tmp_path / "copy", *(tmp_path / "copy").iterdir()]
    assert [one for one in there if one.stat().st_mode & 0o077] == []


def test_keys_are_never_copied_over_something(folder: Path, tmp_path: Path) -> None:
    FileKeys.create(tmp_path / "others")
    before = (tmp_path / "others/vault.key").read_text()
    with pytest.raises(KeyCopyRefused):
        copy_keys(folder, tmp_path / "others")
    assert (tmp_path / "others/vault.key").read_text() == before


def test_an_older_key_that_others_can_read_is_refused(folder: Path) -> None:
    make_next(folder, VAULT_NEXT)
    (folder / VAULT_NEXT).chmod(0o644)
    with pytest.raises(KeysUnsafe, match=VAULT_NEXT):
        FileKeys(folder)
