"""Decoding pictures, in the child: size from the header first, then frames in strips, then fingerprints."""

import io
import math
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import BinaryIO

import numpy as np
import pi_heif
from PIL import Image, ImageDraw, ImageFile, ImageFilter, ImageFont, UnidentifiedImageError

from hoede.core.media import Frame
from hoede.media.headers import Header, read_header
from hoede.media.limits import BROKEN, Limits, MediaTooMuch, MediaUnreadable
from hoede.media.pdq import Pdq, Plane, fingerprint

STRIP_PIXELS = 4_000_000
FORMS = {"jpeg": "JPEG", "png": "PNG", "gif": "GIF", "webp": "WEBP", "avif": "AVIF", "heic": "HEIF"}
MOST_SHOWN = 9  # frames of a strip
MARK_APART, MARK_STRENGTH = 24, 70  # pixels around a mark; of 255
_HALVED = 4  # times the pixels: what a JPEG may have that is decoded at half its size
_TURNS = 0x0112  # the EXIF tag that says how a picture is held
# Where the upright picture stands among the turns and mirrors of the stored one, by the tag's value.
_UPRIGHT = {2: 1, 3: 3, 4: 2, 5: 4, 6: 5, 7: 7, 8: 6}
_TRANSPOSED = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}

Image.MAX_IMAGE_PIXELS = None  # our own limit is checked before, and raises
ImageFile.LOAD_TRUNCATED_IMAGES = False
pi_heif.options.DECODE_THREADS = 1
pi_heif.register_heif_opener(thumbnails=False)


def frames_of(form: str, file: BinaryIO, limits: Limits, *, small: int = 0) -> Iterator[Frame]:
    """The first and the sampled frames of a picture; `small` asks for copies with sides of so many pixels.

    Raises `MediaUnreadable` or `MediaTooMuch`, from the header where it tells.
    """
    try:
        header = read_header(form, file)
        _check(form, header, limits)
        file.seek(0)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # odd metadata is no reason to refuse
            yield from _decoded(form, file, header, limits, small)
    except MemoryError as error:
        raise MediaTooMuch("Decoding the picture takes more memory than is allowed.") from error
    except BROKEN as error:
        raise MediaUnreadable("The picture is broken or cut off.") from error


def _check(form: str, header: Header | None, limits: Limits) -> None:
    if header is None:
        return
    most = limits.pixels * (_HALVED if form == "jpeg" else 1)
    if header.width * header.height > most or max(header.width, header.height) > limits.side:
        raise MediaTooMuch(f"The picture has {header.width} x {header.height} pixels.")
    frames = header.frames or 1
    if frames > limits.frames:
        raise MediaTooMuch(f"The picture has {frames} frames.")
    if header.width * header.height * frames * header.scans > limits.drawn_pixels:
        times = f"{header.scans} scans" if header.scans > 1 else f"{frames} frames"
        raise MediaTooMuch(f"The picture has {times} of {header.width} x {header.height} pixels.")


