"""A stand-in for a platform: takes signed orders, carries them out in memory, and sends receipts.

It keeps a ledger of every delivery, for tests to judge by. It shares no code with `hoede.enforcement`.
"""

import json
import queue
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self

import httpx2
from standardwebhooks import Webhook, WebhookVerificationError

RECEIPT_TIMEOUT_S = 5
LOOKS_EVERY_S = 0.02  # whether it should end


@dataclass(slots=True)
class PlatformLedger:
    """What the platform was told and did."""

    deliveries: Counter[str] = field(default_factory=Counter)  # by order id
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)  # the first delivery's data
    first_at: dict[str, float] = field(default_factory=dict)  # of the first delivery, time.monotonic()
    refused: int = 0  # deliveries without a good signature

    def done(self, measure: str) -> list[str]:
        """Targets of the orders of this measure, each once."""
        return [order["target"]["id"] for order in self.orders.values() if order["measure"] == measure]


class Platform:
    """Listens at `url` from the beginning; `with platform:` serves from `start` to the end.

    Receipts go to `receipts_to`, the address of Hoede, which may be absent for a while: one that does
    not arrive is not kept, because the order comes again, and then so does its receipt.
    """

    def __init__(self) -> None:
        self.ledger = PlatformLedger()
        self.down = False  # answers 503 while true
        self.facts: dict[str, Any] | None = None  # what it tells more of an account when asked
        self.silent: set[str] = set()  # measures whose receipt it does not send
        self.api_key = ""
        self._receipts_to = ""
        self._hook: Webhook | None = None
        self._due: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._in_line: set[str] = set()  # orders whose receipt is due; none stands in line twice
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hooks"
        self._threads = (
            threading.Thread(
                target=self._server.serve_forever, args=[LOOKS_EVERY_S], name="platform", daemon=True
            ),
            threading.Thread(target=self._send_receipts, name="platform-receipts", daemon=True),
        )

    def start(self, secret: str, *, api_key: str, receipts_to: str) -> None:
        """Know the secret that orders are signed with, and where their receipts go."""
        self._hook = Webhook(secret)
        self.api_key = api_key
        self._receipts_to = receipts_to

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._due.put(None)
        for thread in self._threads:
            thread.join()

    def take(self, body: bytes, headers: dict[str, str]) -> int:
        """One delivery; the HTTP status to answer."""
        if self.down or self._hook is None:
            return 503
        try:
            data = self._hook.verify(body, headers)["data"]
        except WebhookVerificationError:
            self.ledger.refused += 1
            return 401
        order = str(data["order"])
        self.ledger.deliveries[order] += 1
        self.ledger.orders.setdefault(order, data)
        self.ledger.first_at.setdefault(order, time.monotonic())
        if order not in self._in_line and data["measure"] not in self.silent:
            self._in_line.add(order)
            self._due.put(order)
        return 204

    def _send_receipts(self) -> None:
        with httpx2.Client(timeout=RECEIPT_TIMEOUT_S) as http:
            while (order := self._due.get()) is not None:
                self._in_line.discard(order)
                self._send(http, order)

    def _send(self, http: httpx2.Client, order: str) -> None:
        headers = {
            "authorization": f"Bearer {self.api_key}",
            "idempotency-key": f"receipt-{order}",
            "content-type": "application/json",
        }
        url = f"{self._receipts_to}/v1/orders/{order}/receipt"
        told: dict[str, Any] = {"done": True}
        if self.facts is not None and self.ledger.orders[order]["measure"] == "tell_more":
            told["facts"] = self.facts
        try:
            http.post(url, headers=headers, content=json.dumps(told))
        except httpx2.HTTPError:
            return  # the order comes again


def _handler(platform: Platform) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            self.send_response(platform.take(body, dict(self.headers)))
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing on the console."""

    return Handler
