"""A letter on a page, and the objection somebody writes below it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hoede.review.appeals import LONGEST_OBJECTION, AppealReceipt, AppealView, Reason, Refusal
from hoede.web.forms import came_from_elsewhere
from hoede.web.pages import render, words_for


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


def objection_in(fields: Mapping[str, str] | None) -> str | None:
    """The `why` of a form; None when the form was too large to keep."""
    return None if fields is None else fields.get("why", "").replace("\r\n", "\n").replace("\0", "")


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
