"""The console's frame around every page of it: rail, name, language; and its pages of trouble."""

import re
from collections.abc import Iterator
from datetime import datetime

from starlette.responses import JSONResponse, Response

from hoede.access import Permission
from hoede.web.pages import LANGUAGE_COOKIE, render, words_for
from hoede.web.visits import Access, Menu, Visit
from hoede.words import LOCALES, Catalogue, catalogue

OURS = re.compile(r"/console(/[A-Za-z0-9_-]+)*")


def show(visit: Visit, template: str, *, status: int = 200, **values: object) -> Response:
    """A page of the console, which also gets `visit`, `rail` and `when`."""
    words = words_of(visit)
    return render(
        visit.request,
        template,
        words,
        status=status,
        visit=visit,
        rail=list(_rail(visit)),
        when=lambda at: when(words, at),
        **values,
    )


def no_look() -> Response:
    """To who asks for headers only: nothing is shown, so nothing must be written down as seen."""
    return Response(status_code=405, headers={"allow": "GET"})


def trouble(visit: Visit, code: str, status: int, *, go: str | None = None) -> Response:
    """The page, or the JSON for our script, that says what is wrong and what to do."""
    words = words_of(visit)
    if visit.wants_json:
        said = {"code": code, "says": words.say(f"console.error.{code}")}
        return JSONResponse(said | ({"go": go} if go else {}), status)
    return show(visit, "console/trouble.html", status=status, code=code)


def words_of(visit: Visit) -> Catalogue:
    """The words of the language chosen here, else of the person's own, else of the browser's."""
    request = visit.request
    chosen = {request.query_params.get("lang"), request.cookies.get(LANGUAGE_COOKIE)} & set(LOCALES)
    if visit.session and not chosen and visit.person.language in LOCALES:
        return catalogue(visit.person.language)
    return words_for(request)


def when(words: Catalogue, at: datetime) -> str:
    """A moment in words, in UTC: that is what logs and authorities speak of."""
    return words.say("console.when", day=words.day(at.date()), time=f"{at:%H:%M}")


def to_ours(text: object) -> str:
    """A path of the console to go on to; its start for anything else."""
    return text if isinstance(text, str) and OURS.fullmatch(text) else "/console"


def _rail(visit: Visit) -> Iterator[tuple[str, Menu, bool]]:
    """Address, icon and words of each page of the menu that this person may open, and whether it is open."""
    for door in visit.doors:
        if door.menu is None or visit.session is None:
            continue
        if door.needs in visit.may if isinstance(door.needs, Permission) else isinstance(door.needs, Access):
            here = visit.door.path
            is_here = here == door.path or (door.path != "/console" and here.startswith(f"{door.path}/"))
            yield door.path, door.menu, is_here
