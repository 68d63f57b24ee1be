"""A teen tells their guardians, of their own will, that they reported something: roughly what, never whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from hoede.db import Transaction
from hoede.flow.pair import mailing
from hoede.flow.pair.desk import PairDesk, Teen
from hoede.pairing import By, guardians, store
from hoede.review.notices import Reason
from hoede.words import best_locale, catalogue

ACT: Final = "tell"
# All that a guardian learns of what was reported: one of four words.
ROUGHLY: Final[Mapping[Reason, str]] = {
    Reason.CHILD_SEXUAL: "picture",
    Reason.PRESSURE: "contact",
    Reason.THREAT: "picture",
    Reason.MY_PICTURE: "picture",
    Reason.FAKE_PICTURE: "picture",
    Reason.MONEY_SEX: "contact",
    Reason.LIVE_NOW: "hurt",
    Reason.SELF_HARM: "hurt",
    Reason.BULLY: "hurt",
    Reason.DARE: "hurt",
    Reason.FAKE_ACCOUNT: "contact",
    Reason.TOO_YOUNG: "other",
    Reason.SCAM: "other",
    Reason.OTHER: "other",
}


@dataclass(frozen=True, slots=True)
class TellAdult:
    """Ticked for each report anew; without a pairing there is nobody to tell."""

    desk: PairDesk

    def may(self, teen: Teen) -> bool:
        return self.desk.db.read(
            lambda conn: any(one.counts for one in store.standing_of(conn, teen.service, teen.account))
        )

    def __call__(self, teen: Teen, notice: str, reason: Reason) -> int:
        """How many guardians are written to; of a notice they were told of, nobody is told again."""
        return self.desk.db.commit(lambda tx: self._tell(tx, teen, notice, reason))

    def _tell(self, tx: Transaction, teen: Teen, notice: str, reason: Reason) -> int:
        told = 0
        for one in store.standing_of(tx.conn, teen.service, teen.account):
            link = store.lock(tx, one.id)
            person = None if link.guardian is None else guardians.find(tx.conn, link.guardian)
            known = any(each.act == ACT and each.detail == notice for each in store.history(tx.conn, link.id))
            if not link.counts or person is None or known:
                continue
            words = catalogue(best_locale([person.locale]))
            about = words.say(f"mail.told.{ROUGHLY[reason]}")
            mailing.to_guardian(tx, self.desk, link, "told", about=about)
            store.note(tx, link, ACT, by=By.TEEN, detail=notice)
            told += 1
        return told
