"""Stopping, by each way there is; and the safe way out, by a person."""

from starlette.responses import Response
from starlette.routing import Route

from hoede.flow.pair.exits import ExitTooLong
from hoede.pairing import State
from hoede.pairing.exits import Decided, Reach
from hoede.pairing.rules.saying import Refusal, Why
from hoede.review.asked import LONGEST_TEXT
from hoede.review.notices import storable
from hoede.web.me_family.frame import OK, MeFamily, Mine, act, look, shown, why_not
from hoede.web.me_family.home import HOME, card_of, home

SAFE = "/me/safe"
REACHES = (Reach.APP, Reach.NOT, Reach.TRUSTED)  # what somebody can say


def routes(pages: MeFamily) -> list[Route]:
    return [
        look(pages, "/me/family/stop/{link}", "me_family_stop", stop_page),
        act(pages, "/me/family/stop/{link}", "me_family_stop_send", stop),
        act(pages, "/me/family/stop/{link}/stay", "me_family_stay", stay),
        look(pages, SAFE, "me_safe", safe_page),
        act(pages, SAFE, "me_safe_send", ask),
    ]


def stop_page(mine: Mine, *, status: int = OK, wrong: str = "") -> Response:
    """What stopping does, before it is done."""
    one = mine.guardian(mine.part("link"))
    if one is None or one.state not in {State.ACTIVE, State.ENDING, State.FROZEN}:
        return home(mine, status=404 if status == OK else status, wrong=why_not(mine, Refusal(Why.NOT_NOW)))
    how = mine.pages.links.how_to_stop(mine.teen)
    return shown(
        mine,
        "public/me_family_stop.html",
        status=status,
        wrong=wrong,
        card=card_of(mine, one),
        how="at_once" if one.state is State.FROZEN else how.value,
    )


def stop(mine: Mine) -> Response:
    done = mine.pages.links.stop(mine.teen, mine.part("link"))
    if isinstance(done, Refusal):
        return stop_page(mine, status=409, wrong=why_not(mine, done))
    return mine.done(HOME, "stopped" if done.state is State.ENDED else "cools")


def stay(mine: Mine) -> Response:
    """Rather go on."""
    done = mine.pages.links.take_back(mine.teen, mine.part("link"))
    if isinstance(done, Refusal):
        return stop_page(mine, status=409, wrong=why_not(mine, done))
    return mine.done(HOME, "taken_back")


def safe_page(mine: Mine, *, status: int = OK, wrong: str = "", sent: bool = False) -> Response:
    """Whoever opens it later reads the same as before: only an answer is told, where the teen said so."""
    told = mine.pages.exits.told(mine.teen)
    answer = None if told is None or sent else told.answer
    return shown(
        mine,
        "public/me_safe.html",
        status=status,
        wrong=wrong,
        sent=sent,
        ended=answer is Decided.ENDS,
        stays=answer is Decided.STAYS,
        reaches=[one.value for one in REACHES],
        longest=mine.words.number(LONGEST_TEXT),
        typed=mine.fields.get("words", ""),
        reach=mine.fields.get("reach", ""),
    )


def ask(mine: Mine) -> Response:
    """One tap is enough: no words, and how to reach somebody is theirs to say or not."""
    said = mine.fields.get("reach", "")
    reach = Reach(said) if said in REACHES else Reach.UNSAID
    try:
        mine.pages.exits.ask(mine.teen, words=storable(mine.fields.get("words", "")), reach=reach)
    except ExitTooLong:
        wrong = mine.words.say("me.safe.long", max=mine.words.number(LONGEST_TEXT))
        return safe_page(mine, status=422, wrong=wrong)
    return safe_page(mine, sent=True)
