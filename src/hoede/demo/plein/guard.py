"""What stands before every request: who may post here, how much, and what browsers may do with our pages."""

from collections.abc import MutableMapping
from typing import Any

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from hoede.demo.plein.pictures import MAX_BYTES

FORM_BYTES = 64 * 1024  # everything in a form besides the picture

HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Middleware: refuses what must not come in, and puts `HEADERS` on every answer."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                _add_headers(message)
            await send(message)

        app = _refusal(scope) or self._app
        return await app(scope, receive, send_guarded)


def _add_headers(message: MutableMapping[str, Any]) -> None:
    headers = MutableHeaders(scope=message)
    for name, value in HEADERS.items():
        headers.setdefault(name, value)


def _refusal(scope: Scope) -> PlainTextResponse | None:
    if scope["method"] in ("GET", "HEAD"):
        return None
    headers = Headers(scope=scope)
    if not _comes_from_us(headers):
        return PlainTextResponse("This form was not sent from Plein.", 403)
    length = headers.get("content-length", "")
    if not length.isdecimal():
        return PlainTextResponse("The length of the form is missing.", 411)
    if int(length) > MAX_BYTES + FORM_BYTES:
        return PlainTextResponse("That is more than 10 MB.", 413)
    return None


def _comes_from_us(headers: Headers) -> bool:
    """Whether a form was sent from one of our own pages. Callers that are no browser send neither header."""
    if headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        return False
    origin = headers.get("origin")
    return origin is None or origin.split("://")[-1] == headers.get("host")
