"""What comes beside a body has an end: a stranger cannot fill the memory of the service."""

import socket
from collections.abc import Iterable
from contextlib import suppress

import pytest

from hoede.app.protocol import BESIDE_MOST_BYTES

START = b"POST /v1/permits HTTP/1.1\r\nHost: a\r\n"
CHUNKS = START + b"Transfer-Encoding: chunked\r\n\r\n"
LONG = b"a" * (BESIDE_MOST_BYTES // 4)


def heard(port: int, pieces: Iterable[bytes], *, whole: bool) -> bytes:
    """How the answer begins, or all that is said until the line is closed; `TimeoutError` where it is not."""
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as line, suppress(ConnectionError):
        for piece in pieces:
            line.sendall(piece)
        while piece := line.recv(4096 if whole else 12):
            said += piece
            if not whole:
                break
    return said


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
    assert b"HTTP/1.1 2" not in heard(port, pieces, whole=True)


@pytest.mark.parametrize(
    "pieces",
    [
        [START, b"X-A: " + LONG + b"\r\n", b"Content-Length: 2\r\n\r\n{}"],
        [CHUNKS, *[b"400\r\n" + b" " * 1024 + b"\r\n"] * 200, b"2\r\n{}\r\n0\r\n\r\n"],  # 200 KiB of a body
    ],
)
def test_what_has_one_is_answered(port: int, pieces: list[bytes]) -> None:
    assert heard(port, pieces, whole=False) == b"HTTP/1.1 401"  # for there is no key
