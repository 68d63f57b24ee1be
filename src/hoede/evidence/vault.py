"""The vault's folder: `intake/` holds encrypted copies not sealed yet, `objects/` the sealed ones."""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from hoede.core.errors import HoedeError
from hoede.db import failpoints, naming_a_full_disk
from hoede.evidence.cipher import decrypt, encrypt
from hoede.evidence.disk import Disk
from hoede.keys import KeyProvider, Unwrappable, Wrapped

CHUNK_BYTES = 1 << 20
_KEY_BYTES = 32


class Unreadable(HoedeError):
    """The copy cannot be read back as it was taken."""

    code = "evidence-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What the row must hold so that the copy can be sealed and read later."""

    id: str
    key: Wrapped
    cipher_sha256: str
    sha256: str  # of the plain bytes, as the next two
    md5: str
    size: int


class Vault:
    """One folder on one file system: sealing gives a copy its final name, then takes the first one away.

    Not a rename: some file systems can lose both names when the power goes between two folders.
    """

    def __init__(self, folder: Path, keys: KeyProvider, disk: Disk) -> None:
        self._intake = folder / "intake"
        self._objects = folder / "objects"
        self._keys = keys
        self._disk = disk
        for part in (folder, self._intake, self._objects):
            disk.make_folder(part)
        disk.sync_folder(folder)

    def take(self, object_id: str, chunks: Iterable[bytes]) -> Taken:
        """Write an encrypted copy into the intake folder, durable when this returns; or `DiskFull`.

        The copy counts only once a row holds its wrapped key; one without a row is noise and swept.
        """
        key = secrets.token_bytes(_KEY_BYTES)
        plain, cipher = Tally(), Tally()
        part = self._intake / f"{object_id}.part"
        self._write(part, cipher.over(encrypt(plain.over(chunks), key, object_id)))
        self._disk.rename(part, self._intake / object_id)
        self._disk.sync_folder(self._intake)
        failpoints.here("intake.written")
        return Taken(
            id=object_id,
            key=self._keys.wrap(key, object_id.encode()),
            cipher_sha256=cipher.sha256.hexdigest(),
            sha256=plain.sha256.hexdigest(),
            md5=plain.md5.hexdigest(),
            size=plain.size,
        )

    def seal(self, taken: Taken, *, at: datetime) -> None:
        """Move a copy to its place beside its manifest. Safe to repeat; `Unreadable` when damaged.

        An end at any point leaves the intake copy, the object, or both, so a repeat goes on from there.
        """
        source, target = self._intake / taken.id, self._objects / taken.id
        if self._digest(source, target) != taken.cipher_sha256:
            raise Unreadable(evidence=taken.id)
        self._write_manifest(taken, at)
        failpoints.here("seal.manifest")
        if self._disk.exists(source):
            self._disk.link(source, target)
        self._disk.sync_folder(self._objects)
        self._disk.remove(source)
        self._disk.sync_folder(self._intake)
        failpoints.here("seal.moved")

    def open(self, taken: Taken) -> Iterator[bytes]:
        """The plain bytes of a sealed object or an intake copy; `Unreadable` when not as taken."""
        path = self._objects / taken.id
        if not self._disk.exists(path):
            path = self._intake / taken.id
        try:
            key = self._keys.unwrap(taken.key, taken.id.encode())
            yield from decrypt(self._disk.read(path, CHUNK_BYTES), key, taken.id)
        except (OSError, ValueError, Unwrappable) as error:
            raise Unreadable(evidence=taken.id) from error

    def check(self, taken: Taken) -> None:
        """Read a copy to its end; `Unreadable` when its bytes are not those whose digests were kept."""
        plain = Tally()
        for _ in plain.over(self.open(taken)):
            pass
        if (plain.size, plain.sha256.hexdigest()) != (taken.size, taken.sha256):
            raise Unreadable(evidence=taken.id)

    def must_hold(self, copies: Iterable[Taken]) -> None:
        """Raises `Unreadable` when one of these is here no more: who slept for an hour finds it swept."""
        for one in copies:
            if not any(self._disk.exists(folder / one.id) for folder in (self._intake, self._objects)):
                raise Unreadable(evidence=one.id)

    def intake_names(self) -> list[tuple[str, float]]:
        """Names in the intake folder with their last change in seconds since 1970, for the sweep."""
        return self._disk.names(self._intake)

    def drop_intake(self, name: str) -> None:
        """Remove an intake file that no row knows: its key was never kept, nobody can read it."""
        self._disk.remove(self._intake / name)

    def drop_object(self, object_id: str) -> None:
        """Remove a sealed object and its manifest; its key was destroyed, nobody can read it."""
        for name in (object_id, f"{object_id}.json"):
            self._disk.remove(self._objects / name)

    def _write(self, path: Path, chunks: Iterable[bytes]) -> None:
        """Write a file whole and durable, or leave nothing behind: on a full disk every byte counts."""
        try:
            with naming_a_full_disk():
                self._disk.write(path, chunks)
                self._disk.sync_file(path)
        except BaseException:
            self._disk.remove(path)
            raise

    def _digest(self, *paths: Path) -> str | None:
        """The digest of the first of these files that is there; any other trouble is raised, and tried again.

        Another worker may move the copy between two looks, so the second place is tried after the first.
        """
        for path in paths:
            digest = hashlib.sha256()
            try:
                for chunk in self._disk.read(path, CHUNK_BYTES):
                    digest.update(chunk)
            except FileNotFoundError:
                continue
            return digest.hexdigest()
        return None

    def _write_manifest(self, taken: Taken, at: datetime) -> None:
        manifest = {
            "bytes": taken.size,
            "cipher": "AES-256-GCM in segments, hoede-evidence/1",
            "cipher_sha256": taken.cipher_sha256,
            "id": taken.id,
            "key_id": taken.key.key_id,
            "sealed_at": at.isoformat(timespec="milliseconds"),
            "sha256": taken.sha256,
        }
        path = self._objects / f"{taken.id}.json"
        if self._disk.exists(path):
            return
        # A name of its own: a worker that slept through its lease may be writing one too.
        part = self._objects / f"{taken.id}.{secrets.token_hex(4)}.json.part"
        self._write(part, [json.dumps(manifest, indent=1, sort_keys=True).encode()])
        self._disk.rename(part, path)


class Tally:
    """Counts and hashes bytes while they pass."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.md5 = hashlib.md5(usedforsecurity=False)  # authorities compare by it
        self.size = 0

    def over(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.sha256.update(chunk)
            self.md5.update(chunk)
            self.size += len(chunk)
            yield chunk
