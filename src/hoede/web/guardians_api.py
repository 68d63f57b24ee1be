"""The route by which a platform or a checker says that a guardian proved their age to it."""

from dataclasses import dataclass, replace
from typing import Annotated

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool

from hoede.access import ApiKey, Scope
from hoede.accounts.port import Id
from hoede.accounts.registry import FUTURE, is_future
from hoede.core.ages import AgeEvidence
from hoede.core.errors import HoedeError
from hoede.db import Database
from hoede.flow.pair import GuardianPeople
from hoede.pairing.rules.saying import Refusal
from hoede.web.api import InputInvalid, checked, content_type
from hoede.web.described import API_KEY, GUARDIAN_BODY, problems
from hoede.web.guard import Guard
from hoede.web.shapes import AgeEvidenceIn, GuardianOut
from hoede.web.upload import read_only_json


class GuardianUnknown(HoedeError):
    """There is no guardian of this number. They read theirs on `/family/me`."""

    code = "guardian-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class GuardianDesk:
    """What this route needs; built once by `app`."""

    db: Database
    guard: Guard
    people: GuardianPeople


def routes(desk: GuardianDesk) -> APIRouter:
    """The `/v1/guardians/{guardian}/age` route."""
    router = APIRouter(
        prefix="/v1", responses=problems(400, 401, 403, 415, 422, 503), dependencies=[Depends(API_KEY)]
    )
    may_prove = Depends(desk.guard.needs(Scope.GUARDIANS))

    @router.put("/guardians/{guardian}/age", openapi_extra=GUARDIAN_BODY, responses=problems(404))
    async def put_guardian_age(
        guardian: Annotated[Id, InPath()], request: Request, key: Annotated[ApiKey, may_prove]
    ) -> GuardianOut:
        """Say what a guardian proved of their age; it takes the place of what this service said before.

        Only `verified` evidence proves that somebody is an adult, by the methods that packs take. The issuer
        is the service of the key, whatever is told.
        """
        said = checked(
            AgeEvidenceIn, await read_only_json(content_type(request), request.stream())
        ).evidence()
        if is_future(said, desk.db.now()):
            raise InputInvalid(fields=[{"field": "as_of", "why": FUTURE}])
        return await run_in_threadpool(_prove, desk, guardian, replace(said, issuer=key.service))

    return router


def _prove(desk: GuardianDesk, guardian: str, evidence: AgeEvidence) -> GuardianOut:
    if isinstance(desk.people.prove(guardian, evidence), Refusal):
        raise GuardianUnknown
    return GuardianOut(guardian=guardian)
