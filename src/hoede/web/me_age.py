"""What one's own page says of one's age, and what somebody writes who says that it is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from hoede.review.age_store import AgeAppeal
from hoede.review.ages import AgeReceipt, AgeRefusal, again_on
from hoede.review.appeals import LONGEST_OBJECTION
from hoede.review.notices import storable
from hoede.words import Catalogue

PROOF: Final = "proof."


class AgeDesk(Protocol):
    """Takes what somebody says of their age, and knows what came of it."""

    @property
    def proofs(self) -> Mapping[str, Mapping[str, str]]: ...

    def take(
        self, service: str, account: str, words: str, proofs: tuple[str, ...] = ...
    ) -> AgeReceipt | AgeRefusal: ...

    def latest(self, service: str, account: str) -> AgeAppeal | None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class AgeSection:
    """Wrong age: where to prove it, the form, the receipt, or the answer with the day to ask again."""

    proofs: tuple[tuple[str, str, str], ...]  # adapter, address, words
    longest: str
    receipt: AgeReceipt | None = None
    answer: tuple[str, ...] = ()
    again_on: date | None = None  # the form comes back then
    wrong: str | None = None  # a key of the catalogue
    typed: str = ""


@dataclass(frozen=True, slots=True)
class AgeSaid:
    words: str
    proofs: tuple[str, ...]


def section(
    desk: AgeDesk, service: str, account: str, today: date, words: Catalogue, *, wrong: str | None, typed: str
) -> AgeSection:
    """What stands there for this account today."""
    last, receipt, again = desk.latest(service, account), None, None
    if last is not None and last.answered_at is None:
        receipt = AgeReceipt(last.number, last.at.date(), last.due_at.date())
    elif last is not None and last.answered_at is not None and today < again_on(last.answered_at):
        again = again_on(last.answered_at)
    return AgeSection(
        proofs=tuple(
            (name, where, words.texts.get(f"page.me.age.proof.{name}", name))
            for name, where in desk.proofs.get(service, {}).items()
        ),
        longest=words.number(LONGEST_OBJECTION),
        receipt=receipt,
        answer=last.answer if last else (),
        again_on=again,
        wrong=wrong,
        typed=typed,
    )


def read_said(fields: Mapping[str, str] | None, offered: Mapping[str, str]) -> AgeSaid | str:
    """What was sent by the form, or the key of what is wrong with it."""
    if fields is None:
        return "page.appeal.wrong.huge"
    words = storable(fields.get("words", "")).strip()
    if not words:
        return "page.appeal.wrong.empty"
    if len(words) > LONGEST_OBJECTION:
        return "page.me.age.wrong.long"
    return AgeSaid(words, tuple(one for one in offered if f"{PROOF}{one}" in fields))
