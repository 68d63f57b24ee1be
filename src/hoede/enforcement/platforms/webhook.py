"""A platform reached by signed Standard Webhooks: one message per order, its id the order's id."""

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import httpx2
from standardwebhooks import Webhook

from hoede.core.errors import HoedeError
from hoede.core.orders import Order
from hoede.db import failpoints
from hoede.enforcement.port import OrderSent, PlatformRefused, PlatformUnavailable
from hoede.keys.trust import read_whole, trusted
from hoede.words.letters import Letter

TIMEOUT_S = 15
LONGEST_ANSWER = 1 << 20  # nothing of it is used
LEAST_SECRET, MOST_SECRET = 24, 64  # bytes
_GONE = 410  # Standard Webhooks: the endpoint wants nothing any more; for us a reason to call a person


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a service takes its orders, and the secrets to sign with.

    Several secrets while one is rotated: every message carries a signature by each, so that the
    platform may switch whenever it likes.
    """

    url: str
    secrets: tuple[str, ...]


def new_secret(random_bytes: bytes) -> str:
    """A secret as Standard Webhooks wants it: `whsec_` and base64 of 24 to 64 random bytes."""
    return "whsec_" + base64.b64encode(random_bytes).decode()


def check_secret(secret: str) -> None:
    """Raises `SecretInvalid` unless it is one that `new_secret` could have made."""
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except ValueError as error:
        raise SecretInvalid from error
    if not secret.startswith("whsec_") or not LEAST_SECRET <= len(key) <= MOST_SECRET:
        raise SecretInvalid


class SecretInvalid(HoedeError):
    """A webhook secret is whsec_ and base64 of 24 to 64 bytes. Make one: `hoede keys webhook-secret`."""

    code = "webhook-secret-invalid"


class WebhookPlatform:
    """Sends orders to the endpoints of all services."""

    name = "webhook"

    def __init__(
        self,
        endpoints: Callable[[], Mapping[str, Endpoint]],
        *,
        transport: httpx2.BaseTransport | None = None,
    ) -> None:
        self._endpoints = endpoints
        # No redirects: a signed order goes where the operator said, nowhere else.
        self._http = httpx2.Client(
            verify=trusted(), timeout=TIMEOUT_S, follow_redirects=False, transport=transport
        )

    def send(self, order: Order, *, account: str, letter: Letter | None, now: datetime) -> OrderSent:
        endpoint = self._endpoints().get(order.service)
        if endpoint is None:
            raise PlatformRefused(f"No webhook is configured for service {order.service}.", order=order.id)
        body = message(order, account=account, letter=letter, now=now)
        try:
            status = self._post(endpoint.url, body, _signed(order.id, body, now, endpoint))
        except httpx2.HTTPError as error:
            raise PlatformUnavailable(type(error).__name__, order=order.id) from error
        failpoints.here("platform.sent")
        if status == _GONE:
            raise PlatformRefused(order=order.id)
        if not httpx2.codes.is_success(status):
            raise PlatformUnavailable(f"HTTP {status}", order=order.id)
        return OrderSent(now)

    def _post(self, url: str, body: str, headers: Mapping[str, str]) -> int:
        """The status; the body is read so that the connection can be used again."""
        with self._http.stream("POST", url, content=body, headers=headers) as answer:
            read_whole(answer.iter_bytes(), most=LONGEST_ANSWER, within_s=TIMEOUT_S)
            return answer.status_code

    def close(self) -> None:
        self._http.close()


def message(order: Order, *, account: str, letter: Letter | None, now: datetime) -> str:
    """The JSON of one order, as the platform gets it."""
    data: dict[str, Any] = {
        "order": order.id,
        "measure": order.measure,
        "target": {"kind": order.target.kind.value, "id": order.target.id},
        "account": account,
        "case": order.values.get("case") or None,
        "letter": None if letter is None else _letter(letter),
        "time": _time(order.values) if "opens_at" in order.values else None,
    }
    body = {"type": f"order.{order.measure}", "timestamp": now.isoformat(), "data": data}
    return json.dumps(body, ensure_ascii=False)


def _time(values: Mapping[str, str]) -> dict[str, str | None]:
    """Why time closes an account, and when it opens again."""
    return {"code": values["code"], "opens_at": values["opens_at"] or None}


def _letter(letter: Letter) -> dict[str, Any]:
    return {
        "locale": letter.locale,
        "title": letter.title,
        "paragraphs": list(letter.paragraphs),
        "appeal_url": letter.appeal_url,
    }


def _signed(message_id: str, body: str, now: datetime, endpoint: Endpoint) -> dict[str, str]:
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": signatures(message_id, body, now, endpoint.secrets),
    }


def signatures(message_id: str, body: str, now: datetime, secrets: Sequence[str]) -> str:
    """One signature per secret, as Standard Webhooks lists them."""
    return " ".join(Webhook(secret).sign(message_id, now.astimezone(UTC), body) for secret in secrets)
