"""Who may call the stand-in, with which files, and how large. Pure but for reading the allow-list."""

import re
import secrets
from collections.abc import Callable, Container
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from hoede.core.errors import HoedeError

MEBIBYTE = 1024 * 1024
_DIGEST = re.compile(r"[0-9a-f]{64}")


class Right(StrEnum):
    CONNECT = "connect"  # without it every call answers 3000
    SUBMIT = "submit"  # without it /submit answers 3100
    UPDATE = "update"  # without it /upload, /fileinfo, /finish and /retract answer 3300


@dataclass(frozen=True, slots=True)
class Login:
    """A reporting company's sign-in by HTTP Basic."""

    name: str
    password: str
    rights: frozenset[Right] = frozenset(Right)


REHEARSAL = Login("rehearsal", "rehearsal")


def hex_32() -> str:
    return secrets.token_hex(16)


@dataclass(frozen=True, slots=True)
class Settings:
    logins: tuple[Login, ...] = (REHEARSAL,)
    allowed: Container[str] = frozenset()  # SHA-256 (hex) of the synthetic files that may be uploaded
    report_limit_bytes: int = 5 * MEBIBYTE
    upload_limit_bytes: int = 100 * MEBIBYTE
    first_report: int = 900_000_001
    new_hex: Callable[[], str] = hex_32  # file ids and request ids
    css: Path | None = None  # a folder with tokens.css and base.css


class AllowListError(HoedeError):
    """The allow-list has a line that is no SHA-256."""

    code = "simulator-allow-list"


def allow_file(path: Path) -> frozenset[str]:
    """The digests of an allow-list: one SHA-256 per line, then what you like; `#` opens a comment.

    A line that does not start with a SHA-256 raises `AllowListError` with its number.
    """
    lines = path.read_text(encoding="utf-8").splitlines()
    return frozenset(
        _digest(line, n) for n, line in enumerate(lines, start=1) if line.strip() and not line.startswith("#")
    )


def _digest(line: str, number: int) -> str:
    digest = line.split(maxsplit=1)[0].lower()
    if not _DIGEST.fullmatch(digest):
        raise AllowListError(f"line {number} is no SHA-256", line=number)
    return digest
