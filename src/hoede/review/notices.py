"""What people report: reasons, where their cases wait, and how much many reporters weigh. Pure.

A notice calls a person and does nothing else. How many there are decides what is looked at first, never
what is done: no number of notices restricts, removes or closes anything (docs/decisions/0018-notices.md).
"""

import hashlib
import math
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from hoede.core.errors import HoedeError

ANSWER_DAYS = 7  # until whoever reported hears of it at the latest
YOUNG = timedelta(days=30)  # an account that is not older than this could have been made for a wave
FULL = 1000  # what one independent voice weighs
MOST = 5 * FULL  # what all together weigh at most
LONGEST_WORDS = 2000  # characters
_GRAVEST = 5
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # text right to left and back


class Reason(StrEnum):
    """What somebody says is wrong; `reasons.toml` has a row for each."""

    CHILD_SEXUAL = "child_sexual"
    PRESSURE = "pressure"
    THREAT = "threat"
    MY_PICTURE = "my_picture"
    FAKE_PICTURE = "fake_picture"
    MONEY_SEX = "money_sex"
    LIVE_NOW = "live_now"
    SELF_HARM = "self_harm"
    BULLY = "bully"
    DARE = "dare"
    FAKE_ACCOUNT = "fake_account"
    TOO_YOUNG = "too_young"
    SCAM = "scam"
    OTHER = "other"


class Source(StrEnum):
    """Who tells us."""

    PERSON = "person"  # somebody on the platform, or nobody we know
    FLAGGER = "flagger"  # a trusted flagger, docs/sources.md#dsa-22
    HOTLINE = "hotline"


class State(StrEnum):
    """How far a notice is, in the words of its receipt."""

    RECEIVED = "received"
    LOOKING = "looking"
    ANSWERED = "answered"


class NoticeAnswer(StrEnum):
    """What whoever reported is told, as plainly as may be; its words are `report.out.*` of the catalogues."""

    REMOVED = "removed"
    ACCOUNT = "account"
    KNOWN = "known"
    PRIVATE = "private"  # telling more would harm somebody
    NO_BREAK = "no_break"
    MORE = "more"


class ReasonsError(HoedeError):
    """The table of reasons is not one we can act on."""

    code = "reasons-invalid"


@dataclass(frozen=True, slots=True)
class ReasonRow:
    lane: str
    severity: int
    says: str


Reasons = Mapping[Reason, ReasonRow]


def parse_reasons(text: str) -> Reasons:
    """Read `reasons.toml` in its order; an unknown key, or a reason without its row, is an error."""
    try:
        tables = tomllib.loads(text)
        rows = {Reason(name): _row(name, **table) for name, table in tables.items()}
    except (TypeError, ValueError) as error:
        raise ReasonsError(str(error)) from error
    if lacking := [one for one in Reason if one not in rows]:
        raise ReasonsError(f"{lacking[0]} has no row")
    return MappingProxyType(rows)


def _row(name: str, *, lane: str, severity: int, says: str) -> ReasonRow:
    if not isinstance(severity, int) or not 1 <= severity <= _GRAVEST:
        raise ValueError(f"{name}: severity is a whole number from 1 to {_GRAVEST}")
    return ReasonRow(lane, severity, says)


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """What somebody reported. It names things and never carries them."""

    service: str
    source: Source
    subject: str  # the account it is about
    reason: Reason
    at: datetime  # when they said so, aware
    reporter: str | None = None  # an account, or a flagger's own name; None: nobody we know
    content: str | None = None  # what it is about, where it is not the account as a whole
    words: str | None = None
    locale: str | None = None
    since: date | None = None  # since when the reporter's account is there, as the platform says
    linked: str | None = None  # what the platform says is one hand: accounts of the same device, say
    victim_country: str | None = None  # where a child it harms lives, as far as who reports knows


def storable(words: str) -> str:
    """What somebody typed, without what no database holds or what turns a page's text round."""
    kept = (letter for letter in words.replace("\r\n", "\n") if letter in "\n\t" or _is_text(letter))
    return "".join(kept)


def _is_text(letter: str) -> bool:
    """Letters, signs, spaces and what joins emoji; neither controls nor half characters."""
    return unicodedata.category(letter) not in {"Cc", "Cs", "Cn", "Co"} and letter not in _TURNS


def lane_of_notice(notice: Notice, reasons: Reasons, *, adult: bool) -> str:
    """The lane a notice's case waits in: a trusted source's own, else by what is wrong and with whom.

    About a minor it is first who is victim and who is not, as with what a detector finds.
    """
    if notice.source is not Source.PERSON:
        return "flagger"
    lane = reasons[notice.reason].lane
    return "minors" if lane == "child_safety" and not adult else lane


def voice_of(notice: Notice, *, known: bool) -> str:
    """Whose voice it is: notices of one voice weigh hardly more than one of them. Not an id of anybody.

    Accounts made for a wave speak with one voice a day, whatever they write; then accounts that the
    platform says are one hand; then those that write the same words. All others speak for themselves.
    `known`: whether the platform ever told who the reporter is.
    """
    if notice.source is not Source.PERSON:
        return f"source {notice.source} {notice.reporter or ''}"
    if _is_young(notice, known=known):
        return f"young {notice.at.astimezone(UTC).date()}"
    if notice.linked is not None:
        return f"linked {notice.linked}"
    if words := _plain(notice.words or ""):
        return f"words {hashlib.sha256(words.encode()).hexdigest()}"
    return f"account {notice.reporter}"


def _is_young(notice: Notice, *, known: bool) -> bool:
    if notice.reporter is None:
        return True
    if notice.since is None:
        return not known
    return notice.at.astimezone(UTC).date() - notice.since <= YOUNG


def _plain(words: str) -> str:
    """Words without case, spaces and signs, so that a dot more makes no new voice."""
    return re.sub(r"[\W_]+", "", words.casefold())


def voice_weight(notices: int) -> int:
    """What one voice weighs after so many notices: ten thousand are twice one."""
    return 0 if notices < 1 else FULL + round(FULL * math.log10(notices) / 4)


def case_weight(voices: int) -> int:
    """What a case's voices, the sum of `voice_weight`, weigh together: ever less, never over `MOST`."""
    return min(MOST, round(FULL * math.log2(1 + max(0, voices) / FULL)))


def urgency(severity: int, voices: int) -> int:
    """What goes first among cases that are due together. It decides the order, nothing else."""
    return severity * case_weight(voices)


def answer_by(came_on: date) -> date:
    """When whoever reported hears of it at the latest."""
    return came_on + timedelta(days=ANSWER_DAYS)
