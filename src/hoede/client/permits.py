"""Asking what an account may do now, without the sending: what to ask, how to read the answer. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from hoede.client.calls import Call, HoedeUnavailable, Retries, Steps, ask
from hoede.client.limits import NEVER_CLOSED, Limits

Relation = Literal["none", "follower", "mutual", "friend", "trusted"]


@dataclass(frozen=True, slots=True)
class PermitReason:
    """One reason; its texts are by language, in the words of who attempts."""

    code: str  # stable
    text: Mapping[str, str]
    guideline: str  # the section of Hoede's /guidelines that it points at
    setting: str | None = None
    asks: str | None = None  # who could say yes to it: self, guardian


@dataclass(frozen=True, slots=True)
class PermitAnswer:
    """May it be done now? Only `granted` is a yes."""

    permit: Literal["granted", "ask", "refused"]
    whom: str | None = None  # who is asked: self, guardian
    reasons: tuple[PermitReason, ...] = ()
    now: Mapping[str, Sequence[str]] = field(default_factory=dict)  # by language: what one can do now
    packs: tuple[str, ...] = ()  # the versions it was decided by
    opens_at: datetime | None = None  # when time alone opens it again
    certain: bool = True  # False: Hoede was not reached

    @property
    def granted(self) -> bool:
        return self.permit == "granted"


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptTold:
    """What an account wants to do now: a word like `message`, or a setting by its name."""

    account: str
    attempt: str
    counterpart: str | None = None
    relation: Relation | None = None

    @property
    def told(self) -> dict[str, str]:
        facts = {
            "account": self.account,
            "attempt": self.attempt,
            "counterpart": self.counterpart,
            "relation": self.relation,
        }
        return {name: value for name, value in facts.items() if value is not None}


def permits(attempts: Sequence[AttemptTold], limits: Limits, retries: Retries) -> Steps[list[PermitAnswer]]:
    """Where Hoede does not answer the limits fetched last hold; without any, only what is never closed."""
    body = json.dumps({"attempts": [one.told for one in attempts]}).encode()
    call = Call("POST", "/v1/permits", body)
    try:
        return (yield from ask(call, lambda told: [_answer(one) for one in told["permits"]], retries))
    except HoedeUnavailable:
        return [_within(limits, one) for one in attempts]


def unreached(attempt: str) -> PermitAnswer:
    """The answer where Hoede gave none."""
    return PermitAnswer("granted" if attempt in NEVER_CLOSED else "refused", certain=False)


def _within(limits: Limits, asked: AttemptTold) -> PermitAnswer:
    granted, packs = limits.of(asked.account, asked.attempt)
    return PermitAnswer("granted" if granted else "refused", packs=packs, certain=False)


def policy(account: str, limits: Limits, retries: Retries) -> Steps[dict[str, Any]]:
    """What is in force; its limits hold while Hoede cannot be reached."""
    call = Call("GET", f"/v1/accounts/{quote(account, safe='')}/policy", b"")
    told = yield from ask(call, dict, retries)
    limits.keep(account, told)
    return told


def _answer(told: Mapping[str, Any]) -> PermitAnswer:
    opens_at = told["opens_at"]
    return PermitAnswer(
        permit=told["permit"],
        whom=told["whom"],
        reasons=tuple(
            PermitReason(one["code"], one["text"], one["guideline"], one["setting"], one["asks"])
            for one in told["reasons"]
        ),
        now=told.get("now") or {},
        packs=tuple(told["packs"]),
        opens_at=None if opens_at is None else datetime.fromisoformat(opens_at),
    )
