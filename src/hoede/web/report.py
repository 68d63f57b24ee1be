"""The page on which somebody reports in two taps, and the page that tells what came of it."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final, Protocol
from urllib.parse import urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hoede.core.handover import Handover, HandoverWrong, read_handover
from hoede.db import DatabaseBusy, DatabaseUnavailable, DiskFull
from hoede.flow.notice import NoticeReceipt
from hoede.flow.pair import Teen, TellAdult
from hoede.review.helplines import Helpline
from hoede.review.notices import LONGEST_WORDS, Reason, storable
from hoede.web.forms import came_from_elsewhere, typed
from hoede.web.pages import words_for
from hoede.web.public import page_with_help

TROUBLE: Final = (DatabaseBusy, DatabaseUnavailable, DiskFull)  # of ours: what was typed comes back


class ReportDesk(Protocol):
    """Takes what somebody reports by a hand-over link, and knows receipts by their links."""

    def take_handed_over(
        self, handed: Handover, reason: Reason, words: str | None, locale: str
    ) -> NoticeReceipt | None: ...

    def was_used(self, handed: Handover) -> bool: ...

    def receipt(self, link: str) -> NoticeReceipt | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPages:
    """What these pages need; built once by `app`."""

    desk: ReportDesk
    tell: TellAdult
    secrets: Callable[[], Mapping[str, Sequence[str]]]  # by service; read at every page, for they rotate
    service_names: Mapping[str, str]  # as people know them
    helplines: Sequence[Helpline]
    demo: bool
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Filled:
    """A form as it came back: what is wrong with it, as a key, and what was in it."""

    wrong: str | None = None
    reason: str = ""
    words: str = ""
    tells: bool = False  # a guardian, that something was reported


def routes(pages: ReportPages) -> list[Route]:
    """The routes of `/report` and `/report/{link}`."""

    def form(request: Request) -> Response:
        handed = _handed(pages, request)
        if isinstance(handed, HandoverWrong):
            return _closed(pages, request, handed.value)
        if _was_used(pages, handed):
            return _closed(pages, request, "used")
        return _form(pages, request, handed, Filled())

    async def send(request: Request) -> Response:
        body = _filled(await typed(request))
        return await run_in_threadpool(_send, pages, request, body)

    def receipt(request: Request) -> Response:
        found = pages.desk.receipt(request.path_params["link"])
        if found is None:
            return _closed(pages, request, "unknown", status=404)
        return page_with_help(pages, request, "public/report_receipt.html", receipt=found)

    return [
        Route("/report", form, name="report"),
        Route("/report", send, methods=["POST"], name="report_send"),
        Route("/report/{link}", receipt, name="report_receipt"),
    ]


def _send(pages: ReportPages, request: Request, filled: Filled) -> Response:
    if came_from_elsewhere(request):
        return _closed(pages, request, "elsewhere", status=403)
    handed = _handed(pages, request)
    if isinstance(handed, HandoverWrong):
        return _closed(pages, request, handed.value)
    wrong = filled.wrong or _what_is_wrong(filled)
    if wrong is not None:
        return _form(pages, request, handed, replace(filled, wrong=wrong), status=422)
    locale = words_for(request).locale
    words = filled.words.strip() or None
    try:
        taken = pages.desk.take_handed_over(handed, Reason(filled.reason), words, locale)
    except TROUBLE:
        return _form(pages, request, handed, replace(filled, wrong="page.report.wrong.busy"), status=503)
    if taken is None:
        return _closed(pages, request, "used")
    if filled.tells and handed.reporter is not None:
        _tell(pages, handed, taken, Reason(filled.reason))
    return RedirectResponse(urlsplit(taken.url).path, status_code=303)


def _tell(pages: ReportPages, handed: Handover, taken: NoticeReceipt, reason: Reason) -> None:
    """Tell the guardians of who reported. The report stands whatever becomes of it."""
    with suppress(*TROUBLE):
        pages.tell(_reporter(handed), taken.id, reason)


def _may_tell(pages: ReportPages, handed: Handover) -> bool:
    """Whether who reports is paired, as far as can be known now."""
    try:
        return handed.reporter is not None and pages.tell.may(_reporter(handed))
    except TROUBLE:
        return False


def _reporter(handed: Handover) -> Teen:
    return Teen(service=handed.service, account=handed.reporter or "")


def _was_used(pages: ReportPages, handed: Handover) -> bool:
    """Whether the link was used, as far as can be known now: the page opens in any case."""
    try:
        return pages.desk.was_used(handed)
    except TROUBLE:
        return False


def _what_is_wrong(filled: Filled) -> str | None:
    """What keeps a form from being sent, as a key of the catalogue."""
    if filled.reason not in set(Reason):
        return "page.report.wrong.reason"
    return "page.report.wrong.long" if len(filled.words) > LONGEST_WORDS else None


def _handed(pages: ReportPages, request: Request) -> Handover | HandoverWrong:
    return read_handover(request.query_params.get("h", ""), pages.secrets(), pages.now())


def _form(
    pages: ReportPages, request: Request, handed: Handover, filled: Filled, *, status: int = 200
) -> Response:
    return page_with_help(
        pages,
        request,
        "public/report.html",
        status=status,
        filled=filled,
        reasons=[one.value for one in Reason],
        longest=words_for(request).number(LONGEST_WORDS),
        service=pages.service_names[handed.service],
        about_content=handed.content is not None,
        may_tell=_may_tell(pages, handed),
    )


def _closed(pages: ReportPages, request: Request, why: str, *, status: int = 410) -> Response:
    """A link that opens nothing (any more): what to do now, and help. It tells nobody what was reported."""
    return page_with_help(pages, request, "public/report_closed.html", status=status, why=why)


def _filled(fields: Mapping[str, str] | None) -> Filled:
    """The form as it was sent; wrong when it was too large to keep."""
    if fields is None:
        return Filled("page.report.wrong.huge")
    return Filled(
        reason=fields.get("reason", ""), words=storable(fields.get("words", "")), tells="tell" in fields
    )
