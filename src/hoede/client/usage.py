"""Telling that devices are in use, without the sending: what to tell, how to read the answer. Pure."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from urllib.parse import quote

from hoede.client.calls import Call, Retries, Steps, ask


@dataclass(frozen=True, slots=True, kw_only=True)
class Heartbeat:
    """A device of an account is in use."""

    account: str
    device: str  # drawn by chance at each installation
    seq: int  # one more with each heartbeat of the device
    mark: Literal["begin", "on", "end"]  # on: every 30 seconds
    kind: str = "watch"  # docs/reference/usage.md
    held_s: float = 0.0  # since it came to you


@dataclass(frozen=True, slots=True)
class TimeClosed:
    """An account that time closes now: show it the calm screen."""

    account: str
    code: str  # as in a permit: daily_time, break, away
    asks: str | None  # who could say yes: self, guardian; None: it opens by itself
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class HeartbeatsAnswer:
    """Whose time it is to stop, and to wind down."""

    heard: Mapping[str, int]  # how many counted, and how many were known or too late
    closed: tuple[TimeClosed, ...]
    winding_down: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class UsageAnswer:
    """How an account's time stands."""

    minutes_today: int
    minutes_allowed: int | None  # None: no end
    minutes_left: int | None
    extra_minutes: int
    permit: str  # to use it, as far as time decides: granted, ask, refused
    codes: tuple[str, ...]
    asks: str | None
    opens_at: datetime | None
    wind_down_at: str | None  # by the account's clock
    winds_down: bool


def heartbeats(beats: Sequence[Heartbeat], retries: Retries) -> Steps[HeartbeatsAnswer]:
    """No key is needed: a number that comes twice counts once."""
    told = [
        {
            "account": one.account,
            "device": one.device,
            "seq": one.seq,
            "mark": one.mark,
            "kind": one.kind,
            "held_s": one.held_s,
        }
        for one in beats
    ]
    call = Call("POST", "/v1/heartbeats", json.dumps({"beats": told}).encode())
    return ask(call, _heard, retries)


def usage(account: str, retries: Retries) -> Steps[UsageAnswer]:
    call = Call("GET", f"/v1/accounts/{quote(account, safe='')}/usage", b"")
    return ask(call, _usage, retries)


def _heard(told: Mapping[str, Any]) -> HeartbeatsAnswer:
    return HeartbeatsAnswer(
        heard=told["heard"],
        closed=tuple(
            TimeClosed(one["account"], one["code"], one["asks"], _moment(one["opens_at"]))
            for one in told["closed"]
        ),
        winding_down=tuple(told["winding_down"]),
    )


def _usage(told: Mapping[str, Any]) -> UsageAnswer:
    return UsageAnswer(
        minutes_today=told["minutes_today"],
        minutes_allowed=told["minutes_allowed"],
        minutes_left=told["minutes_left"],
        extra_minutes=told["extra_minutes"],
        permit=told["permit"],
        codes=tuple(told["codes"]),
        asks=told["asks"],
        opens_at=_moment(told["opens_at"]),
        wind_down_at=told["wind_down_at"],
        winds_down=told["winds_down"],
    )


def _moment(told: str | None) -> datetime | None:
    return None if told is None else datetime.fromisoformat(told)
