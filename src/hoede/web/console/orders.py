"""Orders that have not ended, one with its story, and what a person may say after a restore."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from hoede.access import Permission
from hoede.core.errors import HoedeError
from hoede.core.orders import OrderState
from hoede.db import Database, unfinished
from hoede.db.unfinished import Story, Why
from hoede.flow.judge import only_shown
from hoede.flow.report import Settle
from hoede.reporting import jobs
from hoede.web.console.desk import Desk
from hoede.web.console.frame import show
from hoede.web.session import Doors
from hoede.web.visits import Menu, Visit

ORDERS = "/console/orders"
LONGEST_REASON: Final = 500


class OrderUnknown(HoedeError):
    """There is no such order."""

    code = "order-not-there"


class ReasonUnfit(HoedeError):
    """A reason has 1 to 500 characters: who looked, where and when."""

    code = "reason-unfit"


@dataclass(frozen=True, slots=True)
class Happened:
    """A line of the timeline: its words are `console.orders.at.KEY`."""

    at: datetime
    key: str
    facts: dict[str, object] = field(default_factory=dict)
    state: str = "done"  # or next: it has not happened yet


def open_doors(doors: Doors, desk: Desk) -> None:
    at, one = Orders(desk.db, desk.settle), f"{ORDERS}/{{id}}"
    sees, acts = Permission.ORDERS_SEE, Permission.ORDERS_ACT
    doors.get(ORDERS, at.page, needs=sees, name="orders", menu=Menu("warn", "console.orders.title"))
    doors.get(one, at.order, needs=sees, name="order")
    doors.post(f"{one}/resend", at.resend, needs=acts, name="order-resend", back=ORDERS)
    doors.post(f"{one}/settle", at.settle, needs=acts, name="order-settle", back=ORDERS)


@dataclass(frozen=True, slots=True)
class Orders:
    db: Database
    settled: Settle

    def page(self, visit: Visit) -> Response:
        query = visit.request.query_params
        why = Why(query["why"]) if query.get("why") in set(Why) else Why.HUMAN
        counts, page = self.db.read(
            lambda conn: (unfinished.counts(conn), unfinished.page(conn, why, after=query.get("after")))
        )
        return show(
            visit, "console/orders.html", why=why, counts=counts, page=page, most=unfinished.MOST_COUNTED
        )

    def order(self, visit: Visit) -> Response:
        order = _id(visit)
        story = self.db.read(lambda conn: unfinished.story(conn, order) or self._only_shown(conn, order))
        if story is None:
            raise OrderUnknown
        acts = Permission.ORDERS_ACT in visit.may
        return show(
            visit,
            "console/order.html",
            story=story,
            timeline=sorted(_timeline(story), key=lambda one: one.at),
            resends=acts and story.waits_for_word,
            settles=acts and story.may_be_settled,
        )

    def _only_shown(self, conn: Connection, order: str) -> Story | None:
        """One of a case of which nothing comes; its page is like any other's."""
        view = only_shown(conn, order, self.db.time(conn))
        if view is None:
            return None
        return Story(view=view, due_at=view.opened_at, lease_until=None, waited_at=None, after=(), said=())

    def resend(self, visit: Visit) -> Response:
        """A person says that it was not done: it is carried out."""
        jobs.resend(self.db, _id(visit), _why(visit))
        return RedirectResponse(f"{ORDERS}/{_id(visit)}", 303)

    def settle(self, visit: Visit) -> Response:
        """A person says that it was done, under this id: nothing is carried out."""
        self.settled(_id(visit), visit.body.one("receipt").strip(), _why(visit))
        return RedirectResponse(f"{ORDERS}/{_id(visit)}", 303)


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["id"])


def _why(visit: Visit) -> str:
    """What is kept with the order: who said it here, and their reason."""
    why = visit.body.one("why").strip()
    if not 1 <= len(why) <= LONGEST_REASON:
        raise ReasonUnfit
    return f"{visit.person.id}: {why}"


def _timeline(story: Story) -> Iterator[Happened]:
    view = story.view
    yield Happened(view.opened_at, "opened")
    if story.waited_at:
        yield Happened(story.waited_at, "waited")
    for said in story.said:
        yield Happened(said.at, "restored", {"backup": said.backup_at})
        if said.resent_at:
            yield Happened(said.resent_at, "resent", {"why": said.resent_why})
        if said.settled_at:
            yield Happened(said.settled_at, "settled", {"why": said.settled_why, "receipt": said.receipt})
    if view.ended_at:
        yield Happened(view.ended_at, f"ended.{view.state}", {"outcome": view.outcome})
    elif view.state is OrderState.OPEN:
        yield Happened(story.due_at, "next", {"n": view.tries}, "next")
