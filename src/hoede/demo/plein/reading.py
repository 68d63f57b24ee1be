"""The front page, one's own page, the letters, and the page of a closed account."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from hoede.demo.plein import accounts, orders, posts
from hoede.demo.plein.accounts import AccountState
from hoede.demo.plein.pages import go
from hoede.demo.plein.square import Square


@dataclass(frozen=True, slots=True)
class Reading:
    square: Square

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/", self.front, methods=["GET"])
        router.add_api_route("/profile", self.profile, methods=["GET"])
        router.add_api_route("/letters", self.letters, methods=["GET"])
        router.add_api_route("/closed", self.closed, methods=["GET"])
        return router

    def front(self, request: Request) -> Response:
        visitor = self.square.visitor(request)
        if visitor is not None and visitor.state is AccountState.CLOSED:
            return go("/closed")
        with self.square.database.transaction() as tx:
            feed, people = posts.feed(tx), accounts.everybody(tx)
        return self.square.pages.show(request, "front.html", visitor, feed=feed, people=people)

    def profile(self, request: Request) -> Response:
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        with self.square.database.transaction() as tx:
            own, letters = posts.by(tx, member.id), orders.letters(tx, member.id)
        return self.square.pages.show(request, "profile.html", member, own=own, letters=letters)

    def missing(self, request: Request, _error: Exception) -> Response:
        """What every address shows that leads nowhere."""
        visitor = self.square.visitor(request)
        return self.square.pages.show(request, "missing.html", visitor, status=404, why="missing")

    def letters(self, request: Request) -> Response:
        """The letters, also for a closed account: whoever is closed out can still read why."""
        visitor = self.square.visitor(request)
        if visitor is None:
            return go("/")
        return self._letters(request, "letters.html")

    def closed(self, request: Request) -> Response:
        visitor = self.square.visitor(request)
        if visitor is None or visitor.state is not AccountState.CLOSED:
            return go("/")
        return self._letters(request, "closed.html")

    def _letters(self, request: Request, template: str) -> Response:
        visitor = self.square.visitor(request)
        with self.square.database.transaction() as tx:
            letters = orders.letters(tx, visitor.id) if visitor else []
        return self.square.pages.show(request, template, visitor, letters=letters)
