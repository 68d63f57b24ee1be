"""Harmless pictures drawn by chance from a seed, and the ways in which people and tools alter a copy."""

import io
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

import numpy as np
from PIL import Image

Alter = Callable[[Image.Image], bytes]
_ORIENTATION = 0x0112
_BACK = {6: Image.Transpose.ROTATE_90, 8: Image.Transpose.ROTATE_270, 3: Image.Transpose.ROTATE_180}


def drawn(seed: int, width: int = 480, height: int = 360) -> Image.Image:
    """Soft patches of colour with a few hard edges: a picture that a fingerprint can hold on to."""
    chance = np.random.default_rng(seed)
    coarse = chance.integers(0, 256, (9, 12, 3), dtype=np.uint8)
    picture = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)).copy()
    for _ in range(5):
        left, top = (int(chance.integers(0, side - 20)) for side in (width, height))
        wide, high = (int(chance.integers(20, side // 2)) for side in (width, height))
        picture[top : top + high, left : left + wide] = chance.integers(0, 256, 3, dtype=np.uint8)
    return Image.fromarray(picture)


def grained(picture: Image.Image, seed: int = 0) -> Image.Image:
    """The picture with a camera's noise, so that it packs as a photograph does."""
    pixels = np.asarray(picture).astype(np.int16)
    noise = np.random.default_rng(seed).integers(-12, 13, pixels.shape, dtype=np.int16)
    return Image.fromarray((pixels + noise).clip(0, 255).astype(np.uint8))


def encoded(picture: Image.Image, form: str = "PNG", **more: Any) -> bytes:
    target = io.BytesIO()
    picture.save(target, form, **more)
    return target.getvalue()


def turned_by_exif(picture: Image.Image, orientation: int = 6) -> bytes:
    """A JPEG whose pixels lie on their side and whose EXIF says how to hold it."""
    exif = Image.Exif()
    exif[_ORIENTATION] = orientation
    return encoded(picture.transpose(_BACK[orientation]), "JPEG", quality=90, exif=exif)


def heic(picture: Image.Image, quality: int = 80) -> bytes:
    """HEIC as a phone writes it; `ImportError` without the writer, which the extra `bench` brings."""
    target = io.BytesIO()
    import_module("pillow_heif").from_pillow(picture).save(target, quality=quality)
    return target.getvalue()


def _palette(picture: Image.Image) -> Image.Image:
    return picture.convert("P", palette=Image.Palette.ADAPTIVE)


# The first six are what other hashers miss or need converted first.
WAYS: Mapping[str, Alter] = {
    "palette-png": lambda picture: encoded(_palette(picture)),
    "gif": lambda picture: encoded(_palette(picture), "GIF"),
    "cmyk-jpeg": lambda picture: encoded(picture.convert("CMYK"), "JPEG", quality=90),
    "exif-turned-jpeg": turned_by_exif,
    "heic": heic,
    "webp": lambda picture: encoded(picture, "WEBP", quality=80),
    "avif": lambda picture: encoded(picture, "AVIF", quality=70),
    "grey-jpeg": lambda picture: encoded(picture.convert("L"), "JPEG", quality=80),
    "smaller-jpeg": lambda picture: encoded(picture.resize((240, 180)), "JPEG", quality=60),
    "mirrored-png": lambda picture: encoded(picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)),
}
