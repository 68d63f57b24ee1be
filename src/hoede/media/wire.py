"""Messages between us and a child: JSON and bytes over a socket, a file's descriptor with a request."""

import json
import os
import socket
import struct
import time
from typing import Any

_HEAD = struct.Struct(">II")  # bytes of JSON, bytes of the rest
# Of one message; a child that sends more is no child of ours any more.
MOST_TEXT_BYTES = 4 * 1024 * 1024
MOST_BYTES = 64 * 1024 * 1024


class Closed(Exception):
    """The other side is gone."""


def send(line: socket.socket, told: Any, rest: bytes = b"", *, file: int | None = None) -> None:
    """Send one message; `file` is a descriptor the other side gets its own of. Raises `OSError`."""
    text = json.dumps(told, separators=(",", ":")).encode()
    head = _HEAD.pack(len(text), len(rest))
    if file is None:
        line.sendall(head)
    else:
        socket.send_fds(line, [head], [file])
    line.sendall(text)
    if rest:
        line.sendall(rest)


def hear(
    line: socket.socket, most_bytes: int = MOST_BYTES, *, ends: float | None = None
) -> tuple[dict[str, Any], bytes]:
    """A child's message, of which nothing is believed: it has no business to hand us descriptors.

    `ends` on the monotonic clock bounds all of it, however it trickles in. Raises as `receive`.
    """
    told, rest, file = receive(line, most_bytes, ends=ends)
    if file is not None:
        os.close(file)
        raise ValueError("a descriptor nobody asked for")
    if not isinstance(told, dict):
        raise ValueError("an answer without names")  # noqa: TRY004 - as everything else that is no message
    return told, rest


def receive(
    line: socket.socket, most_bytes: int = MOST_BYTES, *, ends: float | None = None
) -> tuple[Any, bytes, int | None]:
    """One message: what was told, the bytes, and the descriptor, which is the caller's to close.

    Raises `Closed`, `TimeoutError`, or `ValueError` when it is no message.
    """
    _hurry(line, ends)
    head, files, _, _ = socket.recv_fds(line, _HEAD.size, 1)
    file = files[0] if files else None
    try:
        if not head:
            raise Closed
        text_bytes, rest_bytes = _HEAD.unpack(head + _exactly(line, _HEAD.size - len(head), ends))
        if text_bytes > MOST_TEXT_BYTES or text_bytes + rest_bytes > most_bytes:
            raise ValueError("a message too large to be one")
        return json.loads(_exactly(line, text_bytes, ends)), bytes(_exactly(line, rest_bytes, ends)), file
    except BaseException:
        if file is not None:
            os.close(file)
        raise


def _exactly(line: socket.socket, count: int, ends: float | None) -> bytearray:
    taken = bytearray()
    while len(taken) < count:
        _hurry(line, ends)
        piece = line.recv(min(count - len(taken), 1 << 20))
        if not piece:
            raise Closed
        taken += piece
    return taken


def _hurry(line: socket.socket, ends: float | None) -> None:
    if ends is None:
        return
    left = ends - time.monotonic()
    if left <= 0:
        raise TimeoutError
    line.settimeout(left)
