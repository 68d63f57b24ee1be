"""What the pages of a teen's half share: who came, through which fences, and what every page shows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from hoede.core.handover import Handover, HandoverWrong, Purpose, read_handover
from hoede.flow.attempt import InForceFor, Permits
from hoede.flow.beat import GoOn
from hoede.flow.pair import Asking, Exits, FamilyViews, Links, MyGuardian, Teen, Together
from hoede.pairing.rules.saying import Refusal
from hoede.policy.rules.vocabulary import Vocabulary
from hoede.policy.rules.wording import say_step
from hoede.review.helplines import Helpline
from hoede.web.forms import came_from_elsewhere, typed
from hoede.web.pages import words_for
from hoede.web.public import page_with_help
from hoede.web.report import TROUBLE
from hoede.web.session import home_of
from hoede.words import Catalogue

# What was done, as a page says it at its top afterwards: `me.family.did.*`.
DID: Final = frozenset(
    {
        "declined",
        "confirmed",
        "said_again",
        "stopped",
        "cools",
        "taken_back",
        "asked",
        "left",
        "accepted",
        "proposed",
        "signed",
        "dropped",
        "saved",
        "goes_on",
    }
)
_KEPT: Final = ("h", "lang", "country")  # of a query, from page to page
OK: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class MeFamily:
    """What these pages need; built once by `app`."""

    permits: Permits
    go_on: GoOn
    links: Links
    together: Together
    asking: Asking
    views: FamilyViews
    exits: Exits
    vocabulary: Vocabulary
    public_url: str
    secrets: Callable[[], Mapping[str, Sequence[str]]]  # by service; read at every page, for they rotate
    service_names: Mapping[str, str]
    helplines: Sequence[Helpline]
    demo: bool
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mine:
    """A teen who was handed over by their platform, and what came with the request."""

    pages: MeFamily
    request: Request
    handed: Handover
    words: Catalogue
    now: datetime
    fields: Mapping[str, str]

    @property
    def teen(self) -> Teen:
        client = self.request.client
        return Teen(
            service=self.handed.service,
            account=self.handed.subject,
            linked=self.handed.linked,
            wrote_first=self.handed.wrote_first,
            address=home_of(client.host if client else ""),
        )

    @property
    def found(self) -> InForceFor:
        return self.pages.permits.effective(self.handed.service, self.handed.subject, self.now)

    def part(self, name: str) -> str:
        """A part of the address."""
        return str(self.request.path_params[name])

    def to(self, path: str, **more: str) -> str:
        """The address of another page for the same teen, as long as the link lasts."""
        kept = {name: self.request.query_params[name] for name in _KEPT if name in self.request.query_params}
        return f"{path}?{urlencode(kept | more)}"

    def guardian(self, link_id: str) -> MyGuardian | None:
        """One of the teen's own pairings; None for any other, whoever's it is."""
        return next((one for one in self.pages.views.my_guardians(self.teen) if one.link == link_id), None)

    def done(self, path: str, did: str, at: str = "") -> Response:
        """On to a page that says what was done."""
        return RedirectResponse(self.to(path, did=did) + at, status_code=303)


Answer = Callable[[Mine], Response]


def look(pages: MeFamily, path: str, name: str, answer: Answer) -> Route:
    """A page that changes nothing."""

    def endpoint(request: Request) -> Response:
        mine = _mine(pages, request, {})
        return mine if isinstance(mine, Response) else answer(mine)

    return Route(path, endpoint, name=name)


def act(pages: MeFamily, path: str, name: str, answer: Answer) -> Route:
    """A form of ours, sent by who was handed over; from elsewhere nothing is taken."""

    async def endpoint(request: Request) -> Response:
        fields = await typed(request)
        return await run_in_threadpool(_done, pages, request, fields, answer)

    return Route(path, endpoint, methods=["POST"], name=name)


def _done(pages: MeFamily, request: Request, fields: Mapping[str, str] | None, answer: Answer) -> Response:
    if came_from_elsewhere(request):
        return closed(pages, request, "closed.elsewhere", status=403)
    mine = _mine(pages, request, fields or {})
    if isinstance(mine, Response):
        return mine
    if fields is None:
        return trouble(mine, "page.me.wrong", status=422)
    try:
        return answer(mine)
    except TROUBLE:
        return trouble(mine, "page.me.busy", status=503)


def _mine(pages: MeFamily, request: Request, fields: Mapping[str, str]) -> Mine | Response:
    now = pages.now()
    handed = read_handover(request.query_params.get("h", ""), pages.secrets(), now, Purpose.ME)
    if isinstance(handed, HandoverWrong):
        return closed(pages, request, "closed.text", status=410)
    return Mine(pages=pages, request=request, handed=handed, words=words_for(request), now=now, fields=fields)


def shown(mine: Mine, template: str, *, status: int = 200, wrong: str = "", **values: object) -> Response:
    """A page of a teen's. `wrong` is a sentence about what was not done."""
    did = mine.request.query_params.get("did", "")
    return page_with_help(
        mine.pages,
        mine.request,
        template,
        status=status,
        to=mine.to,
        service=mine.pages.service_names[mine.handed.service],
        did=did if did in DID and not wrong else "",
        wrong=wrong,
        day=lambda at: mine.words.day(_local(mine, at).date()),
        clock=lambda at: f"{_local(mine, at):%H:%M}",
        **values,
    )


