"""Fingerprints of the lists on this machine's disk, so that a start need not read millions of rows again.

Three files: the index, the entry of each of its ids, and what they hold. The last is written last and
names the others, so that they are there as a whole or not at all. They are believed only while the
database knows the very same imports: what an import brought never changes, and after a restore its later
ones are others.
"""

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, select

from hoede import _native
from hoede.lists.tables import IMPORTS
from hoede.lists.versions import version

ENTRY_BYTES = 16
FORMAT = 1
ROOM = 4  # times what is written that must be free: the disk is for evidence first
_ABOUT, _LOCK = "about.json", "lock"


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptLists:
    version: int  # of the lists
    banks: Mapping[str, int]  # by name, as the index knows them
    index: _native.Index
    entries: NDArray[np.uint8]  # by id of the index; read-only


class ListsFolder:
    """Keeps fingerprints where processes of one machine share them; `refused` hears what was not believed."""

    def __init__(self, folder: Path, refused: Callable[[Exception], object] = type) -> None:
        self._folder = folder
        self._refused = refused

    def open(self, conn: Connection) -> KeptLists | None:
        """What is kept, if it is whole and this database's; None is no fault, but takes longer."""
        try:
            about = json.loads((self._folder / _ABOUT).read_bytes())
            return self._opened(about) if _is_of(conn, about) else None
        except FileNotFoundError:  # never kept; or another process kept something newer just now
            return None
        except (OSError, ValueError, KeyError, TypeError) as error:
            self._refused(error)
            return None

    def _opened(self, about: Mapping[str, Any]) -> KeptLists:
        entries = np.fromfile(self._folder / f"entries-{about['name']}", np.uint8).reshape(-1, ENTRY_BYTES)
        if f"{_native.checksum(entries.tobytes()):016x}" != about["entries"]:
            raise ValueError("the entries are not as they were written")
        index = _native.Index.from_file(str(self._folder / f"index-{about['name']}"))
        if len(index) != len(entries):
            raise ValueError("the files do not belong together")
        return KeptLists(
            version=about["version"],
            banks={name: number for number, name in enumerate(about["banks"])},
            index=index,
            entries=entries,
        )

    def keep(self, conn: Connection, lists: KeptLists) -> bool:
        """Write this down in place of what is kept, unless another process kept as much.

        False when another process is at it, when more came meanwhile, or when there is little room.
        What could not be written to its end is removed. Raises `OSError`.
        """
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with self._alone() as alone:
            if not alone:
                return False
            if self._is_kept(conn, lists.version):
                return True
            if shutil.disk_usage(self._folder).free < ROOM * lists.index.memory_bytes:
                return False
            name = secrets.token_hex(8)
            try:
                return self._written(conn, lists, name)
            finally:
                self._sweep()

    def _written(self, conn: Connection, lists: KeptLists, name: str) -> bool:
        count = lists.index.save_as(str(self._folder / f"index-{name}"))
        if count != len(lists.entries):  # the index is ahead of the version
            return False
        entries = lists.entries.tobytes()
        self._write(f"entries-{name}", entries)
        about = {
            "format": FORMAT,
            "name": name,
            "version": lists.version,
            "imports": _imports(conn, lists.version),
            "banks": sorted(lists.banks, key=lambda bank: lists.banks[bank]),
            "entries": f"{_native.checksum(entries):016x}",
        }
        self._write(_ABOUT, json.dumps(about).encode())
        return True

    def _sweep(self) -> None:
        """Remove what is not named: what was kept before, or what could not be written to its end."""
        name = self._about().get("name")
        for old in self._folder.iterdir():
            if old.name not in {_ABOUT, _LOCK, f"index-{name}", f"entries-{name}"}:
                old.unlink()

    def _is_kept(self, conn: Connection, up_to: int) -> bool:
        about = self._about()
        return bool(about) and about["version"] >= up_to and _is_of(conn, about)

    def _about(self) -> Mapping[str, Any]:
        """What the folder says it holds; nothing when that cannot be read."""
        try:
            about = json.loads((self._folder / _ABOUT).read_bytes())
            return {} if about["format"] != FORMAT else dict(about)
        except (OSError, ValueError, KeyError, TypeError):
            return {}

    @contextmanager
    def _alone(self) -> Iterator[bool]:
        lock = os.open(self._folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            yield _locked(lock)
        finally:
            os.close(lock)

    def _write(self, name: str, content: bytes) -> None:
        new = self._folder / f"{name}.new"
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.rename(self._folder / name)


def _locked(lock: int) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _is_of(conn: Connection, about: Mapping[str, Any]) -> bool:
    """A database that was restored counts its versions once more, and they mean something else."""
    up_to = about["version"]
    return bool(
        about["format"] == FORMAT and up_to <= version(conn) and about["imports"] == _imports(conn, up_to)
    )


def _imports(conn: Connection, up_to: int) -> str:
    """Which imports a version of the lists is made of, as one digest."""
    asked = select(IMPORTS.c.version, IMPORTS.c.id).where(IMPORTS.c.version <= up_to)
    rows = conn.execute(asked.order_by(IMPORTS.c.version, IMPORTS.c.id))
    return hashlib.sha256("".join(f"{row.version} {row.id}\n" for row in rows).encode()).hexdigest()
