"""Orders by webhook: only genuine, recent ones become an order."""

import base64
import json
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks.webhooks import Webhook

from hoede.client import Letter, OrderCall, Target, TargetKind, WebhookInvalid, verify_webhook

AT = datetime(2026, 3, 5, 12, 0, tzinfo=UTC)
SECRET, NEXT_SECRET = ("whsec_" + base64.b64encode(bytes([one]) * 24).decode() for one in (1, 2))


def signed(body: bytes, secret: str = SECRET, at: datetime | None = None) -> dict[str, str]:
    at = at or datetime.now(UTC)
    signature = Webhook(secret).sign("ord_1", at, body.decode())
    stamp = str(int(at.timestamp()))
    return {"Webhook-Id": "ord_1", "Webhook-Timestamp": stamp, "Webhook-Signature": signature}


def order_body(**changes: object) -> bytes:
    data = {
        "order": "ord_1",
        "measure": "notify",
        "target": {"kind": "account", "id": "a-1"},
        "account": "a-1",
        "case": "case_1",
        "letter": {
            "locale": "en",
            "title": "About you",
            "paragraphs": ["One.", "Two."],
            "appeal_url": "http://h/x",
        },
    }
    told = {"type": "order.notify", "timestamp": AT.isoformat(), "data": {**data, **changes}}
    return json.dumps(told).encode()


def test_a_webhook_becomes_an_order() -> None:
    body = order_body(later="a field we do not know yet")
    assert verify_webhook(body, signed(body), [SECRET]) == OrderCall(
        order="ord_1",
        measure="notify",
        target=Target(TargetKind.ACCOUNT, "a-1"),
        account="a-1",
        case="case_1",
        letter=Letter("en", "About you", ("One.", "Two."), "http://h/x"),
        sent_at=AT,
    )


def test_while_secrets_rotate_either_one_is_enough() -> None:
    body = order_body(letter=None)
    assert verify_webhook(body, signed(body, NEXT_SECRET), [SECRET, NEXT_SECRET]).letter is None
    both = signed(body)
    both["Webhook-Signature"] += " " + signed(body, NEXT_SECRET)["Webhook-Signature"]
    assert verify_webhook(body, both, [NEXT_SECRET]).order == "ord_1"


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        (order_body(measure="remove"), signed(order_body())),  # changed on the way
        (order_body(), signed(order_body(), NEXT_SECRET)),  # somebody else's secret
        (order_body(), {}),  # not signed
        (order_body(), {**signed(order_body()), "Webhook-Signature": "v1"}),  # no signature at all
        (order_body(), {**signed(order_body()), "Webhook-Signature": "v1,?"}),  # no base64
        (order_body(), {**signed(order_body()), "Webhook-Id": "ord_2"}),  # for another order
        (b"\xff", signed(order_body())),  # no text
        (b"[]", signed(b"[]")),  # signed, but no order
        (
            order_body(target={"kind": "moon", "id": "1"}),
            signed(order_body(target={"kind": "moon", "id": "1"})),
        ),
    ],
)
def test_a_webhook_that_is_not_right_is_invalid(body: bytes, headers: dict[str, str]) -> None:
    with pytest.raises(WebhookInvalid):
        verify_webhook(body, headers, [SECRET])


@pytest.mark.parametrize("minutes", [-6, 6])
def test_a_webhook_of_another_time_is_invalid(minutes: int) -> None:
    body = order_body()
    headers = signed(body, at=datetime.now(UTC) + timedelta(minutes=minutes))
    with pytest.raises(WebhookInvalid):
        verify_webhook(body, headers, [SECRET])
