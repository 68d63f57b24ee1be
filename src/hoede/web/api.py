"""The routes for platforms: tell who an account is, tell what happened, say that an order is done."""

import asyncio
import hashlib
import json
import math
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import structlog
from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from pydantic import BaseModel, ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from hoede import accounts
from hoede.access import ApiKey, Scope
from hoede.accounts.port import AgeClaim, Id
from hoede.accounts.registry import FUTURE, StillToCome, is_future, read_claim
from hoede.core.ages import AgeEvidence
from hoede.core.errors import HoedeError
from hoede.core.events import Answer, Event
from hoede.core.findings import DigestKind
from hoede.core.orders import OrderState
from hoede.db import Database, DiskFull, Transaction, failpoints
from hoede.db.idempotency import Remembered, recall, remember
from hoede.flow.carry_out import ReceiveReceipt
from hoede.flow.screen import EventAnswer, Screening, Told
from hoede.media import AddressRefused, Fetcher, FetchFailed
from hoede.web.described import (
    ACCOUNT_BODY,
    ACCOUNTS_BODY,
    API_KEY,
    EVENT_BODY,
    HOLD_LINK,
    NEEDS_MEDIA,
    RECEIPT_BODY,
    problems,
)
from hoede.web.guard import Guard, idempotency_key
from hoede.web.problems import wrong_fields
from hoede.web.shapes import (
    AccountIn,
    AccountOut,
    AccountsIn,
    AccountsOut,
    AgeClaimIn,
    ErasureOut,
    EventIn,
    EventOut,
    ReceiptIn,
    ReceiptOut,
)
from hoede.web.upload import Spool, read_event, read_only_json

log = structlog.get_logger()

Shape = TypeVar("Shape", bound=BaseModel)


class InputInvalid(HoedeError):
    """Some fields are not as they should be."""

    code = "input-invalid"


class MediaEmpty(HoedeError):
    """The media has no bytes."""

    code = "media-empty"


class MediaMissing(HoedeError):
    """This event needs media (an upload, a live frame), or at least text."""

    code = "media-missing"


class OrderUnknown(HoedeError):
    """There is no such order for this service."""

    code = "order-unknown"


