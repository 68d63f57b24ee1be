"""Copies of the vault's files, byte for byte and still encrypted: out into a backup, and back."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from pathlib import Path

from hoede.db import naming_a_full_disk
from hoede.evidence.disk import Disk
from hoede.evidence.rules import EvidenceState
from hoede.evidence.store import EvidenceRow
from hoede.evidence.vault import CHUNK_BYTES, Unreadable

INTAKE, OBJECTS = "intake", "objects"


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file as it was read: its place under the vault's folder, its size and its digest."""

    name: str
    size: int
    sha256: str


class Lack(StrEnum):
    """Why an object could not be copied as its row tells it."""

    MISSING = "missing"
    DAMAGED = "damaged"  # copied all the same: a part may still be read


@dataclass(frozen=True, slots=True)
class CopiedObject:
    evidence: str
    files: tuple[CopiedFile, ...]
    lack: Lack | None = None


def make_folders(vault: Path, disk: Disk) -> None:
    for part in (vault, vault / INTAKE, vault / OBJECTS):
        disk.make_folder(part)


def sync_folders(vault: Path, disk: Disk) -> None:
    for part in (vault / INTAKE, vault / OBJECTS, vault, vault.parent):
        disk.sync_folder(part)


def copy_out(vault: Path, row: EvidenceRow, target: Path, disk: Disk) -> CopiedObject:
    """Copy one object to where its row says it is; raises `DiskFull`.

    Its names are durable after `sync_folders`. The intake is looked at first: what is sealed meanwhile
    has its second name before it loses the first.
    """
    name = row.taken.id
    place = OBJECTS if row.state is EvidenceState.SEALED else INTAKE
    copied = None
    for source in (vault / INTAKE / name, vault / OBJECTS / name):
        try:
            copied = copied or copy_file(source, target, f"{place}/{name}", disk)
        except FileNotFoundError:
            continue
        except Unreadable:
            disk.remove(target / place / name)
            return CopiedObject(name, (), _expected_lack(row, Lack.DAMAGED))
    if copied is None:
        return CopiedObject(name, (), _expected_lack(row, Lack.MISSING))
    files = [copied]
    if row.state is EvidenceState.SEALED:
        with suppress(FileNotFoundError, Unreadable):
            manifest = f"{OBJECTS}/{name}.json"
            files.append(copy_file(vault / manifest, target, manifest, disk))
    whole = copied.sha256 == row.taken.cipher_sha256
    return CopiedObject(name, tuple(files), None if whole else _expected_lack(row, Lack.DAMAGED))


def _expected_lack(row: EvidenceRow, lack: Lack) -> Lack | None:
    """Nothing new about a copy that could not be sealed: its row says so already."""
    return None if row.state is EvidenceState.IMPOSSIBLE else lack


def copy_file(source: Path, target: Path, name: str, disk: Disk) -> CopiedFile:
    """Copy a file to `name` below `target`, its bytes durable.

    Raises `FileNotFoundError` with nothing written, `Unreadable` with a part, or `DiskFull`.
    """
    count = _Count()
    chunks = _readable(disk.read(source, CHUNK_BYTES), source)
    first = next(chunks, b"")  # what is not there is told before anything is written
    with naming_a_full_disk():
        disk.write(target / name, count.over(chain([first], chunks)))
        disk.sync_file(target / name)
    return CopiedFile(name, count.size, count.sha256.hexdigest())


def digest_of(folder: Path, name: str, disk: Disk) -> CopiedFile:
    """The file below this folder as it is; raises `OSError`."""
    count = _Count()
    for _ in count.over(disk.read(folder / name, CHUNK_BYTES)):
        pass
    return CopiedFile(name, count.size, count.sha256.hexdigest())


def _readable(chunks: Iterator[bytes], source: Path) -> Iterator[bytes]:
    """The same; trouble with the source is told apart from trouble with what is written meanwhile."""
    try:
        yield from chunks
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unreadable(f"{source.name} cannot be read: {error.strerror}.") from error


class _Count:
    """Counts and hashes bytes while they pass."""

    def __init__(self) -> None:
        self.sha256 = hashlib.sha256()
        self.size = 0

    def over(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        for chunk in chunks:
            self.sha256.update(chunk)
            self.size += len(chunk)
            yield chunk
