"""A letter on a page, and the objection somebody writes below it."""

from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol
from urllib.parse import parse_qs, quote, urlsplit

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hoede.review.appeals import LONGEST_OBJECTION, AppealReceipt, AppealView, Reason, Refusal
from hoede.web.pages import render, words_for

LARGEST_BODY: Final = 256 * 1024  # bytes; far over what 4,000 characters need, so that a long text comes back


class AppealDesk(Protocol):
    """Knows letters by their links, and takes objections.

    `letter` answers None for a link that is none of ours. `object` gives the same receipt again
    when an objection was already taken, and stores nothing twice.
    """

    def letter(self, link: str) -> AppealView | None: ...

    def object(self, link: str, text: str) -> AppealReceipt | Refusal: ...


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is to be repaired in a text, as a key and its facts, and the text itself."""

    key: str
    typed: str
    characters: int = 0


def letter_page(request: Request, desk: AppealDesk, link: str, today: date) -> Response:
    """The letter with its form, or its receipt, or that it is too late; 404 for an unknown link."""
    view = desk.letter(link)
    if view is None:
        return _unknown(request)
    if view.receipt is not None:
        return _shown(request, "public/receipt.html", view)
    if today > view.until:
        return _shown(request, "public/late.html", view)
    return _shown(request, "public/appeal.html", view)


def answer_objection(
    request: Request, desk: AppealDesk, link: str, text: str | None, today: date
) -> Response:
    """Hand a typed objection to the desk and lead to its receipt; None is a text too large to keep.

    The link itself is the right to object. A form that another site sends is refused all the same.
    """
    if came_from_elsewhere(request):
        return render(request, "public/refused.html", words_for(request), status=403)
    view = desk.letter(link)
    if view is None:
        return _unknown(request)
    if view.receipt is not None:
        return _see_receipt(link)
    if today > view.until:
        return _shown(request, "public/late.html", view, status=409)
    return _take(request, desk, link, view, text)


def _take(request: Request, desk: AppealDesk, link: str, view: AppealView, text: str | None) -> Response:
    wrong = what_is_wrong(text)
    if wrong is not None or text is None:
        return _shown(request, "public/appeal.html", view, wrong=wrong, status=422)
    answer = desk.object(link, text)
    if not isinstance(answer, Refusal):
        return _see_receipt(link)
    if answer.reason is Reason.LATE:
        return _shown(request, "public/late.html", view, status=409)
    return _unknown(request)


def what_is_wrong(text: str | None) -> Wrong | None:
    """What keeps a typed objection from being sent, or None."""
    if text is None:
        return Wrong("page.appeal.wrong.huge", "")
    if not text.strip():
        return Wrong("page.appeal.wrong.empty", "")
    if len(text) > LONGEST_OBJECTION:
        return Wrong("page.appeal.wrong.long", text, len(text))
    return None


def came_from_elsewhere(request: Request) -> bool:
    """Whether a browser says that another site sent this form.

    Our pages send no referrer, so an honest browser may give `null` as origin; that one we take.
    """
    site, origin = request.headers.get("sec-fetch-site"), request.headers.get("origin", "null")
    if site is not None:
        return site not in {"same-origin", "none"}
    return origin != "null" and urlsplit(origin).netloc != request.headers.get("host")


async def typed_text(request: Request) -> str | None:
    """The `why` of a form as it was typed; None when the body is too large to keep."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BODY:
            return None
    fields = parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True, errors="replace")
    typed = fields.get("why", [""])[0]
    return typed.replace("\r\n", "\n").replace("\0", "")


def _shown(
    request: Request, template: str, view: AppealView, *, status: int = 200, wrong: Wrong | None = None
) -> Response:
    words = words_for(request)
    longest = words.number(LONGEST_OBJECTION)
    outside = view.outside or words.say("letter.outside.body")
    return render(
        request, template, words, status=status, view=view, wrong=wrong, longest=longest, outside=outside
    )


def _unknown(request: Request) -> Response:
    return render(request, "public/unknown.html", words_for(request), status=404)


def _see_receipt(link: str) -> Response:
    return RedirectResponse(f"/appeal/{quote(link, safe='')}", status_code=303)
