"""Objection to answer: judged by somebody else; who was right gets everything undone, both get a letter."""

from dataclasses import dataclass

from hoede.core.orders import Order, Target, TargetKind, opaque, order_id
from hoede.db import Transaction, orders
from hoede.flow.judge.journey import Judge
from hoede.flow.judge.plan import Plan
from hoede.review import CaseRow, Grounds, Objection, Refused, Why, claims
from hoede.review import store as review
from hoede.review.asked import LONGEST_TEXT, SHORTEST_REASON
from hoede.review.judgments import REINSTATED

STAYS = "stays"
UNDOES = {"restore": "removed", "lift": "restricted", "reopen": "closed"}


@dataclass(frozen=True, slots=True)
class Answered:
    objection: Objection
    plan: Plan  # what was undone; empty when it stays


@dataclass(frozen=True, slots=True, kw_only=True)
class Objections:
    """Answers objections. Whoever judged or checked what they are against is refused the case itself."""

    judge: Judge

    def answer(self, case_id: str, person: str, *, right: bool, reason: str) -> Answered | Refused:
        """Answer the objection one has: it stays as it is, or everything is undone; and a letter, at once."""
        if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_TEXT:
            return Refused(Why.REASON)
        return self.judge.db.commit(lambda tx: self._answer(tx, case_id, person, right=right, reason=reason))

    def _answer(
        self, tx: Transaction, case_id: str, person: str, *, right: bool, reason: str
    ) -> Answered | Refused:
        held = claims.hold(tx, case_id, person)
        if isinstance(held, Refused):
            return held
        objection = review.objection_of(tx.conn, case_id)
        against = review.lock_case(tx, held.case.earlier) if held.case.earlier else None
        if held.case.grounds is not Grounds.OBJECTION or objection is None or against is None:
            return Refused(Why.GONE)
        todo = Plan()
        if right:
            judgment_id = "jud_" + opaque(self.judge.names, f"judgment\x1f{held.claim}")
            todo = self.judge.reinstate(tx, against, person, judgment_id, reason)
        undone = sorted({UNDOES[one.measure] for one in todo.opens if one.measure in UNDOES})
        outcome = REINSTATED if right else STAYS
        review.answer_objection(tx, objection.number, outcome, person=person, reason=reason, undone=undone)
        orders.open_order(tx, self._letter(held.case, objection))
        review.goes_on(tx, case_id, review.JUDGED, held.case.lane, held.case.due_at)
        claims.end(tx, held.claim, "judged")
        return Answered(review.objection_of(tx.conn, case_id) or objection, todo)

    def _letter(self, case: CaseRow, objection: Objection) -> Order:
        target = Target(TargetKind.ACCOUNT, case.account)
        return Order(
            id=order_id(self.judge.names, case.id, "notify", target),
            service=case.service,
            cause=case.id,
            measure="notify",
            target=target,
            by=self.judge.measures["notify"].by,
            values={"account": case.account, "case": case.earlier or "", "objection": objection.number},
        )
