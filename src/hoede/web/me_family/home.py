"""The first page: who you are paired with, what waits for you, and every way on."""

from dataclasses import dataclass
from datetime import datetime

from starlette.responses import Response
from starlette.routing import Route

from hoede.flow.pair import MyGuardian
from hoede.pairing import By, State
from hoede.pairing.rules.asking import MOST_OPEN, Kind, Stands
from hoede.pairing.rules.leaving import days_left
from hoede.pairing.rules.saying import Refusal
from hoede.pairing.rules.seeing import RequestSeen
from hoede.web.me_family.frame import (
    MeFamily,
    Mine,
    act,
    look,
    name_of,
    said_step,
    shown,
    title_of,
    why_not,
)

HOME = "/me/family"
SHOWN_REQUESTS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One pairing on the page."""

    link: str
    name: str
    state: str
    mine: bool  # the teen invited
    assured: bool
    mode: str
    since: datetime | None
    until: datetime | None
    days: int
    confirm_by: datetime | None
    proposals: int  # that wait for the teen
    limits: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as the teen reads it."""

    id: str
    kind: str
    about: str  # what it is about, in words
    wanted: str
    words: str
    stands: str
    asked_at: datetime
    until: datetime
    offer: str
    reason: str
    is_open: bool  # it can be taken back


def routes(pages: MeFamily) -> list[Route]:
    return [
        look(pages, HOME, "me_family", home),
        act(pages, "/me/family/request/{request}/accept", "me_family_accept", accept),
        act(pages, "/me/family/request/{request}/leave", "me_family_leave", leave),
    ]


def home(mine: Mine, *, status: int = 200, wrong: str = "") -> Response:
    """Everything on one page; what waits for the teen stands first."""
    found = mine.found
    guardians = mine.pages.views.my_guardians(mine.teen)
    asked = asked_of(mine)
    paired = any(one.state in {State.ACTIVE, State.ENDING} for one in guardians)
    return shown(
        mine,
        "public/me_family.html",
        status=status,
        wrong=wrong,
        cards=[card_of(mine, one) for one in guardians],
        asked=asked,
        past=[one for one in mine.pages.views.my_past(mine.teen) if not found.side.is_adult],
        paired=paired,
        may_ask=paired and sum(one.is_open or one.stands == Stands.COUNTERED for one in asked) < MOST_OPEN,
        of_age=found.side.is_adult,
    )


def card_of(mine: Mine, one: MyGuardian) -> Card:
    return Card(
        link=one.link,
        name=name_of(mine.words, one),
        state=one.state.value,
        mine=one.invited_by is By.TEEN,
        assured=one.assured,
        mode=one.mode,
        since=one.since,
        until=one.until,
        days=days_left(one.until, mine.now) if one.until else 0,
        confirm_by=one.confirm_by,
        proposals=sum(not each.signed_by_teen and not each.over for each in one.proposals),
        limits=len(one.limits),
    )


def asked_of(mine: Mine) -> list[Asked]:
    """The newest questions; stopping has its own place."""
    found = [one for one in mine.pages.views.my_requests(mine.teen) if one.kind != Kind.END_LINK]
    newest = sorted(found, key=lambda one: one.asked_at, reverse=True)
    return [_asked(mine, one) for one in newest[:SHOWN_REQUESTS]]


def _asked(mine: Mine, one: RequestSeen) -> Asked:
    words, vocabulary = mine.words, mine.pages.vocabulary
    return Asked(
        id=one.id,
        kind=one.kind,
        about=title_of(words, vocabulary, one.setting) or one.about or "",
        wanted=said_step(words, vocabulary, one.setting, one.wanted),
        words=one.words,
        stands=one.stands,
        asked_at=one.asked_at,
        until=one.until,
        offer=said_step(words, vocabulary, one.setting, one.offer),
        reason=one.reason,
        is_open=one.stands == Stands.OPEN,
    )


def accept(mine: Mine) -> Response:
    """Take what the guardian offered."""
    done = mine.pages.asking.accept_offer(mine.teen, mine.part("request"))
    if isinstance(done, Refusal):
        return home(mine, status=409, wrong=why_not(mine, done))
    return mine.done(HOME, "accepted", "#asked")


def leave(mine: Mine) -> Response:
    """Leave the question, or the offer."""
    done = mine.pages.asking.take_back(mine.teen, mine.part("request"))
    if isinstance(done, Refusal):
        return home(mine, status=409, wrong=why_not(mine, done))
    return mine.done(HOME, "left", "#asked")
