"""Asking a guardian: more time, more room, unblocking, a contact."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from starlette.responses import Response
from starlette.routing import Route

from hoede.pairing import State
from hoede.pairing.rules.asking import LONGEST_WORDS, MOST_OPEN, Kind, Stands, Wish
from hoede.pairing.rules.saying import Refusal
from hoede.policy import Choosing, InForce, Setting, Step
from hoede.policy.rules.effective import Layer
from hoede.policy.rules.steps import at_most, strictest
from hoede.review.notices import storable
from hoede.web.choosing import LISTS
from hoede.web.me_family.frame import MeFamily, Mine, act, look, name_of, shown, why_not
from hoede.web.me_family.home import HOME
from hoede.web.stepping import Field, field_of, read_steps

MINUTES = (10, 15, 20, 30, 45, 60, 90, 120)
COUNTS = frozenset({State.ACTIVE, State.ENDING})
OPEN = frozenset({Stands.OPEN, Stands.COUNTERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Room:
    """A setting of which more can be asked."""

    name: str
    title: str
    step: str
    talk: str
    field: Field


def routes(pages: MeFamily) -> list[Route]:
    return [
        look(pages, "/me/family/ask", "me_family_ask", ask_page),
        act(pages, "/me/family/ask", "me_family_ask_send", ask),
    ]


def ask_page(mine: Mine, *, status: int = 200, wrong: str = "") -> Response:
    """The kinds of questions, each with its form; of more room for one setting at a time."""
    guardians = [one for one in mine.pages.views.my_guardians(mine.teen) if one.state in COUNTS]
    asked = mine.pages.views.my_requests(mine.teen)
    rooms = list(_rooms(mine)) if guardians else []
    about = mine.fields.get("setting") or mine.request.query_params.get("setting", "")
    return shown(
        mine,
        "public/me_family_ask.html",
        status=status,
        wrong=wrong,
        names=[name_of(mine.words, one) for one in guardians],
        full=sum(one.stands in OPEN and one.kind != Kind.END_LINK for one in asked) >= MOST_OPEN,
        rooms=rooms,
        room=next((one for one in rooms if one.name == about), None),
        blocked=sorted({each for one in guardians for each in one.blocked}),
        minutes=MINUTES,
        longest=LONGEST_WORDS,
        kind=mine.fields.get("kind", ""),
        typed=mine.fields,
        query=mine.request.query_params,
    )


def _rooms(mine: Mine) -> Iterable[Room]:
    """Settings that a guardian can open further, each with the steps beyond."""
    for one in mine.found.settings.values():
        setting, most = one.setting, _most(one)
        opens = one.loosen is Choosing.GUARDIAN or any(each.open_to is not None for each in one.bounds)
        if isinstance(setting.kind, LISTS) or not opens or at_most(setting.kind, most, one.step):
            continue
        wider = field_of(mine.words, setting, one.step, partial(_fits, one, most))
        options = tuple(each for each in wider.options if not each.chosen)
        if options:
            yield Room(
                name=setting.name,
                title=setting.say("name", mine.words.locale),
                step=next(each.words for each in wider.options if each.chosen),
                talk=setting.say("talk", mine.words.locale),
                field=Field(name=wider.name, options=options),
            )


def _most(one: InForce) -> Step:
    """How far a yes could open it: to the limit, or past one that a yes opens."""
    opened = (
        each.open_to if each.open_to is not None else each.step
        for each in one.bounds
        if each.layer <= Layer.LIMIT
    )
    return strictest(one.setting.kind, opened)


def _fits(one: InForce, most: Step, step: Step) -> bool:
    kind = one.setting.kind
    return at_most(kind, step, most) and at_most(kind, one.step, step)


def ask(mine: Mine) -> Response:
    """Asked of everybody who can answer; asked again it is the same question."""
    try:
        wish = _wish(mine)
    except ValueError:
        return ask_page(mine, status=422, wrong=mine.words.say("me.family.ask.wrong"))
    done = mine.pages.asking.ask(mine.teen, wish)
    if isinstance(done, Refusal):
        return ask_page(mine, status=409, wrong=why_not(mine, done))
    return mine.done(HOME, "asked", "#asked")


def _wish(mine: Mine) -> Wish:
    """ValueError for what no form of ours sends."""
    fields = mine.fields
    words = storable(fields.get("words", ""))
    match kind := Kind(fields.get("kind", "")):
        case Kind.EXTRA_TIME:
            return Wish(kind=kind, step=int(fields.get("minutes", "")), words=words)
        case Kind.LOOSEN:
            setting, step = _step(mine)
            return Wish(kind=kind, setting=setting.name, step=setting.kind.show(step), words=words)
        case _:
            return Wish(kind=kind, about=storable(fields.get("about", "")).strip()[:255], words=words)


def _step(mine: Mine) -> tuple[Setting, Step]:
    read = read_steps(
        mine.pages.vocabulary, {name: value for name, value in mine.fields.items() if name.startswith("set.")}
    )
    if len(read) != 1:
        raise ValueError("one setting at a time")
    setting, step = next(iter(read.items()))
    if step is None:
        raise ValueError("no step")
    return setting, step
