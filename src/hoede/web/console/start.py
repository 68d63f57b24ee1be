"""The first page of the console: what is overdue or in doubt, then the lanes, then what one may open."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import Connection
from starlette.responses import Response

from hoede.access import Permission
from hoede.db import unfinished
from hoede.db.unfinished import Why
from hoede.policy.rules.versions import Version
from hoede.policy.store import all_versions
from hoede.review import views
from hoede.review.waiting import MOST_COUNTED, Waiting, waiting
from hoede.web.console.desk import Desk
from hoede.web.console.frame import show
from hoede.web.session import Doors
from hoede.web.visits import Access, Menu, Visit

WORKS = frozenset({Permission.QUEUE_SEE, Permission.ORDERS_SEE})  # to whom an ill detector matters


@dataclass(frozen=True, slots=True)
class State:
    """What somebody may know at a glance; nothing for what they may not."""

    lanes: tuple[Waiting, ...] = ()
    human: int = 0
    rollback: Version | None = None  # one that waits for a second person
    wishes: int = 0


def open_doors(doors: Doors, desk: Desk) -> None:
    start = Start(desk).page
    doors.get("/console", start, needs=Access.SIGNED_IN, name="console", menu=Menu("home", "console.start"))


@dataclass(frozen=True, slots=True)
class Start:
    desk: Desk

    def page(self, visit: Visit) -> Response:
        """Nothing of a case stands here: it is the page one comes to by signing in."""
        state = self.desk.db.read(lambda conn: self._state(conn, visit))
        return show(
            visit,
            "console/start.html",
            may=[one for one in Permission if one in visit.may],
            lanes=state.lanes,
            overdue=sum(one.overdue for one in state.lanes),
            human=state.human,
            rollback=state.rollback,
            wishes=state.wishes,
            ill=_ill(self.desk.detectors()) if WORKS & visit.may else [],
            most=max(MOST_COUNTED, unfinished.MOST_COUNTED),
        )

    def _state(self, conn: Connection, visit: Visit) -> State:
        sees, lanes = visit.may, self.desk.cases.lanes
        versions = all_versions(conn) if Permission.POLICY_SEE in sees else ()
        return State(
            lanes=waiting(conn, lanes, visit.now) if Permission.QUEUE_SEE in sees else (),
            human=unfinished.counts(conn)[Why.HUMAN] if Permission.ORDERS_SEE in sees else 0,
            rollback=next((one for one in versions if one.unconfirmed), None),
            wishes=(
                views.count_raw_asked(conn, visit.person.id, visit.now)
                if Permission.EVIDENCE_RAW in sees
                else 0
            ),
        )


def _ill(detectors: Mapping[str, bool]) -> list[str]:
    return sorted(name for name, is_ill in detectors.items() if is_ill)
