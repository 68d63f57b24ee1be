"""A package for an office: what a report says, as JSON and to read, and its files; encrypted as it is made.

Nothing of it is ever on disk in the clear, and only the office can open it: it is encrypted to its key (age).
"""

import hashlib
import html
import io
import json
import os
import tarfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, is_dataclass
from datetime import date, datetime
from enum import Enum
from pathlib import Path
from typing import Any

import pyrage

from hoede.core.errors import HoedeError

FORMAT = "hoede-package/1"


class RecipientInvalid(HoedeError):
    """This is no age public key. The office gives one that begins with age1."""

    code = "recipient-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Enclosed:
    """One file of the package: its name there, its size, its digest and its bytes."""

    name: str
    size: int
    sha256: str
    content: Callable[[], Iterable[bytes]]


@dataclass(frozen=True, slots=True)
class Packed:
    """The archive as it was written."""

    sha256: str
    size: int


def check_recipient(key: str) -> "pyrage.x25519.Recipient":
    """Raises `RecipientInvalid`."""
    try:
        return pyrage.x25519.Recipient.from_str(key)
    except (pyrage.RecipientError, ValueError) as error:
        raise RecipientInvalid from error


def pack(
    target: Path, recipient: str, about: Mapping[str, Any], report: Any, enclosed: Iterable[Enclosed]
) -> Packed:
    """Write the encrypted archive; a file of that name must not be there (`FileExistsError`).

    Half an archive never stays: what broke is raised and the file is removed.
    """
    key, files = check_recipient(recipient), list(enclosed)
    told = plain(report)
    listed = [{"name": one.name, "bytes": one.size, "sha256": one.sha256} for one in files]
    manifest = {"format": FORMAT, **about, "files": listed}
    texts = {
        "manifest.json": json.dumps(manifest, ensure_ascii=False, indent=1),
        "report.json": json.dumps(told, ensure_ascii=False, indent=1),
        "report.html": page(manifest, told),
    }
    reading, writing = os.pipe()
    broke: list[BaseException] = []
    with target.open("xb") as file, os.fdopen(reading, "rb") as source:
        maker = threading.Thread(target=_make, args=(writing, texts, files, broke), daemon=True)
        maker.start()
        count = _Count(file)
        try:
            pyrage.encrypt_io(source, count, [key])
            maker.join()
            if broke:
                raise broke[0]
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            target.unlink(missing_ok=True)
            raise
    return Packed(count.sha256.hexdigest(), count.size)


def plain(value: Any) -> Any:
    """The same as JSON has it."""
    if is_dataclass(value) and not isinstance(value, type):
        return plain(asdict(value))
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items() if one is not None}
    if isinstance(value, list | tuple | set | frozenset):
        return [plain(one) for one in value]
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if isinstance(value, str | int | float | bool) or value is None else str(value)


def page(manifest: Mapping[str, Any], told: Any) -> str:
    """A page that any browser shows without script, and that prints."""
    title = html.escape(f"{manifest.get('office', '')}: case {manifest.get('case', '')}")
    style = (
        "body{font:16px/1.5 sans-serif;max-width:60em;margin:2em auto;padding:0 1em}"
        "dt{font-weight:bold}dd{margin:0 0 .5em 1em;overflow-wrap:anywhere}"
    )
    return (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{title}</title><style>{style}</style>'
        f"<h1>{title}</h1>{''.join(_shown(manifest))}<h2>Report</h2>{''.join(_shown(told))}</html>"
    )


def _shown(value: Any) -> Iterator[str]:
    if isinstance(value, Mapping):
        yield "<dl>"
        for key, one in value.items():
            yield f"<dt>{html.escape(str(key).replace('_', ' '))}</dt><dd>{''.join(_shown(one))}</dd>"
        yield "</dl>"
    elif isinstance(value, list):
        yield "<ol>" + "".join(f"<li>{''.join(_shown(one))}</li>" for one in value) + "</ol>"
    else:
        yield html.escape(str(value))


def _make(
    writing: int, texts: Mapping[str, str], files: Iterable[Enclosed], broke: list[BaseException]
) -> None:
    """Write the archive into the pipe, piece by piece; what breaks is told to who reads."""
    try:
        with os.fdopen(writing, "wb") as out, tarfile.open(fileobj=out, mode="w|") as archive:
            for name, text in texts.items():
                content = text.encode()
                archive.addfile(_entry(name, len(content)), io.BytesIO(content))
            for one in files:
                archive.addfile(_entry(one.name, one.size), _Stream(one))
    except BaseException as error:  # noqa: BLE001 - raised again by the thread that waits for it
        broke.append(error)


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o600
    return entry


class _Stream(io.RawIOBase):
    """Pieces as a file; `ValueError` when they are not as many as was said."""

    def __init__(self, one: Enclosed) -> None:
        self._pieces = iter(one.content())
        self._held = b""

    def read(self, size: int = -1) -> bytes:
        while size < 0 or len(self._held) < size:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._held += piece
        end = len(self._held) if size < 0 else size
        given, self._held = self._held[:end], self._held[end:]
        return given


class _Count:
    """Writes through, counting and hashing."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.sha256, self.size = hashlib.sha256(), 0

    def write(self, content: bytes) -> int:
        self.sha256.update(content)
        self.size += len(content)
        self._file.write(content)
        return len(content)

    def flush(self) -> None:
        self._file.flush()
