"""The queue: lanes with what waits, the most pressing first, and the way to one's next case."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from hoede.access import Permission
from hoede.review import CaseRow, Refused, claims
from hoede.review import store as review
from hoede.review.store import Page
from hoede.review.waiting import MOST_COUNTED, Waiting, waiting
from hoede.web.console.desk import Desk, is_lead, name_of, status_of
from hoede.web.console.frame import show
from hoede.web.session import Doors
from hoede.web.visits import Menu, Visit

QUEUE = "/console/queue"
CASES = "/console/cases"
MY_DAY = "/console/my-day"
APPEALS: Final = "appeals"  # the lane of objections, which has a page of its own


@dataclass(frozen=True, slots=True)
class Waits:
    """A line of the queue: a case, its files, and who has it."""

    case: CaseRow
    files: int
    by: str
    until: datetime | None
    mine: bool
    late: bool


def open_doors(doors: Doors, desk: Desk) -> None:
    at, sees, takes = Queue(desk), Permission.QUEUE_SEE, Permission.CASE_CLAIM
    doors.get(QUEUE, at.page, needs=sees, name="queue", menu=Menu("queue", "console.queue.title"))
    doors.get("/console/appeals", at.appeals, needs=sees, name="appeals", menu=Menu("undo", "lane.appeals"))
    doors.post(f"{QUEUE}/next", at.next, needs=takes, name="queue-next", back=QUEUE)
    doors.post(f"{CASES}/{{id}}/take", at.take, needs=takes, name="case-take", back=QUEUE)


@dataclass(frozen=True, slots=True)
class Queue:
    desk: Desk

    def page(self, visit: Visit) -> Response:
        asked = visit.request.query_params.get("lane")
        return self._show(visit, asked if asked in self.desk.cases.lanes else None)

    def appeals(self, visit: Visit) -> Response:
        """Objections, the one due first at the top: somebody else looks than who decided."""
        return self._show(visit, APPEALS)

    def next(self, visit: Visit) -> Response:
        """The case that comes first for this person; when there is none, the page that says why."""
        taken = self.desk.cases.next(visit.person.id, lead=is_lead(visit))
        if taken is None:
            today = self.desk.days.today(visit.person.id)
            none = f"{MY_DAY}?none=1" if today.rests_until or today.is_used else f"{QUEUE}?none=1"
            return RedirectResponse(none, 303)
        return RedirectResponse(f"{CASES}/{taken.case.id}", 303)

    def take(self, visit: Visit) -> Response:
        case = str(visit.request.path_params["id"])
        taken = self.desk.cases.take(case, visit.person.id, lead=is_lead(visit))
        if isinstance(taken, Refused):
            said = self.desk.says(visit, taken)
            return show(visit, "console/refused.html", status=status_of(taken), says=said, back=QUEUE)
        return RedirectResponse(f"{CASES}/{case}", 303)

    def _show(self, visit: Visit, lane: str | None) -> Response:
        counts, page, lines = self.desk.db.read(lambda conn: self._read(conn, visit, lane))
        return show(
            visit,
            "console/queue.html",
            lane=lane,
            here="/console/appeals" if visit.door.name == "appeals" else QUEUE,
            counts=counts,
            lines=lines,
            after=None if page.after is None else f"{page.after[0].isoformat()}~{page.after[1]}",
            most=MOST_COUNTED,
            nothing="none" in visit.request.query_params,
            takes=Permission.CASE_CLAIM in visit.may,
        )

    def _read(
        self, conn: Connection, visit: Visit, lane: str | None
    ) -> tuple[tuple[Waiting, ...], Page, list[Waits]]:
        after = _place(visit.request.query_params.get("after"))
        page = review.queue_page(conn, lane=lane, after=after)
        lines = [_line(conn, one, visit) for one in page.cases]
        return waiting(conn, self.desk.cases.lanes, visit.now), page, lines


def _line(conn: Connection, case: CaseRow, visit: Visit) -> Waits:
    person, until = claims.holder(conn, case.id, visit.now) or (None, None)
    return Waits(
        case=case,
        files=len(review.files_of(conn, case.id)),
        by=name_of(conn, person),
        until=until,
        mine=person == visit.person.id,
        late=case.due_at is not None and case.due_at < visit.now,
    )


def _place(text: str | None) -> tuple[datetime, str] | None:
    """Where a part of the queue begins, as its link says; None for anything else."""
    at, _, case = (text or "").partition("~")
    try:
        moment = datetime.fromisoformat(at)
    except ValueError:
        return None
    return (moment, case) if moment.tzinfo and case else None
