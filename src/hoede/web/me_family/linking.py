"""Inviting a guardian, coming by a guardian's invitation, and the yes to exactly what will be visible."""

import re
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from hoede.core.handover import HandoverWrong, Purpose, read_handover
from hoede.flow.pair import MyGuardian
from hoede.pairing import Mode, State
from hoede.pairing.rules.codes import MOST_CODES
from hoede.pairing.rules.reach import MOST_GUARDIANS
from hoede.pairing.rules.saying import Refusal, Why
from hoede.web.me_family.frame import (
    MeFamily,
    Mine,
    act,
    look,
    said_step,
    shown,
    title_of,
    why_not,
)
from hoede.web.me_family.home import HOME, card_of, home
from hoede.web.pages import words_for
from hoede.web.public import page_with_help
from hoede.web.qr import qr

_SECRET = re.compile(r"(?:^|/)([a-z2-7]{26})(?:[?#].*)?$")  # of a link, whole or only its end
_BEGUN = frozenset({State.ACTIVE, State.ENDING, State.FROZEN})


def routes(pages: MeFamily) -> list[Route]:
    def come(request: Request) -> Response:
        """A guardian's link, opened: in the teen's own session it goes on, elsewhere it says how."""
        handed = read_handover(request.query_params.get("h", ""), pages.secrets(), pages.now(), Purpose.ME)
        if isinstance(handed, HandoverWrong):
            return _come(pages, request)
        mine = Mine(
            pages=pages, request=request, handed=handed, words=words_for(request), now=pages.now(), fields={}
        )
        return join_page(mine, code=mine.part("secret"))

    return [
        look(pages, "/me/family/invite", "me_family_invite", invite_page),
        act(pages, "/me/family/invite", "me_family_invite_make", invite),
        look(pages, "/me/family/join", "me_family_join", join_page),
        act(pages, "/me/family/join", "me_family_join_send", join),
        Route("/me/family/join/{secret}", come, name="me_family_come"),
        look(pages, "/me/family/link/{link}", "me_family_link", link_page),
        act(pages, "/me/family/link/{link}/yes", "me_family_yes", confirm),
        act(pages, "/me/family/link/{link}/no", "me_family_no", decline),
        act(pages, "/me/family/link/{link}/again", "me_family_again", say_again),
    ]


def invite_page(mine: Mine, *, status: int = 200, wrong: str = "") -> Response:
    """How the two of you set limits is chosen with the invitation; neither is chosen before."""
    guardians = mine.pages.views.my_guardians(mine.teen)
    return shown(
        mine,
        "public/me_family_invite.html",
        status=status,
        wrong=wrong,
        full=sum(one.state in _BEGUN for one in guardians) >= MOST_GUARDIANS,
        waiting=sum(one.state is State.INVITED for one in guardians) >= MOST_CODES,
        modes=[mode.value for mode in Mode],
    )


def invite(mine: Mine) -> Response:
    """The link, the picture and the code, shown this once: nobody can show them again."""
    mode = mine.fields.get("mode", "")
    if mode not in set(Mode):
        return invite_page(mine, status=422, wrong=mine.words.say("me.family.invite.mode.wrong"))
    made = mine.pages.links.invite(mine.teen, Mode(mode))
    if isinstance(made, Refusal):
        return invite_page(mine, status=409, wrong=why_not(mine, made))
    address = f"{mine.pages.public_url.rstrip('/')}/family/invited/{made.secret}"
    return shown(
        mine,
        "public/me_family_invited.html",
        address=address,
        picture=qr(address, mine.words.say("me.family.invited.picture")),
        code=made.code,
        handle=made.handle,
        until=made.until,
    )


def join_page(
    mine: Mine, *, status: int = 200, wrong: str = "", code: str = "", handle: str = ""
) -> Response:
    return shown(mine, "public/me_family_join.html", status=status, wrong=wrong, code=code, handle=handle)


def join(mine: Mine) -> Response:
    """Come by a link, or by a code beside the name of who invited."""
    code, handle = mine.fields.get("code", "").strip(), mine.fields.get("handle", "").strip()
    secret = _SECRET.search(code)
    if secret is None and not (code and handle):
        wrong = mine.words.say("me.family.join.wrong")
        return join_page(mine, status=422, wrong=wrong, code=code, handle=handle)
    if secret is not None:
        done = mine.pages.links.accept_link(mine.teen, secret[1])
    else:
        done = mine.pages.links.accept_code(mine.teen, code, handle)
    if isinstance(done, Refusal):
        return join_page(mine, status=409, wrong=why_not(mine, done), code=code, handle=handle)
    return mine.done(f"/me/family/link/{done.id}", "")


def link_page(mine: Mine, *, status: int = 200, wrong: str = "") -> Response:
    """One pairing: before the yes the two lists, afterwards everything that stands in it."""
    one = mine.guardian(mine.part("link"))
    if one is None:
        return home(mine, status=404, wrong=wrong or why_not(mine, Refusal(Why.NOT_NOW)))
    _, version = mine.pages.links.what_is_seen(mine.teen)
    return shown(
        mine,
        "public/me_family_link.html",
        status=status,
        wrong=wrong,
        card=card_of(mine, one),
        sees=mine.pages.links.what_is_seen(mine.teen)[0],
        version=version,
        limits=_limits(mine, one),
        blocked=one.blocked,
    )


def _limits(mine: Mine, one: MyGuardian) -> list[tuple[str, str, str, datetime | None, str]]:
    """This guardian's limits: setting, step, reason, until when, and a question to talk about."""
    words, vocabulary = mine.words, mine.pages.vocabulary
    return [
        (
            title_of(words, vocabulary, each.name),
            said_step(words, vocabulary, each.name, each.step),
            each.limit_reason,
            each.limit_until,
            vocabulary[each.name].say("talk", words.locale),
        )
        for each in one.limits
        if each.name in vocabulary.settings
    ]


def confirm(mine: Mine) -> Response:
    """Yes, to the very lists that were shown."""
    done = mine.pages.links.confirm(mine.teen, mine.part("link"), mine.fields.get("version", ""))
    if isinstance(done, Refusal):
        return link_page(mine, status=409, wrong=why_not(mine, done))
    return mine.done(HOME, "confirmed")


def decline(mine: Mine) -> Response:
    done = mine.pages.links.decline(mine.teen, mine.part("link"))
    if isinstance(done, Refusal):
        return link_page(mine, status=409, wrong=why_not(mine, done))
    return mine.done(HOME, "declined")


def say_again(mine: Mine) -> Response:
    """It is still right."""
    done = mine.pages.links.say_again(mine.teen, mine.part("link"))
    if isinstance(done, Refusal):
        return link_page(mine, status=409, wrong=why_not(mine, done))
    return mine.done(HOME, "said_again")


def _come(pages: MeFamily, request: Request) -> Response:
    """For a teen whose app is not open yet, whatever stands in the link: nothing is told of it."""
    address = str(request.url.replace(query=""))
    return page_with_help(pages, request, "public/me_family_come.html", address=address)
