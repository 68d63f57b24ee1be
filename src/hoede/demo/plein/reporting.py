"""Reporting: whoever taps Report is handed over to Hoede's page, by a link made at that moment."""

from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hoede.client import handover_link
from hoede.demo.plein import accounts, posts
from hoede.demo.plein.pages import locale_of
from hoede.demo.plein.square import Square


@dataclass(frozen=True, slots=True)
class Reporting:
    square: Square

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/report/posts/{post}", self.post, methods=["GET"])
        router.add_api_route("/report/people/{account}", self.person, methods=["GET"])
        return router

    def post(self, request: Request, post: str) -> Response:
        with self.square.database.transaction() as tx:
            found = posts.find(tx, post)
        return self._hand_over(request, found.account if found else None, post)

    def person(self, request: Request, account: str) -> Response:
        with self.square.database.transaction() as tx:
            found = accounts.find(tx, account)
        return self._hand_over(request, found.id if found else None, None)

    def _hand_over(self, request: Request, subject: str | None, content: str | None) -> Response:
        """Also for somebody who is limited, closed out or not signed in: reporting is never locked."""
        visitor = self.square.visitor(request)
        if subject is None:
            return self.square.pages.show(request, "missing.html", visitor, status=404, why="missing")
        settings = self.square.settings
        link = handover_link(
            settings.hoede_public_url,
            settings.webhook_secrets,
            service=settings.service,
            subject=subject,
            now=self.square.now(),
            reporter=visitor.id if visitor else None,
            content=content,
            reporter_since=visitor.joined_at.date() if visitor else None,
            locale=locale_of(request),
        )
        return RedirectResponse(link, 303)
