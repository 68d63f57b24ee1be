"""What people do besides posting: Hoede is asked before each act, and what it says is shown word for word."""

from collections.abc import Mapping
from dataclasses import dataclass

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hoede.client import HoedeRefused, OwnPage, PermitAnswer, me_link
from hoede.client.permits import unreached
from hoede.demo.plein import accounts
from hoede.demo.plein.accounts import Account
from hoede.demo.plein.joining import Field
from hoede.demo.plein.pages import locale_of
from hoede.demo.plein.square import Square

TO_SOMEBODY = ("message", "comment", "duet", "gift")
ALONE = ("go_live", "search")
OWN_PAGES: Mapping[str, OwnPage] = {"family": "family", "time": "time", "safe": "safe"}


@dataclass(frozen=True, slots=True)
class Acting:
    square: Square

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/acts", self.form, methods=["GET"])
        router.add_api_route("/acts", self.act, methods=["POST"])
        router.add_api_route("/safety", self.safety, methods=["GET"])
        return router

    def form(self, request: Request) -> Response:
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        return self._page(request, member, None)

    def act(self, request: Request, act: Field = "", whom: Field = "") -> Response:
        """Only what is granted is done; this demo has no messages to send, so it says so and stops there."""
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        if act not in (*TO_SOMEBODY, *ALONE):
            return self._page(request, member, None, status=422)
        permit = ask(self.square, member, act, whom if act in TO_SOMEBODY and whom else None)
        return self._page(request, member, permit, status=200 if permit.granted else 403, act=act)

    def safety(self, request: Request, page: str = "") -> Response:
        """To one's own pages at Hoede, by a link that is made at this moment."""
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        settings = self.square.settings
        link = me_link(
            settings.hoede_public_url,
            settings.webhook_secrets,
            service=settings.service,
            account=member.id,
            now=self.square.now(),
            locale=locale_of(request),
            page=OWN_PAGES.get(page, ""),
        )
        return RedirectResponse(link, 303)

    def _page(
        self,
        request: Request,
        member: Account,
        permit: PermitAnswer | None,
        *,
        status: int = 200,
        act: str | None = None,
    ) -> Response:
        with self.square.database.transaction() as tx:
            others = [one for one in accounts.everybody(tx) if one.id != member.id]
        return self.square.pages.show(
            request,
            "acts.html",
            member,
            status=status,
            permit=permit,
            act=act,
            others=others,
            to_somebody=TO_SOMEBODY,
            alone=ALONE,
            guidelines_url=guidelines_url(self.square, request),
        )


def ask(square: Square, member: Account, act: str, whom: str | None = None) -> PermitAnswer:
    """What Hoede says; where it refuses to answer nothing is done either."""
    try:
        return square.hoede.permit(member.id, act, counterpart=whom)
    except HoedeRefused:
        return unreached(act)


def guidelines_url(square: Square, request: Request) -> str:
    return f"{square.settings.hoede_public_url.rstrip('/')}/guidelines?lang={locale_of(request)}"
