"""Preserve: seal the copy; where that is impossible, say so and call a person."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from hoede import accounts
from hoede.core.events import Channel
from hoede.core.jobs import Done, Later, Result
from hoede.core.orders import Order
from hoede.core.retention import Retention
from hoede.db import Database
from hoede.db.orders import Claim
from hoede.detection import store as events
from hoede.evidence import Vault
from hoede.evidence.jobs import seal
from hoede.review import Lanes
from hoede.review import store as review


@dataclass(frozen=True, slots=True, kw_only=True)
class Preserve:
    db: Database
    vault: Vault
    retention: Retention
    lanes: Lanes
    home: str | None  # where the operator is

    def __call__(self, claimed: Claim) -> Result:
        """Ends as `sealed` or `impossible: reason`; either opens what follows."""
        order = claimed.order
        outcome = seal(self.db, self.vault, claimed, self._keep_until(order))
        if outcome is None:
            return Later("lease-lost")
        if outcome != "sealed":
            lane = self.lanes["child_safety"]
            self.db.commit(
                lambda tx: review.call_a_person(
                    tx, order.values["case"], "not-preserved", lane.name, tx.now + lane.due
                )
            )
        return Done(outcome)

    def _keep_until(self, order: Order) -> Callable[[datetime], datetime]:
        """The ground's own days, and what the laws of the operator and of the account say besides."""
        country, event = self.db.read(
            lambda conn: (
                accounts.account(conn, order.service, order.values["account"]).country,
                events.find(conn, order.values["event"]) if "event" in order.values else None,
            )
        )
        places = {one for one in (self.home, country) if one is not None}
        private = event is not None and event.channel is Channel.PRIVATE
        return partial(self.retention.until, order.values["ground"], places=places, private=private)
