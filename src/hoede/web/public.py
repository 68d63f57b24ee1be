"""The pages for everyone: start, help, and a letter with its objection."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Final, Protocol

from markupsafe import Markup
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hoede.core.places import EU_COUNTRIES
from hoede.review.helplines import EU, Helpline, Kind, ShownHelpline, countries, dialled, shown
from hoede.web.appeals import AppealDesk, answer_objection, letter_page, objection_in
from hoede.web.forms import typed
from hoede.web.pages import asked_languages, render, words_for
from hoede.words import Catalogue

EU_EMERGENCY: Final = ("112",)  # in all its countries (Directive (EU) 2018/1972, article 109)
KINDS_IN_REACH: Final = (Kind.CHILD, Kind.REMOVE)  # on every page for children, besides emergency numbers
AWAY: Final = "https://www.wikipedia.org/"  # where "leave this page" goes: a place anyone may be


def routes(
    *,
    appeal: AppealDesk,
    helplines: Sequence[Helpline],
    demo: bool,
    today: Callable[[], date],
    demo_links: Mapping[str, str] | None = None,
) -> list[Route]:
    """The routes of `/`, `/help` and `/appeal/{link}`, to add to the application's own.

    `demo_links` opens the doors of the demo's start page, `plein` and `authority`, and gives its test `card`;
    None: no demo page.
    """

    def start(request: Request) -> Response:
        return render(request, "public/landing.html", words_for(request), demo=demo, doors=demo_links)

    def help_for_all(request: Request) -> Response:
        return help_page(request, helplines, today(), demo=demo)

    def letter(request: Request) -> Response:
        return letter_page(request, appeal, request.path_params["link"], today())

    async def objection(request: Request) -> Response:
        text, link = objection_in(await typed(request)), request.path_params["link"]
        return await run_in_threadpool(answer_objection, request, appeal, link, text, today())

    return [
        Route("/", start, name="start"),
        Route("/help", help_for_all, name="help"),
        Route("/appeal/{link}", letter, name="letter"),
        Route("/appeal/{link}", objection, methods=["POST"], name="objection"),
    ]


def help_page(request: Request, helplines: Sequence[Helpline], today: date, *, demo: bool) -> Response:
    """Emergency first, then who to talk to; for the country asked for, or the browser's."""
    words, own = words_for(request), countries(helplines)
    country = country_of(request, own)
    lines = shown(helplines, country, today, demo=demo)
    by_kind = {kind.value: [line for line in lines if line.line.kind is kind] for kind in Kind}
    return render(
        request,
        "public/help.html",
        words,
        by_kind=by_kind,
        sos=emergency(words, by_kind[Kind.EMERGENCY]),
        country=country,
        countries=sorted(own, key=lambda code: words.say(f"country.{code}")),
        whom=lambda line: describe(words, line),
        contacts=contacts,
        away=AWAY,
        notes=any(line.not_checked for line in lines),
    )


class HelpInReach(Protocol):
    """What pages that never lead away from help are built with."""

    @property
    def helplines(self) -> Sequence[Helpline]: ...
    @property
    def demo(self) -> bool: ...
    @property
    def now(self) -> Callable[[], datetime]: ...


def page_with_help(
    pages: HelpInReach, request: Request, template: str, *, status: int = 200, **values: object
) -> Response:
    """A page with the emergency number and the lines for children in reach, and a quick way out."""
    words, today = words_for(request), pages.now().date()
    lines = shown(pages.helplines, country_of(request, countries(pages.helplines)), today, demo=pages.demo)
    return render(
        request,
        template,
        words,
        status=status,
        away=AWAY,
        sos=emergency(words, [one for one in lines if one.line.kind is Kind.EMERGENCY]),
        near=[one for one in lines if one.line.kind in KINDS_IN_REACH],
        whom=lambda line: describe(words, line),
        contacts=contacts,
        **values,
    )


def country_of(request: Request, own: frozenset[str]) -> str | None:
    """The country somebody chose, else the one the browser names; EU for its countries without lines.

    `en-US` says nothing of where somebody is: it is what browsers say all over the world.
    """
    chosen = request.query_params.get("country")
    if chosen is not None:
        return _known(chosen, own)
    tag = next(iter(asked_languages(request)), "")
    language, dash, region = tag.rpartition("-")
    if not dash or (language.lower(), region.lower()) == ("en", "us"):
        return None
    return _known(region, own)


def _known(text: str, own: frozenset[str]) -> str | None:
    code = text.strip().upper()
    if code in own:
        return code
    return EU if code == EU or code in EU_COUNTRIES else None


def emergency(words: Catalogue, lines: Sequence[ShownHelpline]) -> Markup:
    """The numbers to call first, as links: the country's own, or the one of the EU."""
    numbers = lines[0].line.phone if lines else EU_EMERGENCY
    links = [Markup('<a href="tel:{}">{}</a>').format(dialled(number), number) for number in numbers]
    return Markup(words.any_of(links))  # noqa: S704 - joined from escaped links and our own catalogue


def contacts(line: Helpline) -> list[tuple[str, str, str]]:
    """Each way to reach a line, the quickest first: its kind, its address, its text."""
    ways = [("phone", f"tel:{dialled(number)}", number) for number in line.phone]
    if line.text:
        ways.append(("text", f"sms:{dialled(line.text)}", line.text))
    if line.host:
        ways.append(("site", f"https://{line.host}/", line.host))
    return ways


def describe(words: Catalogue, line: Helpline) -> str:
    """Whom a line is for, in which languages, and what it costs when it does."""
    parts = [_whom(words, code) for code in line.whom]
    parts += [words.say(f"language.{code}") for code in line.languages]
    parts += [words.say("word.cost.paid")] if line.is_paid else []
    return " · ".join(parts)


def _whom(words: Catalogue, code: str) -> str:
    first, dash, last = code.partition("-")
    if not dash:
        return words.say(f"help.for.{code}")
    if first.isdigit():
        return words.say("help.for.between", low=first, high=last)
    return words.say(f"help.for.{first}", low=last, high=last)
