"""Harmless pictures in every form a phone makes."""

from PIL import Image

from hoede.bench.drawing import WAYS, drawn, encoded, heic, turned_by_exif

__all__ = ["as_phones_do", "drawn", "encoded", "heic", "turned_by_exif"]


def as_phones_do(picture: Image.Image) -> dict[str, bytes]:
    """The same picture in forms that other hashers miss, and in the usual ones."""
    return {name: alter(picture) for name, alter in WAYS.items()}
