"""The first page of the console: what this person's roles let them open."""

from starlette.responses import Response

from hoede.access import Permission
from hoede.web.console.frame import show
from hoede.web.session import Doors
from hoede.web.visits import Access, Menu, Visit


def open_doors(doors: Doors) -> None:
    doors.get("/console", start, needs=Access.SIGNED_IN, name="console", menu=Menu("home", "console.start"))


def start(visit: Visit) -> Response:
    """Nothing of a case stands here: it is the page one comes to by signing in."""
    return show(visit, "console/start.html", may=[one for one in Permission if one in visit.may])
