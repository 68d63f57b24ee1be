"""Orders from Hoede: check that a webhook is genuine and read the order in it. Standard Webhooks."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from hoede.core.errors import HoedeError
from hoede.core.orders import Target, TargetKind


class WebhookInvalid(HoedeError):
    """This webhook does not come from Hoede, or is too old; answer 401 and do nothing."""

    code = "webhook-invalid"


@dataclass(frozen=True, slots=True)
class Letter:
    """What to show the person whom a measure concerns, word for word."""

    locale: str
    title: str
    paragraphs: tuple[str, ...]
    appeal_url: str  # where the person can object


@dataclass(frozen=True, slots=True)
class TimeUp:
    """Why time closes an account for now."""

    code: str  # daily_time, break or away, as in a permit
    opens_at: datetime | None  # when it opens by itself


@dataclass(frozen=True, slots=True)
class OrderCall:
    """An order as it came by webhook."""

    order: str  # carry each order out once
    measure: str  # a name of docs/reference/measures.md, e.g. hold, release, remove, want
    target: Target
    account: str
    case: str | None  # to name in `because` when Hoede wants content
    letter: Letter | None
    sent_at: datetime
    time: TimeUp | None = None  # of `time_up`


def verify_webhook(body: bytes, headers: Mapping[str, str], secrets: Sequence[str]) -> OrderCall:
    """Return the order in a webhook whose signature one of `secrets` confirms.

    Give the old and the new secret while secrets rotate. `WebhookInvalid`: a wrong or missing signature, one
    more than 5 minutes old or early, or a body that holds no order. `ValueError`: a secret that is no base64.
    Source: the Standard Webhooks specification, "Verifying webhook authenticity".
    """
    if not any(_signed(body, headers, Webhook(secret)) for secret in secrets):
        raise WebhookInvalid
    try:
        told = json.loads(body)
        return _read(told["data"], told["timestamp"])
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise WebhookInvalid("The webhook is signed, but it holds no order.") from error


def _signed(body: bytes, headers: Mapping[str, str], webhook: Webhook) -> bool:
    try:
        webhook.verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):  # ValueError: the signature is not even base64
        return False
    return True


def _read(told: Mapping[str, Any], sent_at: str) -> OrderCall:
    return OrderCall(
        order=told["order"],
        measure=told["measure"],
        target=Target(TargetKind(told["target"]["kind"]), told["target"]["id"]),
        account=told["account"],
        case=told.get("case"),
        letter=None if told.get("letter") is None else _letter(told["letter"]),
        sent_at=datetime.fromisoformat(sent_at),
        time=None if told.get("time") is None else _time_up(told["time"]),
    )


def _time_up(told: Mapping[str, Any]) -> TimeUp:
    opens_at = told["opens_at"]
    return TimeUp(told["code"], None if opens_at is None else datetime.fromisoformat(opens_at))


def _letter(told: Mapping[str, Any]) -> Letter:
    return Letter(told["locale"], told["title"], tuple(told["paragraphs"]), told["appeal_url"])
