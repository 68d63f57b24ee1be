"""A streamed upload: hashed as it comes in, in a file without a name, never whole in memory."""

import hashlib
import json
import os
import tempfile
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from errno import EOPNOTSUPP
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from hoede.core.errors import HoedeError
from hoede.core.findings import EXACT, DigestKind
from hoede.db import naming_a_full_disk
from hoede.media import MediaTooLarge

EVENT_MOST_BYTES = 256 * 1024  # of the event's JSON
CHUNK_BYTES = 1 << 20


class BodyNotUnderstood(HoedeError):
    """The body is not what its Content-Type says."""

    code = "body-not-understood"


class BodyTruncated(HoedeError):
    """The body ended too early; nothing was kept. Send it again."""

    code = "body-truncated"


class Spool:
    """Media on its way: unnamed on disk, so that a kill leaves nothing behind."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self._file = _unnamed(folder)
        self._most = most_bytes
        self._taking = {kind: hashlib.new(kind, usedforsecurity=False) for kind in EXACT}
        self.size = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):  # on a full disk even the last flush fails; what is unnamed goes anyway
            self._file.close()

    def write(self, chunk: bytes) -> None:
        """Take a piece; `MediaTooLarge` as soon as there are too many bytes, or `DiskFull`."""
        self.size += len(chunk)
        if self.size > self._most:
            raise MediaTooLarge(f"The media is larger than {self._most} bytes.")
        for digest in self._taking.values():
            digest.update(chunk)
        with naming_a_full_disk():
            self._file.write(chunk)

    @property
    def digests(self) -> Mapping[DigestKind, str]:
        return {kind: digest.hexdigest() for kind, digest in self._taking.items()}

    @contextmanager
    def opened(self) -> Iterator[int]:
        """A descriptor of the file, for decoders; they read through one of their own."""
        self._file.flush()
        yield self._file.fileno()

    def chunks(self) -> Iterator[bytes]:
        """The media from its beginning."""
        self._file.seek(0)
        while chunk := self._file.read(CHUNK_BYTES):
            yield chunk


def _unnamed(folder: Path) -> IO[bytes]:
    try:
        descriptor = os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o600)
    except OSError as error:
        if error.errno != EOPNOTSUPP:
            raise
        # A file system without O_TMPFILE: unlinked at once, which is as good but for one instant.
        return tempfile.TemporaryFile(dir=folder)
    return os.fdopen(descriptor, "w+b")


@dataclass
class Part:
    """Which part of the multipart body is being read."""

    name: str = ""
    header: bytes = b""
    disposition: bytes = b""


class EventForm:
    """Reads `event` (JSON, first) and `media` from a multipart body, piece by piece."""

    def __init__(self, boundary: bytes, spool: Spool) -> None:
        self._spool = spool
        self._event = bytearray()
        self._part = Part()
        self._seen: list[str] = []
        self._whole = False
        self._first_line = b"--" + boundary
        self._start: bytes | None = b""  # what came so far; None once it is known to begin as it must
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._data,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        if self._start is not None:
            self._start += chunk
            if len(self._start) < len(self._first_line):
                return
            if not self._start.startswith(self._first_line):
                # The parser would pass over a preamble that comes in one piece, and refuse it in two.
                raise BodyNotUnderstood(
                    "The multipart body begins with its boundary; send nothing before it."
                )
            chunk, self._start = self._start, None
        try:
            self._parser.write(chunk)
        except MultipartParseError as error:
            raise BodyNotUnderstood("The multipart body is broken.") from error

    def close(self) -> tuple[Any, bool]:
        """The event as JSON and whether there was media; `BodyTruncated` when the end is missing."""
        if not self._whole:
            raise BodyTruncated
        return parse_event(bytes(self._event)), "media" in self._seen

    def _begin(self) -> None:
        self._part = Part()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._part.header += data[start:end].lower()

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        if self._part.header.endswith(b"content-disposition"):
            self._part.disposition += data[start:end]

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._part.disposition)
        name = options.get(b"name", b"").decode("utf-8", "replace")
        if name not in {"event", "media"} or name in self._seen:
            raise BodyNotUnderstood("The body has one part `event` and at most one part `media`.")
        if name == "media" and "event" not in self._seen:
            raise BodyNotUnderstood("The part `event` comes before the part `media`.")
        self._part.name = name
        self._seen.append(name)

    def _data(self, data: bytes, start: int, end: int) -> None:
        if self._part.name == "media":
            self._spool.write(data[start:end])
            return
        self._event += data[start:end]
        if len(self._event) > EVENT_MOST_BYTES:
            raise BodyNotUnderstood(f"The event is larger than {EVENT_MOST_BYTES} bytes.")

    def _end(self) -> None:
        self._whole = True


async def read_event(content_type: str, stream: AsyncIterator[bytes], spool: Spool) -> tuple[Any, bool]:
    """The event's JSON and whether media came with it, from a JSON or a multipart body."""
    kind, options = parse_options_header(content_type)
    if kind == b"application/json":
        return await read_json(stream), False
    if kind != b"multipart/form-data" or not options.get(b"boundary"):
        raise UnsupportedType
    form = EventForm(options[b"boundary"], spool)
    async for chunk in stream:
        form.feed(chunk)
    return form.close()


class UnsupportedType(HoedeError):
    """Send application/json, or multipart/form-data with the parts `event` and `media`."""

    code = "media-type-unsupported"


_JSON = "application/json"


async def read_only_json(content_type: str, stream: AsyncIterator[bytes]) -> Any:
    """A JSON body where nothing else is taken; `UnsupportedType` for what says it is something else."""
    if content_type != _JSON and parse_options_header(content_type)[0] != _JSON.encode():
        raise UnsupportedType("Send application/json.")
    return await read_json(stream)


async def read_json(stream: AsyncIterator[bytes]) -> Any:
    """A whole JSON body, at most as large as an event."""
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > EVENT_MOST_BYTES:
            raise BodyNotUnderstood(f"The body is larger than {EVENT_MOST_BYTES} bytes.")
    return parse_event(bytes(body))


class BodyEmpty(HoedeError):
    """The body is empty."""

    code = "body-empty"


def parse_event(body: bytes) -> Any:
    if not body.strip():
        raise BodyEmpty
    try:
        return json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BodyNotUnderstood("The body is not JSON.") from error
