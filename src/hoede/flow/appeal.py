"""Objection to case: the letter behind a link, and what somebody writes against it."""

from collections.abc import Callable
from dataclasses import dataclass

from sqlalchemy import Connection

from hoede import accounts
from hoede.accounts.rules import local_date
from hoede.db import Database, Transaction
from hoede.review import Grounds, Lanes, LetterRow, Objection
from hoede.review import store as review
from hoede.review.appeals import AppealReceipt, AppealView, Reason, Refusal
from hoede.review.fits import language_of
from hoede.words.letters import Letter

LONGEST_LINK = 64  # characters; ours have 26


@dataclass(frozen=True, slots=True, kw_only=True)
class Appeal:
    """Knows letters by their links, and takes one objection each."""

    db: Database
    lanes: Lanes
    public_url: str
    new_id: Callable[[str], str]
    new_number: Callable[[], str]

    def letter(self, link: str) -> AppealView | None:
        return self.db.read(lambda conn: self._view(conn, link))

    def object(self, link: str, text: str) -> AppealReceipt | Refusal:
        """Store an objection and open its case; a second one gets the first one's receipt."""
        return self.db.commit(lambda tx: self._object(tx, link, text))

    def object_for(
        self,
        service: str,
        account: str,
        letter: str,
        text: str,
        also: Callable[[Transaction, AppealReceipt], None],
    ) -> AppealReceipt | Refusal:
        """Likewise where a platform passes it on, for the account that its letter went to.

        `also` is done with the receipt, in the same transaction.
        """

        def step(tx: Transaction) -> AppealReceipt | Refusal:
            row = review.lock_letter(tx, letter)
            mine = row is not None and (row.service, row.account) == (service, account)
            answer = self._take(tx, row, text) if row is not None and mine else Refusal(Reason.UNKNOWN)
            if isinstance(answer, AppealReceipt):
                also(tx, answer)
            return answer

        return self.db.commit(step)

    def _view(self, conn: Connection, link: str) -> AppealView | None:
        row = review.letter_behind(conn, link) if len(link) <= LONGEST_LINK else None
        if row is None:
            return None
        objection = review.objection_to(conn, row.order_id)
        return AppealView(
            letter=Letter(row.locale, row.title, row.paragraphs, f"{self.public_url}/appeal/{link}"),
            sent_on=row.sent_on,
            until=row.until,
            receipt=_receipt(objection) if objection else None,
            answer=objection.answer if objection else (),
        )

    def _object(self, tx: Transaction, link: str, text: str) -> AppealReceipt | Refusal:
        row = review.lock_letter_behind(tx, link) if len(link) <= LONGEST_LINK else None
        return Refusal(Reason.UNKNOWN) if row is None else self._take(tx, row, text)

    def _take(self, tx: Transaction, row: LetterRow, text: str) -> AppealReceipt | Refusal:
        if before := review.objection_to(tx.conn, row.order_id):
            return _receipt(before)
        zone = accounts.account(tx.conn, row.service, row.account).zone
        if local_date(tx.now, zone) > row.until:
            return Refusal(Reason.LATE)
        return _receipt(self._open(tx, row, text))

    def _open(self, tx: Transaction, row: LetterRow, text: str) -> Objection:
        lane = self.lanes["appeals"]
        objection = Objection(
            number=self.new_number(), case_id=self.new_id("case"), at=tx.now, due_at=tx.now + lane.due
        )
        review.open_case(
            tx,
            objection.case_id,
            service=row.service,
            account=row.account,
            grounds=Grounds.OBJECTION,
            lane=lane.name,
            due_at=objection.due_at,
            earlier=row.case_id,
            language=language_of(row.locale),
        )
        review.save_objection(tx, row.order_id, objection, text)
        return objection


def _receipt(objection: Objection) -> AppealReceipt:
    return AppealReceipt(objection.number, objection.at.date(), objection.due_at.date())
