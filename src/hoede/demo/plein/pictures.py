"""Picture files: accepted by their leading bytes, on disk before anybody is told, gone when removed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

MAX_BYTES = 10 * 1024 * 1024
PIECE_BYTES = 64 * 1024


@dataclass(frozen=True, slots=True)
class Refusal:
    reason: str  # a key of the words we show


def media_type(head: bytes) -> str | None:
    """Return which kind of picture the first 12 bytes say, else None. A file's name is never trusted."""
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head.startswith((b"GIF87a", b"GIF89a")):
        return "image/gif"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    return None


class Pictures:
    """A folder with one file per post, named by the post's id."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for part in folder.glob("*.part"):  # left by a crash while saving
            part.unlink()
        self._folder = folder

    def path(self, post: str) -> Path:
        return self._folder / post

    def save(self, post: str, source: BinaryIO) -> str | Refusal:
        """Return the media type of a picture that is now safe on disk, or why it is refused."""
        kind = media_type(source.read(12))
        source.seek(0)
        if kind is None:
            return Refusal("wrong.no_picture")
        with _part_file(self.path(post)) as (file, part):
            if not _copy(source, file):
                part.unlink()
                return Refusal("wrong.too_big")
            _sync(file)
            part.replace(self.path(post))
        self._sync_folder()
        return kind

    def erase(self, post: str) -> None:
        """The file is gone, also after a power cut. Erasing twice changes nothing."""
        self.path(post).unlink(missing_ok=True)
        self._sync_folder()

    def _sync_folder(self) -> None:
        handle = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


@contextmanager
def _part_file(path: Path) -> Iterator[tuple[BinaryIO, Path]]:
    part = path.with_suffix(".part")
    with part.open("wb") as file:
        yield file, part


def _copy(source: BinaryIO, target: BinaryIO) -> bool:
    """Whether all of the source fits under the limit."""
    left = MAX_BYTES
    while piece := source.read(PIECE_BYTES):
        left -= len(piece)
        if left < 0:
            return False
        target.write(piece)
    return True


def _sync(file: BinaryIO) -> None:
    file.flush()
    os.fsync(file.fileno())
