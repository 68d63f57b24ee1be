"""A child that fetches: it speaks TLS and HTTP over a connection it is handed, and hands the body on.

Started by `sandbox.py` as `python -m hoede.media.fetcher LIMITS`. It can connect to nothing by itself, and
what it is told is hostile: no redirect is followed, nothing is unpacked, nothing is kept between two errands.
"""

import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import h11

from hoede.media.errands import PIECE_BYTES, Errand, Trouble
from hoede.media.limits import Limits
from hoede.media.serving import serve
from hoede.media.wire import send

AGENT = "Hoede-Fetch/1"
HEAD_MOST_BYTES = 16 * 1024
CALLS = ("getsockopt", "getpeername", "getsockname")  # to ask about a line, not to open one
_MOVED = frozenset({301, 302, 303, 307, 308})
_OK = 200


class Stopped(Exception):
    """The errand ends without a whole body."""

    def __init__(self, trouble: Trouble, **more: object) -> None:
        super().__init__(trouble)
        self.told = {"trouble": trouble.value, **more}


@dataclass(slots=True)
class Far:
    """The other side, with as much time as it has left."""

    line: socket.socket
    ends: float
    idle_s: float
    gone: bool = False

    def tell(self, content: bytes) -> None:
        self._hurry()
        self.line.sendall(content)

    def hear(self) -> bytes:
        self._hurry()
        heard = self.line.recv(PIECE_BYTES)
        self.gone = not heard
        return heard

    def secure(self, context: ssl.SSLContext, name: str) -> None:
        self._hurry()
        self.line = context.wrap_socket(self.line, server_hostname=name)

    def _hurry(self) -> None:
        """Waiting ends with the errand's time, or when nothing moves; whoever trickles has the former."""
        left = self.ends - time.monotonic()
        if left <= 0:
            raise TimeoutError
        self.line.settimeout(min(left, self.idle_s))


def main() -> None:
    """Serve until the line closes."""
    serve(_warm_up, _answer, calls=CALLS)


def _answer(line: socket.socket, asked: Any, roots: bytes, file: int, limits: Limits) -> None:  # noqa: ARG001 - the parent's clock is our limit
    errand = Errand(**asked)
    far = Far(
        socket.socket(errand.family, socket.SOCK_STREAM, fileno=file),
        time.monotonic() + errand.within_s,
        errand.idle_s,
    )
    try:
        told = _run(far, errand, roots, lambda piece: send(line, {"piece": len(piece)}, piece))
    finally:
        far.line.close()
    send(line, told)


def _run(far: Far, errand: Errand, roots: bytes, hand_on: Callable[[bytes], object]) -> dict[str, object]:
    """How the errand ended."""
    try:
        if errand.secure:
            far.secure(_context(roots), errand.name)
        return _talk(far, errand, hand_on)
    except Stopped as stopped:
        return stopped.told
    except TimeoutError:
        trouble = Trouble.SLOW
    except ssl.SSLCertVerificationError:
        trouble = Trouble.UNTRUSTED
    except ssl.SSLError:
        trouble = Trouble.SECURITY
    except OSError:
        trouble = Trouble.CUT
    except h11.RemoteProtocolError:
        trouble = Trouble.CUT if far.gone else Trouble.NOT_HTTP
    return {"trouble": trouble.value}


def _talk(far: Far, errand: Errand, hand_on: Callable[[bytes], object]) -> dict[str, object]:
    http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_MOST_BYTES)
    headers = [
        ("Host", errand.authority),
        ("User-Agent", AGENT),
        ("Accept", "*/*"),
        ("Accept-Encoding", "identity"),
        ("Connection", "close"),
    ]
    asked = http.send(h11.Request(method="GET", target=errand.target, headers=headers)) or b""
    far.tell(asked + (http.send(h11.EndOfMessage()) or b""))
    said = _said(http, far)
    answer = next(one for one in said if not isinstance(one, h11.InformationalResponse))
    if not isinstance(answer, h11.Response):
        raise Stopped(Trouble.CUT)
    if answer.status_code in _MOVED:
        return {"moved": _one(answer, b"location").decode("ascii", "replace")}
    _check(answer, errand)
    return {"whole": _body(said, errand.most_bytes, hand_on)}


def _said(http: h11.Connection, far: Far) -> Iterator[Any]:
    """What the other side says, event by event."""
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(far.hear())
        else:
            yield event


def _check(answer: h11.Response, errand: Errand) -> None:
    """Refuse by its head what is no plain whole file."""
    if answer.status_code != _OK:
        raise Stopped(Trouble.STATUS, status=answer.status_code)
    if any(one.lower() != b"identity" for one in _all(answer, b"content-encoding")):
        raise Stopped(Trouble.ENCODED)
    lengths = _all(answer, b"content-length")  # h11 knows one only, and none beside chunks
    if not lengths and not _all(answer, b"transfer-encoding"):
        raise Stopped(Trouble.NO_LENGTH)  # one that ends when the line does could be half of it
    if lengths and int(lengths[0]) > errand.most_bytes:
        raise Stopped(Trouble.TOO_LARGE)


def _all(answer: h11.Response, name: bytes) -> list[bytes]:
    return [value for told, value in answer.headers if told == name]


def _one(answer: h11.Response, name: bytes) -> bytes:
    found = _all(answer, name)
    if len(found) != 1:
        raise Stopped(Trouble.NOT_HTTP)
    return found[0]


def _body(said: Iterator[Any], most_bytes: int, hand_on: Callable[[bytes], object]) -> int:
    """Hands the body on in pieces, whatever pieces it came in; its length."""
    size, piece = 0, bytearray()
    for event in said:
        if isinstance(event, h11.EndOfMessage):
            break
        if not isinstance(event, h11.Data):
            raise Stopped(Trouble.CUT)
        size += len(event.data)
        if size > most_bytes:
            raise Stopped(Trouble.TOO_LARGE)
        piece += event.data
        if len(piece) >= PIECE_BYTES:
            hand_on(bytes(piece))
            piece.clear()
    hand_on(bytes(piece))
    return size


@lru_cache(maxsize=1)
def _context(roots: bytes) -> ssl.SSLContext:
    """Trusts these roots and none else; names are checked."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if roots:
        context.load_verify_locations(cadata=roots.decode("ascii", "ignore"))
    context.set_alpn_protocols(["http/1.1"])
    return context


def _warm_up() -> None:
    """Speak once with nobody: what is loaded late is there before the doors close."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\n.")
        errand = Errand(
            family=ours.family,
            secure=False,
            name="a.example",
            authority="a.example",
            target="/",
            most_bytes=1,
            within_s=1,
            idle_s=1,
        )
        _run(Far(ours, time.monotonic() + 1, 1), errand, b"", len)
        theirs.sendall(b"not TLS at all")
        with suppress(OSError):
            Far(ours, time.monotonic() + 1, 1).secure(_context(b""), "a.example")


if __name__ == "__main__":
    main()
