"""The route for objections that somebody makes on the platform itself: in its app, or by letter."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from hoede.access import ApiKey, Scope
from hoede.core.errors import HoedeError
from hoede.db import Database, Transaction
from hoede.db.idempotency import Remembered
from hoede.flow.appeal import Appeal
from hoede.review.appeals import AppealReceipt, Reason, Refusal
from hoede.web.api import checked, content_type
from hoede.web.described import API_KEY, APPEAL_BODY, problems
from hoede.web.guard import Guard, idempotency_key
from hoede.web.once import Said, once
from hoede.web.shapes import AppealIn, AppealOut
from hoede.web.upload import read_only_json


class LetterUnknown(HoedeError):
    """No such letter went to this account. Give the id of the `notify` order and the account it named."""

    code = "letter-unknown"


class AppealLate(HoedeError):
    """The last day to object is over; the letter names it."""

    code = "appeal-late"


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealDesk:
    """What this route needs; built once by `app`."""

    db: Database
    guard: Guard
    appeal: Appeal


def routes(desk: AppealDesk) -> APIRouter:
    """The `/v1/appeals` route."""
    router = APIRouter(prefix="/v1", responses=problems(401, 403, 422, 503), dependencies=[Depends(API_KEY)])
    may_object = Depends(desk.guard.needs(Scope.APPEALS))

    @router.post(
        "/appeals",
        response_model=AppealOut,
        openapi_extra=APPEAL_BODY,
        responses=problems(400, 404, 409, 415),
    )
    async def post_appeal(request: Request, key: Annotated[ApiKey, may_object]) -> JSONResponse:
        """Object to what a letter told of; the answer is a receipt. A second one gets the first one's."""
        own_key = idempotency_key(request)
        said = checked(AppealIn, await read_only_json(content_type(request), request.stream()))
        with desk.guard.alone(key.service, own_key):
            return await run_in_threadpool(_take, desk, key, said, own_key)

    return router


def _take(desk: AppealDesk, key: ApiKey, said: AppealIn, own_key: str) -> JSONResponse:
    asked = Remembered.of(key.service, own_key, b"POST /v1/appeals", said.model_dump_json().encode())

    def do(keep: Callable[[Transaction, Said], None]) -> dict[str, Any]:
        def also(tx: Transaction, receipt: AppealReceipt) -> None:
            keep(tx, _out(receipt))

        answer = desk.appeal.object_for(key.service, said.account, said.letter, said.words, also)
        if isinstance(answer, Refusal):
            raise LetterUnknown if answer.reason is Reason.UNKNOWN else AppealLate
        return _out(answer)

    return once(desk.db, asked, do)


def _out(receipt: AppealReceipt) -> dict[str, Any]:
    return {
        "number": receipt.number,
        "received_on": receipt.received_on.isoformat(),
        "answer_by": receipt.due.isoformat(),
    }
