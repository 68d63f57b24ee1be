"""What can be seen of media once it was decoded. Pure."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One picture, or one picture of a moving one."""

    width: int  # pixels, as it is shown
    height: int
    pdq: tuple[bytes, ...] = ()  # 32 bytes each: upright, its turns and mirrors, then the raw decode's
    quality: int = 0  # of the fingerprints, 0 to 100
    place: int = 0  # its number, or milliseconds into a video
    rgb: bytes = b""  # a small copy for detectors that ask for one, 3 bytes a pixel, rows from the top
    rgb_width: int = 0
    rgb_height: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """Decoded media: what it really is, and its frames, the first one first."""

    form: str  # a name of formats.toml, by its content, whatever was declared
    frames: tuple[Frame, ...] = ()