def _local(mine: Mine, at: datetime) -> datetime:
    """As the clock is where the teen is; in UTC where nobody told."""
    zones = mine.pages.permits.zones(mine.handed.service, (mine.handed.subject,), mine.now)
    zone = next(iter(zones[mine.handed.subject]), "UTC")
    return at.astimezone(ZoneInfo(zone))


def closed(pages: MeFamily, request: Request, why: str, *, status: int) -> Response:
    """A link that opens nothing: what to do now, and help. It tells nothing of anybody."""
    return page_with_help(pages, request, "public/me_closed.html", status=status, why=f"page.me.{why}")


def trouble(mine: Mine, why: str, *, status: int) -> Response:
    """A form that was not taken: nothing changed, and the way back."""
    return shown(mine, "public/me_family_wrong.html", status=status, wrong=mine.words.say(why))


def why_not(mine: Mine, refusal: Refusal, **facts: object) -> str:
    """Why something is not done, in words; facts that nobody can know here are said generally."""
    words = mine.words
    known: dict[str, Any] = {
        "time": f"{_local(mine, refusal.until):%H:%M}" if refusal.until else words.say("word.later"),
        "date": words.day(_local(mine, refusal.until or mine.now).date()),
        "teen": words.say("word.who.you"),
        "age": mine.found.side.at_least,
        "step": words.say("word.more_room"),
    }
    key = f"me.family.error.{refusal.why}"
    key = key if key in words.texts else f"pair.error.{refusal.why}"
    return words.say(key, **(known | facts))


def name_of(words: Catalogue, guardian: MyGuardian) -> str:
    return guardian.guardian or words.say("word.guardian.your")


def said_step(words: Catalogue, vocabulary: Vocabulary, setting: str | None, raw: Any) -> str:
    """A step as it is kept, in words: minutes of extra time, or a step of a setting."""
    found = vocabulary.settings.get(setting or "")
    if found is None:
        return words.say("step.minutes", n=raw) if isinstance(raw, int) else ""
    try:
        return say_step(words, found, found.kind.read(raw))
    except ValueError:
        return ""  # a step that there is not any more


def title_of(words: Catalogue, vocabulary: Vocabulary, setting: str | None) -> str:
    found = vocabulary.settings.get(setting or "")
    return "" if found is None else found.say("name", words.locale)


def today(mine: Mine) -> date:
    return _local(mine, mine.now).date()
