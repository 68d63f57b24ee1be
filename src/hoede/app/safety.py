"""What about a deployment's folders, keys and database is not as safe as it could be, in words."""

from collections.abc import Iterator
from pathlib import Path

from hoede.audit import store as audit
from hoede.config import Config
from hoede.db import Database, restores
from hoede.evidence import vault_keys


def about_folders(config: Config) -> Iterator[str]:
    """Where keys and data lie, and who can read them."""
    data, keys = config.data_folder, config.keys_folder
    if keys.resolve().is_relative_to(data.resolve()) or data.resolve().is_relative_to(keys.resolve()):
        yield "keys_folder and data_folder lie in one another: whoever gets one has both"
    elif data.stat().st_dev == keys.stat().st_dev:
        yield "keys_folder and data_folder lie on the same file system: one lost disk takes both"
    for name, folder in (("data_folder", data), ("keys_folder", keys)):
        if _open_to_others(folder):
            yield f"{name} can be entered by others: run chmod 700 on {folder}"


def about_database(db: Database) -> Iterator[str]:
    """What its server, its keys and a restore leave to do."""
    if off := db.unsafe_settings():
        yield f"PostgreSQL runs with {' and '.join(off)} off: a power cut can lose what was committed"
    if db.read(vault_keys.never_copied) or not db.read(audit.log_key_was_copied):
        yield "the keys in force were never copied (`hoede keys backup`): without them no backup can be read"
    if len(db.read(vault_keys.in_force)) > 1:
        yield "a rotation of the vault's key was cut off: run `hoede keys rotate vault` again"
    if waiting := db.read(restores.waiting):
        yield f"{len(waiting)} reports wait for a person after a restore: see `hoede report show`"


def _open_to_others(folder: Path) -> bool:
    return bool(folder.stat().st_mode & 0o077)
