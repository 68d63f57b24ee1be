"""Tell the platform: each order as one signed webhook, a letter with the one that notifies."""

from collections.abc import Mapping
from dataclasses import dataclass

from hoede import accounts
from hoede.accounts.rules import local_date
from hoede.core.jobs import Later, Result
from hoede.core.orders import Order, opaque
from hoede.db import Database, Transaction
from hoede.db.orders import Claim
from hoede.enforcement import Platform, PlatformRefused, PlatformUnavailable
from hoede.enforcement import store as decisions
from hoede.review import LetterRow, objection_until
from hoede.review import store as review
from hoede.words import best_locale, catalogue
from hoede.words.letters import Letter, neutral_letter

ACTS = {"remove": "removed", "restrict_account": "restricted", "close_account": "closed"}


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What letters of one service name: its rule, and whom one may go to besides."""

    rule: str
    outside: str | None  # None: the catalogue's general words


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    db: Database
    platform: Platform
    names: bytes
    public_url: str  # where people reach us, for the letter's link
    facts: Mapping[str, LetterFacts]  # by service

    def __call__(self, claimed: Claim) -> Result:
        """Send the order. Only the platform's receipt ends it; until then it is sent again."""
        order = claimed.order
        letter = self.db.commit(lambda tx: self._letter(tx, order)) if order.measure == "notify" else None
        try:
            self.platform.send(order, account=order.values["account"], letter=letter, now=self.db.now())
        except PlatformRefused as refused:
            return Later(refused.code, person=True)
        except PlatformUnavailable as unavailable:
            return Later(unavailable.code)
        return Later("no-receipt-yet")

    def _letter(self, tx: Transaction, order: Order) -> Letter:
        """The letter as first written; its link follows from the order and is kept nowhere."""
        link = opaque(self.names, f"appeal\x1f{order.id}")
        kept = review.letter_of(tx.conn, order.id)
        if kept is None:
            kept = self._write(tx, order, link)
            review.save_letter(tx, kept, link)
        return Letter(kept.locale, kept.title, kept.paragraphs, self._url(link))

    def _write(self, tx: Transaction, order: Order, link: str) -> LetterRow:
        decision = decisions.find(tx.conn, order.cause)
        person = accounts.account(tx.conn, order.service, order.values["account"])
        words = catalogue(best_locale([person.locale] if person.locale else []))
        today = local_date(tx.now, person.zone)
        facts = self.facts[order.service]
        country = f"?country={person.country}" if person.country else ""
        letter = neutral_letter(
            words,
            acts=[ACTS[name] for name in (decision.measures if decision else ()) if name in ACTS],
            date=today,
            object_until=objection_until(today),
            rule=facts.rule,
            help_name=f"{self.public_url}/help{country}",
            appeal_url=self._url(link),
            outside=facts.outside or words.say("letter.outside.body"),
        )
        return LetterRow(
            order_id=order.id,
            service=order.service,
            account=person.id,
            case_id=order.values.get("case"),
            locale=letter.locale,
            title=letter.title,
            paragraphs=letter.paragraphs,
            sent_on=today,
            until=objection_until(today),
        )

    def _url(self, link: str) -> str:
        return f"{self.public_url}/appeal/{link}"
