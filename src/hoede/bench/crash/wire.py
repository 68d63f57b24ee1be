"""The line to the authority and to the platform, in process: what is lost on it, and what comes twice."""

import binascii
from base64 import b64decode
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar

import httpx2

from hoede.simulators.cybertipline import REHEARSAL
from hoede.simulators.cybertipline.answers import Answer, Code, Done
from hoede.simulators.cybertipline.forms import BadFormError, read_form
from hoede.simulators.cybertipline.tipline import Caller, Tipline

T = TypeVar("T")
PATH = "/ispws/"
_XML = {"content-type": "text/xml;charset=UTF-8"}


class Trouble(StrEnum):
    """What happens to one call."""

    UNREACHED = "unreached"  # nobody is there; certain that nothing arrived
    LOST_BEFORE = "lost_before"  # it never arrived, and we cannot know
    LOST_AFTER = "lost_after"  # it was done, and the answer is lost
    HALF = "half"  # it was done, and half of the answer comes
    TWICE = "twice"  # it arrives twice; we get the second answer
    ERROR = "error"  # code 1000, nothing is done
    BAD_GATEWAY = "bad_gateway"  # somebody else's 502
    BUSY = "busy"  # 503 and a Retry-After
    UNAUTHORISED = "unauthorised"  # an empty 401
    NONSENSE = "nonsense"  # 200, done, and a body nobody can read
    OTHER_FAMILY = "other_family"  # 200 and a code that does not exist; nothing is done


_UNDONE: dict[Trouble, tuple[int, bytes]] = {
    Trouble.ERROR: (500, Answer(Code.SERVER_ERROR, "The run asked for this answer.").xml()),
    Trouble.BAD_GATEWAY: (502, b"<html><body>Bad gateway</body></html>"),
    Trouble.BUSY: (503, b""),
    Trouble.UNAUTHORISED: (401, b""),
    Trouble.OTHER_FAMILY: (200, b"<reportResponse><responseCode>7777</responseCode></reportResponse>"),
}


@dataclass
class AuthorityLine(httpx2.BaseTransport):
    """Calls the stand-in's own code. `trouble` is drawn for each call, `give_way` lets others go on."""

    tipline: Tipline | None = None
    trouble: Callable[[str], Trouble | None] = lambda _call: None
    give_way: Callable[[], None] = lambda: None
    calls: int = 0

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        body = b"".join(_pieces(request))
        self.give_way()
        met = self.trouble(request.url.path.removeprefix(PATH))
        if met is Trouble.UNREACHED:
            raise httpx2.ConnectError("nobody is there")
        if met is Trouble.LOST_BEFORE:
            raise httpx2.ReadTimeout("no answer")
        if met in _UNDONE:
            status, raw = _UNDONE[met]
            more = {"retry-after": "1"} if met is Trouble.BUSY else {}
            return httpx2.Response(status, headers=_XML | more, content=raw)
        answer = self._answer(request, body)
        if met is Trouble.TWICE:
            self.give_way()
            answer = self._answer(request, body)
        self.give_way()
        if met in {Trouble.LOST_AFTER, Trouble.HALF}:
            raise httpx2.RemoteProtocolError("the line was cut")
        raw = b"\x00\xff nonsense" if met is Trouble.NONSENSE else answer.xml()
        return httpx2.Response(answer.status, headers=_XML, content=raw)

    def _answer(self, request: httpx2.Request, body: bytes) -> Answer | Done:
        self.calls += 1
        tipline = self.tipline
        assert tipline is not None
        caller = Caller(_login(request), f"{self.calls:032x}")
        endpoint = request.url.path.removeprefix(PATH)
        if caller.login != REHEARSAL.name:
            return Answer(Code.AUTHENTICATION_REQUIRED, "Authentication required.")
        if endpoint == "submit":
            return tipline.submit(caller, body)
        if endpoint == "fileinfo":
            return tipline.fileinfo(caller, body)
        try:
            form = at_once(read_form(_stream(body), request.headers["content-type"], len(body)))
        except BadFormError as error:
            return Answer(Code.INVALID_REQUEST, str(error))
        doors = {
            "upload": tipline.upload,
            "finish": tipline.finish,
            "retract": tipline.retract,
        }
        return doors[endpoint](caller, form)


@dataclass
class PlatformLine(httpx2.BaseTransport):
    """Brings orders to `take`; `fails` is drawn: before it arrived, after, or not at all."""

    take: Callable[[bytes], None] = lambda _body: None
    trouble: Callable[[str], Trouble | None] = lambda _call: None
    give_way: Callable[[], None] = lambda: None

    def handle_request(self, request: httpx2.Request) -> httpx2.Response:
        body = request.read()
        self.give_way()
        met = self.trouble("hook")
        if met in {Trouble.UNREACHED, Trouble.LOST_BEFORE}:
            raise httpx2.ConnectError("nobody is there")
        if met in _UNDONE:
            return httpx2.Response(503)
        self.take(body)
        if met is Trouble.TWICE:
            self.take(body)
        self.give_way()
        if met is not None and met is not Trouble.TWICE:
            raise httpx2.ReadTimeout("the answer is lost")
        return httpx2.Response(204)


def at_once(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of what never has to wait."""
    try:
        coroutine.send(None)
    except StopIteration as ended:
        return ended.value  # type: ignore[no-any-return] # what the coroutine returns
    coroutine.close()
    raise RuntimeError("it waits for something")


async def _stream(body: bytes) -> AsyncIterator[bytes]:
    yield body


def _pieces(request: httpx2.Request) -> Iterator[bytes]:
    yield from request.stream  # type: ignore[misc] # a request of a client without async


def _login(request: httpx2.Request) -> str:
    coded = request.headers.get("authorization", "").removeprefix("Basic ")
    try:
        name, _, password = b64decode(coded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return ""
    return name if password == REHEARSAL.password else ""
