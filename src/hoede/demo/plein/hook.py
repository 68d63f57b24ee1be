"""The door for Hoede's orders: check the signature, carry out once, answer; the receipt follows."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from hoede.client import OrderCall, WebhookInvalid, verify_webhook
from hoede.demo.plein import deeds
from hoede.demo.plein.square import Square


@dataclass(frozen=True, slots=True)
class Hook:
    square: Square

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/hooks/hoede", self.take_order, methods=["POST"])
        return router

    async def take_order(self, request: Request) -> Response:
        if self.square.outage.is_set():
            return Response(status_code=503)
        try:
            # The bytes as they came: a body that was parsed and written again has another signature.
            call = verify_webhook(await request.body(), request.headers, self.square.settings.webhook_secrets)
        except WebhookInvalid:
            return Response(status_code=401)
        await run_in_threadpool(self._carry_out, call)
        return Response(status_code=204)

    def _carry_out(self, call: OrderCall) -> None:
        with self.square.database.transaction() as tx:
            deeds.carry_out(tx, call, self.square.pictures, self.square.now())
        self.square.receipts_round.nudge()
        if call.measure == "want":
            self.square.posts_round.nudge()
