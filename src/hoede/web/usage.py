"""The routes about time: heartbeats of devices come in, and what an account has left today goes out."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from hoede.access import ApiKey, Scope
from hoede.accounts.port import Id
from hoede.flow.attempt import Permits
from hoede.flow.beat import Closed, Listen, Told
from hoede.policy import TimeNow
from hoede.usage import LATE, MARKS, Kinds
from hoede.web.api import InputInvalid, content_type
from hoede.web.described import API_KEY, HEARTBEATS_BODY, problems
from hoede.web.doors import QuickDoor
from hoede.web.guard import Guard
from hoede.web.shapes import HeartbeatsOut, UsageOut
from hoede.web.upload import read_only_json

HEARTBEATS_PATH: Final = "/v1/heartbeats"
MOST_AT_ONCE: Final = 1000
MOST_SEQ: Final = 2**53 - 1  # the largest number that every JSON reader keeps whole
MOST_HELD_S: Final = 86_400
KEYS: Final = frozenset({"account", "device", "seq", "mark", "kind", "held_s"})
_ID = re.compile(r"[^\x00-\x1f\x7f\ud800-\udfff]{1,255}")


@dataclass(frozen=True, slots=True, kw_only=True)
class UsageDesk:
    """What these routes need; built once by `app`."""

    guard: Guard
    listen: Listen
    permits: Permits
    kinds: Kinds
    now: Callable[[], datetime]


def routes(desk: UsageDesk) -> APIRouter:
    """The routes about time; `/v1/heartbeats` itself is answered by `HeartbeatDoor`, and described here."""
    router = APIRouter(prefix="/v1", responses=problems(401, 403, 422, 503), dependencies=[Depends(API_KEY)])
    may_ask = Depends(desk.guard.needs(Scope.USAGE))
    door = HeartbeatDoor(desk)

    @router.post(
        "/heartbeats",
        response_model=HeartbeatsOut,
        openapi_extra=HEARTBEATS_BODY,
        responses=problems(400, 415),
    )
    async def post_heartbeats(request: Request) -> Response:
        """Pass on that devices are in use; the answer names whose time is up. Sent twice it counts once."""
        return await door.answer(request)

    @router.get("/accounts/{account:path}/usage", response_model=UsageOut, responses=problems(404))
    async def get_usage(account: Annotated[Id, InPath()], key: Annotated[ApiKey, may_ask]) -> JSONResponse:
        """How long an account was used today, what is left, and when it opens again."""
        now = desk.now()
        times = await run_in_threadpool(desk.permits.times, key.service, (account,), now)
        return JSONResponse(_usage(account, times[account]))

    return router


class HeartbeatDoor(QuickDoor):
    """`POST /v1/heartbeats` past the layers of the other routes: each device in use knocks twice a minute."""

    path = HEARTBEATS_PATH

    def __init__(self, desk: UsageDesk) -> None:
        self._desk = desk

    async def answer(self, request: Request) -> Response:
        desk = self._desk
        key = await desk.guard.quick(request.headers.get("authorization", ""), Scope.USAGE)
        told = read_beats(await read_only_json(content_type(request), request.stream()), desk.kinds)
        heard = await run_in_threadpool(desk.listen, key.service, told)
        out = {
            "heard": {came.value: times for came, times in heard.came.items() if times},
            "closed": [_closed(one) for one in heard.closed],
            "winding_down": list(heard.winding_down),
        }
        return Response(json.dumps(out, ensure_ascii=False).encode(), media_type="application/json")


class _Wrong(Exception):
    def __init__(self, field: str, why: str) -> None:
        super().__init__(field)
        self.field, self.why = field, why


def read_beats(told: Any, kinds: Kinds) -> list[Told]:
    """The heartbeats of a body; `InputInvalid` names the first field that is wrong."""
    if not isinstance(told, dict) or told.keys() != {"beats"}:
        raise InputInvalid(fields=[{"field": "", "why": "the body is an object with `beats`"}])
    beats = told["beats"]
    if not isinstance(beats, list) or not 1 <= len(beats) <= MOST_AT_ONCE:
        raise InputInvalid(fields=[{"field": "beats", "why": f"a list of 1 to {MOST_AT_ONCE} heartbeats"}])
    read = []
    for at, one in enumerate(beats):
        try:
            read.append(_beat(one, kinds))
        except _Wrong as wrong:
            raise InputInvalid(fields=[{"field": f"beats.{at}.{wrong.field}", "why": wrong.why}]) from None
    return read


def _beat(told: Any, kinds: Kinds) -> Told:
    if not isinstance(told, dict):
        raise _Wrong("", "a heartbeat is an object")
    if strange := sorted(told.keys() - KEYS):
        raise _Wrong(strange[0], f"unknown; there are {', '.join(sorted(KEYS))}")
    seq, mark, kind, held = told.get("seq"), told.get("mark"), told.get("kind"), told.get("held_s", 0)
    seq = int(seq) if isinstance(seq, float) and seq.is_integer() else seq
    if type(seq) is not int or not 0 <= seq <= MOST_SEQ:
        raise _Wrong(
            "seq", f"a whole number from 0 to {MOST_SEQ}, one more with each heartbeat of the device"
        )
    if not isinstance(mark, str) or mark not in MARKS:
        raise _Wrong("mark", f"one of {', '.join(MARKS)}")
    if not isinstance(kind, str) or kind not in kinds:
        raise _Wrong("kind", f"one of {', '.join(kinds)}")
    if isinstance(held, bool) or not isinstance(held, (int, float)) or not 0 <= held <= MOST_HELD_S:
        raise _Wrong(
            "held_s", f"seconds since it came to you, from 0; after {LATE.seconds} it no longer counts"
        )
    return Told(
        account=_id(told, "account"),
        device=_id(told, "device"),
        seq=seq,
        mark=MARKS[mark],
        kind=kind,
        held=timedelta(seconds=held),
    )


def _id(told: Mapping[str, Any], field: str) -> str:
    value = told.get(field)
    if isinstance(value, str) and _ID.fullmatch(value):
        return value
    raise _Wrong(field, "a text of 1 to 255 characters, without control characters")


def _closed(one: Closed) -> dict[str, Any]:
    return {
        "account": one.account,
        "code": one.code,
        "asks": one.asks.value if one.asks else None,
        "opens_at": one.opens_at.isoformat() if one.opens_at else None,
    }


def _usage(account: str, time: TimeNow) -> dict[str, Any]:
    permit = time.permit
    return {
        "account": account,
        "minutes_today": time.minutes_today,
        "minutes_allowed": time.minutes_allowed,
        "minutes_left": time.minutes_left,
        "extra_minutes": time.extra_minutes,
        "permit": permit.answer.value,
        "codes": [one.code.value for one in permit.reasons if one.setting],
        "asks": permit.whom.value if permit.whom else None,
        "opens_at": permit.retry_at.isoformat() if permit.retry_at else None,
        "wind_down_at": time.wind_down_at,
        "winds_down": time.winds_down,
    }
