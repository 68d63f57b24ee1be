"""One's own page: what is on, who decided it, and what one may change; and the page of the guidelines."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Protocol

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hoede.core.ages import AgeBand
from hoede.core.handover import Handover, HandoverWrong, Purpose, read_handover
from hoede.flow.attempt import Answered, InForceFor
from hoede.policy import Answer, Choosing, InForce, Path, Setting, Step
from hoede.policy.guidelines import shipped_guidelines
from hoede.policy.rules.steps import Ladder, cap_of
from hoede.policy.rules.telling import Around, Reader, say_reason, say_reasons
from hoede.policy.rules.vocabulary import GROUPS, Vocabulary
from hoede.policy.rules.wording import say_step
from hoede.review.helplines import Helpline
from hoede.web.forms import came_from_elsewhere, typed
from hoede.web.me_age import AgeDesk, AgeSection, read_said, section
from hoede.web.pages import render, words_for
from hoede.web.public import page_with_help
from hoede.web.report import TROUBLE
from hoede.words import Catalogue

FIELD: Final = "set."
START: Final = "start"  # the choice of no choice


class MeDesk(Protocol):
    """Knows what is in force for an account, and takes what its owner chooses."""

    def effective(self, service: str, account: str, now: datetime) -> InForceFor: ...

    def choose(
        self, service: str, account: str, setting: Setting, step: Step | None, now: datetime
    ) -> Answered: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class MePages:
    """What these pages need; built once by `app`."""

    desk: MeDesk
    ages: AgeDesk
    vocabulary: Vocabulary
    secrets: Callable[[], Mapping[str, Sequence[str]]]  # by service; read at every page, for they rotate
    service_names: Mapping[str, str]
    helplines: Sequence[Helpline]
    demo: bool
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dial:
    """A setting as the page shows it."""

    name: str
    title: str
    asks: str
    step: str  # in words
    who: str | None  # None: nobody said anything
    loosen: str | None  # who may open it further than the steps offered
    steps: tuple[tuple[str, str, bool], ...]  # value, words, chosen now; fewer than two: nothing to choose
    chosen: bool  # by the owner, so that it can be let go


@dataclass(frozen=True, slots=True)
class Came:
    """What came of a form."""

    saved: bool = False
    wrong: str | None = None  # a key of the catalogue
    refused: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())  # setting, reasons
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
    chosen = None if fields is None else _read(pages.vocabulary, fields)
    if chosen is None:
        return _page(pages, request, handed, Came(wrong="page.me.wrong"), status=422)
    try:
        refused = _keep(pages, handed, chosen, words_for(request))
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


def _keep(
    pages: MePages, handed: Handover, chosen: Mapping[Setting, Step | None], words: Catalogue
) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Keep what may be chosen and is new; of the rest the reasons, in words."""
    now, refused = pages.now(), []
    there = pages.desk.effective(handed.service, handed.subject, now)
    for setting, step in chosen.items():
        if step == there.settings[setting.name].step:
            continue
        answered = pages.desk.choose(handed.service, handed.subject, setting, step, now)
        if answered.permit.answer is not Answer.GRANTED:
            side = answered.side
            around = Around(
                vocabulary=pages.vocabulary, now=now, zones=side.zones, band=side.band, age=side.age
            )
            why = say_reasons(words, answered.permit.told(), around, Reader.TEEN)
            refused.append((setting.say("name", words.locale), why))
    return tuple(refused)


def _read(vocabulary: Vocabulary, fields: Mapping[str, str]) -> dict[Setting, Step | None] | None:
    """The form as steps; None when something in it is no setting or no step."""
    chosen: dict[Setting, Step | None] = {}
    for name, value in fields.items():
        setting = vocabulary.settings.get(name.removeprefix(FIELD))
        if setting is None or not name.startswith(FIELD) or not isinstance(setting.kind, Ladder):
            return None
        try:
            chosen[setting] = None if value == START else setting.kind.read(value)
        except ValueError:
            return None
    return chosen


def _handed(pages: MePages, request: Request) -> Handover | HandoverWrong:
    return read_handover(request.query_params.get("h", ""), pages.secrets(), pages.now(), Purpose.ME)


def _page(pages: MePages, request: Request, handed: Handover, came: Came, *, status: int = 200) -> Response:
    words, now = words_for(request), pages.now()
    found = pages.desk.effective(handed.service, handed.subject, now)
    dials = [_dial(words, one, found) for one in found.settings.values()]
    by_group = {
        group: [dial for dial in dials if pages.vocabulary[dial.name].group == group] for group in GROUPS
    }
    age = None if found.side.is_adult else _age(pages, handed, words, came)
    shown = {
        "service": pages.service_names[handed.service],
        "groups": by_group,
        "age": age,
        "query": request.url.query,
    }
    if found.path is not Path.ACCOUNT:
        young = {"refused": _why_refused(pages, words, found, now), "from_age": _from_age(found)}
        child = found.side.band is AgeBand.UNDER_13
        return _shown(pages, request, "public/me_young.html", status=status, child=child, **shown, **young)
    offers = [
        one.setting.say("name", words.locale)
        for one in found.settings.values()
        if any(bound.birthday for bound in one.bounds)
    ]
    return _shown(
        pages,
        request,
        "public/me.html",
        status=status,
        **shown,
        came=came,
        offers=words.all_of(offers) if offers else None,
        first=not found.side.choices and not found.side.is_adult,
        age_known=found.side.known,
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


def _dial(words: Catalogue, one: InForce, found: InForceFor) -> Dial:
    setting = one.setting
    beyond = one.loosen if one.loosen is not Choosing.SELF else None
    return Dial(
        name=setting.name,
        title=setting.say("name", words.locale),
        asks=setting.say("asks", words.locale),
        step=say_step(words, setting, one.step),
        who=one.who.value if one.bounds else None,
        loosen=None if beyond is None else beyond.value,
        steps=_steps(words, one),
        chosen=setting.name in found.side.choices,
    )


def _steps(words: Catalogue, one: InForce) -> tuple[tuple[str, str, bool], ...]:
    """The rungs somebody may choose alone, from strict to open."""
    kind = one.setting.kind
    if not isinstance(kind, Ladder):
        return ()
    most = one.step if one.loosen in {None, Choosing.GUARDIAN} else one.up_to
    named = [rung for rung in kind.rungs if rung != "cap" or cap_of(one.step) is not None]
    rungs = [str(one.step) if rung == "cap" else rung for rung in named]
    may = [rung for rung in rungs if kind.place(rung) <= kind.place(most)]
    return tuple((rung, say_step(words, one.setting, rung), rung == one.step) for rung in may)


def _closed(pages: MePages, request: Request, why: str, *, status: int) -> Response:
    """A link that opens nothing: what to do now, and help. It tells nothing of anybody."""
    return _shown(pages, request, "public/me_closed.html", status=status, why=f"page.me.{why}")


def _shown(
    pages: MePages, request: Request, template: str, *, status: int = 200, **values: object
) -> Response:
    return page_with_help(
        request,
        template,
        helplines=pages.helplines,
        today=pages.now().date(),
        demo=pages.demo,
        status=status,
        **values,
    )
