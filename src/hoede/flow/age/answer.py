"""Age to answer: a person believes it, on something that weighs enough, or does not; a letter says so."""

from collections.abc import Callable, Collection
from dataclasses import dataclass

from hoede import accounts
from hoede.accounts.rules import local_date
from hoede.core.ages import ADULT, REVIEWED, AgeBand, AgeEvidence
from hoede.core.orders import Order, Target, TargetKind, order_id
from hoede.db import Database, Transaction, orders
from hoede.enforcement.measures import Measures
from hoede.review import Grounds, Outcomes, Refused, Why, age_store, claims
from hoede.review import store as review
from hoede.review.age_store import AgeAppeal
from hoede.review.ages import AgeAnswer, AgeBases, AgeBasis
from hoede.review.asked import LONGEST_TEXT, SHORTEST_REASON

ISSUER = "hoede"


@dataclass(frozen=True, slots=True)
class AgeAnswered:
    appeal: AgeAppeal
    believed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerAges:
    """Answers who says they are an adult. What is believed becomes evidence, and loosens nothing more."""

    db: Database
    names: bytes
    measures: Measures
    outcomes: Outcomes
    bases: AgeBases
    forget: Callable[[str, str], None]  # service and account: what was told of it is read anew
    age_told: Callable[[Transaction, str, Collection[str]], None]  # service, and of whom more is known

    def answer(
        self, case_id: str, person: str, *, outcome: str, basis: str | None, reason: str
    ) -> AgeAnswered | Refused:
        """Answer the case one has. `BASIS` when what it stands on would change nothing, or is not named."""
        if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_TEXT:
            return Refused(Why.REASON)
        went = self.db.commit(lambda tx: self._answer(tx, case_id, person, outcome, basis, reason))
        if isinstance(went, AgeAnswered):
            self.forget(went.appeal.service, went.appeal.account)
        return went

    def _answer(  # noqa: PLR0917 - likewise
        self, tx: Transaction, case_id: str, person: str, outcome: str, basis: str | None, reason: str
    ) -> AgeAnswered | Refused:
        held, appeal = claims.hold(tx, case_id, person), age_store.of_case(tx.conn, case_id)
        if isinstance(held, Refused):
            return held
        if held.case.grounds is not Grounds.AGE or appeal is None:
            return Refused(Why.GONE)
        chosen = self.outcomes.get(outcome)
        if chosen is None or chosen.age is None:
            return Refused(Why.OUTCOME)
        believed = chosen.age is AgeAnswer.BELIEVED
        on = self.bases.get(basis or "") if believed else None
        if believed and (on is None or not self._find(tx, appeal, on)):
            return Refused(Why.BASIS)
        age_store.answer(
            tx, appeal.number, outcome, basis=on.name if on else None, person=person, reason=reason
        )
        orders.open_order(tx, self._letter(appeal))
        review.goes_on(tx, case_id, review.JUDGED, held.case.lane, held.case.due_at)
        claims.end(tx, held.claim, "judged")
        return AgeAnswered(age_store.of_case(tx.conn, case_id) or appeal, believed)

    def _find(self, tx: Transaction, appeal: AgeAppeal, basis: AgeBasis) -> bool:
        """Keep the adulthood as evidence; false when it would not outweigh what makes them younger."""
        known = accounts.account(tx.conn, appeal.service, appeal.account)
        found = AgeEvidence(
            method=REVIEWED,
            assurance=basis.assurance,
            issuer=ISSUER,
            as_of=local_date(tx.now, known.zone),
            lower=ADULT,
        )
        every = (*known.age_evidence, found)
        if accounts.age_band(every, tx.now, known.zone) is not AgeBand.FROM_18:
            return False
        accounts.find_age(tx, appeal.service, appeal.account, found)
        self.age_told(tx, appeal.service, [appeal.account])
        return True

    def _letter(self, appeal: AgeAppeal) -> Order:
        target = Target(TargetKind.ACCOUNT, appeal.account)
        return Order(
            id=order_id(self.names, appeal.case_id, "notify", target),
            service=appeal.service,
            cause=appeal.case_id,
            measure="notify",
            target=target,
            by=self.measures["notify"].by,
            values={"account": appeal.account, "case": appeal.case_id, "age": appeal.number},
        )
