"""Copying the long-lived keys, and replacing them while everything runs.

Every step is durable before the next one begins and can be repeated, so a rotation that was cut off
goes on where it was when it is asked for again (docs/decisions/0013-backup-and-keys.md).
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from hoede.app.build import open_database
from hoede.audit import LEASE_NAME, LogKey, change_message
from hoede.audit import store as audit
from hoede.config import Config
from hoede.core.errors import HoedeError
from hoede.db import Database, Transaction, failpoints
from hoede.db.leases import hold_still
from hoede.evidence import vault_keys
from hoede.evidence.wrapping import Pass, retire, wrap_anew, wrapped_by
from hoede.keys import FileKeys, KeyCopyRefused
from hoede.keys import folder as files

WRAPPED_AT_ONCE = 100  # a step holds up other writers as long as it lasts
MANIFEST = "backup.json"  # what a backup has at its top; keys never lie under it


class KeyNotCopied(HoedeError):
    """This key was never copied, and every backup made so far needs it. Run `hoede keys backup` first."""

    code = "key-not-copied"


class KeysStuck(HoedeError):
    """Some copies' keys do not unwrap, so the old key cannot go. Restore those rows from a backup."""

    code = "keys-stuck"


@dataclass(frozen=True, slots=True)
class VaultRotated:
    key_id: str
    wrapped: int  # object keys
    retired: tuple[str, ...]


def copy_key_folder(config: Config, target: Path) -> bool:
    """Copy the keys to another place; tells whether the database could note it.

    Raises `KeyCopyRefused` when the copy would lie with the data or in a backup.
    """
    place = target.resolve()
    for apart in (config.data_folder, config.keys_folder):
        if place.is_relative_to(apart.resolve()):
            raise KeyCopyRefused(f"{target} lies in {apart}. Keys and data are kept apart.")
    if any((above / MANIFEST).exists() for above in (place, *place.parents)):
        raise KeyCopyRefused(f"{target} lies in a backup. Keys and data are kept apart.")
    files.copy_keys(config.keys_folder, target)
    copied = FileKeys(target)
    try:
        db, _ = open_database(config)
    except HoedeError:
        return False  # the copy matters more: there may be no database any more

    def note(tx: Transaction) -> None:
        vault_keys.vault_keys_copied(tx, copied.vault_ids)
        audit.log_key_copied(tx, copied.log_key.public_bytes_raw())

    db.commit(note)
    db.close()
    return True


def keys_to_wrap(config: Config) -> int:
    """How many object keys a rotation of the vault's key wraps anew, for its progress."""
    db, _ = open_database(config)
    count = sum(db.read(wrapped_by).values())
    db.close()
    return count


def rotate_vault(config: Config, progress: Callable[[int], object] = int) -> VaultRotated:
    """Wrap every object key by a new key, and remove the old one; or finish what was cut off.

    Raises `KeyNotCopied`, or `KeysStuck` when some object keys cannot be unwrapped; the rest is done then.
    """
    db, keys = open_database(config)
    folder = config.keys_folder
    try:
        if _vault_is_whole(db, folder):
            _begin_vault(db, keys, folder)
        *olds, into = db.read(vault_keys.in_force)
        if keys.vault_id != into:
            files.put_next_vault(folder)
            keys.look_again()
            failpoints.here("rotate.placed")
        wrapped = _wrap_all(db, keys, into, progress)
        for old in olds:
            while not db.commit(lambda tx, old=old: retire(tx, old)):  # type: ignore[misc] # a default binds it
                wrapped += _wrap_all(db, keys, into, progress)  # a process wrapped with it until now
        failpoints.here("rotate.retired")
        gone = db.read(vault_keys.retired)
        removed = tuple(one for one in gone if files.forget_vault(folder, one))
    finally:
        db.close()
    return VaultRotated(into, wrapped, removed)


def _vault_is_whole(db: Database, folder: Path) -> bool:
    """Whether no earlier rotation waits to be finished."""
    left = [one for one in db.read(vault_keys.retired) if files.has_vault(folder, one)]
    return len(db.read(vault_keys.in_force)) == 1 and not left


def _begin_vault(db: Database, keys: FileKeys, folder: Path) -> None:
    if db.read(vault_keys.never_copied):
        raise KeyNotCopied
    fresh = files.vault_id(files.make_next(folder, files.VAULT_NEXT))
    failpoints.here("rotate.made")
    db.commit(lambda tx: vault_keys.add_vault_key(tx, fresh, follows=keys.vault_id))
    failpoints.here("rotate.known")


def _wrap_all(db: Database, keys: FileKeys, into: str, progress: Callable[[int], object]) -> int:
    """Wrap whatever another key still wraps, step by step. Raises `KeysStuck` once the rest is done."""
    wrapped, stuck, behind = 0, 0, ""
    while True:
        done: Pass = db.commit(
            lambda tx, behind=behind: wrap_anew(tx, keys, into, most=WRAPPED_AT_ONCE, behind=behind)  # type: ignore[misc] # likewise
        )
        failpoints.here("rotate.wrapped")
        wrapped, stuck = wrapped + done.wrapped, stuck + len(done.stuck)
        progress(done.wrapped)
        if done.last is None:
            break
        behind = done.last
    if stuck:
        raise KeysStuck(f"The keys of {stuck} copies do not unwrap, so the old key cannot go.", stuck=stuck)
    return wrapped


def rotate_log(config: Config) -> int:
    """Sign with a new key from now on, or finish what was cut off; returns the key's number."""
    db, keys = open_database(config)
    folder = config.keys_folder
    try:
        if db.read(audit.signs_now) == keys.log_key.public_bytes_raw():
            if not db.read(audit.log_key_was_copied):
                raise KeyNotCopied
            fresh = files.make_next(folder, files.LOG_NEXT)
            failpoints.here("rotate.log_made")
            keys.look_again()
            public = Ed25519PrivateKey.from_private_bytes(fresh).public_key().public_bytes_raw()
            db.commit(lambda tx: _change_log_key(tx, keys, public))
            failpoints.here("rotate.log_known")
        files.put_next_log(folder)
        return db.read(audit.log_keys)[-1].number
    finally:
        db.close()


def _change_log_key(tx: Transaction, keys: FileKeys, public: bytes) -> None:
    """Both keys sign the change; no head is signed meanwhile, so each knows its key."""
    hold_still(tx, LEASE_NAME)
    former = audit.log_keys(tx.conn)[-1]
    size = audit.frontier(tx.conn).size
    new = LogKey(number=former.number + 1, public=public, from_size=size, at=tx.now)
    message = change_message(former.public, new)
    signed = replace(
        new, by_former=keys.sign(message, former.public), by_itself=keys.sign(message, new.public)
    )
    audit.add_log_key(tx, signed)
