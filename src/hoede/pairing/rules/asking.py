"""A teen's questions to a guardian: what may be asked, and what an answer may say. Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from hoede.pairing.rules.limits import Dial, at_most
from hoede.pairing.rules.saying import Why

LASTS = timedelta(hours=24)
MOST_OPEN = 3
LONGEST_WORDS = 500  # characters, of a question and of a reason
MOST_EXTRA = 120  # minutes more on one day
OPEN_FOR = timedelta(days=90)  # the longest a yes counts


class Kind(StrEnum):
    EXTRA_TIME = "extra_time"
    LOOSEN = "loosen"
    UNBLOCK = "unblock"
    CONTACT = "contact"
    END_LINK = "end_link"


class Stands(StrEnum):
    """How far a question is."""

    OPEN = "open"
    COUNTERED = "countered"  # the guardian offered something else; the teen answers
    APPROVED = "approved"
    DECLINED = "declined"
    EXPIRED = "expired"
    TAKEN_BACK = "taken_back"
    BIRTHDAY = "birthday"  # the rules changed under it
    OVER = "over"  # there is no pairing any more that could answer


UNANSWERED = frozenset({Stands.OPEN, Stands.COUNTERED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked for: a step of a setting, minutes, or an account."""

    kind: Kind
    setting: str | None = None  # loosen
    step: Any = None  # loosen: as `show` has it; extra_time: minutes
    about: str | None = None  # unblock, contact: an account
    link: str | None = None  # end_link
    words: str = ""

    def wrong(self) -> Why | None:
        """What is missing or too much; None when it can be asked."""
        if len(self.words) > LONGEST_WORDS:
            return Why.REASON
        has = {
            Kind.LOOSEN: self.setting is not None and self.step is not None,
            Kind.EXTRA_TIME: type(self.step) is int and 1 <= self.step <= MOST_EXTRA,
            Kind.UNBLOCK: bool(self.about),
            Kind.CONTACT: bool(self.about),
            Kind.END_LINK: self.link is not None,
        }
        return None if has[self.kind] else Why.NO_STEP

    def same_as(self, other: "Wish") -> bool:
        mine = (self.kind, self.setting, self.about, self.link)
        return mine == (other.kind, other.setting, other.about, other.link)


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestRow:
    """A question as it stands."""

    id: str
    service: str
    account: str
    wish: Wish
    band: str  # of the teen when it was asked
    asked_at: datetime
    until: datetime
    stands: Stands
    answered_by: str | None = None  # a pairing
    answered_at: datetime | None = None
    offer: Any = None
    reason: str = ""
    granted_until: datetime | None = None

    def now(self, at: datetime) -> Stands:
        """Without an answer in time it ends; that is not a no."""
        return Stands.EXPIRED if self.stands in UNANSWERED and self.until <= at else self.stands

    def is_to(self, link: str, began: datetime | None) -> bool:
        """Whether a pairing's guardian was asked: it had begun, and it is not about stopping another one."""
        return began is not None and began <= self.asked_at and self.wish.link in {None, link}


def fits_offer(dial: Dial | None, wish: Wish, offer: Any, in_force: Any) -> bool:
    """Whether an offer lies between what is in force and what was asked."""
    if wish.kind is Kind.EXTRA_TIME:
        return type(offer) is int and 1 <= offer < wish.step
    if wish.kind is not Kind.LOOSEN or dial is None:
        return False
    try:
        wanted, offered = dial.kind.read(wish.step), dial.kind.read(offer)
    except ValueError:
        return False
    inside = at_most(dial.kind, in_force, offered) and at_most(dial.kind, offered, wanted)
    return inside and offered not in (in_force, wanted)


def widens(dial: Dial, step: Any, in_force: Any) -> bool:
    """Whether a step opens something and closes nothing: what a question is for."""
    return step != in_force and at_most(dial.kind, in_force, step)
