"""The other side of a fetch, on loopback: it says what a script says, and counts who came."""

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

Script = Callable[[socket.socket], object]

BODY = b"the bytes of a picture"
PATIENCE_S = 20


def says(*parts: bytes) -> Script:
    """Answer a request with these bytes and hang up."""

    def script(line: socket.socket) -> None:
        for part in parts:
            line.sendall(part)

    return script


def answer(body: bytes = BODY, *headers: str, status: str = "200 OK") -> bytes:
    """A plain answer with its length."""
    return head(f"Content-Length: {len(body)}", *headers, status=status) + body


def head(*headers: str, status: str = "200 OK") -> bytes:
    return "\r\n".join((f"HTTP/1.1 {status}", *headers, "", "")).encode("latin-1")


def moved(location: str, status: str = "302 Found") -> Script:
    return says(head(f"Location: {location}", "Content-Length: 0", status=status))


def forever(start: bytes, piece: bytes, every_s: float = 0) -> Script:
    """Say this and then that again and again, until nobody listens."""

    def script(line: socket.socket) -> None:
        line.sendall(start)
        while True:
            line.sendall(piece)
            time.sleep(every_s)

    return script


def hangs(start: bytes = b"") -> Script:
    """Say this, and then nothing, until the other side is gone."""

    def script(line: socket.socket) -> None:
        line.sendall(start)
        while line.recv(65536):
            pass

    return script


def late(script: Script, after_s: float) -> Script:
    """Say the same, a little later."""

    def waits(line: socket.socket) -> None:
        time.sleep(after_s)
        script(line)

    return waits


def half_closed(start: bytes) -> Script:
    """Say this and no more, but go on listening."""

    def script(line: socket.socket) -> None:
        line.sendall(start)
        line.shutdown(socket.SHUT_WR)
        line.recv(1)

    return script


class Far:
    """A server whose n-th connection gets the n-th script, and all after it the last one.

    One that does not listen speaks at once.
    """

    def __init__(self, *scripts: Script, context: ssl.SSLContext | None = None, listens: bool = True) -> None:
        self.scripts = list(scripts) or [says(answer())]
        self.asked: list[bytes] = []  # the head of each request
        self.count = 0
        self._context = context
        self._listens = listens
        self._door = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._door.getsockname()[1])
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with suppress(OSError):
            self._door.shutdown(socket.SHUT_RDWR)
        self._door.close()
        self._thread.join(PATIENCE_S)

    def _run(self) -> None:
        while True:
            try:
                line, _ = self._door.accept()
            except OSError:
                return
            script = self.scripts[min(self.count, len(self.scripts) - 1)]
            self.count += 1
            line.settimeout(PATIENCE_S)
            with suppress(OSError), line:
                self._talk(line, script)

    def _talk(self, line: socket.socket, script: Script) -> None:
        if self._context is None:
            if self._listens:
                self.asked.append(_head_of(line))
            script(line)
            return
        with self._context.wrap_socket(line, server_side=True) as inside:
            self.asked.append(_head_of(inside))
            script(inside)
            with suppress(OSError):
                inside.unwrap()


def _head_of(line: socket.socket) -> bytes:
    heard = b""
    while b"\r\n\r\n" not in heard and (piece := line.recv(65536)):
        heard += piece
    return heard
