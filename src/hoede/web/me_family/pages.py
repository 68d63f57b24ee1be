"""All routes of the teen's half."""

from starlette.routing import Route

from hoede.web.me_family import asking, home, leaving, linking, seen, time, together
from hoede.web.me_family.frame import MeFamily


def routes(pages: MeFamily) -> list[Route]:
    """The routes of `/me/family`, `/me/time` and `/me/safe`."""
    parts = (home, linking, asking, together, seen, time, leaving)
    return [route for part in parts for route in part.routes(pages)]
