"""The line between client and authority: names each call with a Request-ID, and plays the faults on it."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from lxml import etree
from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hoede.simulators.cybertipline.answers import Answer, Code
from hoede.simulators.cybertipline.faults import Fault, FaultKind, Faults

PREFIX = "/ispws/"
XML = "text/xml;charset=UTF-8"

_BARE = {
    FaultKind.BAD_GATEWAY: HTTPStatus.BAD_GATEWAY,
    FaultKind.UNAVAILABLE: HTTPStatus.SERVICE_UNAVAILABLE,
    FaultKind.TOO_MANY: HTTPStatus.TOO_MANY_REQUESTS,
    FaultKind.EMPTY_401: HTTPStatus.UNAUTHORIZED,
}


class Wire:
    """An ASGI layer. Cutting the line needs the server's transport in `scope["state"]` (see `server`)."""

    def __init__(self, app: ASGIApp, faults: Faults, new_hex: Callable[[], str]) -> None:
        self._app = app
        self._faults = faults
        self._new_hex = new_hex

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = self._new_hex()
        scope.setdefault("state", {})["request_id"] = request_id

        async def named(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)["Request-ID"] = request_id
            await send(message)

        path: str = scope["path"]
        met = self._faults.take(path.removeprefix(PREFIX)) if path.startswith(PREFIX) else ()
        await self._play(met, scope, receive, named)

    async def _play(self, met: tuple[Fault, ...], scope: Scope, receive: Receive, send: Send) -> None:
        waits = [fault.value or 0 for fault in met if fault.kind is FaultKind.LATENCY_MS]
        if waits:
            await asyncio.sleep(sum(waits) / 1000)
        fault = next((fault for fault in met if fault.kind is not FaultKind.LATENCY_MS), None)
        if fault is None:
            await self._app(scope, receive, send)
        elif fault.kind is FaultKind.DROP_BEFORE:
            await _cut(scope, receive)
        elif fault.kind is FaultKind.DROP_AFTER:
            await self._app(scope, receive, _nowhere)
            await _cut(scope, receive)
        elif fault.kind is FaultKind.HALF_CLOSE:
            await self._app(scope, receive, _nowhere)
            await _say_no_more(scope, receive)
        elif fault.kind is FaultKind.TRUNCATE_AFTER:
            await self._app(scope, receive, _half(send))
            await _hang_up(scope, receive)
        elif fault.kind in _CHANGED:
            await self._app(scope, receive, _changed(send, _CHANGED[fault.kind], fault.value))
        else:
            await _drain(receive)
            await _instead(fault)(scope, receive, send)


def _instead(fault: Fault) -> Response:
    if fault.kind is FaultKind.BAD_GATEWAY:
        return Response("<html><body>Bad gateway</body></html>", _BARE[fault.kind], media_type="text/html")
    if fault.kind in _BARE:
        wait = {} if fault.value is None else {"Retry-After": str(fault.value)}
        return Response(status_code=_BARE[fault.kind], headers=wait)
    if fault.kind is FaultKind.WRONG_CODE:
        return Response(_other_code(7777 if fault.value is None else fault.value), media_type=XML)
    code = (
        Code.SERVER_ERROR
        if fault.kind is FaultKind.ERROR_500
        else Code(fault.value or Code.VALIDATION_FAILED)
    )
    answer = Answer(code, "The rehearsal asked for this answer.")
    return Response(answer.xml(), answer.status, media_type=XML)


def _other_code(code: int) -> bytes:
    """An answer of the right form, with a code the authority may not even have."""
    root = etree.Element("reportResponse")
    etree.SubElement(root, "responseCode").text = str(code)
    etree.SubElement(root, "responseDescription").text = "The rehearsal asked for this answer."
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _oversized(body: bytes, mebibytes: int | None) -> bytes:
    return body + b"\n" * ((mebibytes or 2) << 20)


def _with_doctype(body: bytes, _value: int | None) -> bytes:
    head, close, rest = body.partition(b"?>")
    return head + close + b"<!DOCTYPE reportResponse [<!ELEMENT x ANY>]>" + rest


_CHANGED: dict[FaultKind, Callable[[bytes, int | None], bytes]] = {
    FaultKind.OVERSIZE_AFTER: _oversized,
    FaultKind.DOCTYPE_AFTER: _with_doctype,
}


def _changed(send: Send, change: Callable[[bytes, int | None], bytes], value: int | None) -> Send:
    """Send the answer with another body; ours come in one piece."""
    start: Message = {}

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            return
        body = change(message.get("body", b""), value)
        MutableHeaders(scope=start)["content-length"] = str(len(body))
        await send(start)
        await send({**message, "body": body})

    return sending


async def _nowhere(_message: Message) -> None:
    """Swallow the answer."""


def _half(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] != "http.response.body":
            await send(message)
            return
        body = message.get("body", b"")
        await send({**message, "body": body[: len(body) // 2], "more_body": True})

    return sending


async def _cut(scope: Scope, receive: Receive) -> None:
    scope["state"]["transport"].abort()
    await _gone(receive)


async def _hang_up(scope: Scope, receive: Receive) -> None:
    scope["state"]["transport"].close()  # unlike abort, this sends what is already on its way
    await _gone(receive)


async def _say_no_more(scope: Scope, receive: Receive) -> None:
    """Half-close: the client reads an end without an answer; the line goes when the client lets go of it."""
    scope["state"]["transport"].write_eof()
    await _gone(receive)


async def _gone(receive: Receive) -> None:
    """Wait until the server knows too; else it would answer 500 on its own."""
    while (await receive())["type"] != "http.disconnect":
        pass


async def _drain(receive: Receive) -> None:
    """Read the request to its end, so that the client gets the answer and no broken pipe."""
    while True:
        message = await receive()
        if message["type"] == "http.disconnect" or not message.get("more_body", False):
            return
