"""Allowed to looked at: every week some of what was let through, drawn by chance, comes to people.

Only what everybody can see, and where the law let us look; nobody is chosen for what they are.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from hoede.core.orders import Order, Target, TargetKind, order_id
from hoede.db import Database, Transaction, orders
from hoede.detection import EventRow
from hoede.detection import store as events
from hoede.enforcement.measures import Measures
from hoede.review import Grounds, Lanes, samples
from hoede.review import store as review

LANE = "notices"
TRIES = 4  # for each that is wanted: some that chance names are of accounts with an open case


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawAllowed:
    db: Database
    names: bytes
    measures: Measures
    lanes: Lanes
    weekly: int
    new_id: Callable[[str], str]
    roll: Callable[[], str]  # the rest of an id like ours, by chance

    def once(self) -> bool:
        """Draw what this week lacks; the platform is asked for each, and a case waits for it."""
        self.db.commit(self._draw)
        return False

    def _draw(self, tx: Transaction) -> int:
        week = week_of(tx.now)
        lacks = self.weekly - samples.drawn_since(tx.conn, week)
        drawn = 0
        for _ in range(max(0, lacks) * TRIES):
            if drawn >= lacks:
                break
            event = events.allowed_by_chance(tx.conn, week - timedelta(days=7), week, self.roll())
            if event is None:
                break
            drawn += self._open(tx, event)
        return drawn

    def _open(self, tx: Transaction, event: EventRow) -> bool:
        """A case of its own; an account that has one already is left alone."""
        latest = review.lock_latest_case(tx, event.service, event.account)
        if latest is not None and latest.takes_files:
            return False
        case_id, lane = self.new_id("case"), self.lanes[LANE]
        if not samples.add(tx, event.id, case_id):
            return False
        new = review.open_case(
            tx,
            case_id,
            service=event.service,
            account=event.account,
            grounds=Grounds.SAMPLE,
            lane=lane.name,
            due_at=tx.now + lane.due,
            earlier=latest.id if latest else None,
        )
        if not new:
            raise RuntimeError("somebody opened a case since it was locked")
        orders.open_order(tx, self._want(event, case_id))
        return True

    def _want(self, event: EventRow, case_id: str) -> Order:
        target = Target(TargetKind.CONTENT, event.content)
        return Order(
            id=order_id(self.names, case_id, "want", target),
            service=event.service,
            cause=case_id,
            measure="want",
            target=target,
            by=self.measures["want"].by,
            values={"account": event.account, "case": case_id, "ground": "suspected"},
        )


def week_of(now: datetime) -> datetime:
    """Monday, midnight UTC."""
    day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    return day - timedelta(days=day.weekday())
