"""The rehearsal's own doors, in JSON: set faults, move the clock, read what the authority has."""

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from hoede.simulators.cybertipline.clock import VirtualClock
from hoede.simulators.cybertipline.faults import Endpoint, Fault, FaultError, FaultKind, Faults
from hoede.simulators.cybertipline.records import SimReport
from hoede.simulators.cybertipline.tipline import Tipline


class Admin:
    """Doors under /admin. They take JSON only, so that no web page elsewhere can send them a form."""

    def __init__(self, tipline: Tipline, faults: Faults, clock: VirtualClock) -> None:
        self._tipline = tipline
        self._faults = faults
        self._clock = clock

    def routes(self) -> list[Route]:
        return [
            Route("/reports", self._reports, methods=["GET"]),
            Route("/faults", self._waiting, methods=["GET"]),
            Route("/faults", self._add, methods=["POST"]),
            Route("/faults", self._clear, methods=["DELETE"]),
            Route("/clock", self._now, methods=["GET"]),
            Route("/clock", self._advance, methods=["POST"]),
        ]

    def _reports(self, _request: Request) -> Response:
        return JSONResponse([_told(report) for report in self._tipline.reports()])

    async def _waiting(self, _request: Request) -> Response:
        return JSONResponse([asdict(fault) for fault in self._faults.waiting()])

    async def _add(self, request: Request) -> Response:
        told = await _json(request)
        if told is None:
            return _refused("The body must be a JSON object, sent as application/json.")
        try:
            self._faults.add(_fault(**told))
        except (TypeError, ValueError, FaultError) as error:
            return _refused(str(error))
        return await self._waiting(request)

    async def _clear(self, request: Request) -> Response:
        self._faults.clear()
        return await self._waiting(request)

    async def _now(self, _request: Request) -> Response:
        return JSONResponse({"now": self._clock.now().isoformat()})

    async def _advance(self, request: Request) -> Response:
        told = await _json(request)
        seconds = told.get("seconds") if told is not None else None
        if not isinstance(seconds, int | float) or isinstance(seconds, bool) or seconds < 0:
            return _refused("The body must be a JSON object with seconds, 0 or more.")
        self._clock.advance(timedelta(seconds=seconds))
        self._tipline.reports()  # so that the ledger holds what expired by this step
        return await self._now(request)


def _fault(
    *, kind: str, endpoint: str | None = None, times: int | None = 1, value: int | None = None
) -> Fault:
    for number in (times, value):
        if number is not None and type(number) is not int:
            raise FaultError("times and value are whole numbers or null")
    return Fault(FaultKind(kind), None if endpoint is None else Endpoint(endpoint), times, value)


async def _json(request: Request) -> dict[str, Any] | None:
    if request.headers.get("content-type", "").partition(";")[0].strip() != "application/json":
        return None
    try:
        told = await request.json()
    except ValueError:
        return None
    return told if isinstance(told, dict) else None


def _refused(detail: str) -> Response:
    return JSONResponse({"code": "simulator-bad-request", "detail": detail}, status_code=400)


def _told(report: SimReport) -> dict[str, Any]:
    return {name: _plain(value) for name, value in asdict(report).items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, dict):
        return {name: _plain(inner) for name, inner in value.items()}
    return [_plain(inner) for inner in value] if isinstance(value, list | tuple) else value
