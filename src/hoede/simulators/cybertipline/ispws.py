"""The routes under /ispws, as the Reporting API has them (CyberTipline facts 1.1-1.3)."""

import binascii
from base64 import b64decode
from collections.abc import Awaitable, Callable
from hmac import compare_digest

from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from hoede.simulators.cybertipline.answers import Answer, Code, Done
from hoede.simulators.cybertipline.faults import Endpoint
from hoede.simulators.cybertipline.forms import BadFormError, Form, TooLargeError, read_form, read_within
from hoede.simulators.cybertipline.schema import xsd
from hoede.simulators.cybertipline.settings import Login, Right
from hoede.simulators.cybertipline.tipline import Caller, Tipline
from hoede.simulators.cybertipline.wire import XML

_NEEDS = {
    Endpoint.SUBMIT: (Right.SUBMIT, Code.NO_SUBMISSIONS),
    Endpoint.UPLOAD: (Right.UPDATE, Code.NO_UPDATES),
    Endpoint.FILEINFO: (Right.UPDATE, Code.NO_UPDATES),
    Endpoint.FINISH: (Right.UPDATE, Code.NO_UPDATES),
    Endpoint.RETRACT: (Right.UPDATE, Code.NO_UPDATES),
}
_XML_TYPES = ("text/xml", "application/xml")

_Call = Callable[[Caller, Request], Awaitable[Answer | Done]]


class Ispws:
    """The API's doors before one tipline."""

    def __init__(self, tipline: Tipline) -> None:
        self._tipline = tipline
        self._settings = tipline.settings

    def routes(self) -> list[BaseRoute]:
        calls: dict[Endpoint, _Call] = {
            Endpoint.STATUS: self._status,
            Endpoint.SUBMIT: self._xml(self._tipline.submit),
            Endpoint.FILEINFO: self._xml(self._tipline.fileinfo),
            Endpoint.UPLOAD: self._form(self._tipline.upload),
            Endpoint.FINISH: self._form(self._tipline.finish),
            Endpoint.RETRACT: self._form(self._tipline.retract),
        }
        doors: list[BaseRoute] = [self._door(endpoint, call) for endpoint, call in calls.items()]
        return [
            *doors,
            Route("/xsd", self._schema, methods=["GET"]),
            Route("/{path:path}", _unknown, methods=["GET", "POST"]),
        ]

    def _door(self, endpoint: Endpoint, call: _Call) -> Route:
        async def answer(request: Request) -> Response:
            caller = self._caller(request, endpoint)
            if isinstance(caller, Answer):
                return _reply(caller)
            try:
                return _reply(await call(caller, request))
            except (BadFormError, TooLargeError) as error:
                return _reply(Answer(Code.INVALID_REQUEST, str(error)))
            except OSError:  # the ledger's disk; nothing was written, so nothing may be acknowledged
                return _reply(Answer(Code.SAVE_FAILED, "Save failed."))
            except ClientDisconnect:
                return Response()  # nobody is left to read it

        return Route(f"/{endpoint}", answer, methods=["GET" if endpoint is Endpoint.STATUS else "POST"])

    def _caller(self, request: Request, endpoint: Endpoint) -> Caller | Answer:
        login = _login(request.headers.get("authorization", ""), self._settings.logins)
        if login is None:
            return Answer(Code.AUTHENTICATION_REQUIRED, "Authentication required.")
        if Right.CONNECT not in login.rights:
            return Answer(Code.NOT_AUTHORISED, "Not authorised.")
        right, code = _NEEDS.get(endpoint, (Right.CONNECT, Code.NOT_AUTHORISED))
        if right not in login.rights:
            return Answer(code, f"Not authorised: {endpoint}.")
        return Caller(login.name, request.state.request_id)

    async def _status(self, caller: Caller, request: Request) -> Answer:
        address = request.client.host if request.client else "unknown"
        return Answer(Code.OK, f"Remote User : {caller.login}, Remote Ip : {address}")

    async def _schema(self, request: Request) -> Response:
        caller = self._caller(request, Endpoint.XSD)
        return _reply(caller) if isinstance(caller, Answer) else Response(xsd(), media_type=XML)

    def _xml(self, call: Callable[[Caller, bytes], Answer]) -> _Call:
        async def reading(caller: Caller, request: Request) -> Answer:
            if not _is_utf8_xml(request.headers.get("content-type", "")):
                return Answer(Code.INVALID_REQUEST, "The body must be text/xml; charset=utf-8.")
            body = await read_within(request.stream(), self._settings.report_limit_bytes)
            return await run_in_threadpool(call, caller, body)

        return reading

    def _form(self, call: Callable[[Caller, Form], Answer | Done]) -> _Call:
        async def reading(caller: Caller, request: Request) -> Answer | Done:
            kind = request.headers.get("content-type", "")
            form = await read_form(request.stream(), kind, self._settings.upload_limit_bytes)
            return await run_in_threadpool(call, caller, form)

        return reading


async def _unknown(_request: Request) -> Response:
    return _reply(Answer(Code.NOT_FOUND, "Resource not found."))


def _reply(answer: Answer | Done) -> Response:
    response = Response(answer.xml(), answer.status, media_type=XML)
    if isinstance(answer, Answer) and answer.code is Code.AUTHENTICATION_REQUIRED:
        response.headers["WWW-Authenticate"] = 'Basic realm="ispws"'
    return response


def _is_utf8_xml(content_type: str) -> bool:
    kind, _, options = content_type.lower().partition(";")
    charset = options.partition("charset=")[2].strip(' "')
    return kind.strip() in _XML_TYPES and charset in ("", "utf-8")


def _login(header: str, logins: tuple[Login, ...]) -> Login | None:
    scheme, _, coded = header.partition(" ")
    try:
        told = b64decode(coded, validate=True) if scheme.lower() == "basic" else b""
    except binascii.Error:
        return None
    name, _, password = told.partition(b":")
    for login in logins:
        if login.name.encode() == name and compare_digest(login.password.encode(), password):
            return login
    return None
