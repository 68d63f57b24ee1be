"""A line that can be broken in every way, between us and the stand-in: real sockets, a call each."""

import asyncio
import socket
import struct
import threading
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
START_WITHIN_S = 10
_ENDS_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: a reset, not an end


class Line(StrEnum):
    """What happens to a call."""

    REFUSE = "refuse"  # a reset before anything is read
    BLACKHOLE = "blackhole"  # it is taken, nothing ever comes back, and the authority never saw it
    TRICKLE = "trickle"  # it is done, and the answer comes a byte a second
    RESET = "reset"  # it is done, and the line is reset in the middle of the answer
    HALF_CLOSE = "half_close"  # it is done, and instead of an answer comes an end
    LOST = "lost"  # it is done, and the answer never comes
    ERROR_502 = "error_502"  # somebody else's answer; the authority never saw the call
    GARBAGE = "garbage"  # it is done, and the body cannot be read
    OTHER_FAMILY = "other_family"  # 200 with a code that does not exist; the authority never saw the call
    TWICE = "twice"  # it arrives twice, and the second answer comes back


_INSTEAD = {
    Line.ERROR_502: ("502 Bad Gateway", b"<html><body>Bad gateway</body></html>"),
    Line.OTHER_FAMILY: ("200 OK", b"<reportResponse><responseCode>7777</responseCode></reportResponse>"),
}


@dataclass
class Proxy:
    """`with Proxy(port) as proxy:` takes calls at `proxy.url` for the server at this port."""

    to_port: int
    met: list[tuple[str, Line]] = field(default_factory=list)
    _next: dict[str, Line] = field(default_factory=dict)  # by the last part of the path
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _port: int = 0

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self._port}"

    def fault(self, endpoint: str, line: Line) -> None:
        """Let it happen to the next call there, once."""
        self._next[endpoint] = line

    def __enter__(self) -> Self:
        ready = threading.Event()
        self._thread = threading.Thread(target=self._run, args=[ready], name="proxy", daemon=True)
        self._thread.start()
        if not ready.wait(START_WITHIN_S):
            raise TimeoutError("the proxy did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        server = self._loop.run_until_complete(asyncio.start_server(self._take, HOST, 0))
        self._port = server.sockets[0].getsockname()[1]
        ready.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(_end_all(asyncio.all_tasks(self._loop)))
        self._loop.close()

    async def _take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(OSError, asyncio.IncompleteReadError):
                await self._one(reader, writer)
        finally:
            writer.close()

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        endpoint = head.split(b" ", 2)[1].rsplit(b"/", 1)[-1].decode()
        line = self._next.pop(endpoint, None)
        if line is not None:
            self.met.append((endpoint, line))
        if line is Line.REFUSE:
            return _reset(writer)
        request = head.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n", 1) + await _body(head, reader)
        if line is Line.BLACKHOLE:
            await reader.read()  # until the caller gives up
            return None
        if line in _INSTEAD:
            writer.write(_answer(*_INSTEAD[line]))
            return await writer.drain()
        answer = await self._ask(request)
        if line is Line.TWICE:
            answer = await self._ask(request)
        await self._give(line, answer, reader, writer)
        return None

    async def _give(
        self, line: Line | None, answer: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        """The answer, or what is left of it."""
        match line:
            case Line.HALF_CLOSE:
                writer.write_eof()
                await reader.read()
            case Line.LOST:
                await reader.read()
            case Line.RESET:
                writer.write(answer[: len(answer) // 2])
                await writer.drain()
                await asyncio.sleep(0.05)  # until it has left
                _reset(writer)
            case Line.TRICKLE:
                for byte in answer:
                    writer.write(bytes([byte]))
                    await writer.drain()
                    await asyncio.sleep(1)
            case Line.GARBAGE:
                writer.write(_answer("200 OK", b"\x00\xff<no end"))
                await writer.drain()
            case _:
                writer.write(answer)
                await writer.drain()

    async def _ask(self, request: bytes) -> bytes:
        reader, writer = await asyncio.open_connection(HOST, self.to_port)
        writer.write(request)
        await writer.drain()
        answer = await reader.read()
        writer.close()
        return answer


async def _end_all(calls: set[asyncio.Task[None]]) -> None:
    """Calls that hang are given up, and their sockets are closed before the loop is."""
    for one in calls:
        one.cancel()
    await asyncio.gather(*calls, return_exceptions=True)
    await asyncio.sleep(0.05)  # a transport closes its socket in a turn of its own


async def _body(head: bytes, reader: asyncio.StreamReader) -> bytes:
    lines = head.lower().split(b"\r\n")
    size = next((int(one.split(b":")[1]) for one in lines if one.startswith(b"content-length:")), 0)
    return await reader.readexactly(size)


def _answer(status: str, body: bytes) -> bytes:
    lines = (
        f"HTTP/1.1 {status}",
        "Content-Type: text/xml",
        f"Content-Length: {len(body)}",
        "Connection: close",
    )
    return "\r\n".join((*lines, "", "")).encode() + body


def _reset(writer: asyncio.StreamWriter) -> None:
    taken: socket.socket = writer.get_extra_info("socket")
    taken.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _ENDS_AT_ONCE)
    writer.transport.abort()
