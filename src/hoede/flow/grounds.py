"""Whether an automatic order still stands on what it stood on when it was decided.

Lists are withdrawn, switches are turned, people turn out younger than they proved: then the order is
neither carried out nor dropped, it waits for a judgment (DESIGN 4.8).
"""

from dataclasses import dataclass

from sqlalchemy import Connection

from hoede import accounts
from hoede.accounts import AgeGround, age_ground
from hoede.core.orders import Order
from hoede.db import Database
from hoede.enforcement import DecisionRow
from hoede.enforcement import store as decisions
from hoede.enforcement.measures import Measures
from hoede.lists import Entry
from hoede.lists import store as lists
from hoede.review import judgments


@dataclass(frozen=True, slots=True, kw_only=True)
class GroundsStand:
    db: Database
    measures: Measures
    switched_on: frozenset[str]

    def why_not(self, conn: Connection, order: Order) -> str | None:
        """A code for what fell away, or None while everything holds."""
        judged = judgments.in_force(conn, order.values.get("case", ""))
        if judged is not None and judged.wants(order.measure):
            return None  # a person asks for it now, whatever it stood on before
        decision = decisions.find(conn, order.cause)
        if decision is None:
            return "decision-unknown"
        if self.measures[order.measure].irreversible:
            return self.of_decision(conn, decision)
        return "age-changed" if self._age(conn, decision) is AgeGround.MINOR else None

    def of_decision(self, conn: Connection, decision: DecisionRow) -> str | None:
        """A code for what fell away under one decision that acted without a person."""
        if self._age(conn, decision) is not AgeGround.VERIFIED_ADULT:
            return "age-changed"
        entries = [lists.entry(conn, entry) for entry in decision.entries]
        if any(one is not None and self._acts(one) for one in entries):
            return None
        held = any(one is not None and one.quarantined and one.withdrawn_at is None for one in entries)
        return "entry-quarantined" if held else "entry-withdrawn"

    def _age(self, conn: Connection, decision: DecisionRow) -> AgeGround:
        person = accounts.account(conn, decision.service, decision.account)
        return age_ground(person.age_evidence, self.db.time(conn), person.zone)

    def _acts(self, entry: Entry) -> bool:
        return entry.counts and entry.facts.name in self.switched_on
