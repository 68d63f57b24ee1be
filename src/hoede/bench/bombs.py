"""Files of a few bytes whose header says that they are larger than any memory, and that hold nothing else."""

import struct
import zlib
from collections.abc import Mapping

SIDE = 65535


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def _box(kind: bytes, *content: bytes) -> bytes:
    inside = b"".join(content)
    return struct.pack(">I", len(inside) + 8) + kind + inside


def _in_boxes(brand: bytes) -> bytes:
    said = _box(b"ispe", struct.pack(">III", 0, SIDE, SIDE))
    meta = _box(b"meta", bytes(4), _box(b"iprp", _box(b"ipco", said)))
    return _box(b"ftyp", brand, bytes(4), b"mif1", brand) + meta


def _png() -> bytes:
    header = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", header) + _chunk(b"IDAT", b"") + _chunk(b"IEND", b"")


def _jpeg() -> bytes:
    frame = struct.pack(">BBHBHHB9s", 0xFF, 0xC0, 17, 8, SIDE, SIDE, 3, b"\1\x22\0\2\x11\1\3\x11\1")
    return b"\xff\xd8" + frame + b"\xff\xd9"


def _gif() -> bytes:
    frame = b"," + struct.pack("<HHHHB", 0, 0, SIDE, SIDE, 0) + b"\2\2\x4c\1\0"
    return b"GIF89a" + struct.pack("<HHBBB", SIDE, SIDE, 0x80, 0, 0) + bytes(6) + frame + b";"


def _webp() -> bytes:
    inside = b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff" * 6
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


BOMBS: Mapping[str, bytes] = {
    "png": _png(),
    "jpeg": _jpeg(),
    "gif": _gif(),
    "webp": _webp(),
    "heic": _in_boxes(b"heic"),
    "avif": _in_boxes(b"avif"),
}
