"""Tell the platform: each order as one signed webhook, a letter with the one that notifies."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from hoede import accounts
from hoede.accounts.rules import local_date
from hoede.core.jobs import Later, Result
from hoede.core.orders import Order, opaque
from hoede.db import Database, Transaction
from hoede.db.orders import Claim
from hoede.enforcement import DecisionRow, Platform, PlatformRefused, PlatformUnavailable
from hoede.enforcement import store as decisions
from hoede.evidence import clock
from hoede.policy.guidelines import address_for
from hoede.review import LetterRow, age_store, objection_until
from hoede.review import store as review
from hoede.review.ages import again_on
from hoede.review.judgments import REINSTATED
from hoede.words import best_locale, catalogue
from hoede.words.letters import Decided, Letter, age_letter, answer_letter, neutral_letter

ACTS = {"remove": "removed", "restrict_account": "restricted", "close_account": "closed"}


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """What letters of one service name: its rule, and whom one may go to besides."""

    rule: str
    outside: str | None  # None: the catalogue's general words
    proofs: tuple[str, ...] = ()  # addresses of pages on which an age is proved


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
        if number := order.values.get("age"):
            return self._age(tx, order, number)
        if number := order.values.get("objection"):
            return self._answer(tx, order, number)
        link = self._link(order.id)
        kept = review.letter_of(tx.conn, order.id)
        if kept is None:
            kept = self._write(tx, order, link)
            review.save_letter(tx, kept, link)
        return Letter(kept.locale, kept.title, kept.paragraphs, self._url(link))

    def _write(self, tx: Transaction, order: Order, link: str) -> LetterRow:
        decision = decisions.find(tx.conn, order.cause)
        person = accounts.account(tx.conn, order.service, order.values["account"])
        words = catalogue(best_locale([person.locale] if person.locale else []))
        today = local_date(clock.from_when(tx), person.zone)
        facts = self.facts[order.service]
        letter = neutral_letter(
            words,
            acts=_acts(order, decision),
            date=today,
            object_until=objection_until(today),
            rule=facts.rule,
            rule_url=address_for("measures", self.public_url),
            help_name=self._help(person.country),
            appeal_url=self._url(link),
            outside=facts.outside or words.say("letter.outside.body"),
            decided=Decided.AUTOMATIC if decision else Decided.PERSON,
            protects="protects" in order.values,
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

    def _answer(self, tx: Transaction, order: Order, number: str) -> Letter:
        """The answer to an objection, in the language of the letter it was against, under the same link."""
        objection = review.objection(tx.conn, number)
        against = review.letter_of(tx.conn, objection.order_id) if objection else None
        if objection is None or against is None:
            raise LookupError(f"the objection that {order.id} answers is not there")
        words, facts = catalogue(against.locale), self.facts[order.service]
        answer = answer_letter(
            words,
            right=objection.outcome == REINSTATED,
            undone=objection.undone,
            rule=facts.rule,
            rule_url=address_for("measures", self.public_url),
            help_name=self._help(accounts.account(tx.conn, order.service, order.values["account"]).country),
            appeal_url=self._url(self._link(objection.order_id)),
            outside=facts.outside or words.say("letter.outside.body"),
        )
        review.keep_answer(tx, number, answer.paragraphs)
        return replace(answer, paragraphs=objection.answer or answer.paragraphs)

    def _age(self, tx: Transaction, order: Order, number: str) -> Letter:
        """The answer to who said that their age is wrong; where it leads to is help, nothing else is open."""
        appeal = age_store.numbered(tx.conn, number)
        if appeal is None or appeal.outcome is None or appeal.answered_at is None:
            raise LookupError(f"what {order.id} answers is not there")
        person = accounts.account(tx.conn, order.service, appeal.account)
        words, facts = (
            catalogue(best_locale([person.locale] if person.locale else [])),
            self.facts[order.service],
        )
        where = self._help(person.country)
        letter = age_letter(
            words,
            right=appeal.basis is not None,
            again_on=again_on(appeal.answered_at),
            proofs=words.any_of(facts.proofs) if facts.proofs else None,
            rule_url=address_for("ages", self.public_url),
            help_name=where,
            help_url=where,
            outside=facts.outside or words.say("letter.outside.body"),
        )
        age_store.keep_answer(tx, number, letter.paragraphs)
        return replace(letter, paragraphs=appeal.answer or letter.paragraphs)

    def _help(self, country: str | None) -> str:
        return f"{self.public_url}/help" + (f"?country={country}" if country else "")

    def _link(self, order_id: str) -> str:
        return opaque(self.names, f"appeal\x1f{order_id}")

    def _url(self, link: str) -> str:
        return f"{self.public_url}/appeal/{link}"


def _acts(order: Order, decision: DecisionRow | None) -> list[str]:
    """What the letter tells of: the decision's measures, or those a judgment named with the order."""
    if decision is None:
        return order.values.get("acts", "").split()
    return [ACTS[name] for name in decision.measures if name in ACTS]
