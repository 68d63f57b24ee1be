"""What somebody sees of a letter and of their objection. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from hoede.words.letters import Letter

LONGEST_OBJECTION: Final = 4000  # characters


@dataclass(frozen=True, slots=True)
class AppealReceipt:
    number: str  # for people to quote
    received_on: date
    due: date  # when the answer is there at the latest


@dataclass(frozen=True, slots=True, kw_only=True)
class AppealView:
    letter: Letter  # word for word as it was sent
    sent_on: date
    until: date  # the last day to object
    receipt: AppealReceipt | None = None  # of the objection, once there is one
    answer: tuple[str, ...] = ()  # to the objection, word for word as it was sent
    outside: str | None = None  # the body one may go to instead, as named in the letter


class Reason(StrEnum):
    """Why an objection was not taken."""

    UNKNOWN = "unknown"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Refusal:
    reason: Reason
