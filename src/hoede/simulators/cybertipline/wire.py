"""The line between client and authority: names each call with a Request-ID, and plays the faults on it."""

import asyncio
from collections.abc import Callable
from http import HTTPStatus

from starlette.datastructures import MutableHeaders
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hoede.simulators.cybertipline.answers import Answer, Code
from hoede.simulators.cybertipline.faults import Fault, FaultKind, Faults

PREFIX = "/ispws/"
XML = "text/xml;charset=UTF-8"

_BARE = {
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
        elif fault.kind is FaultKind.TRUNCATE_AFTER:
            await self._app(scope, receive, _half(send))
            await _hang_up(scope, receive)
        else:
            await _drain(receive)
            await _instead(fault)(scope, receive, send)


def _instead(fault: Fault) -> Response:
    if fault.kind in _BARE:
        return Response(status_code=_BARE[fault.kind])
    code = (
        Code.SERVER_ERROR
        if fault.kind is FaultKind.ERROR_500
        else Code(fault.value or Code.VALIDATION_FAILED)
    )
    answer = Answer(code, "The rehearsal asked for this answer.")
    return Response(answer.xml(), answer.status, media_type=XML)


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
