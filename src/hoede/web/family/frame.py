"""The frame around a guardian's pages: their place, their words, their pages of trouble and of rest."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from typing import Final

from starlette.responses import JSONResponse, RedirectResponse, Response

from hoede.access.people import PersonKind
from hoede.pairing.rules.saying import Refusal, Why
from hoede.web.console.frame import words_of
from hoede.web.pages import render
from hoede.web.public import AWAY
from hoede.web.session import Place
from hoede.web.visits import Visit
from hoede.words import Catalogue

HOME: Final = "/family"
OURS = re.compile(r"/family(/[A-Za-z0-9_-]+(\.[a-z_]+)?)*")
SESSION_COOKIE: Final = "__Secure-hoede_family"
VISIT_COOKIE: Final = "__Secure-hoede_family_visit"
STATUS: Final[Mapping[str, int]] = {
    "body-refused": 413,
    "database-busy": 503,
    "database-unavailable": 503,
    "disk-full": 503,
    "elsewhere": 403,
    "form": 403,
    "last-passkey": 409,
    "link-refused": 404,
    "passkey-refused": 422,
    "passkey-taken": 409,
    "person-unknown": 404,
    "right": 403,
    "signed-out": 401,
    "too-many-tries": 429,
}
# Refusals that are not about what was typed: something else is so by now.
_MOVED: Final = frozenset(
    {Why.STALE, Why.REPEAT, Why.NOT_NOW, Why.BIRTHDAY, Why.TOO_MANY, Why.TOO_SOON, Why.RESTED}
)


def show(visit: Visit, template: str, *, status: int = 200, **values: object) -> Response:
    """A page, which also gets `visit`, `when`, `away`, and the words of what was done before it."""
    words = words_of(visit)
    return render(
        visit.request,
        template,
        words,
        status=status,
        visit=visit,
        away=AWAY,
        when=lambda at: when(words, at),
        done=_done(visit, words),
        **({"wrong": ""} | values),
    )


def trouble(visit: Visit, code: str, status: int, *, go: str | None = None) -> Response:
    """The page, or the JSON for our script, that says what is wrong and what to do."""
    words = words_of(visit)
    if visit.wants_json:
        said = {"code": code, "says": words.say(f"family.error.{code}")}
        return JSONResponse(said | ({"go": go} if go else {}), status)
    return show(visit, "family/trouble.html", status=status, code=code)


PLACE: Final = Place(
    home=HOME,
    kind=PersonKind.GUARDIAN,
    session_cookie=SESSION_COOKIE,
    visit_cookie=VISIT_COOKIE,
    cookies_at=HOME,
    status=STATUS,
    trouble=trouble,
)


def say_why(words: Catalogue, refusal: Refusal, teen: str = "") -> str:
    """Why something was not done, in words."""
    teen = teen or words.say("word.teen.your")
    if refusal.until is not None:
        facts = {"time": when(words, refusal.until), "date": words.day(refusal.until.date())}
        return words.say(f"pair.error.{refusal.why}", **facts)
    own = f"family.wrong.{refusal.why}"
    return words.say(own if own in words.texts else f"pair.error.{refusal.why}", teen=teen)


def status_of(refusal: Refusal) -> int:
    if refusal.why is Why.TRIES:
        return 429
    return 409 if refusal.why in _MOVED else 422


def done(path: str, what: str) -> Response:
    """On to a page that says what was done, under `family.done`; loading it again does nothing twice."""
    return RedirectResponse(f"{path}?done={what}", 303)


def when(words: Catalogue, at: datetime) -> str:
    """A moment in words. Where a family lives is nothing we ask, so it is the time of UTC."""
    return words.say("family.when", day=words.day(at.date()), time=f"{at:%H:%M}")


def to_ours(text: object) -> str:
    """A path of these pages to go on to; their start for anything else."""
    return text if isinstance(text, str) and OURS.fullmatch(text) else HOME


def typed(**fields: str) -> Mapping[str, str]:
    """What was typed, to stand in the form again; nothing for every other field."""
    return defaultdict(str, fields)


def _done(visit: Visit, words: Catalogue) -> str:
    return words.texts.get(f"family.done.{visit.request.query_params.get('done', '')}", "")
