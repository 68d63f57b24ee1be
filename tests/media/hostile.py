"""Files as strangers make them to break us, hide something or waste our time; every one of them harmless.

A case is made when it is needed, so that no file of them is kept and none lies in memory before its test.
What must happen to it is its verdict: `look`, `exact` (only its digests count), or the code of the refusal.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial

from PIL import Image
from tests.media import forging
from tests.media.forging import (
    AVIF,
    GIF,
    HEIC,
    JPEG,
    PNG,
    SMALL,
    WEBP,
    box,
    chunk,
    gif,
    gif_frame,
    in_jpeg,
    in_png,
    jpeg_saying,
    png,
    scans,
    segment,
    with_field,
    zeros,
)
from tests.pictures import drawn, encoded

LOOK, EXACT, BROKEN, TOO_MUCH = "look", "exact", "media-unreadable", "media-too-much"
WHOLE = {"jpeg": JPEG, "png": PNG, "gif": GIF, "webp": WEBP, "avif": AVIF, "heic": HEIC}
# What is cut off is refused, but for those whose first frame may be whole before the end is missing.
PATIENT = frozenset({"gif", "mp4", "matroska"})
CUTS = 12
HUGE = b"\xff\xff\xff\xff"
SIDES = struct.pack(">II", 65535, 65535)
ORIENTATION, SHORT = 0x0112, 3


@dataclass(frozen=True, slots=True)
class Case:
    name: str
    must: str  # several verdicts with a bar between them where a library may come to either
    make: Callable[[], bytes]

    def __str__(self) -> str:
        return self.name


def cases() -> list[Case]:
    """All of them."""
    kinds = (_cut, _polyglots, _headers, _unfolding, _moving, _stored, _jpegs, _metadata, _videos, _others)
    return [case for kind in kinds for case in kind()]


def _cut() -> Iterator[Case]:
    """Whole files that end too early, from behind their first bytes to one byte before the end."""
    films = {"mp4": partial(_film, "mp4"), "matroska": partial(_film, "matroska")}
    makers: dict[str, Callable[[], bytes]] = {
        **{form: partial(bytes, whole) for form, whole in WHOLE.items()},
        **films,
    }
    for form, make in makers.items():
        must = f"{LOOK}|{BROKEN}" if form in PATIENT else BROKEN
        for place in range(1, CUTS):
            yield Case(f"{form} cut at {place}/{CUTS}", must, partial(_cut_at, make, place / CUTS))
    for form in ("jpeg", "png", "webp", "avif"):
        yield Case(f"{form} without its last byte", f"{LOOK}|{BROKEN}", partial(_cut_at, makers[form], 1.0))


def _cut_at(make: Callable[[], bytes], share: float) -> bytes:
    whole = make()
    return whole[: max(40, min(len(whole) - 1, int(len(whole) * share)))]


def _polyglots() -> Iterator[Case]:
    """Files that are two things: what the first bytes say counts, and it is that which browsers show."""
    script = b"<html><script>alert('hoede')</script></html>"
    pdf, archive = (
        b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF",
        b"PK\x03\x04" + bytes(26) + b"PK\x05\x06" + bytes(18),
    )
    yield Case("jpeg with a zip behind it", LOOK, lambda: JPEG + archive)
    yield Case("jpeg with html in a comment", LOOK, lambda: in_jpeg(segment(0xFE, script)))
    yield Case("gif that is a script", LOOK, lambda: GIF[:-1] + b"!\xfe\x1a*/=1;alert('hoede');/*hoede\0;")
    yield Case("png with a pdf behind it", LOOK, lambda: PNG + pdf)
    yield Case("png with a jpeg behind it", LOOK, lambda: PNG + JPEG)
    yield Case("webp with html behind it", LOOK, lambda: WEBP + script)
    yield Case("pdf with a jpeg inside", EXACT, lambda: pdf + JPEG)
    yield Case("zip with a png inside", EXACT, lambda: archive + PNG)
    yield Case("html with a gif inside", EXACT, lambda: script + GIF)
    yield Case("png behind one blank", EXACT, lambda: b" " + PNG)
    yield Case("heic that says it is mp4", f"{LOOK}|{BROKEN}", lambda: HEIC.replace(b"heic", b"isom"))
    yield Case("mp4 that says it is heic", BROKEN, lambda: _film("mp4").replace(b"isom", b"heic"))
    yield Case(
        "avif that says it is heic", f"{LOOK}|{BROKEN}", lambda: AVIF.replace(b"ftypavif", b"ftypheic")
    )


def _headers() -> Iterator[Case]:
    """Pictures whose header says a size that nobody has memory for, or none at all."""
    yield Case("png says 65535 x 65535", TOO_MUCH, lambda: png(65535, 65535))
    yield Case("png says 2^31 x 2^31", TOO_MUCH, lambda: png(1 << 31, 1 << 31))
    yield Case("png says 0 x 40", BROKEN, lambda: png(0, 40))
    yield Case("png says small, then large", TOO_MUCH, lambda: png(16, 16, png(65535, 65535)[8:33]))
    yield Case("gif says 65535 x 65535", TOO_MUCH, lambda: gif(65535, 65535, gif_frame()))
    yield Case("gif says 2 x 2, its frame 60000", TOO_MUCH, lambda: gif(2, 2, gif_frame(60000, 60000, 4, 4)))
    yield Case("gif says 0 x 0, its frame too", BROKEN, lambda: gif(0, 0, gif_frame(0, 0, 0, 0)))
    yield Case("webp says 2^24 x 2^24", TOO_MUCH, lambda: _webp_saying(1 << 24, 1 << 24))
    yield Case("webp says 16383 x 16383", TOO_MUCH, lambda: WEBP[:26] + HUGE + WEBP[30:])
    yield Case("webp says 16 x 16 and is larger", BROKEN, lambda: _webp_saying(16, 16, WEBP[12:]))
    yield Case("webp without a picture", BROKEN, lambda: _webp_saying(97, 61))
    yield Case("jpeg says 65535 x 65535", TOO_MUCH, lambda: jpeg_saying(65535, 65535))
    yield Case("jpeg says 0 x 61", BROKEN, lambda: jpeg_saying(0, 61))
    yield Case("jpeg says 97 x 0", BROKEN, lambda: jpeg_saying(97, 0))
    yield Case("jpeg says 5000 x 5000 and ends", LOOK, lambda: jpeg_saying(5000, 5000))
    for form, whole in (("heic", HEIC), ("avif", AVIF)):
        yield Case(f"{form} says 65535 x 65535", TOO_MUCH, partial(with_field, whole, b"ispe", 4, SIDES))
        yield Case(f"{form} says 2^32 x 2^32", TOO_MUCH, partial(with_field, whole, b"ispe", 4, HUGE * 2))
        yield Case(f"{form} says 0 x 0", BROKEN, partial(with_field, whole, b"ispe", 4, bytes(8)))
        yield Case(f"{form} lies a lot elsewhere", BROKEN, partial(with_field, whole, b"iloc", 0, HUGE * 10))
        yield Case(f"{form} with boxes in boxes", BROKEN, partial(_nested, whole, b"iprp"))
        yield Case(f"{form} with a box of 2 GB", BROKEN, partial(_first_box_as, whole, 0x7FFFFFFF))
        yield Case(
            f"{form} with a box of 3 bytes", BROKEN, partial(_behind_first_box, whole, b"\0\0\0\3meta")
        )
        yield Case(
            f"{form} with boxes of nothing", BROKEN, partial(_behind_first_box, whole, box(b"free") * 50_000)
        )


def _webp_saying(width: int, height: int, more: bytes = b"") -> bytes:
    told = bytes(4) + (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    inside = b"WEBPVP8X" + struct.pack("<I", 10) + told + more
    return b"RIFF" + struct.pack("<I", len(inside)) + inside


def _first_box(file: bytes) -> int:
    return int.from_bytes(file[:4])


def _nested(file: bytes, kind: bytes) -> bytes:
    nest = b""
    for _ in range(3000):
        nest = box(kind, nest)
    return _behind_first_box(file, box(b"meta", bytes(4), nest))


def _first_box_as(file: bytes, length: int) -> bytes:
    return struct.pack(">I", length) + file[4:]


def _behind_first_box(file: bytes, rest: bytes) -> bytes:
    return file[: _first_box(file)] + rest


def _unfolding() -> Iterator[Case]:
    """A few hundred kilobytes that want to become hundreds of megabytes."""
    yield Case("png with a text of 300 MB", BROKEN, lambda: in_png(chunk(b"zTXt", b"k\0\0" + zeros(300))))
    yield Case(
        "png with words of 300 MB", BROKEN, lambda: in_png(chunk(b"iTXt", b"k\0\1\0\0\0" + zeros(300)))
    )
    yield Case("png with a profile of 300 MB", BROKEN, lambda: in_png(chunk(b"iCCP", b"k\0\0" + zeros(300))))
    yield Case(
        "png with 80 texts of 1 MB", BROKEN, lambda: in_png(chunk(b"zTXt", b"k\0\0" + zeros(1)[:-4]) * 80)
    )
    yield Case("png of 64 megapixels of nothing", LOOK, lambda: png(8000, 8000, idat=zeros(184)))
    yield Case("png with more data than picture", LOOK, lambda: png(16, 16, idat=zeros(300)))
    yield Case("png with 50,000 chunks", LOOK, lambda: in_png(chunk(b"hoed", b"") * 50_000))
    yield Case("jpeg with a profile of 15 MB", LOOK, lambda: in_jpeg(*map(_profile_part, range(255))))
    yield Case("jpeg with 20,000 comments", BROKEN, lambda: in_jpeg(segment(0xFE, b"hoede") * 20_000))
    yield Case("jpeg with 1 MB before a marker", BROKEN, lambda: JPEG[:2] + b"\xff" * (1 << 20) + JPEG[3:])
    yield Case("jpeg drawn in 300 scans", LOOK, lambda: scans(300))
    yield Case(
        "jpeg of 64 megapixels in 500 scans", TOO_MUCH, lambda: scans(500, Image.new("L", (8000, 8000), 99))
    )


def _profile_part(number: int) -> bytes:
    return segment(0xE2, b"ICC_PROFILE\0" + bytes((number, 255)) + bytes(60_000))


def _moving() -> Iterator[Case]:
    """Pictures that move too long, too often, or in ways that nobody means."""
    dots = [Image.new("L", (1, 1), number % 256) for number in range(3000)]
    for form in ("GIF", "PNG", "WEBP"):
        yield Case(f"{form} of 3,000 frames", LOOK, partial(forging.moving, form, dots, duration=0))
    yield Case("gif of 20,001 frames", TOO_MUCH, lambda: gif(1, 1, gif_frame() * 20_001))
    yield Case("gif of 16 megapixels, 2,000 times", TOO_MUCH, lambda: gif(4000, 4000, gif_frame() * 2000))
    yield Case("png that says 2^32 frames", TOO_MUCH, lambda: in_png(chunk(b"acTL", HUGE + bytes(4))))
    yield Case(
        "png that says 5 frames and has one", BROKEN, lambda: in_png(chunk(b"acTL", struct.pack(">II", 5, 0)))
    )
    yield Case("png that says 0 frames", LOOK, lambda: in_png(chunk(b"acTL", bytes(8))))
    for disposal in range(8):
        frames = b"".join(gif_frame(at, at, 3, 3, disposal=disposal) for at in range(4)) * 5
        yield Case(f"gif that clears in the way {disposal}", LOOK, partial(gif, 7, 7, frames))
    yield Case(
        "gif whose frame lies outside", LOOK, lambda: gif(6, 6, gif_frame(), gif_frame(100, 100, 6, 6))
    )
    yield Case("gif without a frame", BROKEN, lambda: gif(10, 10))
    yield Case("gif without a colour", LOOK, lambda: gif(6, 6, gif_frame(0, 0, 6, 6), colours=False))
    yield Case("gif without its end", LOOK, lambda: gif(6, 6, gif_frame(0, 0, 6, 6))[:-1])
    yield Case("gif of an unknown block", BROKEN, lambda: gif(6, 6, b"?hoede"))
    yield Case("gif with codes of 12 bits at once", f"{LOOK}|{BROKEN}", lambda: _gif_code_size(12))
    yield Case("gif with codes of no bits", f"{LOOK}|{BROKEN}", lambda: _gif_code_size(0))
    yield Case("jpeg whose second picture is gone", LOOK, lambda: _pictures_said(2))
    yield Case("jpeg that says 65,535 pictures", LOOK, lambda: _pictures_said(65535))


def _gif_code_size(bits: int) -> bytes:
    frame = gif_frame(0, 0, 6, 6)
    at = frame.index(b"\x02", frame.index(b","))
    return gif(6, 6, frame[:at] + bytes((bits,)) + frame[at + 1 :])


def _pictures_said(count: int) -> bytes:
    """A JPEG with the table of a multi-picture file, whose pictures lie behind its end."""
    entries = struct.pack(">IIIHH", 0x030000, len(JPEG), 0, 0, 0) + struct.pack(
        ">IIIHH", 0, 100, 999_999, 0, 0
    )
    rows = (
        struct.pack(">HHI4s", 0xB000, 7, 4, b"0100")
        + struct.pack(">HHII", 0xB001, 4, 1, count)
        + struct.pack(">HHII", 0xB002, 7, len(entries), 50)
    )
    return in_jpeg(segment(0xE2, b"MPF\0MM\0*\0\0\0\x08" + struct.pack(">H", 3) + rows + bytes(4) + entries))


def _stored() -> Iterator[Case]:
    """Every odd way to store pixels, and pictures of almost none."""
    for bits in (1, 2, 4, 8, 16):
        rows = zlib.compress((b"\0" + bytes(4 * bits)) * 32)
        yield Case(f"png of {bits} bits", LOOK, partial(png, 32, 32, bits=bits, colour=0, idat=rows))
    yield Case("png of 3 bits", BROKEN, lambda: png(32, 32, bits=3, idat=zlib.compress(bytes(99 * 32))))
    palette, places = chunk(b"PLTE", b"hoedes"), zlib.compress((b"\0" + bytes(range(30))) * 30)
    yield Case(
        "png with places beyond its palette", LOOK, partial(png, 30, 30, palette, colour=3, idat=places)
    )
    yield Case("png without a palette", LOOK, partial(png, 30, 30, colour=3, idat=places))
    yield Case("png interlaced", LOOK, lambda: png(32, 32, way=1, idat=zlib.compress(bytes(4000))))
    yield Case(
        "png in an unknown way",
        f"{LOOK}|{BROKEN}",
        lambda: png(32, 32, way=7, idat=zlib.compress(bytes(4000))),
    )
    yield Case("png without data", BROKEN, lambda: png(32, 32, idat=b""))
    for size in ((1, 1), (1, 900), (900, 1), (4, 4), (5, 30_000), (30_000, 5)):
        for form in ("PNG", "GIF", "JPEG"):
            name = f"{form} of {size[0]} x {size[1]}"
            yield Case(name, LOOK, partial(_plain, form, size))
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        yield Case(f"png of mode {mode}", LOOK, partial(_in_mode, mode))


def _plain(form: str, size: tuple[int, int]) -> bytes:
    return encoded(Image.new("RGB", size, "teal"), form)


def _in_mode(mode: str) -> bytes:
    return encoded(SMALL.convert("L").convert(mode) if mode == "I;16" else SMALL.convert(mode))


def _jpegs() -> Iterator[Case]:
    """Ways to write a JPEG that few readers know, and ways that none should."""
    frame = JPEG[JPEG.index(b"\xff\xc0") :][:19]
    large = frame[:5] + struct.pack(">HH", 65535, 65535) + frame[9:]
    inks = encoded(SMALL.convert("CMYK"), "JPEG")
    yield Case("jpeg in four inks", LOOK, lambda: inks)
    yield Case("jpeg in inks the other way round", LOOK, lambda: inks.replace(b"Adobe", b"hoede"))
    yield Case("jpeg in inks of another kind", LOOK, lambda: in_jpeg(_adobe(2), of=inks))
    yield Case("jpeg in unknown colours", LOOK, lambda: in_jpeg(_adobe(99)))
    for number in (2, 3, 5, 6, 7, 10, 11, 13, 14, 15):
        yield Case(
            f"jpeg of the process {number}", BROKEN, partial(jpeg_saying, 97, 61, marker=0xC0 + number)
        )
    yield Case("jpeg in arithmetic code", f"{LOOK}|{BROKEN}", lambda: jpeg_saying(97, 61, marker=0xC9))
    yield Case("jpeg of 12 bits", BROKEN, lambda: jpeg_saying(97, 61, marker=0xC1, bits=12))
    yield Case("jpeg without its end", BROKEN, lambda: JPEG[:-2])
    yield Case("jpeg with noise behind it", LOOK, lambda: JPEG + drawn(2, 48, 48).tobytes())
    yield Case("jpeg with two frame headers", BROKEN, lambda: in_jpeg(frame))
    yield Case("jpeg whose first frame header lies", TOO_MUCH, lambda: in_jpeg(large))
    yield Case("jpeg whose second frame header lies", TOO_MUCH, lambda: JPEG.replace(frame, frame + large))
    yield Case("jpeg without quantities", BROKEN, lambda: JPEG.replace(b"\xff\xdb", b"\xff\xee"))
    yield Case("jpeg without codes", f"{LOOK}|{BROKEN}", lambda: JPEG.replace(b"\xff\xc4", b"\xff\xee"))
    yield Case("jpeg that begins with data", BROKEN, lambda: JPEG[:2] + JPEG[JPEG.index(b"\xff\xda") :])
    yield Case("jpeg with a segment of no bytes", BROKEN, lambda: in_jpeg(b"\xff\xe5\0\0"))
    yield Case("jpeg of three bytes", BROKEN, lambda: JPEG[:3])


def _adobe(transform: int) -> bytes:
    return segment(0xEE, b"Adobe\0\x64\0\0\0\0" + bytes((transform,)))


def _metadata() -> Iterator[Case]:
    """EXIF and its like, which nobody needs to understand in order to look at a picture."""
    for turn in (0, 9, 99, 65535):
        yield Case(
            f"exif turned in the way {turn}", LOOK, partial(_turned, SHORT, struct.pack(">HH", turn, 0))
        )
    for kind, value in {
        2: b"six\0",  # text
        5: b"\x7f\xff\xff\xff",  # a fraction that lies elsewhere
        7: b"\0\6\0\0",  # anything
        8: struct.pack(">hh", -1, 0),  # a negative number
        11: struct.pack(">f", float("nan")),
        99: b"\0\6\0\0",  # a type that is none
    }.items():
        yield Case(f"exif turned by a value of type {kind}", LOOK, partial(_turned, kind, value))
    yield Case("exif turned 2^32 times", LOOK, lambda: _turned(SHORT, b"\0\6\0\0", count=0xFFFFFFFF))
    yield Case("exif turned no times", LOOK, lambda: _turned(SHORT, b"\0\6\0\0", count=0))
    fraction = forging.exif((ORIENTATION, 5, 1, struct.pack(">I", 26)))
    yield Case("exif turned by nothing in nothing", LOOK, lambda: in_jpeg(segment(0xE1, fraction + bytes(8))))
    yield Case("exif that follows itself", LOOK, lambda: _turned(SHORT, b"\0\6\0\0", after=8))
    yield Case("exif that holds itself", LOOK, lambda: _exif((0x8769, 4, 1, struct.pack(">I", 8))))
    yield Case(
        "exif of 5,000 texts", LOOK, lambda: _exif(*[(tag, 2, 65535, b"\0\0\0\x08") for tag in range(5000)])
    )
    yield Case("exif that says 65,535 rows", LOOK, lambda: in_jpeg(segment(0xE1, _exif_head() + b"\xff\xff")))
    yield Case("exif that begins far away", LOOK, lambda: in_jpeg(segment(0xE1, b"Exif\0\0MM\0*" + HUGE)))
    yield Case(
        "exif of noise", LOOK, lambda: in_jpeg(segment(0xE1, b"Exif\0\0" + drawn(3, 48, 48).tobytes()))
    )
    yield Case("exif of nothing", LOOK, lambda: in_jpeg(segment(0xE1, b"Exif\0\0")))
    yield Case(
        "exif of 5 MB in a png", LOOK, lambda: in_png(chunk(b"eXIf", b"MM\0*\0\0\0\x08" + bytes(5 << 20)))
    )
    yield Case(
        "exif as a text that is none", LOOK, lambda: in_png(_profile(b"\nexif\n    1000\n" + b"zz" * 500))
    )
    for name, content in (
        (b"pHYs", bytes(9)),
        (b"gAMA", bytes(4)),
        (b"cHRM", b"h"),
        (b"tRNS", b""),
        (b"sBIT", b""),
    ):
        yield Case(f"png with an odd {name.decode()}", f"{LOOK}|{BROKEN}", partial(_png_with, name, content))


def _exif_head() -> bytes:
    return b"Exif\0\0MM\0*\0\0\0\x08"


def _exif(*entries: tuple[int, int, int, bytes]) -> bytes:
    return in_jpeg(segment(0xE1, forging.exif(*entries)))


def _turned(kind: int, value: bytes, *, count: int = 1, after: int = 0) -> bytes:
    return in_jpeg(segment(0xE1, forging.exif((ORIENTATION, kind, count, value), after=after)))


def _profile(content: bytes) -> bytes:
    return chunk(b"zTXt", b"Raw profile type exif\0\0" + zlib.compress(content))


def _png_with(kind: bytes, content: bytes) -> bytes:
    return in_png(chunk(kind, content))


def _film(form: str = "mp4", *, streams: int = 1) -> bytes:
    return forging.film(*(drawn(seed, 160, 120) for seed in range(10)), form=form, streams=streams)


def _videos() -> Iterator[Case]:
    """Boxes that lie about time, size, place and number."""
    for name, kind, at, value, must in (
        ("a second of no ticks", b"mvhd", 12, bytes(4), LOOK),
        ("a stream's second of no ticks", b"mdhd", 12, bytes(4), LOOK),
        ("a second of 2^32 ticks", b"mdhd", 12, HUGE, LOOK),
        ("2^32 ticks of length", b"mvhd", 16, HUGE, LOOK),
        ("a quarter turn", b"tkhd", 40, struct.pack(">9i", 0, 65536, 0, -65536, 0, 0, 0, 0, 1 << 30), LOOK),
        ("a turn of noise", b"tkhd", 40, b"\x7f" * 36, LOOK),
        ("a size of 2^32", b"tkhd", 76, HUGE * 2, LOOK),
        ("a coded size of 65535", b"mp4v", 24, HUGE, LOOK),
        ("2^32 edits", b"elst", 4, HUGE, LOOK),
        ("an edit of nothing", b"elst", 8, struct.pack(">iiI", 1000, -1, 65536), BROKEN),
        ("an edit of for ever", b"elst", 8, struct.pack(">IiI", 0xFFFFFFFF, 0x7FFFFFFF, 0), BROKEN),
        ("frames of no length", b"stts", 8, struct.pack(">II", 10, 0), LOOK),
        ("frames of negative length", b"stts", 8, struct.pack(">II", 10, 0xFFFFFFFF), LOOK),
        ("frames of half an hour", b"stts", 8, struct.pack(">II", 10, 0x7FFFFFF), f"{LOOK}|{TOO_MUCH}"),
        ("2^32 lengths", b"stts", 4, HUGE, TOO_MUCH),
        ("2^32 frames", b"stsz", 8, HUGE, BROKEN),
        ("frames of 2 GB", b"stsz", 4, b"\x7f\xff\xff\xff", BROKEN),
        ("frames far away", b"stco", 8, b"\x7f\xff\xff\xff", BROKEN),
        ("chunks of 2^32 frames", b"stsc", 8, HUGE * 3, LOOK),
    ):
        yield Case(f"mp4 with {name}", must, partial(_film_with, kind, at, value))
    yield Case(
        "mp4 that moves a million times a second", LOOK, lambda: _film_with(b"mdhd", 12, (10**7).to_bytes(4))
    )
    yield Case("mp4 with sound alone", LOOK, forging.sound)
    yield Case("mp4 in two streams", LOOK, lambda: _film(streams=2))
    yield Case("mp4 in 20 streams", TOO_MUCH, lambda: _film(streams=20))
    yield Case("mp4 of nothing", BROKEN, lambda: _film()[:32])
    yield Case("mp4 of noise", BROKEN, lambda: _film()[:40] + drawn(4, 200, 200).tobytes())
    yield Case("mp4 with boxes in boxes", BROKEN, lambda: _film()[:32] + b"\x7f\xff\xff\0moov" * 5000)
    yield Case(
        "mp4 with 5,000 streams of nothing", BROKEN, lambda: _film()[:32] + box(b"moov", _stream() * 5000)
    )
    yield Case(
        "mp4 that is a list of addresses", BROKEN, lambda: _film()[:28] + b"\n#EXTM3U\nfile:///etc/passwd\n"
    )
    yield Case(
        "matroska of an unknown code", BROKEN, lambda: _film("matroska").replace(b"V_MPEG4", b"V_HOEDE")
    )
    yield Case("matroska of noise", BROKEN, lambda: b"\x1a\x45\xdf\xa3" + drawn(5, 200, 200).tobytes())
    yield Case(
        "matroska that becomes noise", BROKEN, lambda: _film("matroska")[:40] + drawn(6, 200, 200).tobytes()
    )
    yield Case("matroska of 2^56 bytes", BROKEN, lambda: b"\x1a\x45\xdf\xa3\x01" + HUGE + HUGE)


def _film_with(kind: bytes, at: int, value: bytes) -> bytes:
    return with_field(_film(), kind, at, value)


def _stream() -> bytes:
    return box(b"trak", box(b"tkhd", bytes(84)))


def _others() -> Iterator[Case]:
    """What is not decoded, whatever it would do to those who decode it."""
    entities = "".join(f'<!ENTITY a{level} "{f"&a{level - 1};" * 10}">' for level in range(1, 10))
    svg = f'<?xml version="1.0"?><!DOCTYPE svg [<!ENTITY a0 "hoede">{entities}]><svg>&a9;</svg>'
    yield Case("svg of a billion words", EXACT, svg.encode)
    yield Case("svg that asks for a file", EXACT, lambda: b'<svg><image href="file:///etc/passwd"/></svg>')
    yield Case("pdf", EXACT, lambda: b"%PDF-1.7\n" + bytes(1000))
    yield Case("zip of zeros", EXACT, lambda: b"PK\x03\x04" + zeros(300))
    yield Case("gzip of zeros", EXACT, lambda: b"\x1f\x8b\x08" + zeros(300))
    yield Case("tiff of one table that follows itself", EXACT, lambda: b"II*\0\x08\0\0\0\0\0\x08\0\0\0")
    yield Case(
        "bmp of 2^31 x 2^31", EXACT, lambda: b"BM" + bytes(12) + b"\x28\0\0\0" + b"\xff\xff\xff\x7f" * 2
    )
    yield Case("a playlist", EXACT, lambda: b"#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n")
    yield Case("zeros", EXACT, lambda: bytes(1 << 20))
    yield Case("nothing", EXACT, lambda: b"")
