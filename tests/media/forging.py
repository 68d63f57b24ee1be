"""Parts of files as strangers could write them: chunks, segments, blocks, boxes, with any lie inside."""

import io
import struct
import zlib
from collections.abc import Iterable
from functools import cache

import av
import numpy as np
from PIL import Image
from tests.pictures import drawn, encoded, heic

SMALL = drawn(1, 97, 61)
JPEG = encoded(SMALL, "JPEG", quality=80)
PNG = encoded(SMALL)
GIF = encoded(SMALL, "GIF")
WEBP = encoded(SMALL, "WEBP")
AVIF = encoded(SMALL, "AVIF")
HEIC = heic(SMALL)
PNG_START = b"\x89PNG\r\n\x1a\n"
END = 0xD9


@cache
def zeros(megabytes: int) -> bytes:
    """Zlib that unfolds to so much; a thousandth of it."""
    packed, piece = zlib.compressobj(9), bytes(1 << 20)
    return b"".join([packed.compress(piece) for _ in range(megabytes)]) + packed.flush()


def chunk(kind: bytes, content: bytes) -> bytes:
    """One of PNG's."""
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))


def png(
    width: int, height: int, *more: bytes, bits: int = 8, colour: int = 2, idat: bytes = b"", way: int = 0
) -> bytes:
    """A PNG that says so; `more` chunks stand before its data."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, way))
    return b"".join((PNG_START, header, *more, chunk(b"IDAT", idat), chunk(b"IEND", b"")))


def in_png(*chunks: bytes) -> bytes:
    """A whole PNG with these chunks behind its header."""
    header = len(PNG_START) + 25
    return PNG[:header] + b"".join(chunks) + PNG[header:]


def segment(marker: int, content: bytes) -> bytes:
    """One of JPEG's."""
    return struct.pack(">BBH", 0xFF, marker, len(content) + 2) + content


def in_jpeg(*segments: bytes, of: bytes = JPEG) -> bytes:
    """A whole JPEG with these segments at its beginning."""
    return of[:2] + b"".join(segments) + of[2:]


def jpeg_saying(width: int, height: int, *, marker: int = 0xC0, bits: int = 8) -> bytes:
    """The small JPEG with another frame header."""
    at = JPEG.index(b"\xff\xc0")
    told = struct.pack(">BHH", bits, height, width)
    return JPEG[:at] + bytes((0xFF, marker)) + JPEG[at + 2 : at + 4] + told + JPEG[at + 9 :]


def scans(times: int, picture: Image.Image = SMALL, *, progressive: bool = True) -> bytes:
    """A JPEG whose last scan comes so often."""
    whole = encoded(picture, "JPEG", progressive=progressive, quality=60)
    at, end = whole.rindex(b"\xff\xda"), len(whole) - 2
    return whole[:at] + whole[at:end] * times + whole[end:]


def gif(width: int, height: int, *blocks: bytes, colours: bool = True) -> bytes:
    screen = struct.pack("<HHBBB", width, height, 0xF0 if colours else 0, 0, 0)
    return b"GIF89a" + screen + (b"\0\0\0\xff\xff\xff" if colours else b"") + b"".join(blocks) + b";"


def gif_frame(
    left: int = 0, top: int = 0, width: int = 1, height: int = 1, *, disposal: int = 0, delay: int = 0
) -> bytes:
    """A picture of one colour, at most 40 pixels in all, with how it is shown."""
    control = b"!\xf9\x04" + struct.pack("<BHB", disposal << 2, delay, 0) + b"\0"
    placed = b"," + struct.pack("<HHHHB", left, top, width, height, 0)
    codes = [4, *([0] * (width * height)), 5]
    packed = sum(code << 3 * place for place, code in enumerate(_plain(codes)))
    data = packed.to_bytes(len(_plain(codes)) * 3 // 8 + 1, "little")
    return control + placed + b"\x02" + bytes((len(data),)) + data + b"\0"


def _plain(codes: list[int]) -> list[int]:
    """LZW without its dictionary: begun anew before the codes grow."""
    plain: list[int] = []
    for place, code in enumerate(codes):
        plain += [4, code] if place and place % 2 == 0 and code != 5 else [code]
    return plain


def moving(form: str, pictures: Iterable[Image.Image], **more: object) -> bytes:
    first, *others = pictures
    return encoded(first, form, save_all=True, append_images=others, **more)


def box(kind: bytes, *content: bytes) -> bytes:
    """One of MP4's and HEIC's."""
    inside = b"".join(content)
    return struct.pack(">I", len(inside) + 8) + kind + inside


def with_field(file: bytes, kind: bytes, at: int, value: bytes) -> bytes:
    """The file with other bytes so far behind the name of every box of this kind."""
    changed, place = bytearray(file), file.find(kind)
    if place < 0:
        raise ValueError(f"there is no {kind!r}")
    while place >= 0:
        changed[place + 4 + at : place + 4 + at + len(value)] = value
        place = file.find(kind, place + 1)
    return bytes(changed)


def film(
    *pictures: Image.Image, rate: int = 10, form: str = "mp4", streams: int = 1, keys_every: int = 12
) -> bytes:
    """Each picture is one frame; in every stream the same."""
    target = io.BytesIO()
    with av.open(target, mode="w", format=form) as made:
        no_more_keys = {"sc_threshold": "1000000000"}
        lines = [made.add_stream("mpeg4", rate=rate, options=no_more_keys) for _ in range(streams)]
        for line in lines:
            line.width, line.height = pictures[0].size
            line.codec_context.gop_size, line.bit_rate = keys_every, 40_000_000
        for picture in pictures:
            for line in lines:
                made.mux(line.encode(av.VideoFrame.from_ndarray(np.asarray(picture), format="rgb24")))
        for line in lines:
            made.mux(line.encode())
    return target.getvalue()


def sound() -> bytes:
    """A second of silence in an MP4, as voice messages are."""
    target = io.BytesIO()
    with av.open(target, mode="w", format="mp4") as made:
        line = made.add_stream("aac", rate=8000)
        line.layout = "mono"
        for _ in range(8):
            silence = av.AudioFrame.from_ndarray(
                np.zeros((1, 1024), np.float32), format="fltp", layout="mono"
            )
            silence.sample_rate = 8000
            made.mux(line.encode(silence))
        made.mux(line.encode())
    return target.getvalue()


def exif(*entries: tuple[int, int, int, bytes], after: int = 0) -> bytes:
    """EXIF with these entries (tag, type, count, four bytes of value) and where the next table stands."""
    rows = b"".join(struct.pack(">HHI", tag, kind, count) + value for tag, kind, count, value in entries)
    return b"Exif\0\0MM\0*\0\0\0\x08" + struct.pack(">H", len(entries)) + rows + struct.pack(">I", after)
