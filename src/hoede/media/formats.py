"""What media really is, by its first bytes, and what is done with it. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from hoede.core.errors import HoedeError

HEAD_BYTES = 64  # as much as `form_of` needs
UNKNOWN = "unknown"
VIDEO = frozenset({"mp4", "webm"})
# AVIF first: its files carry the general brands of the second row too.
_BRANDS = {
    "avif": frozenset({b"avif", b"avis"}),
    "heic": frozenset({b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis", b"mif1", b"msf1"}),
}
_STARTS = (
    (b"\xff\xd8\xff", "jpeg"),
    (b"\x89PNG\r\n\x1a\n", "png"),
    (b"GIF87a", "gif"),
    (b"GIF89a", "gif"),
    (b"\x1a\x45\xdf\xa3", "webm"),
    (b"BM", "bmp"),
    (b"II*\x00", "tiff"),
    (b"MM\x00*", "tiff"),
    (b"\xff\x0a", "jxl"),
    (b"\x00\x00\x00\x0cJXL \r\n\x87\n", "jxl"),
    (b"%PDF-", "pdf"),
    (b"PK\x03\x04", "zip"),
    (b"PK\x05\x06", "zip"),
)


class FormatsError(HoedeError):
    """The table of media forms is not one we can act on."""

    code = "formats-invalid"


class Treat(StrEnum):
    LOOK = "look"
    EXACT = "exact"
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Form:
    """One row of the table."""

    name: str
    treat: Treat
    says: str


Forms = Mapping[str, Form]


def form_of(head: bytes) -> str:
    """The name of the form these first bytes are of; `unknown` for everything we do not know."""
    for start, name in _STARTS:
        if head.startswith(start):
            return name
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:8] == b"ftyp":
        return _of_brands(head)
    lead = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    return "svg" if lead.startswith((b"<svg", b"<?xml")) else UNKNOWN


def _of_brands(head: bytes) -> str:
    """Pictures and video share a container; its brands tell them apart."""
    size = min(int.from_bytes(head[:4]), len(head))
    brands = {head[8:12], *(head[at : at + 4] for at in range(16, size, 4))}
    return next((name for name, known in _BRANDS.items() if brands & known), "mp4")


def parse_forms(text: str, base: Forms = MappingProxyType({})) -> Forms:
    """Read a table over `base`; an unknown key, name or treatment is an error."""
    try:
        tables = tomllib.loads(text)
        if base and (strange := sorted(set(tables) - set(base))):
            raise ValueError(f"{strange[0]}: there is no such form; known: {', '.join(base)}")
        rows = {name: _form(name, **table) for name, table in tables.items()}
        forms = dict(base) | rows
        if UNKNOWN not in forms:
            raise ValueError("a row for unknown is needed")
    except (TypeError, ValueError) as error:
        raise FormatsError(str(error)) from error
    return MappingProxyType(forms)


def _form(name: str, *, treat: str, says: str) -> Form:
    return Form(name, Treat(treat), says)
