"""How much of a machine one piece of media may take. Pure."""

import struct
import zlib
from dataclasses import dataclass

from hoede.core.errors import HoedeError


class MediaTooLarge(HoedeError):
    """The media is larger than this deployment takes."""

    code = "media-too-large"


class MediaRefused(HoedeError):
    """This file cannot be taken as a picture or a video."""

    code = "media-refused"


class MediaUnreadable(MediaRefused):
    """The file says what it is and cannot be read as that: broken, cut off, or something else."""

    code = "media-unreadable"


class MediaTooMuch(MediaRefused):
    """The file unfolds into more pixels, frames, seconds or memory than this deployment takes."""

    code = "media-too-much"


class FormRefused(MediaRefused):
    """This deployment does not take media of this form."""

    code = "media-form-refused"


# What decoders raise on files that are broken; each of them has its own way.
BROKEN = (
    ArithmeticError, AssertionError, AttributeError, EOFError, LookupError, OSError, RuntimeError,
    SyntaxError, TypeError, ValueError, struct.error, zlib.error,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Checked by the child that decodes, the first two against the header before anything is decoded."""

    pixels: int = 80_000_000  # of one frame; a JPEG may have four times as many and is decoded at half size
    side: int = 30_000  # pixels
    frames: int = 20_000  # of a moving picture
    drawn_pixels: int = 2_000_000_000  # of all frames together, each as often as its scans draw it
    sampled: int = 32  # frames of a moving picture that are looked at
    video_s: float = 1800  # length of a video
    video_streams: int = 8  # in one file; all are looked at
    video_frames: int = 4096  # frames of a video that are looked at
    seconds: float = 20  # of decoding a picture
    video_seconds: float = 600  # of decoding a video
    memory_mb: int = 512  # of the child
