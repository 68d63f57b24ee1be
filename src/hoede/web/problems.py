"""Errors for machines: problem+json (RFC 9457) with stable codes. Here alone codes become HTTP."""

import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import structlog
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response

from hoede.core.errors import HoedeError
from hoede.web.pages import missing_page

log = structlog.get_logger()

STATUS: Mapping[str, int] = {
    "age-asked-lately": 409,
    "age-not-in-doubt": 409,
    "appeal-late": 409,
    "body-empty": 422,
    "body-truncated": 400,
    "body-not-understood": 400,
    "choice-refused": 409,
    "database-busy": 503,
    "database-unavailable": 503,
    "disk-full": 503,
    "event-differs": 409,
    "facts-unasked": 409,
    "fetch-address-refused": 422,
    "fetch-failed": 502,
    "fetch-off": 422,
    "head-unknown": 404,
    "guardian-unknown": 404,
    "idempotency-key-busy": 409,
    "idempotency-key-missing": 400,
    "idempotency-key-reused": 422,
    "input-invalid": 422,
    "internal": 500,
    "key-refused": 401,
    "key-retired": 503,
    "letter-unknown": 404,
    "media-empty": 422,
    "media-form-refused": 422,
    "media-missing": 422,
    "media-refused": 422,
    "media-too-large": 413,
    "media-too-much": 422,
    "media-type-unsupported": 415,
    "media-unreadable": 422,
    "not-found": 404,
    "notice-unknown": 404,
    "notice-with-media": 422,
    "order-unknown": 404,
    "scope-missing": 403,
    "setting-unknown": 404,
}
RETRY_AFTER_S = 2
_CONVERTER = re.compile(r":\w+}")  # of a path: `{account:path}`


def problem(code: str, detail: str, **more: Any) -> JSONResponse:
    """The answer for an error code; a code nobody mapped is a bug and answers 500."""
    status = STATUS.get(code, 500)
    body = {
        "type": f"urn:hoede:problem:{code}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": code,
        "detail": detail,
    }
    headers = {"Cache-Control": "no-store"}
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_S)
    if status == HTTPStatus.UNAUTHORIZED:
        headers["WWW-Authenticate"] = "Bearer"
    return JSONResponse(body | more, status, headers, "application/problem+json")


def install(app: FastAPI) -> None:
    """Let every error of this application be a problem, but for people's pages."""
    app.add_exception_handler(HoedeError, _expected)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(ClientDisconnect, _gone)
    app.add_exception_handler(HTTPException, _plain)
    app.add_exception_handler(Exception, _unexpected)


def wrong_fields(errors: Any) -> list[dict[str, str]]:
    """Which fields are wrong and why, without the values: they may be personal."""
    return [
        {"field": ".".join(str(part) for part in error["loc"]), "why": str(error["msg"])} for error in errors
    ]


async def _expected(request: Request, error: Exception) -> Response:  # noqa: ARG001 - Starlette's signature
    if not isinstance(error, HoedeError):
        raise error
    return expected(error)


async def _invalid(request: Request, error: Exception) -> Response:  # noqa: ARG001 - likewise
    if not isinstance(error, RequestValidationError):
        raise error
    return problem(
        "input-invalid", "Some fields are not as they should be.", fields=wrong_fields(error.errors())
    )


async def _plain(request: Request, error: Exception) -> Response:
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == HTTPStatus.NOT_FOUND:
        if request.url.path.startswith("/v1/"):
            return problem("not-found", "There is nothing at this address.")
        return missing_page(request)
    return problem_of_status(error.status_code, str(error.detail), _allowed(request, error))


def _allowed(request: Request, error: HTTPException) -> Mapping[str, str] | None:
    """Its headers; `Allow` names every method described for the address, not those of one route alone."""
    path = _CONVERTER.sub("}", getattr(request.scope.get("route"), "path", ""))
    described = request.app.openapi()["paths"].get(path)
    if error.status_code != HTTPStatus.METHOD_NOT_ALLOWED or not described:
        return error.headers
    return {**(error.headers or {}), "Allow": ", ".join(sorted(method.upper() for method in described))}


def problem_of_status(status: int, detail: str, headers: Mapping[str, str] | None) -> Response:
    """A refusal of the framework itself, e.g. 405."""
    body = {
        "type": "about:blank",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "code": f"http-{status}",
        "detail": detail,
    }
    return JSONResponse(body, status, dict(headers or {}), "application/problem+json")


async def _gone(request: Request, error: Exception) -> Response:  # noqa: ARG001 - likewise
    """The client left before its body was whole: nothing was kept, nobody reads this answer."""
    return problem("body-truncated", "The body ended too early; nothing was kept. Send it again.")


async def _unexpected(request: Request, error: Exception) -> Response:
    """The request fence: a bug is logged by its kind and answered without detail."""
    route = request.scope.get("route")
    return broke(getattr(route, "path", "?"), request.method, error)


def expected(error: HoedeError) -> JSONResponse:
    """The answer for an error that was foreseen."""
    fields = error.facts.get("fields")
    return problem(error.code, error.detail, **({"fields": fields} if fields else {}))


def broke(route: str, method: str, error: Exception) -> JSONResponse:
    """The answer for a bug."""
    log.error("request.broke", route=route, method=method, error=type(error).__name__)
    return problem("internal", "Something broke on our side. Nothing was acknowledged; try again.")
