"""The routes for reports by people: a platform, a trusted flagger or a hotline tells of them."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any, Final

from fastapi import APIRouter, Depends, Request
from fastapi import Path as InPath
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse

from hoede.access import ApiKey, KeyKind, Scope
from hoede.accounts.port import Id
from hoede.core.errors import HoedeError
from hoede.db import Database, Transaction
from hoede.db.idempotency import Remembered
from hoede.flow.notice import NoticeReceipt, TakeNotice
from hoede.review.notices import Source
from hoede.web.api import checked, content_type
from hoede.web.described import API_KEY, NOTICE_BODY, NOTICE_LINK, problems
from hoede.web.guard import Guard, idempotency_key
from hoede.web.once import Said, once
from hoede.web.shapes import NoticeIn, NoticeOut
from hoede.web.upload import read_only_json

SOURCES: Final = {
    KeyKind.PLATFORM: Source.PERSON,
    KeyKind.FLAGGER: Source.FLAGGER,
    KeyKind.HOTLINE: Source.HOTLINE,
}
_MEDIA_FIELDS: Final = frozenset(
    {"media", "media_url", "file", "files", "image", "picture", "video", "attachment"}
)
_MEDIA_IN_TEXT: Final = re.compile(r"data:[a-z]+/[a-z0-9.+-]+[;,]", re.IGNORECASE)


class NoticeWithMedia(HoedeError):
    """A notice names content and never carries it. Leave the media out, give `content`; Hoede asks for it."""

    code = "notice-with-media"


class NoticeUnknown(HoedeError):
    """There is no such notice of this key's kind for this service."""

    code = "notice-unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeDesk:
    """What these routes need; built once by `app`."""

    db: Database
    guard: Guard
    take: TakeNotice


def routes(desk: NoticeDesk) -> APIRouter:
    """The `/v1/notices` routes."""
    router = APIRouter(prefix="/v1", responses=problems(401, 403, 422, 503), dependencies=[Depends(API_KEY)])
    may_report = Depends(desk.guard.needs(Scope.NOTICES))

    @router.post(
        "/notices",
        response_model=NoticeOut,
        openapi_extra=NOTICE_BODY,
        responses=problems(400, 409, 415) | {200: {"links": NOTICE_LINK}},
    )
    async def post_notice(request: Request, key: Annotated[ApiKey, may_report]) -> JSONResponse:
        """Report somebody or something; the answer is a receipt. Saying the same again changes nothing."""
        own_key = idempotency_key(request)
        body = await read_only_json(content_type(request), request.stream())
        _refuse_media(body)
        said = checked(NoticeIn, body)
        with desk.guard.alone(key.service, own_key):
            return await run_in_threadpool(_take, desk, key, said, own_key)

    @router.get(
        "/notices/{notice}", operation_id="get_notice", response_model=NoticeOut, responses=problems(404)
    )
    async def get_notice(notice: Annotated[Id, InPath()], key: Annotated[ApiKey, may_report]) -> JSONResponse:
        """How far a notice is: received, being looked at, or answered, and what came of it."""
        receipt = await run_in_threadpool(desk.take.receipt_for, key.service, SOURCES[key.kind], notice)
        if receipt is None:
            raise NoticeUnknown
        return JSONResponse(_out(receipt))

    return router


def _take(desk: NoticeDesk, key: ApiKey, said: NoticeIn, own_key: str) -> JSONResponse:
    notice = said.notice(key.service, SOURCES[key.kind])
    asked = Remembered.of(
        key.service, own_key, b"POST /v1/notices", notice.source.encode(), said.model_dump_json().encode()
    )

    def do(keep: Callable[[Transaction, Said], None]) -> dict[str, Any]:
        return _out(desk.take.take(notice, lambda tx, receipt: keep(tx, _out(receipt))))

    return once(desk.db, asked, do)


def _refuse_media(body: Any) -> None:
    if not isinstance(body, dict):
        return  # the shape refuses it
    if _MEDIA_FIELDS & set(body) or _MEDIA_IN_TEXT.search(str(body.get("words"))):
        raise NoticeWithMedia


def _out(receipt: NoticeReceipt) -> dict[str, Any]:
    return {
        "id": receipt.id,
        "number": receipt.number,
        "state": receipt.state.value,
        "outcome": receipt.outcome and receipt.outcome.value,
        "received_on": receipt.received_on.isoformat(),
        "answer_by": receipt.answer_by.isoformat(),
        "receipt_url": receipt.url,
    }
