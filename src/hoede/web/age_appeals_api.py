"""The route for somebody who says, on the platform itself, that their age is wrong."""

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
from hoede.flow.age import TakeAges
from hoede.review.ages import AgeReceipt, AgeRefusal, WhyNot
from hoede.web.api import InputInvalid, checked, content_type
from hoede.web.described import AGE_APPEAL_BODY, API_KEY, problems
from hoede.web.guard import Guard, idempotency_key
from hoede.web.once import Said, once
from hoede.web.shapes import AgeAppealIn, AppealOut
from hoede.web.upload import read_only_json

NOT_OFFERED = "not all of them are `age_proofs` of this service"


class AgeNotInDoubt(HoedeError):
    """This account counts as an adult already; there is nothing to ask about its age."""

    code = "age-not-in-doubt"


class AgeAskedLately(HoedeError):
    """A person answered about this account's age less than a month ago."""

    code = "age-asked-lately"


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeAppealDesk:
    """What this route needs; built once by `app`."""

    db: Database
    guard: Guard
    take: TakeAges


def routes(desk: AgeAppealDesk) -> APIRouter:
    """The `/v1/age-appeals` route."""
    router = APIRouter(prefix="/v1", responses=problems(401, 403, 422, 503), dependencies=[Depends(API_KEY)])
    may_object = Depends(desk.guard.needs(Scope.APPEALS))

    @router.post(
        "/age-appeals",
        response_model=AppealOut,
        openapi_extra=AGE_APPEAL_BODY,
        responses=problems(400, 409, 415),
    )
    async def post_age_appeal(request: Request, key: Annotated[ApiKey, may_object]) -> JSONResponse:
        """Say for somebody that they are an adult; a person answers within a day. While one is open, its own.

        What is in force stays as it is until then. One a month for an account.
        """
        own_key = idempotency_key(request)
        said = checked(AgeAppealIn, await read_only_json(content_type(request), request.stream()))
        offered = desk.take.proofs.get(key.service, {})
        if not set(said.proofs) <= set(offered):
            raise InputInvalid(fields=[{"field": "proofs", "why": NOT_OFFERED}])
        with desk.guard.alone(key.service, own_key):
            return await run_in_threadpool(_take, desk, key, said, own_key)

    return router


def _take(desk: AgeAppealDesk, key: ApiKey, said: AgeAppealIn, own_key: str) -> JSONResponse:
    asked = Remembered.of(key.service, own_key, b"POST /v1/age-appeals", said.model_dump_json().encode())

    def do(keep: Callable[[Transaction, Said], None]) -> dict[str, Any]:
        def also(tx: Transaction, receipt: AgeReceipt) -> None:
            keep(tx, _out(receipt))

        answer = desk.take.take(key.service, said.account, said.words, said.proofs, also)
        if isinstance(answer, AgeRefusal):
            raise _refused(answer)
        return _out(answer)

    return once(desk.db, asked, do)


def _refused(answer: AgeRefusal) -> HoedeError:
    if answer.why is WhyNot.ADULT:
        return AgeNotInDoubt()
    return AgeAskedLately(f"{AgeAskedLately.__doc__} The next may come on {answer.again_on}.")


def _out(receipt: AgeReceipt) -> dict[str, Any]:
    return {
        "number": receipt.number,
        "received_on": receipt.received_on.isoformat(),
        "answer_by": receipt.due.isoformat(),
    }
