"""One's own time: minutes, what is left, caps, breaks and quiet hours; paired or not."""

from starlette.responses import Response
from starlette.routing import Route

from hoede.flow.beat import GOES_ON_FOR
from hoede.pairing.rules.seeing import PartsSeen
from hoede.web.choosing import dials_of, keep
from hoede.web.me_family.frame import MeFamily, Mine, act, look, shown
from hoede.web.stepping import SPANS, read_steps

TIME = "/me/time"
QUIET = "notify.quiet_hours"


def routes(pages: MeFamily) -> list[Route]:
    return [
        look(pages, TIME, "me_time", time_page),
        act(pages, TIME, "me_time_choose", choose),
        act(pages, "/me/time/on", "me_time_on", go_on),
    ]


def time_page(mine: Mine, *, status: int = 200, wrong: str = "", refused: object = ()) -> Response:
    service, account = mine.handed.service, mine.handed.subject
    time = mine.pages.permits.times(service, (account,), mine.now)[account]
    found = mine.found
    day, weeks = mine.pages.views.my_time(mine.teen)
    return shown(
        mine,
        "public/me_time.html",
        status=status,
        wrong=wrong,
        refused=refused,
        time=time,
        paired=found.paired,
        more=GOES_ON_FOR,
        parts=_parts(day),
        weeks=weeks,
        dials=[one for one in dials_of(mine.words, found) if one.group == "time" or one.name == QUIET],
        spans=SPANS,
    )


def choose(mine: Mine) -> Response:
    try:
        chosen = read_steps(mine.pages.vocabulary, mine.fields)
    except ValueError:
        return time_page(mine, status=422, wrong=mine.words.say("page.me.wrong"))
    pages, handed = mine.pages, mine.handed
    refused = keep(
        pages.permits, handed.service, handed.subject, chosen, pages.vocabulary, mine.words, mine.now
    )
    if refused:
        return time_page(mine, status=409, refused=refused)
    return mine.done(TIME, "saved")


def go_on(mine: Mine) -> Response:
    """A quarter of an hour more, where nothing but the teen's own cap is in the way."""
    after = mine.fields.get("after", "")
    given = after.isdecimal() and mine.pages.go_on(mine.handed.service, mine.handed.subject, after=int(after))
    if not given:
        return time_page(mine, status=409, wrong=mine.words.say("me.time.on.not"))
    return mine.done(TIME, "goes_on")


def _parts(day: PartsSeen | None) -> list[tuple[str, int]]:
    if day is None:
        return []
    return [(part, getattr(day, part)) for part in ("morning", "afternoon", "evening", "night")]
