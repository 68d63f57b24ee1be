"""The file calls the vault makes, so that a test can bring a disk that forgets what was not synced."""

import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from errno import ENOSPC
from pathlib import Path
from typing import Protocol

from hoede.core.fences import exit_at_once


class Disk(Protocol):
    """What the vault needs of a file system. Every call either did it or raised `OSError`."""

    def write(self, path: Path, chunks: Iterable[bytes]) -> None:
        """Write a file's bytes, durable only after `sync_file`; replaces a leftover of the same name."""

    def sync_file(self, path: Path) -> None:
        """Make a file's bytes durable; its name is durable after `sync_folder`."""

    def rename(self, source: Path, target: Path) -> None: ...

    def link(self, source: Path, target: Path) -> None:
        """Give a file a second name; nothing changes when it has it already."""

    def sync_folder(self, folder: Path) -> None:
        """Make creations, renames and removals in the folder durable."""

    def read(self, path: Path, chunk_bytes: int) -> Iterator[bytes]: ...

    def exists(self, path: Path) -> bool: ...

    def names(self, folder: Path) -> list[tuple[str, float]]:
        """Names in a folder with the time of their last change, in seconds since 1970."""

    def remove(self, path: Path) -> None: ...

    def make_folder(self, folder: Path) -> None: ...


class LocalDisk:
    """The machine's own file system.

    `die` ends the process when a sync failed: the kernel may have dropped the bytes and forgotten
    that it did, so neither a retry nor a later sync tells the truth (docs/why/failing.md#fsync).
    """

    def __init__(self, die: Callable[[str], object] = exit_at_once) -> None:
        self._die = die

    def write(self, path: Path, chunks: Iterable[bytes]) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            for chunk in chunks:
                file.write(chunk)

    def sync_file(self, path: Path) -> None:
        self._sync(os.open(path, os.O_RDONLY | os.O_NOFOLLOW))

    def rename(self, source: Path, target: Path) -> None:
        source.rename(target)

    def link(self, source: Path, target: Path) -> None:
        with suppress(FileExistsError):
            target.hardlink_to(source)

    def sync_folder(self, folder: Path) -> None:
        self._sync(os.open(folder, os.O_RDONLY | os.O_DIRECTORY))

    def _sync(self, descriptor: int) -> None:
        try:
            os.fsync(descriptor)
        except OSError as error:
            if error.errno != ENOSPC:
                self._die(f"a disk sync failed: {error.strerror}")
            raise
        finally:
            os.close(descriptor)

    def read(self, path: Path, chunk_bytes: int) -> Iterator[bytes]:
        with path.open("rb") as file:
            while chunk := file.read(chunk_bytes):
                yield chunk

    def exists(self, path: Path) -> bool:
        return path.exists()

    def names(self, folder: Path) -> list[tuple[str, float]]:
        found = []
        for entry in os.scandir(folder):
            with suppress(FileNotFoundError):  # another process may move it meanwhile
                found.append((entry.name, entry.stat().st_mtime))
        return found

    def remove(self, path: Path) -> None:
        path.unlink(missing_ok=True)

    def make_folder(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
