"""What a backup says of itself: files with their digests, tables with their rows, the keys it needs."""

import base64
import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from hoede.core.errors import HoedeError
from hoede.db.key_check import OtherKeys
from hoede.evidence import Disk
from hoede.evidence.copies import CopiedFile
from hoede.keys import FileKeys

NAME = "backup.json"
ROWS = "rows.sqlite"
VAULT = "vault"
FORMAT = "hoede-backup/1"
_PLACES = re.compile(r"rows\.sqlite|vault/(intake|objects)/[A-Za-z0-9_-]{1,64}(\.json)?")


class BackupUnfinished(HoedeError):
    """There is no finished backup in this folder: it was cut off, or it is another folder."""

    code = "backup-unfinished"


class BackupInvalid(HoedeError):
    """The backup's manifest is none of ours, or was changed. Take another backup."""

    code = "backup-invalid"


class BackupDamaged(HoedeError):
    """A file of the backup is missing or is not as it was written. Take another backup."""

    code = "backup-damaged"


@dataclass(frozen=True, slots=True, kw_only=True)
class NeededKeys:
    """Which keys a backup is worth something with."""

    names: str  # fingerprint of the key that never changes
    vault: tuple[str, ...]  # ids of the keys that wrap its objects' keys
    log: str  # public half of the key that signed its newest head, in hex


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedHead:
    """The newest signed head of the log; worth keeping elsewhere, too."""

    size: int
    root: str
    at: str
    signature: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Manifest:
    schema: str
    deployment: str
    taken_at: datetime
    rows: Mapping[str, int]  # by table
    files: tuple[CopiedFile, ...]
    lacking: Mapping[str, str]  # objects that are not here as their rows tell them, and why
    keys: NeededKeys
    head: SignedHead | None

    @property
    def size(self) -> int:
        """Rows and files, for the progress."""
        return sum(self.rows.values()) + len(self.files)


def write_manifest(folder: Path, manifest: Manifest, keys: FileKeys, disk: Disk) -> None:
    """Sign the manifest and give it its name, durable when this returns: now it is a backup."""
    told = asdict(manifest) | {"format": FORMAT, "taken_at": manifest.taken_at.isoformat()}
    public = bytes.fromhex(manifest.keys.log)
    signed = told | {"signature": base64.b64encode(keys.sign(_message(told), public)).decode()}
    part = folder / f"{NAME}.part"
    disk.write(part, [json.dumps(signed, indent=1, sort_keys=True).encode()])
    disk.sync_file(part)
    disk.rename(part, folder / NAME)
    disk.sync_folder(folder)


def read_manifest(folder: Path) -> Manifest:
    """What the backup says of itself. Raises `BackupUnfinished` or `BackupInvalid`."""
    told = _told(folder)
    try:
        manifest = _manifest(told)
        signature = base64.b64decode(told["signature"])
        public = Ed25519PublicKey.from_public_bytes(bytes.fromhex(manifest.keys.log))
        public.verify(signature, _message({name: told[name] for name in told.keys() - {"signature"}}))
    except (KeyError, TypeError, ValueError, InvalidSignature, AttributeError) as error:
        raise BackupInvalid from error
    if any(not _PLACES.fullmatch(file.name) for file in manifest.files):
        raise BackupInvalid("The backup's manifest names a file where none belongs.")
    return manifest


def check_keys_of(manifest: Manifest, keys: FileKeys) -> None:
    """Raises `OtherKeys`, saying which key is not the backup's."""
    when = f"Put the key copy in place that was in force on {manifest.taken_at:%Y-%m-%d at %H:%M} UTC."
    if manifest.keys.names != keys.fingerprint():
        raise OtherKeys("names.key is not the one of this backup. Put its own key folder in place.")
    if manifest.keys.log not in {one.hex() for one in keys.log_keys}:
        raise OtherKeys(f"log.key was replaced since this backup. {when}")
    if missing := set(manifest.keys.vault) - keys.vault_ids:
        raise OtherKeys(f"Vault key {', '.join(sorted(missing))} of this backup is not there. {when}")


def _told(folder: Path) -> dict[str, Any]:
    try:
        content = (folder / NAME).read_bytes()
    except OSError as error:
        raise BackupUnfinished(f"{folder} holds no finished backup: there is no {NAME}.") from error
    try:
        told = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise BackupInvalid from error
    if not isinstance(told, dict):
        raise BackupInvalid
    if told.get("format") != FORMAT:
        raise BackupInvalid(f"The manifest in {folder} is not of the form {FORMAT}.")
    return told


def _manifest(told: Mapping[str, Any]) -> Manifest:
    return Manifest(
        schema=str(told["schema"]),
        deployment=str(told["deployment"]),
        taken_at=datetime.fromisoformat(told["taken_at"]),
        rows={str(name): int(count) for name, count in told["rows"].items()},
        files=tuple(CopiedFile(one["name"], int(one["size"]), str(one["sha256"])) for one in told["files"]),
        lacking={str(name): str(why) for name, why in told["lacking"].items()},
        keys=NeededKeys(**told["keys"] | {"vault": tuple(told["keys"]["vault"])}),
        head=SignedHead(**told["head"]) if told["head"] else None,
    )


def _message(told: Mapping[str, Any]) -> bytes:
    """The bytes that are signed."""
    return FORMAT.encode() + json.dumps(told, sort_keys=True, separators=(",", ":")).encode()
