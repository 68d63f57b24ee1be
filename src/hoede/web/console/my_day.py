"""My day: what is left of it, a break, handing everything over, and how one begins to look. One's own."""

from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse, Response

from hoede.access import Permission, PersonUnknown
from hoede.flow.view import How
from hoede.web.console.cases import colleagues
from hoede.web.console.desk import Desk
from hoede.web.console.frame import show
from hoede.web.console.queue import MY_DAY
from hoede.web.session import Doors
from hoede.web.visits import Menu, Visit

BEGINNINGS: Final = (How.SMALL, How.BLURRED, How.GREY, How.CLEAR)  # with which one may begin to look


def open_doors(doors: Doors, desk: Desk) -> None:
    at, takes = MyDay(desk), Permission.CASE_CLAIM
    doors.get(MY_DAY, at.page, needs=takes, name="my-day", menu=Menu("clock", "console.day"))
    doors.post(f"{MY_DAY}/break", at.rest, needs=takes, name="my-day-break", back=MY_DAY)
    doors.post(f"{MY_DAY}/go-on", at.go_on, needs=takes, name="my-day-go-on", back=MY_DAY)
    doors.post(f"{MY_DAY}/leave", at.leave, needs=takes, name="my-day-leave", back=MY_DAY)
    doors.post(f"{MY_DAY}/settings", at.settings, needs=takes, name="my-day-settings", back=MY_DAY)


@dataclass(frozen=True, slots=True)
class MyDay:
    desk: Desk

    def page(self, visit: Visit) -> Response:
        return show(
            visit,
            "console/my_day.html",
            today=self.desk.days.today(visit.person.id),
            rest=self.desk.days.wellness.rest,
            colleagues=colleagues(self.desk, visit),
            beginnings=BEGINNINGS,
            left=_counted(visit, "handed"),
            back=_counted(visit, "back"),
            nothing="none" in visit.request.query_params,
        )

    def rest(self, visit: Visit) -> Response:
        self.desk.days.rest(visit.person.id)
        return RedirectResponse(MY_DAY, 303)

    def go_on(self, visit: Visit) -> Response:
        self.desk.days.go_on(visit.person.id)
        return RedirectResponse(MY_DAY, 303)

    def leave(self, visit: Visit) -> Response:
        """All of one's cases to a colleague, or back to their lanes where none is chosen."""
        chosen = visit.body.one("to")
        to = next((one for one in colleagues(self.desk, visit) if one.id == chosen), None)
        if chosen and to is None:
            raise PersonUnknown
        lead = to is not None and Permission.CASE_LEAD in self.desk.roles.permitted(to.roles)
        left = self.desk.days.leave(
            visit.person.id, to.id if to else None, lead=lead, says=visit.body.one("says")
        )
        return RedirectResponse(f"{MY_DAY}?handed={left.handed}&back={left.back}", 303)

    def settings(self, visit: Visit) -> Response:
        self.desk.days.choose(visit.person.id, visit.body.one("first"))
        return RedirectResponse(MY_DAY, 303)


def _counted(visit: Visit, name: str) -> int | None:
    """A count of the address, where our own redirect put one."""
    told = visit.request.query_params.get(name, "")
    return int(told) if told.isascii() and told.isdigit() and len(told) < 4 else None  # noqa: PLR2004 - digits
