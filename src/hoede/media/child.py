"""A child that decodes what it is handed.

Started by `sandbox.py` as `python -m hoede.media.child LIMITS`, with its line to us as standard input.
"""

import io
import os
import socket
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, BinaryIO

from PIL import Image

from hoede.core.media import Frame
from hoede.media import pictures, video
from hoede.media.formats import HEAD_BYTES, VIDEO, form_of
from hoede.media.limits import FormRefused, Limits, MediaRefused
from hoede.media.serving import serve
from hoede.media.wire import send

_BEAT_EVERY = 16  # frames; so that whoever waits knows that we are at work


def main() -> None:
    """Serve until the line closes."""
    serve(_warm_up, _answer, video=video.can_decode())


def _answer(line: socket.socket, asked: Any, rest: bytes, file: int, limits: Limits) -> None:  # noqa: ARG001 - a question has no bytes
    with os.fdopen(file, "rb", buffering=64 * 1024) as media:
        told, picture = _looked(line, asked, media, limits)
    send(line, told, picture)


def _looked(line: socket.socket, asked: Any, media: BinaryIO, limits: Limits) -> tuple[Any, bytes]:
    form = form_of(media.read(HEAD_BYTES))
    media.seek(0)
    try:
        if asked["job"] == "preview":
            return _previewed(form, media, limits, asked)
        frames, rest = _packed(line, _frames(form, media, limits, asked["small"]))
    except MediaRefused as refused:
        return {"refused": refused.code, "detail": refused.detail}, b""
    return {"form": form, "frames": frames}, rest


def _previewed(form: str, media: BinaryIO, limits: Limits, asked: Any) -> tuple[Any, bytes]:
    if asked["strip"]:
        frames = list(_frames(form, media, limits, asked["small"]))
        if not frames:
            raise FormRefused("There is no picture in it.")
        return {"form": form, "frames": len(frames)}, pictures.strip(frames)
    if form not in pictures.FORMS:
        raise FormRefused(f"Media of the form {form} has no preview.")
    picture, count = pictures.preview(
        form,
        media,
        limits,
        side=asked["small"],
        grey=asked["grey"],
        blur=asked["blur"],
        mark=asked["mark"],
    )
    return {"form": form, "frames": count}, picture


def _frames(form: str, media: BinaryIO, limits: Limits, small: int) -> Iterable[Frame]:
    if form in VIDEO:
        return video.frames_of(media, limits, small=small)
    if form not in pictures.FORMS:
        raise FormRefused(f"Media of the form {form} is not decoded.")
    return pictures.frames_of(form, media, limits, small=small)


def _packed(line: socket.socket, frames: Iterable[Frame]) -> tuple[list[dict[str, Any]], bytes]:
    """Frames as JSON with their bytes behind one another."""
    told: list[dict[str, Any]] = []
    rest = bytearray()
    for number, frame in enumerate(frames, 1):
        told.append(asdict(frame) | {"pdq": len(frame.pdq), "rgb": len(frame.rgb)})
        rest += b"".join(frame.pdq) + frame.rgb
        if number % _BEAT_EVERY == 0:
            send(line, {"beat": number})
    return told, bytes(rest)


def _warm_up() -> None:
    """Decode one picture of every form: what is loaded late is there before the doors close."""
    video.warm_up()
    drawn = Image.linear_gradient("L").resize((64, 64)).convert("RGB")
    for form, name in pictures.FORMS.items():
        target = io.BytesIO()
        try:
            drawn.save(target, name)
        except (OSError, KeyError, ValueError):
            continue  # this build of the library writes no such file; reading one needs nothing more
        target.seek(0)
        list(pictures.frames_of(form, target, Limits(), small=16))
        target.seek(0)
        pictures.preview(form, target, Limits(), side=16, grey=True, blur=1, mark="warm")


if __name__ == "__main__":
    main()
