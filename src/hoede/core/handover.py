"""The word in a link that hands somebody over to a page of ours: signed and short-lived. Pure.

To report somebody it works once; to one's own page as long as it lasts.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any

LASTS = timedelta(minutes=15)
SKEW = timedelta(minutes=5)  # clocks of two machines differ
LONGEST = 4096  # characters of a word
MOST_SIGNATURES = 4
# The same secret signs webhooks, and both kinds of links; none can pass for another.
_FOR = {"report": b"hoede-handover/1\n", "me": b"hoede-me/1\n", "family": b"hoede-family/1\n"}
_IDS = ("service", "subject", "once")
_MAYBE = ("reporter", "content", "linked")
_LONGEST_ID = 255


class Purpose(StrEnum):
    """Which page a link opens."""

    REPORT = "report"
    ME = "me"  # of the account that is its subject
    FAMILY = "family"  # for a guardian who has the account that is its subject


class HandoverWrong(StrEnum):
    """Why a word opens nothing."""

    FORGED = "forged"  # not signed by this platform, or broken on the way
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True, kw_only=True)
class Handover:
    """Who reports whom, as the platform says."""

    service: str
    subject: str
    once: str  # random; the link works once
    until: datetime
    reporter: str | None = None
    content: str | None = None
    since: date | None = None  # since when the reporter's account is there
    linked: str | None = None  # the same for accounts that are one hand
    wrote_first: datetime | None = None  # when this session wrote with somebody new, or got their message


def sign_handover(handed: Handover, secrets: Sequence[str], purpose: Purpose = Purpose.REPORT) -> str:
    """The word that goes into the link; `secrets` are the service's, as for webhooks (`whsec_...`).

    Several while one is rotated: the word is signed by each, so that either side may switch first.
    """
    told = {name: value for name, value in asdict(handed).items() if value is not None}
    told["until"] = int(handed.until.timestamp())
    if handed.wrote_first is not None:
        told["wrote_first"] = int(handed.wrote_first.timestamp())
    if handed.since is not None:
        told["since"] = handed.since.isoformat()
    payload = json.dumps(told, separators=(",", ":"), sort_keys=True).encode()
    return ".".join([_text(payload), *(_text(_mac(payload, one, purpose)) for one in secrets)])


def read_handover(
    word: str,
    secrets: Mapping[str, Sequence[str]],
    now: datetime,
    purpose: Purpose = Purpose.REPORT,
) -> Handover | HandoverWrong:
    """What a word says, when one of its service's secrets signed it and its time is not over."""
    try:
        payload, *macs = (_bytes(part) for part in word[: LONGEST + 1].split(".", MOST_SIGNATURES))
        told = json.loads(payload)
        known = [_mac(payload, one, purpose) for one in secrets[told["service"]]]
        signed = any(hmac.compare_digest(one, other) for one in macs for other in known)
        handed = _handover(told)
    except (KeyError, TypeError, ValueError, OverflowError, RecursionError):
        return HandoverWrong.FORGED
    if not signed or len(word) > LONGEST:
        return HandoverWrong.FORGED
    if not now < handed.until <= now + LASTS + SKEW:
        return HandoverWrong.EXPIRED
    return handed


def _handover(told: Any) -> Handover:
    if set(told) - {*_IDS, *_MAYBE, "until", "since", "wrote_first"}:
        raise ValueError("an unknown key")
    ids = {name: _id(told[name]) for name in _IDS}
    maybe = {name: _id(told[name]) for name in _MAYBE if name in told}
    since = date.fromisoformat(told["since"]) if "since" in told else None
    wrote = datetime.fromtimestamp(told["wrote_first"], UTC) if "wrote_first" in told else None
    until = datetime.fromtimestamp(told["until"], UTC)
    return Handover(**ids, **maybe, since=since, until=until, wrote_first=wrote)


def _id(value: Any) -> str:
    if not isinstance(value, str) or not 1 <= len(value) <= _LONGEST_ID or not value.isprintable():
        raise ValueError("no id")
    return value


def _mac(payload: bytes, secret: str, purpose: Purpose) -> bytes:
    key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    return hmac.new(key, _FOR[purpose] + payload, hashlib.sha256).digest()


def _text(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
