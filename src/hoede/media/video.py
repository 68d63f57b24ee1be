"""Decoding video, in the child, where the video extra (PyAV) is installed: each second and each key frame."""

import io
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from typing import Any, BinaryIO

import numpy as np
from PIL import Image

from hoede.core.media import Frame
from hoede.media.limits import BROKEN, Limits, MediaTooMuch, MediaUnreadable
from hoede.media.pdq import Plane, fingerprint

MOST_SKIPPED = 120  # frames in a row: two seconds of an ordinary video


def _library() -> Any:
    """PyAV, or None where the extra is not installed: then video has its exact digests."""
    try:
        return import_module("av")
    except ImportError:
        return None


av = _library()


def can_decode() -> bool:
    return av is not None


def warm_up() -> None:
    """Make and read a tiny video: what is loaded late is there before the doors close."""
    if av is None:
        return
    target = io.BytesIO()
    with av.open(target, mode="w", format="mp4") as made:
        stream = made.add_stream("mpeg4", rate=1)
        stream.width = stream.height = 64
        drawn = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8), format="rgb24")
        made.mux(stream.encode(drawn))
        made.mux(stream.encode())
    target.seek(0)
    list(frames_of(target, Limits(), small=16))


def frames_of(file: BinaryIO, limits: Limits, *, small: int = 0) -> Iterator[Frame]:
    """Key frames and one frame a second of every stream, each once; none where there is only sound.

    A frame that looks as the one before it is left out. Raises `MediaUnreadable` or `MediaTooMuch`.
    """
    try:
        with av.open(file, mode="r", metadata_errors="ignore") as container:
            yield from _sampled(container, limits, small)
    except MemoryError as error:
        raise MediaTooMuch("Decoding the video takes more memory than is allowed.") from error
    except (av.FFmpegError, *BROKEN) as error:
        raise MediaUnreadable("The video is broken or cut off.") from error


@dataclass(slots=True)
class _Watched:
    """How far one stream was looked at."""

    due_s: float = 0.0
    skipped: int = 0
    last: tuple[bytes, ...] = ()

    def wants(self, frame: Any, at_s: float) -> bool:
        """Whether to look at this frame; one in `MOST_SKIPPED` whatever the file says about time."""
        if not frame.key_frame and at_s < self.due_s and self.skipped < MOST_SKIPPED:
            self.skipped += 1
            return False
        self.due_s, self.skipped = max(self.due_s, float(int(at_s) + 1)), 0
        return True

    def is_new(self, seen: Frame) -> bool:
        """Whether it looks other than the one before it."""
        before, self.last = self.last, seen.pdq[:1]
        return not before or before != self.last


def _sampled(container: Any, limits: Limits, small: int) -> Iterator[Frame]:
    streams = container.streams.video
    if not streams and container.streams.audio:
        return
    _check(container, streams, limits)
    watched = {stream.index: _Watched() for stream in streams}
    looked = 0
    for packet in container.demux(streams):
        for frame in packet.decode():
            at_s = float(frame.time or 0)
            if at_s > limits.video_s:
                raise MediaTooMuch(f"The video is longer than {limits.video_s:.0f} seconds.")
            one = watched[packet.stream.index]
            if not one.wants(frame, at_s):
                continue
            looked += 1
            if looked > limits.video_frames:
                raise MediaTooMuch(
                    f"More than {limits.video_frames} frames of the video would have to be looked at."
                )
            seen = _frame(frame, at_s, limits, small)
            if one.is_new(seen):
                yield seen
    if not looked:
        raise MediaUnreadable("There is no picture in the video.")


def _check(container: Any, streams: Any, limits: Limits) -> None:
    if not streams:
        raise MediaUnreadable("There is neither picture nor sound in the video.")
    if len(streams) > limits.video_streams:
        raise MediaTooMuch(f"The video has {len(streams)} streams of pictures.")
    for stream in streams:
        if stream.codec_context is None:
            raise MediaUnreadable("The video is coded in a way that nobody here can read.")
        stream.codec_context.thread_count = 1
        width, height = stream.codec_context.width, stream.codec_context.height
        if width * height > limits.pixels or max(width, height) > limits.side:
            raise MediaTooMuch(f"The video has {width} x {height} pixels.")
    if container.duration and container.duration / av.time_base > limits.video_s:
        raise MediaTooMuch(f"The video is longer than {limits.video_s:.0f} seconds.")


def _frame(frame: Any, at_s: float, limits: Limits, small: int) -> Frame:
    if frame.width * frame.height > limits.pixels:
        raise MediaTooMuch(f"A frame has {frame.width} x {frame.height} pixels.")
    plane = _grey(frame)
    found = fingerprint(lambda: (plane,), frame.width, frame.height)
    copy = _small(frame, small) if small else None
    return Frame(
        width=frame.width,
        height=frame.height,
        pdq=found.hashes if found else (),
        quality=found.quality if found else 0,
        place=int(at_s * 1000),
        rgb=copy.tobytes() if copy else b"",
        rgb_width=copy.width if copy else 0,
        rgb_height=copy.height if copy else 0,
    )


def _grey(frame: Any) -> Plane:
    """The brightness plane; its narrower range changes no fingerprint, they compare with their own median."""
    if not frame.format.name.startswith(("yuv", "nv", "gray")) or frame.format.components[0].bits != 8:  # noqa: PLR2004 - one byte a pixel
        frame = frame.reformat(format="gray")
    plane = frame.planes[0]
    rows = np.frombuffer(plane, np.uint8).reshape(plane.height, plane.line_size)
    return rows[:, : plane.width]


def _small(frame: Any, side: int) -> Image.Image:
    copy: Image.Image = frame.to_image()
    copy.thumbnail((side, side))
    return copy