def _decoded(form: str, file: BinaryIO, header: Header | None, limits: Limits, small: int) -> Iterator[Frame]:
    try:
        image = Image.open(file, formats=(FORMS[form],))
    except UnidentifiedImageError as error:
        raise MediaUnreadable("The picture is not what its first bytes say.") from error
    with image:
        count = getattr(image, "n_frames", 1)
        if header is None or image.width * image.height > limits.pixels:
            _check(form, Header(image.width, image.height), limits)
            image.draft("RGB", (image.width // 2, image.height // 2))
            count = 1 if form == "jpeg" else count
        elif not small:
            image.draft("L", None)  # a JPEG keeps its brightness apart
        _check(form, Header(image.width, image.height, count), limits)
        turn = _turn(image)
        for number in _sampled(count, limits.sampled):
            if not _at(image, number, form, limits):
                return
            yield _frame(image, turn, number, small)


def _at(image: Image.Image, number: int, form: str, limits: Limits) -> bool:
    """Go to a frame and decode it; false where a JPEG names a further picture that is not there.

    Tools that write a JPEG anew keep its table of further pictures and drop what that points at.
    """
    try:
        image.seek(number)
        if image.width * image.height > limits.pixels:
            raise MediaTooMuch(f"A frame has {image.width} x {image.height} pixels.")
        image.load()
    except BROKEN:
        if form != "jpeg" or not number:
            raise
        return False
    return True


def _sampled(count: int, most: int) -> list[int]:
    """The first frame and evenly spread others."""
    if count <= most:
        return list(range(count))
    return [number * count // most for number in range(most)]


def _turn(image: Image.Image) -> int:
    try:
        return int(image.getexif().get(_TURNS, 1))
    except BROKEN:
        return 1  # absurd EXIF is no reason to refuse a picture: it is matched in every turn anyway


def _frame(image: Image.Image, turn: int, number: int, small: int) -> Frame:
    width, height = image.size
    found = fingerprint(lambda: _strips(image, _grey), width, height)
    hashes = _upright_first(found, turn) if found else ()
    if found and image.mode not in {"RGB", "L"}:
        # As tools that do not convert see it: lists hold such fingerprints, too.
        raw = fingerprint(lambda: _strips(image, _raw), width, height)
        hashes += tuple(one for one in (raw.hashes if raw else ()) if one not in hashes)
    copy = _small(image, small) if small else None
    return Frame(
        width=width,
        height=height,
        pdq=hashes,
        quality=found.quality if found else 0,
        place=number,
        rgb=copy.tobytes() if copy else b"",
        rgb_width=copy.width if copy else 0,
        rgb_height=copy.height if copy else 0,
    )


def _upright_first(found: Pdq, turn: int) -> tuple[bytes, ...]:
    place = _UPRIGHT.get(turn, 0)
    return (found.hashes[place], *found.hashes[:place], *found.hashes[place + 1 :])


def _strips(image: Image.Image, read: Callable[[Image.Image], Plane]) -> Iterator[Plane]:
    rows = max(1, STRIP_PIXELS // image.width)
    if rows >= image.height:
        yield read(image)
        return
    for top in range(0, image.height, rows):
        yield read(image.crop((0, top, image.width, min(image.height, top + rows))))


def _grey(strip: Image.Image) -> Plane:
    """Brightness, 0 to 255, of the picture as it is shown; whole numbers, which are quicker, where it can."""
    if strip.mode in {"I;16", "I;16B", "I;16L", "I"}:
        return (np.asarray(strip).astype(np.float32) / 257).clip(0, 255)
    if strip.mode == "F":
        return np.asarray(strip).astype(np.float32).clip(0, 255)
    if strip.mode not in {"L", "RGB"}:
        strip = strip.convert("RGB")
    return np.asarray(strip if strip.mode == "L" else strip.convert("L"))


def _raw(strip: Image.Image) -> Plane:
    """Brightness as the stored numbers would have it: palette places, or the first three channels."""
    stored = np.asarray(strip)
    if stored.ndim == 2:  # noqa: PLR2004 - one number a pixel
        return stored if stored.dtype == np.uint8 else stored.astype(np.float32)
    if stored.shape[2] < 3:  # noqa: PLR2004 - grey with alpha
        return np.ascontiguousarray(stored[:, :, 0])
    grey: Plane = stored[:, :, :3].astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    return grey


def _small(image: Image.Image, side: int) -> Image.Image:
    copy = image.copy() if image.mode == "RGB" else image.convert("RGB")
    copy.thumbnail((side, side))
    return copy


def preview(
    form: str,
    file: BinaryIO,
    limits: Limits,
    *,
    side: int,
    grey: bool = False,
    blur: int = 0,
    mark: str = "",
) -> tuple[bytes, int]:
    """A WebP of the first frame, upright, with sides of at most `side` pixels and without any metadata.

    With it, how many frames the file has. `blur` is in pixels of the preview; `mark` stands faintly all
    over it. Raises as `frames_of` does.
    """
    (frame,) = frames_of(form, file, replace(limits, sampled=1), small=side)
    file.seek(0)
    with Image.open(file, formats=(FORMS[form],)) as image:
        turn, count = _turn(image), int(getattr(image, "n_frames", 1))
    shown = Image.frombytes("RGB", (frame.rgb_width, frame.rgb_height), frame.rgb)
    shown = shown.transpose(_TRANSPOSED[turn]) if turn in _TRANSPOSED else shown
    return _written(shown, grey=grey, blur=blur, mark=mark), count


def strip(frames: Sequence[Frame]) -> bytes:
    """A WebP of up to nine of these frames, evenly apart, beside and below one another."""
    some = [frames[place * (len(frames) - 1) // max(1, MOST_SHOWN - 1)] for place in range(MOST_SHOWN)]
    chosen = some if len(frames) > MOST_SHOWN else list(frames)
    across = math.ceil(math.sqrt(len(chosen)))
    width, height = max(one.rgb_width for one in chosen), max(one.rgb_height for one in chosen)
    shown = Image.new("RGB", (across * width, math.ceil(len(chosen) / across) * height))
    for place, one in enumerate(chosen):
        frame = Image.frombytes("RGB", (one.rgb_width, one.rgb_height), one.rgb)
        shown.paste(frame, (place % across * width, place // across * height))
    return _written(shown, grey=False, blur=0, mark="")


def _written(shown: Image.Image, *, grey: bool, blur: int, mark: str) -> bytes:
    if blur:
        shown = shown.filter(ImageFilter.GaussianBlur(blur))
    if mark:
        shown = _marked(shown, mark)
    if grey:
        shown = shown.convert("L")
    target = io.BytesIO()
    shown.save(target, "WEBP", quality=80)
    return target.getvalue()


def _marked(shown: Image.Image, mark: str) -> Image.Image:
    """Words all over a picture, light beside dark: they can be read on any ground and cut out of none."""
    font = ImageFont.load_default_imagefont()
    words = mark.encode("ascii", "replace").decode()
    width, height = (int(edge) for edge in font.getbbox(words)[2:])
    tile = Image.new("L", (width + 2 * MARK_APART, height + 2 * MARK_APART))
    ImageDraw.Draw(tile).text((MARK_APART, MARK_APART), words, fill=MARK_STRENGTH, font=font)
    tile = tile.rotate(20, expand=True)
    marked = shown.copy()
    for offset, colour in ((0, "white"), (1, "black")):
        layer = Image.new("L", shown.size)
        for left in range(offset, shown.width, tile.width):
            for top in range(offset, shown.height, tile.height):
                layer.paste(tile, (left, top))
        marked.paste(colour, (0, 0, *shown.size), layer)
    return marked
