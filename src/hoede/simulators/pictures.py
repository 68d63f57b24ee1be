"""Pictures drawn by rule: the test card, our harmless trigger, and any number of harmless others. Pure."""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from functools import cache

Colour = tuple[int, int, int]

WIDTH, HEIGHT = 640, 480
_BARS: tuple[Colour, ...] = (
    (246, 183, 60), (16, 48, 59), (251, 246, 236), (12, 90, 98), (151, 48, 42), (110, 61, 125), (28, 100, 63),
)  # fmt: skip


@cache
def test_card() -> bytes:
    """The card on the rehearsal list, as PNG: seven bars over a field of squares, always the same bytes."""
    return _png((_card_row(max(0, y - HEIGHT * 2 // 3 + 40) // 40) for y in range(HEIGHT)), WIDTH, HEIGHT)


def picture(seed: int) -> bytes:
    """A harmless picture on no list, as PNG: waves of colour that follow from `seed`."""
    return png(lambda x, y: _waves(seed, x, y))


def png(pixel: Callable[[int, int], Colour], width: int = WIDTH, height: int = HEIGHT) -> bytes:
    """An RGB PNG whose pixels come from `pixel(x, y)`."""
    return _png((bytes(_row(pixel, width, y)) for y in range(height)), width, height)


def _png(rows: Iterable[bytes], width: int, height: int) -> bytes:
    pixels = b"".join(b"\x00" + row for row in rows)
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = (_chunk(b"IHDR", header), _chunk(b"IDAT", zlib.compress(pixels, 9)), _chunk(b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


def _row(pixel: Callable[[int, int], Colour], width: int, y: int) -> Iterator[int]:
    for x in range(width):
        yield from pixel(x, y)


def _chunk(kind: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


@cache
def _card_row(band: int) -> bytes:
    """A row of the card: of the bars, or, from band 1 on, of the squares, 40 pixels a side."""
    bars = (_BARS[x * len(_BARS) // WIDTH] for x in range(WIDTH))
    squares = ((16, 48, 59) if (x // 40 + band) % 2 else (253, 246, 231) for x in range(WIDTH))
    return bytes(part for colour in (squares if band else bars) for part in colour)


def _waves(seed: int, x: int, y: int) -> Colour:
    red = (x * (3 + seed % 5) + y * (seed % 7)) // 4 % 256
    green = (y * (2 + seed % 3) + seed * 31) // 3 % 256
    return red, green, (red ^ green) // 2 + 64
