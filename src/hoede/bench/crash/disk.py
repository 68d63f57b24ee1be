"""A disk in memory that forgets at a crash whatever was not synced, or keeps it, as real ones do."""

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from errno import ENOSPC
from pathlib import Path


class PowerCut(BaseException):
    """The power went before a call took effect. No `except Exception` may stop it."""


@dataclass
class Inode:
    now: bytes
    durable: bytes = b""


@dataclass
class Folder:
    now: dict[str, Inode] = field(default_factory=dict)
    durable: dict[str, Inode] = field(default_factory=dict)


class ForgetfulDisk:
    """Counts its calls and cuts the power before call number `cut_at`."""

    def __init__(self, seed: int) -> None:
        self._random = random.Random(seed)  # noqa: S311 - repeatable
        self._folders: dict[Path, Folder] = {}
        self.calls = 0
        self.cut_at: int | None = None

    def _pass(self) -> None:
        self.calls += 1
        if self.calls == self.cut_at:
            raise PowerCut

    def write(self, path: Path, chunks: Iterable[bytes]) -> None:
        self._pass()
        self._folders[path.parent].now[path.name] = Inode(b"".join(chunks))

    def sync_file(self, path: Path) -> None:
        self._pass()
        inode = self._folders[path.parent].now[path.name]
        inode.durable = inode.now

    def rename(self, source: Path, target: Path) -> None:
        self._pass()
        self._folders[target.parent].now[target.name] = self._folders[source.parent].now.pop(source.name)

    def link(self, source: Path, target: Path) -> None:
        self._pass()
        names = self._folders[target.parent].now
        names.setdefault(target.name, self._folders[source.parent].now[source.name])

    def sync_folder(self, folder: Path) -> None:
        self._pass()
        if folder in self._folders:
            self._folders[folder].durable = dict(self._folders[folder].now)

    def read(self, path: Path, chunk_bytes: int) -> Iterator[bytes]:
        if path.name not in self._folders[path.parent].now:
            raise FileNotFoundError(path)
        content = self._folders[path.parent].now[path.name].now
        yield from (content[at : at + chunk_bytes] for at in range(0, len(content), chunk_bytes))

    def exists(self, path: Path) -> bool:
        return path.name in self._folders[path.parent].now

    def names(self, folder: Path) -> list[tuple[str, float]]:
        return [(name, 0.0) for name in self._folders[folder].now]

    def remove(self, path: Path) -> None:
        self._pass()
        self._folders[path.parent].now.pop(path.name, None)

    def make_folder(self, folder: Path) -> None:
        self._folders.setdefault(folder, Folder())

    def crash(self) -> None:
        """Come back after a power cut: every unsynced change is there or not, by chance."""
        self.cut_at = None
        for folder in self._folders.values():
            names = folder.now.keys() | folder.durable.keys()
            after = {name: self._survivor(folder, name) for name in names}
            folder.now = {name: inode for name, inode in after.items() if inode is not None}
            folder.durable = dict(folder.now)
        for folder in self._folders.values():
            for inode in folder.now.values():
                if inode.now != inode.durable:
                    kept = self._random.randint(0, len(inode.now))
                    inode.now = self._random.choice([inode.durable, inode.now[:kept]])
                inode.durable = inode.now

    def _survivor(self, folder: Folder, name: str) -> Inode | None:
        return self._random.choice([folder.now.get(name), folder.durable.get(name)])

    def contents(self) -> Iterator[tuple[Path, bytes]]:
        """Every file as it is now."""
        for path, folder in self._folders.items():
            for name, inode in folder.now.items():
                yield path / name, inode.now

    def flip_bit(self, path: Path, place: int) -> None:
        """Let one bit of a file rot."""
        inode = self._folders[path.parent].now[path.name]
        at, bit = divmod(place % (8 * len(inode.now)), 8)
        rotten = bytearray(inode.now)
        rotten[at] ^= 1 << bit
        inode.now = inode.durable = bytes(rotten)


@dataclass(frozen=True, slots=True)
class Mount:
    """A disk as one process sees it: `before` each call others may go on, or the process may have ended."""

    disk: ForgetfulDisk
    before: Callable[[], None]
    is_full: Callable[[], bool]

    def write(self, path: Path, chunks: Iterable[bytes]) -> None:
        whole = b"".join(chunks)
        self.before()
        if self.is_full():
            self.disk.write(path, [whole[: len(whole) // 2]])
            raise OSError(ENOSPC, "No space left on device")
        self.disk.write(path, [whole])

    def sync_file(self, path: Path) -> None:
        self.before()
        self.disk.sync_file(path)

    def rename(self, source: Path, target: Path) -> None:
        self.before()
        self.disk.rename(source, target)

    def link(self, source: Path, target: Path) -> None:
        self.before()
        self.disk.link(source, target)

    def sync_folder(self, folder: Path) -> None:
        self.before()
        self.disk.sync_folder(folder)

    def read(self, path: Path, chunk_bytes: int) -> Iterator[bytes]:
        self.before()
        yield from self.disk.read(path, chunk_bytes)

    def exists(self, path: Path) -> bool:
        self.before()
        return self.disk.exists(path)

    def names(self, folder: Path) -> list[tuple[str, float]]:
        self.before()
        return self.disk.names(folder)

    def remove(self, path: Path) -> None:
        self.before()
        self.disk.remove(path)

    def make_folder(self, folder: Path) -> None:
        self.disk.make_folder(folder)
