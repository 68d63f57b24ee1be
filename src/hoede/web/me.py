"""One's own page: what is on, who decided it, and what one may change; and the page of the guidelines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hoede.core.ages import AgeBand
from hoede.core.handover import Handover, HandoverWrong, Purpose, read_handover
from hoede.flow.attempt import InForceFor
from hoede.policy import Path
from hoede.policy.guidelines import shipped_guidelines
from hoede.policy.rules.telling import Around, Reader, say_reason
from hoede.policy.rules.vocabulary import GROUPS, Vocabulary
from hoede.review.helplines import Helpline
from hoede.web.choosing import Choices, Refused, dials_of, keep
from hoede.web.forms import came_from_elsewhere, typed
from hoede.web.me_age import AgeDesk, AgeSection, read_said, section
from hoede.web.pages import render, words_for
from hoede.web.public import page_with_help
from hoede.web.report import TROUBLE
from hoede.web.stepping import SPANS, read_steps
from hoede.words import Catalogue


@dataclass(frozen=True, slots=True, kw_only=True)
class MePages:
    """What these pages need; built once by `app`."""

    desk: Choices
    ages: AgeDesk
    vocabulary: Vocabulary
    secrets: Callable[[], Mapping[str, Sequence[str]]]  # by service; read at every page, for they rotate
    service_names: Mapping[str, str]
    helplines: Sequence[Helpline]
    demo: bool
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a form."""

    saved: bool = False
    wrong: str | None = None  # a key of the catalogue
    refused: Refused = field(default=())  # setting, reasons
    age_wrong: str | None = None  # likewise, of what was said of an age
    age_typed: str = ""


def routes(pages: MePages) -> list[Route]:
    """The routes of `/me` and `/guidelines`."""

    def me(request: Request) -> Response:
        handed = _handed(pages, request)
        if isinstance(handed, HandoverWrong):
            return _closed(pages, request, "closed.text", status=410)
        return _page(pages, request, handed, Came(saved="saved" in request.query_params))

    async def choose(request: Request) -> Response:
        fields = await typed(request)
        return await run_in_threadpool(_choose, pages, request, fields)

    async def say_age(request: Request) -> Response:
        fields = await typed(request)
        return await run_in_threadpool(_say_age, pages, request, fields)

    def guidelines(request: Request) -> Response:
        return render(request, "public/guidelines.html", words_for(request), sections=shipped_guidelines())

    return [
        Route("/me", me, name="me"),
        Route("/me", choose, methods=["POST"], name="me_choose"),
        Route("/me/age", say_age, methods=["POST"], name="me_age"),
        Route("/guidelines", guidelines, name="guidelines"),
    ]


def _choose(pages: MePages, request: Request, fields: Mapping[str, str] | None) -> Response:
    if came_from_elsewhere(request):
        return _closed(pages, request, "closed.elsewhere", status=403)
    handed = _handed(pages, request)
    if isinstance(handed, HandoverWrong):
        return _closed(pages, request, "closed.text", status=410)
    try:
        chosen = read_steps(pages.vocabulary, fields or {"": ""})
    except ValueError:
        return _page(pages, request, handed, Came(wrong="page.me.wrong"), status=422)
    words, now = words_for(request), pages.now()
    try:
        refused = keep(pages.desk, handed.service, handed.subject, chosen, pages.vocabulary, words, now)
    except TROUBLE:
        return _page(pages, request, handed, Came(wrong="page.me.busy"), status=503)
    if refused:
        return _page(pages, request, handed, Came(refused=refused), status=409)
    return RedirectResponse(f"?{request.url.include_query_params(saved=1).query}", status_code=303)


def _say_age(pages: MePages, request: Request, fields: Mapping[str, str] | None) -> Response:
    """Keep what somebody says of their age; the page tells what came of it, also when nothing was taken."""
    if came_from_elsewhere(request):
        return _closed(pages, request, "closed.elsewhere", status=403)
    handed = _handed(pages, request)
    if isinstance(handed, HandoverWrong):
        return _closed(pages, request, "closed.text", status=410)
    said = read_said(fields, pages.ages.proofs.get(handed.service, {}))
    if isinstance(said, str):
        came = Came(age_wrong=said, age_typed=(fields or {}).get("words", ""))
        return _page(pages, request, handed, came, status=422)
    try:
        pages.ages.take(handed.service, handed.subject, said.words, said.proofs)
    except TROUBLE:
        came = Came(age_wrong="page.me.busy", age_typed=said.words)
        return _page(pages, request, handed, came, status=503)
    return RedirectResponse(f"/me?{request.url.query}#age", status_code=303)


def _handed(pages: MePages, request: Request) -> Handover | HandoverWrong:
    return read_handover(request.query_params.get("h", ""), pages.secrets(), pages.now(), Purpose.ME)


def _page(pages: MePages, request: Request, handed: Handover, came: Came, *, status: int = 200) -> Response:
    words, now = words_for(request), pages.now()
    found = pages.desk.effective(handed.service, handed.subject, now)
    dials = dials_of(words, found)
    by_group = {group: [dial for dial in dials if dial.group == group] for group in GROUPS}
    age = None if found.side.is_adult else _age(pages, handed, words, came)
    shown = {
        "service": pages.service_names[handed.service],
        "groups": by_group,
        "age": age,
        "query": request.url.query,
        "spans": SPANS,
    }
    if found.path is not Path.ACCOUNT:
        young = {"refused": _why_refused(pages, words, found, now), "from_age": _from_age(found)}
        child = found.side.band is AgeBand.UNDER_13
        return page_with_help(
            pages, request, "public/me_young.html", status=status, child=child, **shown, **young
        )
    offers = [
        one.setting.say("name", words.locale)
        for one in found.settings.values()
        if any(bound.birthday for bound in one.bounds)
    ]
    return page_with_help(
        pages,
        request,
        "public/me.html",
        status=status,
        **shown,
        came=came,
        offers=words.all_of(offers) if offers else None,
        first=not found.side.choices and not found.side.is_adult,
        age_known=found.side.known,
        paired=found.paired,
        of_age=found.side.is_adult,
    )


def _why_refused(pages: MePages, words: Catalogue, found: InForceFor, now: datetime) -> tuple[str, ...]:
    """Why there is no account, in the words of who is refused; nothing where there is one."""
    side = found.side
    around = Around(vocabulary=pages.vocabulary, now=now, zones=side.zones, band=side.band, age=side.age)
    return tuple(dict.fromkeys(say_reason(words, one, around, Reader.TEEN) for one in found.refused))


def _from_age(found: InForceFor) -> int | None:
    """The age at which all that refuses now is over."""
    return max((one.age for one in found.refused if one.age is not None), default=None)


def _age(pages: MePages, handed: Handover, words: Catalogue, came: Came) -> AgeSection:
    today = pages.now().date()
    return section(
        pages.ages, handed.service, handed.subject, today, words, wrong=came.age_wrong, typed=came.age_typed
    )


def _closed(pages: MePages, request: Request, why: str, *, status: int) -> Response:
    """A link that opens nothing: what to do now, and help. It tells nothing of anybody."""
    return page_with_help(pages, request, "public/me_closed.html", status=status, why=f"page.me.{why}")
