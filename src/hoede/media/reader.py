"""What media shows: the only door to decoding, for whoever holds a file."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from hoede.core.media import Frame, Seen
from hoede.media.formats import HEAD_BYTES, VIDEO, Form, Forms, Treat, form_of
from hoede.media.limits import FormRefused, Limits, MediaRefused, MediaTooMuch, MediaUnreadable
from hoede.media.pool import Pool
from hoede.media.sandbox import Level

_REFUSALS: dict[str, type[MediaRefused]] = {
    one.code: one for one in (MediaUnreadable, MediaTooMuch, FormRefused)
}
_PDQ_BYTES = 32


@dataclass(frozen=True, slots=True, kw_only=True)
class Sandbox:
    """What keeps decoders in on this machine, and whether they read video."""

    level: Level
    video: bool


@dataclass(frozen=True, slots=True)
class Preview:
    picture: bytes  # a WebP
    whole: bool  # the file has nothing that is not shown here: one frame, not blurred


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Decodes in the children of `pool`, by the table of forms and within the limits."""

    pool: Pool
    forms: Forms
    limits: Limits

    def look(self, file: int, *, small: int = 0, beat: Callable[[], object] = lambda: None) -> Seen:
        """What is in the file behind this descriptor; no frames where only its digests count.

        Reads through a descriptor of its own, so the caller may read, too. Raises `MediaUnreadable`,
        `MediaTooMuch` or `FormRefused` when the uploader must be told no, `SandboxBroken` when we could
        not look.
        """
        form = self.form(file)
        if form.treat is Treat.EXACT or (form.name in VIDEO and not self.sandbox().video):
            return Seen(form=form.name)
        seconds = self.limits.video_seconds if form.name in VIDEO else self.limits.seconds
        with _own(file) as own:
            told, rest = self.pool.ask({"job": "look", "small": small}, own, seconds, beat)
        _raise_refusal(told)
        try:
            return Seen(form=form.name, frames=tuple(_unpacked(told["frames"], rest)))
        except (KeyError, TypeError) as error:  # not what our own child would say
            raise MediaUnreadable("The file broke the decoder.") from error

    def preview(self, file: int, *, side: int, grey: bool = False, blur: int = 0, mark: str = "") -> Preview:
        """The first frame, no larger than `side` pixels, without metadata; raises as `look`.

        `mark` stands faintly all over it, so that a photograph of a screen tells whose it was.
        `FormRefused` too where there is no preview of the form: of video, and of what is not decoded.
        """
        self.form(file)
        asked = {
            "job": "preview",
            "strip": False,
            "small": side,
            "grey": grey,
            "blur": blur,
            "mark": mark,
        }
        with _own(file) as own:
            told, picture = self.pool.ask(asked, own, self.limits.seconds)
        _raise_refusal(told)
        return Preview(picture, whole=told.get("frames") == 1 and not blur)

    def strip(self, file: int, *, side: int) -> Preview:
        """Up to nine frames of what moves, each no larger than `side` pixels; raises as `look`.

        `FormRefused` too where its form is not decoded here.
        """
        form = self.form(file)
        if form.name in VIDEO and not self.sandbox().video:
            raise FormRefused("Video is not decoded here.")
        seconds = self.limits.video_seconds if form.name in VIDEO else self.limits.seconds
        with _own(file) as own:
            told, picture = self.pool.ask({"job": "preview", "strip": True, "small": side}, own, seconds)
        _raise_refusal(told)
        return Preview(picture, whole=False)

    def form(self, file: int) -> Form:
        """What the file is by its first bytes; raises `FormRefused` where that form is not taken."""
        form = self.forms[form_of(os.pread(file, HEAD_BYTES, 0))]
        if form.treat is Treat.REFUSE:
            raise FormRefused(f"Media of the form {form.name} is not taken here.")
        return form

    def sandbox(self) -> Sandbox:
        """Starts a child if none is there; raises `SandboxBroken`."""
        child = self.pool.warm()
        return Sandbox(level=child.level, video=child.decodes_video)

    def warm(self) -> None:
        """Start the children now, so that no upload waits for it; raises `SandboxBroken`."""
        self.pool.warm_all()

    def close(self) -> None:
        self.pool.close()


@contextmanager
def _own(file: int) -> Iterator[int]:
    """The same file with a place of its own to read at: a child must not move the caller's."""
    own = os.open(f"/proc/self/fd/{file}", os.O_RDONLY | os.O_CLOEXEC)
    try:
        yield own
    finally:
        os.close(own)


def _raise_refusal(told: Any) -> None:
    if "refused" in told:
        raise _REFUSALS.get(str(told["refused"]), MediaUnreadable)(str(told.get("detail", "")))


def _unpacked(told: list[dict[str, Any]], rest: bytes) -> Iterator[Frame]:
    at = 0
    for one in told:
        hashes = range(at, at + one["pdq"] * _PDQ_BYTES, _PDQ_BYTES)
        pdq = tuple(rest[start : start + _PDQ_BYTES] for start in hashes)
        at += one["pdq"] * _PDQ_BYTES
        rgb, at = rest[at : at + one["rgb"]], at + one["rgb"]
        yield Frame(**(one | {"pdq": pdq, "rgb": rgb}))
