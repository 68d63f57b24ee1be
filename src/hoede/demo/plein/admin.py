"""JSON views and switches for whoever plays the demo; open to everybody who reaches Plein."""

from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Body
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hoede.demo.plein import accounts, orders, posts
from hoede.demo.plein.accounts import Account
from hoede.demo.plein.square import Square


@dataclass(frozen=True, slots=True)
class Admin:
    square: Square

    def routes(self) -> APIRouter:
        router = APIRouter(prefix="/admin")
        router.add_api_route("/me", self.me, methods=["GET"])
        router.add_api_route("/accounts/{account}", self.account, methods=["GET"])
        router.add_api_route("/contents/{content}", self.content, methods=["GET"])
        router.add_api_route("/orders/{order}", self.order, methods=["GET"])
        router.add_api_route("/outage", self.outage, methods=["POST"])
        return router

    def me(self, request: Request) -> Response:
        visitor = self.square.visitor(request)
        return self._seen(None if visitor is None else self._account(visitor))

    def account(self, account: str) -> Response:
        with self.square.database.transaction() as tx:
            found = accounts.find(tx, account)
        return self._seen(None if found is None else self._account(found))

    def content(self, content: str) -> Response:
        with self.square.database.transaction() as tx:
            post = posts.find(tx, content)
        if post is None:
            return self._seen(None)
        on_disk = self.square.pictures.path(post.id).is_file()
        return self._seen(
            {"id": post.id, "account": post.account, "state": post.state, "picture_on_disk": on_disk}
        )

    def order(self, order: str) -> Response:
        with self.square.database.transaction() as tx:
            return self._seen(orders.find(tx, order))

    def outage(self, on: Annotated[bool, Body(embed=True)]) -> Response:
        """While it is on, the door for orders answers 503."""
        if on:
            self.square.outage.set()
        else:
            self.square.outage.clear()
        return self._seen({"on": on})

    def _account(self, account: Account) -> dict[str, Any]:
        with self.square.database.transaction() as tx:
            letters, own = orders.letters(tx, account.id), posts.by(tx, account.id)
        return {
            "id": account.id,
            "name": account.name,
            "state": account.state,
            "verified": account.verified_at is not None,
            "told": account.told,
            "contents": [post.id for post in own],
            "letters": [{"title": letter.title, "appeal_url": letter.appeal_url} for letter in letters],
        }

    def _seen(self, view: dict[str, Any] | None) -> Response:
        return JSONResponse(view or {}, 200 if view is not None else 404)
