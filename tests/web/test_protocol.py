"""What comes beside a body has an end: a stranger cannot fill the memory of the service."""

import socket
from collections.abc import Iterable
from contextlib import suppress

import pytest

from hoede.app.protocol import BESIDE_MOST_BYTES

START = b"POST /v1/permits HTTP/1.1\r\nHost: a\r\n"
CHUNKS = START + b"Transfer-Encoding: chunked\r\n\r\n"
LONG = b"a" * (BESIDE_MOST_BYTES // 4)


def status(port: int, pieces: Iterable[bytes]) -> bytes:
    """How the answer begins; b"" where the line was closed without one."""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line, suppress(OSError):
        for piece in pieces:
            line.sendall(piece)
        return line.recv(12)
    return b""


@pytest.mark.parametrize(
    "pieces",
    [
        [START, *[b"X-A: " + LONG + b"\r\n"] * 200],  # a head of many lines
        [START, b"X-A: ", *[LONG] * 200],  # a line without an end
        [CHUNKS, b"2\r\n{}\r\n0\r\nX-A: ", *[LONG] * 200],  # what follows a body
        [CHUNKS, b"2;a=", *[LONG] * 200],  # an extension of a chunk
    ],
)
def test_what_has_no_end_is_cut_off(port: int, pieces: list[bytes]) -> None:
    assert status(port, pieces) in {b"HTTP/1.1 400", b""}


@pytest.mark.parametrize(
    "pieces",
    [
        [START, b"X-A: " + LONG + b"\r\n", b"Content-Length: 2\r\n\r\n{}"],
        [CHUNKS, *[b"400\r\n" + b" " * 1024 + b"\r\n"] * 200, b"2\r\n{}\r\n0\r\n\r\n"],  # 200 KiB of a body
    ],
)
def test_what_has_one_is_answered(port: int, pieces: list[bytes]) -> None:
    assert status(port, pieces) == b"HTTP/1.1 401"  # for there is no key
