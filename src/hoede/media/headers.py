"""Size and number of frames from a file's header, before anything is decoded. Pure.

Reads no further than it must, and says nothing it did not read: `None` means that the header does not tell.
Raises `ValueError` where the file is not what its first bytes say.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import BinaryIO

MOST_BOXES = 10_000
MOST_BLOCKS = 2_000_000
MOST_SEGMENTS = 10_000
MOST_FILL = 1000  # bytes before one marker
PIECE_BYTES = 1 << 18
START_OF_SCAN, END_OF_IMAGE = 0xDA, 0xD9
_BEHIND_DATA = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]", re.DOTALL)
_SKIPPED_MARKERS = frozenset({0x01, *range(0xD0, 0xD9)})  # JPEG markers without a length
_SEQUENTIAL = frozenset({0xC0, 0xC1})
_FRAME_MARKERS = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}


@dataclass(frozen=True, slots=True)
class Header:
    width: int
    height: int
    frames: int | None = None
    scans: int = 1  # how often one frame is drawn, each time finer


def read_header(form: str, file: BinaryIO) -> Header | None:
    """What the header of a file of this form tells; None for forms whose header we do not read."""
    reader = _READERS.get(form)
    if reader is None:
        return None
    file.seek(0)
    header = reader(file)
    if header is not None and not (header.width and header.height):
        raise ValueError("a picture without width or height")
    return header


def _jpeg(file: BinaryIO) -> Header:
    """The largest frame header, and how often the picture is drawn: each scan goes over all of it.

    A sequential picture whose first scan has all its components is drawn once, whatever follows
    (libjpeg, `has_multiple_scans`), so what follows is not read.
    """
    _take(file, 2)
    size = (0, 0)
    scans = 0
    in_one_scan: int | None = None  # so many components make a scan the only one
    for _ in range(MOST_SEGMENTS):
        marker = _next_marker(file) if scans else _marker(file)
        if marker in {None, END_OF_IMAGE}:
            break
        if marker in _SKIPPED_MARKERS:
            continue
        length = int.from_bytes(_take(file, 2))
        if length < 2:  # noqa: PLR2004 - the length counts itself
            raise ValueError("a segment shorter than its own length")
        if marker in _FRAME_MARKERS:
            content = _take(file, 6)
            told = int.from_bytes(content[3:5]), int.from_bytes(content[1:3])
            size = max(size, told, key=lambda one: one[0] * one[1])
            in_one_scan = content[5] if marker in _SEQUENTIAL else None
            length -= 6
        elif marker == START_OF_SCAN:
            if size == (0, 0):
                raise ValueError("picture data without width and height")
            scans += 1
            if scans == 1 and _take(file, 1)[0] == in_one_scan:
                break
            length -= scans == 1
        file.seek(length - 2, 1)
    else:
        raise ValueError("segments without end")
    return Header(*size, scans=scans)


def _marker(file: BinaryIO) -> int:
    if _take(file, 1) != b"\xff":
        raise ValueError("no marker where one belongs")
    for _ in range(MOST_FILL):
        if (byte := _take(file, 1)) != b"\xff":
            return byte[0]
    raise ValueError("filling without end")


def _next_marker(file: BinaryIO) -> int | None:
    """The next marker behind picture data, or None where the file ends before one."""
    while piece := file.read(PIECE_BYTES):
        if found := _BEHIND_DATA.search(piece):
            file.seek(found.end() - len(piece), 1)
            return piece[found.end() - 1]
        if piece.endswith(b"\xff") and len(piece) == PIECE_BYTES:
            file.seek(-1, 1)
    return None


def _png(file: BinaryIO) -> Header:
    _take(file, 8)
    width = height = 0
    while True:
        length, kind = int.from_bytes(_take(file, 4)), _take(file, 4)
        if kind == b"IHDR":
            content = _take(file, length if length == 13 else 0)  # noqa: PLR2004 - its only length
            width, height = int.from_bytes(content[:4]), int.from_bytes(content[4:8])
            file.seek(4, 1)
        elif kind == b"acTL":
            return Header(width, height, int.from_bytes(_take(file, 4)))
        elif kind in {b"IDAT", b"IEND"}:
            return Header(width, height, 1)
        else:
            file.seek(length + 4, 1)


def _gif(file: BinaryIO) -> Header:
    screen = _take(file, 13)
    width, height = int.from_bytes(screen[6:8], "little"), int.from_bytes(screen[8:10], "little")
    _skip_palette(file, screen[10])
    frames = 0
    for _ in range(MOST_BLOCKS):
        kind = file.read(1)
        if kind in {b";", b""}:  # a cut-off file still tells how far it goes
            return Header(width, height, frames)
        if kind == b",":
            placed = _take(file, 9)
            left, top = int.from_bytes(placed[:2], "little"), int.from_bytes(placed[2:4], "little")
            width = max(width, left + int.from_bytes(placed[4:6], "little"))
            height = max(height, top + int.from_bytes(placed[6:8], "little"))
            _skip_palette(file, placed[8])
            file.seek(1, 1)
            frames += 1
        elif kind == b"!":
            file.seek(1, 1)
        else:
            raise ValueError("a block of no known kind")
        _skip_blocks(file)
    raise ValueError("blocks without end")


def _skip_palette(file: BinaryIO, flags: int) -> None:
    if flags & 0x80:
        file.seek(3 * 2 ** ((flags & 7) + 1), 1)


def _skip_blocks(file: BinaryIO) -> None:
    while (size := file.read(1)) not in {b"\x00", b""}:
        file.seek(size[0], 1)


def _webp(file: BinaryIO) -> Header:
    _take(file, 12)
    size: tuple[int, int] | None = None
    frames = 0
    for kind, length in _chunks(file):
        after = file.tell() + length + length % 2
        if kind == b"ANMF":
            frames += 1
        elif size is None:
            size = _webp_size(kind, file.read(min(length, 10)))
        file.seek(after)
    if size is None:
        raise ValueError("no picture inside")
    return Header(*size, frames or 1)


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    for _ in range(MOST_BOXES * 10):
        head = file.read(8)
        if len(head) < 8:  # noqa: PLR2004 - kind and length
            return
        yield head[:4], int.from_bytes(head[4:], "little")


def _webp_size(kind: bytes, content: bytes) -> tuple[int, int] | None:
    if kind == b"VP8X":
        return int.from_bytes(content[4:7], "little") + 1, int.from_bytes(content[7:10], "little") + 1
    if kind == b"VP8L":
        bits = int.from_bytes(content[1:5], "little")
        return (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    if kind == b"VP8 ":
        wide, high = content[6:8], content[8:10]
        return int.from_bytes(wide, "little") & 0x3FFF, int.from_bytes(high, "little") & 0x3FFF
    return None


def _boxed(file: BinaryIO) -> Header | None:
    """The largest size any picture in a HEIC or AVIF container says it has."""
    sizes = list(_spatial_extents(file, 0, _end(file), 0))
    return Header(*max(sizes, key=lambda size: size[0] * size[1])) if sizes else None


def _spatial_extents(file: BinaryIO, start: int, end: int, depth: int) -> Iterator[tuple[int, int]]:
    inside = {b"meta": 4, b"iprp": 0, b"ipco": 0}
    for _ in range(MOST_BOXES):
        if start + 8 > end:
            return
        file.seek(start)
        length, kind = int.from_bytes(_take(file, 4)), _take(file, 4)
        begin = 8
        if length == 1:
            length, begin = int.from_bytes(_take(file, 8)), 16
        length = length or end - start
        if length < begin:
            raise ValueError("a box smaller than its own head")
        if kind == b"ispe":
            content = _take(file, 12)
            yield int.from_bytes(content[4:8]), int.from_bytes(content[8:12])
        elif kind in inside and depth < len(inside):
            yield from _spatial_extents(
                file, start + begin + inside[kind], min(end, start + length), depth + 1
            )
        start += length


def _end(file: BinaryIO) -> int:
    return file.seek(0, 2)


def _take(file: BinaryIO, count: int) -> bytes:
    """Exactly so many bytes; a file that ends before is not whole."""
    content = file.read(count)
    if len(content) < count or not count:
        raise ValueError("the header is cut off")
    return content


_READERS: dict[str, Callable[[BinaryIO], Header | None]] = {
    "jpeg": _jpeg,
    "png": _png,
    "gif": _gif,
    "webp": _webp,
    "avif": _boxed,
    "heic": _boxed,
}
