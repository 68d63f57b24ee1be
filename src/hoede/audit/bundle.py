"""A copy of the log for others: JSON lines, keys first, then each leaf and behind it the head that covers it.

Heads that somebody keeps are JSON lines, too: what `/v1/audit/head` answers, one a line.
"""

import base64
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from hoede.audit.proofs import key_values, text_of
from hoede.audit.rules import Head, LogKey, head_message
from hoede.audit.store import bodies, heads, log_keys
from hoede.core.errors import HoedeError

KEY, LEAF, HEAD = "key", "leaf", "head"


class BundleInvalid(HoedeError):
    """This is no copy of the log, and no list of heads."""

    code = "bundle-invalid"


def lines(conn: Connection) -> Iterator[str]:
    """The whole log as this connection sees it."""
    return lines_of(log_keys(conn), bodies(conn), heads(conn))


def lines_of(
    keys: Iterable[LogKey], leaves: Iterable[tuple[int | None, str]], signed: Iterable[Head]
) -> Iterator[str]:
    """The same of these; leaves without a number are left out, for no head covers them."""
    for key in keys:
        yield _line(KEY, key_values(key))
    waiting = iter(signed)
    head = next(waiting, None)
    for count, (number, body) in enumerate(leaves, 1):
        if number is None:
            break
        yield _line(LEAF, {"number": number, "body": body})
        while head is not None and head.size <= count:
            yield _line(HEAD, _head_values(head))
            head = next(waiting, None)
    while head is not None:  # longer than the log: whoever reads it shall see that
        yield _line(HEAD, _head_values(head))
        head = next(waiting, None)


@dataclass(frozen=True, slots=True)
class Bundle:
    """A copy in a file. Every method reads it anew, and raises `BundleInvalid` naming the line."""

    path: Path

    def keys(self) -> list[LogKey]:
        return [_key(told) for kind, told in self._each() if kind == KEY]

    def heads(self) -> list[Head]:
        return [_head(told) for kind, told in self._each() if kind == HEAD]

    def bodies(self) -> Iterator[tuple[int | None, str]]:
        """Number and body of every leaf, as they stand in the file."""
        for kind, told in self._each():
            if kind == LEAF:
                yield told["number"], told["body"]

    def _each(self) -> Iterator[tuple[str, dict[str, Any]]]:
        for number, line in _numbered(self.path):
            try:
                ((kind, told),) = json.loads(line).items()
                _READ[kind](told)
            except (ValueError, KeyError, TypeError, AttributeError) as error:
                raise BundleInvalid(f"{self.path.name}, line {number}: no key, leaf or head.") from error
            yield kind, told


def kept_heads(path: Path) -> list[Head]:
    """The heads that stand in this file. Raises `BundleInvalid` naming the line, or that there is none."""
    found = []
    for number, line in _numbered(path):
        try:
            told = json.loads(line)
            at = str(told["message"]).splitlines()[3]
            head = _head({**told, "at": at})
        except (ValueError, KeyError, TypeError, IndexError) as error:
            raise BundleInvalid(f"{path.name}, line {number}: no head.") from error
        if head_message(head.size, head.root, head.at).decode() != told["message"]:
            raise BundleInvalid(f"{path.name}, line {number}: size and root are not those that were signed.")
        found.append(head)
    if not found:
        raise BundleInvalid(f"{path.name} holds no head.")
    return found


def append_head(path: Path, line: str) -> None:
    """Add a head, as `SignedHead.values` tells it, to a file that others fetch; the same one not twice."""
    with path.open("a+", encoding="utf-8") as file:
        file.seek(0)
        if (file.readlines() or [""])[-1].strip() != line:
            file.write(line + "\n")
            file.flush()
            os.fsync(file.fileno())


def _numbered(path: Path) -> Iterable[tuple[int, str]]:
    try:
        with path.open(encoding="utf-8") as file:
            for number, line in enumerate(file, 1):
                if line.strip():
                    yield number, line
    except (OSError, UnicodeDecodeError) as error:
        raise BundleInvalid(f"{path} cannot be read.") from error


def _line(kind: str, told: Mapping[str, Any]) -> str:
    return json.dumps({kind: told}, separators=(",", ":"))


def _head_values(head: Head) -> dict[str, Any]:
    return {
        "size": head.size,
        "root": text_of(head.root),
        "at": head.at.isoformat(),
        "signature": text_of(head.signature),
    }


def _head(told: Mapping[str, Any]) -> Head:
    return Head(_count(told["size"]), _bytes(told["root"]), _at(told["at"]), _bytes(told["signature"]))


def _key(told: Mapping[str, Any]) -> LogKey:
    return LogKey(
        number=_count(told["number"]),
        public=_bytes(told["public"]),
        from_size=_count(told["from_size"]),
        at=_at(told["at"]),
        by_former=_bytes(told["by_former"]) if told["by_former"] else None,
        by_itself=_bytes(told["by_itself"]) if told["by_itself"] else None,
    )


def _leaf(told: Mapping[str, Any]) -> tuple[int, str]:
    if not isinstance(told["body"], str):
        raise TypeError("a body is text")
    return _count(told["number"]), told["body"]


def _count(told: object) -> int:
    if type(told) is not int or told < 0:
        raise ValueError("no whole number")
    return told


def _bytes(told: str) -> bytes:
    return base64.b64decode(told, validate=True)


def _at(told: str) -> datetime:
    """A time as we write it, to the letter: it was signed so."""
    at = datetime.fromisoformat(told)
    if at.tzinfo is None or at.isoformat() != told:
        raise ValueError("no time as we write it")
    return at


_READ = {KEY: _key, LEAF: _leaf, HEAD: _head}
