"""The routes that are asked: may this account do this now, what is in force for it, and what it chooses."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response

from hoede.access import ApiKey, Scope
from hoede.accounts.port import Id
from hoede.core.errors import HoedeError
from hoede.flow.attempt import Asked, Permits
from hoede.policy import Answer, Setting, Step, Vocabulary
from hoede.web.answering import Answers, policy_json
from hoede.web.api import InputInvalid, checked, content_type
from hoede.web.asking import NO_STEP, read_asked
from hoede.web.described import API_KEY, CHOICE_BODY, PERMIT_BODY, problems
from hoede.web.doors import QuickDoor
from hoede.web.guard import Guard
from hoede.web.problems import problem
from hoede.web.shapes import ChoiceIn, ChoiceOut, PermitOut, PermitsOut, PolicyOut
from hoede.web.upload import read_only_json

PERMITS_PATH: Final = "/v1/permits"


class SettingUnknown(HoedeError):
    """There is no such setting; docs/reference/settings.md has them all."""

    code = "setting-unknown"


class ChoiceRefused(HoedeError):
    """This may not be chosen, or not alone; the permit says why, and whom to ask."""

    code = "choice-refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitDesk:
    """What these routes need; built once by `app`."""

    guard: Guard
    permits: Permits
    vocabulary: Vocabulary
    answers: Answers
    now: Callable[[], datetime]


def routes(desk: PermitDesk) -> APIRouter:
    """The routes about permits; `/v1/permits` itself is answered by `PermitDoor`, and described here."""
    router = APIRouter(prefix="/v1", responses=problems(401, 403, 422, 503), dependencies=[Depends(API_KEY)])
    may_ask = Depends(desk.guard.needs(Scope.PERMITS))
    may_tell = Depends(desk.guard.needs(Scope.ACCOUNTS))
    door = PermitDoor(desk)

    @router.post(
        "/permits",
        response_model=PermitOut | PermitsOut,
        openapi_extra=PERMIT_BODY,
        responses=problems(400, 415),
    )
    async def post_permit(request: Request) -> Response:
        """May this account do this now? `granted`, `refused`, or `ask` whom, with every reason."""
        return await door.answer(request)

    @router.get("/accounts/{account:path}/policy", response_model=PolicyOut, responses=problems(404))
    async def get_policy(account: Annotated[Id, InPath()], key: Annotated[ApiKey, may_ask]) -> JSONResponse:
        """What is in force for an account: each setting, who decided it, who may change it and how far."""
        return await run_in_threadpool(_policy, desk, key.service, account)

    @router.put(
        "/accounts/{account:path}/choices/{setting}",
        response_model=ChoiceOut,
        openapi_extra=CHOICE_BODY,
        responses=problems(400, 404, 409, 415),
    )
    async def put_choice(
        account: Annotated[Id, InPath()],
        setting: Annotated[Id, InPath()],
        request: Request,
        key: Annotated[ApiKey, may_tell],
    ) -> JSONResponse:
        """Tell what an account's owner chose for a setting; what may not be is answered with reasons."""
        told = checked(ChoiceIn, await read_only_json(content_type(request), request.stream()))
        found = desk.vocabulary.settings.get(setting)
        if found is None:
            raise SettingUnknown
        return await run_in_threadpool(_choose, desk, key.service, account, found, _step(found, told.step))

    return router


class PermitDoor(QuickDoor):
    """`POST /v1/permits` without the layers that every other route passes: it is asked before every act."""

    path = PERMITS_PATH

    def __init__(self, desk: PermitDesk) -> None:
        self._desk = desk

    async def answer(self, request: Request) -> Response:
        desk = self._desk
        key = await desk.guard.quick(request.headers.get("authorization", ""), Scope.PERMITS)
        told = await read_only_json(content_type(request), request.stream())
        now = desk.now()
        asked, as_batch = read_asked(told, desk.vocabulary, now)
        found = desk.permits.at_hand(key.service, asked, now)
        if found is None:
            found = await run_in_threadpool(desk.permits.permits, key.service, asked, now)
        permits = [desk.answers.written(*pair, now) for pair in zip(found, asked, strict=True)]
        out = b'{"permits": [%s]}' % b", ".join(permits) if as_batch else permits[0]
        return Response(out, media_type="application/json")


def _policy(desk: PermitDesk, service: str, account: str) -> JSONResponse:
    return JSONResponse(
        policy_json(account, desk.permits.effective(service, account, desk.now()), desk.vocabulary)
    )


def _step(setting: Setting, raw: Any) -> Step | None:
    if raw is None:
        return None
    try:
        return setting.kind.read(raw)
    except ValueError:
        raise InputInvalid(fields=[{"field": "step", "why": NO_STEP}]) from None


def _choose(
    desk: PermitDesk, service: str, account: str, setting: Setting, step: Step | None
) -> JSONResponse:
    now = desk.now()
    answered = desk.permits.choose(service, account, setting, step, now)
    if answered.permit.answer is not Answer.GRANTED:
        told = desk.answers.permit(answered, Asked(account=account, attempt=setting.name), now)
        refused = ChoiceRefused()
        return problem(refused.code, refused.detail, permit=told)
    mine = desk.permits.effective(service, account, now).settings[setting.name]
    return JSONResponse(
        {
            "account": account,
            "setting": setting.name,
            "step": setting.kind.show(mine.step),
            "who": mine.who.value,
        }
    )
