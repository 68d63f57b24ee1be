"""Read a form while it streams in: fields are kept, a file leaves only its digests."""

import hashlib
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

FIELD_LIMIT_BYTES = 4096
LONGEST_TRANSCRIPT = 256 * 1024  # bytes; of what is longer no text is kept for a moment
TRANSCRIPT = b"at,from,to,channel,content,text\n"


class BadFormError(ValueError):
    """The body is not the form its content type says."""


class TooLargeError(ValueError):
    """The body is over its limit."""


@dataclass(frozen=True, slots=True)
class Digests:
    md5: str
    sha256: str
    size: int  # bytes
    transcript: str | None = None  # a short text table, so that its texts can be looked up


@dataclass(frozen=True, slots=True)
class Form:
    fields: dict[str, str] = field(default_factory=dict)
    file: Digests | None = None


async def read_within(stream: AsyncIterator[bytes], limit_bytes: int) -> bytes:
    """The whole body; over the limit raises `TooLargeError`."""
    body = bytearray()
    async for chunk in stream:
        body += chunk
        if len(body) > limit_bytes:
            raise TooLargeError(f"The body is over {limit_bytes} bytes.")
    return bytes(body)


async def read_form(stream: AsyncIterator[bytes], content_type: str, limit_bytes: int) -> Form:
    """The form, urlencoded or multipart. Raises `BadFormError` or `TooLargeError`."""
    kind, options = parse_options_header(content_type)
    if kind == b"application/x-www-form-urlencoded":
        body = await read_within(stream, FIELD_LIMIT_BYTES)
        return Form(dict(parse_qsl(body.decode("latin-1"))))
    if kind != b"multipart/form-data" or b"boundary" not in options:
        raise BadFormError("The body must be multipart/form-data.")
    reading = _Multipart(options[b"boundary"])
    size = 0
    async for chunk in stream:
        size += len(chunk)
        if size > limit_bytes:
            raise TooLargeError(f"The body is over {limit_bytes} bytes.")
        reading.feed(chunk)
    return reading.form()


def _transcript(table: bytes) -> str | None:
    if not table.startswith(TRANSCRIPT):
        return None
    try:
        return table.decode()
    except UnicodeDecodeError:
        return None


class _Multipart:
    """Hash the part named `file` as it comes; keep the other parts as fields."""

    def __init__(self, boundary: bytes) -> None:
        self._fields: dict[str, bytes] = {}
        self._header = b""
        self._value = b""
        self._name = ""
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._sha256 = hashlib.sha256()
        self._size = 0
        self._table = b""
        self._has_file = False
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begin,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_end,
                "on_part_data": self._part_data,
                "on_end": self._end,
            },
        )

    def feed(self, chunk: bytes) -> None:
        try:
            self._parser.write(chunk)
        except FormParserError as error:
            raise BadFormError(str(error)) from error

    def form(self) -> Form:
        if not self._ended:
            raise BadFormError("The form breaks off before its last boundary.")
        fields = {name: value.decode("utf-8", "replace") for name, value in self._fields.items()}
        table = self._table if self._size == len(self._table) else b""
        file = Digests(self._md5.hexdigest(), self._sha256.hexdigest(), self._size, _transcript(table))
        return Form(fields, file if self._has_file else None)

    def _part_begin(self) -> None:
        self._name = ""

    def _header_field(self, text: bytes, start: int, end: int) -> None:
        self._header += text[start:end]

    def _header_value(self, text: bytes, start: int, end: int) -> None:
        self._value += text[start:end]

    def _header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _kind, options = parse_options_header(self._value)
            self._name = options.get(b"name", b"").decode("utf-8", "replace")
            self._meet(self._name)
        self._header, self._value = b"", b""

    def _meet(self, name: str) -> None:
        if name in self._fields or (name == "file" and self._has_file):
            raise BadFormError(f"The form has two parts named {name}.")
        if name == "file":
            self._has_file = True
        else:
            self._fields[name] = b""

    def _part_data(self, text: bytes, start: int, end: int) -> None:
        if self._name == "file":
            part = text[start:end]
            self._md5.update(part)
            self._sha256.update(part)
            self._size += len(part)
            if self._size <= LONGEST_TRANSCRIPT:
                self._table += part
            return
        kept = self._fields.get(self._name, b"") + text[start:end]
        if len(kept) > FIELD_LIMIT_BYTES:
            raise BadFormError("A field of the form is too long.")
        self._fields[self._name] = kept

    def _end(self) -> None:
        self._ended = True
