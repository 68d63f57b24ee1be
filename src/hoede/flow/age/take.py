"""Age to case: an adult who is taken for younger says so. The stricter answer holds until a person says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from hoede import accounts
from hoede.core.ages import AgeBand
from hoede.db import Database, Transaction
from hoede.review import Grounds, Lanes, age_store
from hoede.review import store as review
from hoede.review.age_store import AgeAppeal
from hoede.review.ages import AgeReceipt, AgeRefusal, WhyNot, again_on
from hoede.review.fits import language_of

LANE = "age"
AlsoAge = Callable[[Transaction, AgeReceipt], None]  # what the caller keeps in the same transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeAges:
    """Takes what somebody says of their age. One is open per account, and one a month."""

    db: Database
    lanes: Lanes
    proofs: Mapping[str, Mapping[str, str]]  # by service: where which adapter's proof is given
    new_id: Callable[[str], str]
    new_number: Callable[[], str]

    def take(
        self,
        service: str,
        account: str,
        words: str,
        proofs: tuple[str, ...] = (),
        also: AlsoAge = lambda _tx, _receipt: None,
    ) -> AgeReceipt | AgeRefusal:
        """The receipt, a second time the first one's; or why not. `proofs` are those the service offers."""

        def step(tx: Transaction) -> AgeReceipt | AgeRefusal:
            taken = self._take(tx, service, account, words, proofs)
            if isinstance(taken, AgeReceipt):
                also(tx, taken)
            return taken

        return self.db.commit(step)

    def latest(self, service: str, account: str) -> AgeAppeal | None:
        """What this account said last, and what came of it."""
        return self.db.read(lambda conn: age_store.latest(conn, service, account))

    def _take(
        self, tx: Transaction, service: str, account: str, words: str, proofs: tuple[str, ...]
    ) -> AgeReceipt | AgeRefusal:
        person, before = (
            accounts.account(tx.conn, service, account),
            age_store.latest(tx.conn, service, account),
        )
        if before is not None and before.answered_at is None:
            return _receipt(before)
        if accounts.age_band(person.age_evidence, tx.now, person.zone) is AgeBand.FROM_18:
            return AgeRefusal(WhyNot.ADULT)
        if before is not None and before.answered_at and tx.now.date() < again_on(before.answered_at):
            return AgeRefusal(WhyNot.TOO_SOON, again_on(before.answered_at))
        lane = self.lanes[LANE]
        appeal = AgeAppeal(
            number=self.new_number(),
            case_id=self.new_id("case"),
            service=service,
            account=account,
            words=words,
            proofs=proofs,
            at=tx.now,
            due_at=tx.now + lane.due,
        )
        if not age_store.open_appeal(tx, appeal):  # another process took one since we looked
            return self._take(tx, service, account, words, proofs)
        review.open_case(
            tx,
            appeal.case_id,
            service=service,
            account=account,
            grounds=Grounds.AGE,
            lane=lane.name,
            due_at=appeal.due_at,
            language=language_of(accounts.account(tx.conn, service, account).locale),
        )
        return _receipt(appeal)


def _receipt(appeal: AgeAppeal) -> AgeReceipt:
    return AgeReceipt(appeal.number, appeal.at.date(), appeal.due_at.date())
