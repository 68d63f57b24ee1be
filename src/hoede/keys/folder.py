"""The key folder: files of 32 random bytes in hex, for their owner alone, each durable before it counts.

A successor lies beside the key it will replace as `vault-next.key` or `log-next.key`. A vault key that
still wraps something stays as `vault-ID.key` once another one took its place.
"""

import hashlib
import os
import secrets
from pathlib import Path

from hoede.core.errors import HoedeError

VAULT, LOG, NAMES_KEY = "vault.key", "log.key", "names.key"
NAMES = (VAULT, LOG, NAMES_KEY)
VAULT_NEXT, LOG_NEXT = "vault-next.key", "log-next.key"
OLDER_VAULTS = "vault-*.key"
_KEY_BYTES = 32


class KeysMissing(HoedeError):
    """The key folder is empty or incomplete. Without its keys no evidence can be read; put them back."""

    code = "keys-missing"


class KeysUnsafe(HoedeError):
    """A key file can be read by others. Run `chmod 600` on it."""

    code = "keys-unsafe"


class KeyCopyRefused(HoedeError):
    """The copy of the keys cannot lie there. Give an empty folder apart from data and backups."""

    code = "key-copy-refused"


def read_key(path: Path) -> bytes:
    """The 32 bytes of a key. Raises `KeysMissing` or `KeysUnsafe`, naming the file."""
    try:
        mode, text = path.stat().st_mode, path.read_text()
    except FileNotFoundError as error:
        raise KeysMissing(
            f"There is no {path.name} in the key folder. Put it back from your copy."
        ) from error
    if mode & 0o077:
        raise KeysUnsafe(f"{path.name} can be read by others. Run chmod 600 on it.")
    try:
        key = bytes.fromhex(text.strip())
    except ValueError:
        key = b""
    if len(key) != _KEY_BYTES:
        raise KeysMissing(f"{path.name} does not hold 32 bytes in hex. Put it back from your copy.")
    return key


def read_if_there(path: Path) -> bytes | None:
    """Likewise; None when there is no such file, or none any more: a successor moves to its place."""
    try:
        return read_key(path)
    except KeysMissing:
        if path.exists():
            raise
        return None


def older_vaults(folder: Path) -> list[bytes]:
    """Every vault key that is not the one in force: its successor, and those before it."""
    found = (read_if_there(path) for path in sorted(folder.glob(OLDER_VAULTS)))
    return [key for key in found if key is not None]


def vault_id(key: bytes) -> str:
    """Tells one vault key from another, and tells nothing else."""
    return hashlib.sha256(b"hoede vault key" + key).hexdigest()[:16]


def make_keys(folder: Path) -> None:
    """Make new keys in a folder that has none; existing keys are never touched."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in NAMES:
        write_file(folder / name, secrets.token_hex(_KEY_BYTES) + "\n")
    for place in (folder, folder.parent):
        sync_folder(place)


def make_next(folder: Path, name: str) -> bytes:
    """The successor that lies there, or a new one, durable when this returns."""
    if not (folder / name).exists():
        _put(folder, name, secrets.token_hex(_KEY_BYTES) + "\n")
    return read_key(folder / name)


def put_next_vault(folder: Path) -> None:
    """Let the successor wrap from now on; the key it replaces stays, to unwrap. Safe to repeat."""
    successor, current = folder / VAULT_NEXT, folder / VAULT
    if not successor.exists():
        return
    _put(folder, _older_name(vault_id(read_key(current))), current.read_text())
    successor.rename(current)
    sync_folder(folder)


def put_next_log(folder: Path) -> None:
    """Let the successor sign from now on; the key it replaces is gone. Safe to repeat."""
    successor = folder / LOG_NEXT
    if successor.exists():
        successor.rename(folder / LOG)
        sync_folder(folder)


def has_vault(folder: Path, key_id: str) -> bool:
    """Whether a key that another one replaced still lies here."""
    return (folder / _older_name(key_id)).exists()


def forget_vault(folder: Path, key_id: str) -> bool:
    """Remove a vault key that wraps nothing any more; tells whether it was there."""
    if not has_vault(folder, key_id):
        return False
    (folder / _older_name(key_id)).unlink()
    sync_folder(folder)
    return True


def copy_keys(folder: Path, target: Path) -> int:
    """Copy every key into a new or empty folder, durable when this returns; returns how many files.

    Raises `KeyCopyRefused` when something is there, `KeysMissing` or `KeysUnsafe` when a key is no key.
    """
    names = sorted(path.name for path in folder.glob("*.key"))
    for name in {*names, *NAMES}:
        read_key(folder / name)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise KeyCopyRefused(f"{target} is not an empty folder. Give a new one.")
    try:
        target.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in names:
            write_file(target / name, (folder / name).read_text())
        for place in (target, target.parent):
            sync_folder(place)
    except OSError as error:
        raise KeyCopyRefused(f"{target} cannot be written: {error.strerror}.") from error
    return len(names)


def _older_name(key_id: str) -> str:
    return f"vault-{key_id}.key"


def _put(folder: Path, name: str, text: str) -> None:
    """Give a file its name once it is whole and durable, in place of what had it."""
    part = folder / f"{name}.part"
    part.unlink(missing_ok=True)  # of a process that ended while it wrote
    write_file(part, text)
    part.rename(folder / name)
    sync_folder(folder)


def write_file(path: Path, text: str) -> None:
    """Write a new file that its owner alone can read, durable but for its name."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


def sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
