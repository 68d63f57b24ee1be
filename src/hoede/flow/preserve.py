"""Preserve: seal the copy; where that is impossible, say so and call a person."""

from dataclasses import dataclass

from hoede.core.jobs import Done, Later, Result
from hoede.core.retention import Retention
from hoede.db import Database
from hoede.db.orders import Claim
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

    def __call__(self, claimed: Claim) -> Result:
        """Ends as `sealed` or `impossible: reason`; either opens what follows."""
        order = claimed.order
        outcome = seal(self.db, self.vault, self.retention, claimed, order.values["ground"])
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
