"""The platform's side of the HTTP API in tests: events to tell, and answers to compare."""

import json
from dataclasses import dataclass
from typing import Any

import httpx2
from starlette.testclient import TestClient
from tests.parts import fresh

from hoede.app import Hoede
from hoede.app.rehearsal import SERVICE
from hoede.core.events import Answer
from hoede.core.orders import OrderView
from hoede.db import orders
from hoede.detection import EventRow
from hoede.detection import store as events
from hoede.simulators.pictures import test_card as the_card

AT = "2026-11-23T10:00:00Z"
HARMLESS = b"a picture on no list"
ALLOWED = {"answer": Answer.ALLOW.value}


@dataclass(frozen=True, slots=True)
class Said:
    """An answer, for comparing."""

    status: int
    body: Any
    headers: httpx2.Headers

    @property
    def said(self) -> tuple[int, str]:
        """The HTTP status and the stable code."""
        return self.status, self.body["code"]

    @property
    def fields(self) -> list[str]:
        return [one["field"] for one in self.body["fields"]]


def read(response: httpx2.Response) -> Said:
    is_json = "json" in response.headers.get("content-type", "")
    return Said(response.status_code, response.json() if is_json else response.text, response.headers)


def event(**changes: Any) -> dict[str, Any]:
    """An upload by an unknown account, with an id of its own."""
    told = {
        "id": fresh("event"),
        "kind": "upload",
        "channel": "public",
        "account": fresh("account"),
        "content": fresh("content"),
        "at": AT,
    }
    return told | changes


def form(told: Any, media: bytes) -> dict[str, tuple[str | None, bytes]]:
    """The parts of a multipart body, the event first."""
    return {"event": (None, json.dumps(told).encode()), "media": ("m", media)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """Hoede's application with a key that may do everything; nothing carries orders out."""

    hoede: Hoede
    key: str
    http: TestClient

    def tell(
        self,
        told: Any,
        media: bytes | None = HARMLESS,
        *,
        key: str | None = None,
        api_key: str | None = None,
    ) -> Said:
        """Tell an event, with media unless it is None; a fresh Idempotency-Key unless one is given."""
        headers = self.headers(key, api_key)
        if media is None:
            return read(self.http.post("/v1/events", json=told, headers=headers))
        return read(self.http.post("/v1/events", files=form(told, media), headers=headers))

    def tell_raw(self, body: bytes, content_type: str = "application/json") -> Said:
        headers = self.headers() | {"content-type": content_type}
        return read(self.http.post("/v1/events", content=body, headers=headers))

    def card(self, **changes: Any) -> Said:
        """Tell of an upload of the test card, which is on the list."""
        return self.tell(event(**changes), the_card())

    def put(self, account: str, told: Any, **more: Any) -> Said:
        return read(self.http.put(f"/v1/accounts/{account}", json=told, headers=self.headers(**more)))

    def receipt(self, order: str, told: Any, *, key: str | None = None, api_key: str | None = None) -> Said:
        headers = self.headers(key, api_key)
        return read(self.http.post(f"/v1/orders/{order}/receipt", json=told, headers=headers))

    def headers(self, key: str | None = None, api_key: str | None = None) -> dict[str, str]:
        return {
            "authorization": f"Bearer {api_key or self.key}",
            "idempotency-key": fresh("key") if key is None else key,
        }

    def kept(self, told_id: str) -> EventRow | None:
        """What Hoede knows of this event."""
        return self.hoede.db.read(lambda conn: events.told(conn, SERVICE, told_id))

    def orders(self, told_id: str) -> list[OrderView]:
        """The orders about this event, oldest first."""
        row = self.kept(told_id)
        seen = self.hoede.db.read(orders.views)
        return [one for one in seen if row is not None and one.order.values.get("event") == row.id]

    def measures(self, told_id: str) -> list[str]:
        return [one.order.measure for one in self.orders(told_id)]

    def order(self, order: str) -> OrderView | None:
        return self.hoede.db.read(lambda conn: orders.view(conn, order))