# Service and accounts of which more is known: who is proved to be an adult is nobody's teen any more.
AgeTold = Callable[[Transaction, str, Collection[str]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Machines:
    """What the routes for platforms need; built once by `app`."""

    db: Database
    guard: Guard
    screening: Screening
    receive_receipt: ReceiveReceipt
    age_adapters: Mapping[str, type[AgeClaim]]
    fetcher: Fetcher
    spool_folder: Path
    media_most_bytes: int
    hold_answer_s: float
    forget: Callable[[str, str], None]  # service and account: what was told of it is read anew
    age_told: AgeTold
    erase: Callable[[str, str], str]  # service and account; the id of the erasure
    has_room: Callable[[], bool]  # false on a full disk: then intake answers 503


def routes(machines: Machines) -> APIRouter:
    """The `/v1` routes."""
    router = APIRouter(
        prefix="/v1", responses=problems(400, 401, 403, 415, 422, 503), dependencies=[Depends(API_KEY)]
    )
    may_tell_accounts = Depends(machines.guard.needs(Scope.ACCOUNTS))
    may_tell_events = Depends(machines.guard.needs(Scope.EVENTS))
    may_send_receipts = Depends(machines.guard.needs(Scope.RECEIPTS))

    # A slash may be part of an id; two lines are at no address.
    @router.put("/accounts/{account:path}", openapi_extra=ACCOUNT_BODY, responses=problems(404))
    async def put_account(
        account: Annotated[Id, InPath()], request: Request, key: Annotated[ApiKey, may_tell_accounts]
    ) -> AccountOut:
        """Tell who an account is: its age evidence, country, time zone and language."""
        told = checked(AccountIn, await read_only_json(content_type(request), request.stream()))
        return (await run_in_threadpool(_put, machines, [_known(machines, key.service, account, told)]))[0]

    @router.delete("/accounts/{account:path}", responses=problems(404))
    async def delete_account(
        account: Annotated[Id, InPath()], key: Annotated[ApiKey, may_tell_accounts]
    ) -> ErasureOut:
        """Erase an account: all about it, but for what a duty or a legal hold keeps, which follows later.

        The answer is the same whatever is kept: tell the person no more than that their wish was taken.
        """
        return ErasureOut(id=account, erasure=await run_in_threadpool(machines.erase, key.service, account))

    @router.post(
        "/accounts:batch", response_model=AccountsOut, openapi_extra=ACCOUNTS_BODY, responses=problems(409)
    )
    async def post_accounts(request: Request, key: Annotated[ApiKey, may_tell_accounts]) -> JSONResponse:
        """Tell who several accounts are: all are kept, or none."""
        own_key = idempotency_key(request)
        told = checked(AccountsIn, await read_only_json(content_type(request), request.stream()))
        with machines.guard.alone(key.service, own_key):
            return await run_in_threadpool(_put_all, machines, key.service, told, own_key)

    @router.post(
        "/events",
        response_model=EventOut,
        openapi_extra=EVENT_BODY,
        responses=problems(409, 413, 502) | {200: {"links": HOLD_LINK}},
    )
    async def post_event(request: Request, key: Annotated[ApiKey, may_tell_events]) -> JSONResponse:
        """Tell what happened; the answer says whether the content may be seen or is held."""
        if not machines.has_room():
            raise DiskFull
        own_key = idempotency_key(request)
        with (
            machines.guard.alone(key.service, own_key),
            Spool(machines.spool_folder, machines.media_most_bytes) as spool,
        ):
            body, with_media = await read_event(content_type(request), request.stream(), spool)
            said = checked(EventIn, body)
            if said.media_url is not None:
                await _fetch(machines.fetcher, key.service, said.media_url, spool, with_media=with_media)
                with_media = True
            last_byte = time.monotonic()
            event = _event(said, spool, with_media=with_media)
            told = Told(
                service=key.service,
                event=event,
                media=spool if with_media else None,
                request=_digest(body, spool),
            )
            answer = await run_in_threadpool(screened, machines.db, machines.screening, told, own_key)
            if answer.answer is Answer.HOLD:
                # Known, suspected and could-not-look leave at the same times after the last byte.
                await asyncio.sleep(_rest(time.monotonic() - last_byte, machines.hold_answer_s))
            return JSONResponse(_out(answer))

    @router.post(
        "/orders/{order}/receipt",
        operation_id="post_receipt",
        response_model=ReceiptOut,
        openapi_extra=RECEIPT_BODY,
        responses=problems(404, 409),
    )
    async def post_receipt(
        order: Annotated[Id, InPath()], request: Request, key: Annotated[ApiKey, may_send_receipts]
    ) -> JSONResponse:
        """Say that an order is done, or that it cannot be; saying it twice changes nothing."""
        own_key = idempotency_key(request)
        said = checked(ReceiptIn, await read_only_json(content_type(request), request.stream()))
        with machines.guard.alone(key.service, own_key):
            return await run_in_threadpool(
                received, machines.db, machines.receive_receipt, key.service, order, said, own_key
            )

    return router


def _rest(passed_s: float, every_s: float) -> float:
    """Seconds until the next whole multiple of `every_s` since the last byte."""
    return math.ceil(passed_s / every_s) * every_s - passed_s


def content_type(request: Request) -> str:
    return request.headers.get("content-type", "")


def _put(
    machines: Machines,
    told: list[accounts.Account],
    also: Callable[[Transaction, list[AccountOut]], object] = lambda _tx, _out: None,
) -> list[AccountOut]:
    def keep(tx: Transaction) -> list[AccountOut]:
        for one in told:
            accounts.put_account(tx, one)
        out = _bands(tx, told)
        if told:
            machines.age_told(tx, told[0].service, [one.id for one in told])
        also(tx, out)
        return out

    out = machines.db.commit(keep)
    for one in told:
        machines.forget(one.service, one.id)
    return out


def _bands(tx: Transaction, told: list[accounts.Account]) -> list[AccountOut]:
    """By what was told, and what a person here found."""
    service = next((one.service for one in told), "")
    known = accounts.several(tx.conn, service, {one.id for one in told})
    bands = {name: accounts.age_band(one.age_evidence, tx.now, one.zone) for name, one in known.items()}
    return [AccountOut(id=one.id, age_band=bands[one.id].value) for one in told]


def _put_all(machines: Machines, service: str, said: AccountsIn, own_key: str) -> JSONResponse:
    asked = Remembered.of(service, own_key, b"POST /v1/accounts:batch", said.model_dump_json().encode())
    answer = machines.db.read(lambda conn: recall(conn, asked))
    if answer is None:
        told = [
            _known(machines, service, one.id, one, f"accounts.{at}.") for at, one in enumerate(said.accounts)
        ]
        kept: list[tuple[int, str]] = []

        def also(tx: Transaction, out: list[AccountOut]) -> None:
            body = json.dumps({"accounts": [one.model_dump() for one in out]})
            kept.append(remember(tx, asked, 200, body))

        _put(machines, told, also)
        answer = kept[-1]
    return JSONResponse(json.loads(answer[1]), answer[0])


def _known(
    machines: Machines, service: str, account: str, told: AccountIn, place: str = ""
) -> accounts.Account:
    """The account with all evidence there is of its age; raises `InputInvalid` naming what is wrong."""
    now, known = machines.db.now(), told.account(service, account)
    for at, one in enumerate(known.age_evidence):
        if is_future(one, now):
            raise _wrong(f"{place}age_evidence.{at}.as_of", FUTURE)
    claimed = _claimed(machines.age_adapters, told.age_claims, now, f"{place}age_claims.")
    return replace(known, age_evidence=(*known.age_evidence, *claimed))


def _claimed(
    adapters: Mapping[str, type[AgeClaim]], claims: Sequence[AgeClaimIn], now: datetime, place: str
) -> tuple[AgeEvidence, ...]:
    found = []
    for at, one in enumerate(claims):
        adapter = adapters.get(one.adapter)
        if adapter is None:
            raise _wrong(f"{place}{at}.adapter", f"no adapter of this name; known: {', '.join(adapters)}")
        try:
            found.append(read_claim(adapter, one.claim, now))
        except ValidationError as error:
            raise InputInvalid(fields=_named(error, f"{place}{at}.claim")) from error
        except StillToCome as error:
            raise _wrong(f"{place}{at}.claim", str(error)) from error
    return tuple(found)


def _wrong(field: str, why: str) -> InputInvalid:
    return InputInvalid(fields=[{"field": field, "why": why}])


def screened(db: Database, screening: Screening, told: Told, own_key: str) -> EventAnswer:
    """The answer to an event, the same one to the same key."""
    asked = Remembered.of(told.service, own_key, b"POST /v1/events", told.request.encode())
    if before := db.read(lambda conn: recall(conn, asked)):
        given = json.loads(before[1])
        return EventAnswer(Answer(given["answer"]), given.get("hold"))

    def also(tx: Transaction, answer: EventAnswer) -> None:
        remember(tx, asked, 200, json.dumps(_out(answer)))

    answer = screening.screen(told, also)
    failpoints.here("answer.before")
    return answer


def received(  # noqa: PLR0917 - parts, and what came
    db: Database, receive_receipt: ReceiveReceipt, service: str, order: str, said: ReceiptIn, own_key: str
) -> JSONResponse:
    """The answer to a receipt, likewise. Raises `OrderUnknown`."""
    # Without facts the same bytes as before there were any: a key stays the key of the same receipt.
    body = said.model_dump_json(exclude={"facts"} if said.facts is None else None)
    asked = Remembered.of(service, own_key, b"POST receipt", order.encode(), body.encode())
    answer = db.read(lambda conn: recall(conn, asked))

    def also(tx: Transaction, state: OrderState) -> tuple[int, str]:
        return remember(tx, asked, 200, json.dumps({"order": order, "state": state}))

    if answer is None:
        facts = said.facts.facts() if said.facts else None
        answer = receive_receipt(service, order, done=said.done, reason=said.reason, facts=facts, also=also)
    if answer is None:
        raise OrderUnknown
    return JSONResponse(json.loads(answer[1]), answer[0])


async def _fetch(fetcher: Fetcher, service: str, url: str, spool: Spool, *, with_media: bool) -> None:
    """Fill the spool from elsewhere, in a thread of the fetcher's own; the log says why it failed."""
    if with_media:
        raise _wrong("media_url", "the media came along")
    try:
        await asyncio.wrap_future(fetcher.begin(service, url, spool.write))
    except (AddressRefused, FetchFailed) as error:
        log.warning("media.not_fetched", service=service, code=error.code, error=error.facts["why"])
        raise


def _event(said: EventIn, spool: Spool, *, with_media: bool) -> Event:
    event = said.event()
    if with_media and spool.size == 0:
        raise MediaEmpty
    if not with_media and (event.kind in NEEDS_MEDIA or not event.text):
        raise MediaMissing
    return event


def checked(shape: type[Shape], body: Any) -> Shape:
    """The body as this shape, or `InputInvalid` naming the fields."""
    try:
        return shape.model_validate(body)
    except ValidationError as error:
        raise InputInvalid(fields=_named(error)) from error


def _named(error: ValidationError, place: str = "") -> list[dict[str, str]]:
    """Which fields are wrong, from the root of the body on."""
    fields = wrong_fields(error.errors(include_url=False, include_context=False, include_input=False))
    return [{**one, "field": ".".join(part for part in (place, one["field"]) if part)} for one in fields]


def _digest(body: Any, spool: Spool) -> str:
    """What tells one telling from another: the event's canonical JSON and the media's digest.

    Not where the media was: the same bytes are the same event, from another signed URL or sent along.
    """
    told = {name: value for name, value in body.items() if name != "media_url"}
    canonical = json.dumps(told, sort_keys=True, separators=(",", ":"))
    whole = f"{canonical}\x1f{spool.size}\x1f{spool.digests[DigestKind.SHA256]}"
    return hashlib.sha256(whole.encode()).hexdigest()


def _out(answer: EventAnswer) -> dict[str, str]:
    held = {"hold": answer.hold} if answer.hold else {}
    return {"answer": answer.answer.value} | held
