"""Orders as people look at them: what has not ended, in pages, and one order with its story."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Connection, func, literal, select, tuple_

from hoede.core.orders import OrderState, OrderView
from hoede.db import orders, restores
from hoede.db.columns import Moment
from hoede.db.orders import AFTER, ORDERS
from hoede.db.restores import Said

MOST_COUNTED: Final = 1000  # above it nobody needs the exact number, and counting takes time
PAGE: Final = 50


class Why(StrEnum):
    """Why somebody looks at orders that have not ended."""

    HUMAN = "human"  # tried often, or in doubt: a person is called
    WAITING = "waiting"  # for a judgment, or for a word after a restore
    OPEN = "open"  # all that a machine still has to do


# The states are named one by one: a database walks its index for those and not for "not ended".
_WHICH: Final[dict[Why, tuple[Any, ...]]] = {
    Why.HUMAN: (ORDERS.c.state.in_((OrderState.OPEN, OrderState.WAITING)), ORDERS.c.needs_human.is_(True)),
    Why.WAITING: (ORDERS.c.state == OrderState.WAITING,),
    Why.OPEN: (ORDERS.c.state == OrderState.OPEN, ORDERS.c.carried_by != "person"),
}


@dataclass(frozen=True, slots=True)
class Page:
    """A part of the orders, the oldest first; `after` is where the next part begins, None: that was all."""

    orders: tuple[OrderView, ...]
    after: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Story:
    """One order with all that is known of its time."""

    view: OrderView
    due_at: datetime  # when it is tried next, while it is open
    lease_until: datetime | None  # until when a worker has it in hands
    waited_at: datetime | None  # when its ground fell away
    after: tuple[OrderView, ...]  # what has to end first
    said: tuple[Said, ...]  # what people were asked and said after a restore

    @property
    def waits_for_word(self) -> bool:
        """Whether a person may say here that it was not done, and have it carried out."""
        return self.view.state is OrderState.WAITING and self.view.reason == orders.RESTORED

    @property
    def may_be_settled(self) -> bool:
        """Whether a person may say here that it was done: also after it was resent."""
        return bool(self.said) and self.view.ended_at is None


def page(conn: Connection, why: Why, *, after: str | None = None, most: int = PAGE) -> Page:
    """Orders that have not ended, from the one behind `after` on (its id); an unknown one: from the start."""
    c = ORDERS.c
    asked = select(c.id, c.opened_at).where(*_WHICH[why])
    if (begin := _opened_at(conn, after)) is not None:
        here = tuple_(literal(begin, Moment), literal(after))
        asked = asked.where(tuple_(c.opened_at, c.id) > here)
    found = conn.execute(asked.order_by(c.opened_at, c.id).limit(most + 1)).all()
    ids = [row.id for row in found[:most]]
    seen = tuple(view for one in ids if (view := orders.view(conn, one)))
    return Page(seen, ids[-1] if len(found) > most else None)


def counts(conn: Connection) -> dict[Why, int]:
    """How many there are of each kind; `MOST_COUNTED` stands for that many or more."""
    return {why: _count(conn, why) for why in Why}


def story(conn: Connection, order: str) -> Story | None:
    """All about one order, ended or not."""
    view = orders.view(conn, order)
    if view is None:
        return None
    c = ORDERS.c
    row = conn.execute(select(c.due_at, c.lease_until, c.waited_at).where(c.id == order)).one()
    first = conn.execute(select(AFTER.c.after).where(AFTER.c.id == order).order_by(AFTER.c.after)).scalars()
    return Story(
        view=view,
        due_at=row.due_at,
        lease_until=row.lease_until,
        waited_at=row.waited_at,
        after=tuple(former for one in first.all() if (former := orders.view(conn, one))),
        said=restores.said(conn, order),
    )


def _opened_at(conn: Connection, order: str | None) -> datetime | None:
    if order is None:
        return None
    return conn.execute(select(ORDERS.c.opened_at).where(ORDERS.c.id == order)).scalar_one_or_none()


def _count(conn: Connection, why: Why) -> int:
    some = select(ORDERS.c.id).where(*_WHICH[why]).limit(MOST_COUNTED).subquery()
    return int(conn.execute(select(func.count()).select_from(some)).scalar_one())
