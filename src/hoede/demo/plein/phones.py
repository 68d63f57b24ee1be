"""Two phones on one page: a teen's, as Plein knows it from orders, and the ways in of their guardian."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from hoede.client import HoedeRefused, HoedeUnavailable, UsageAnswer, family_link
from hoede.demo.plein import news, pauses
from hoede.demo.plein.accounts import Account
from hoede.demo.plein.acting import ask
from hoede.demo.plein.joining import today_in, years
from hoede.demo.plein.pages import go, locale_of
from hoede.demo.plein.square import Square
from hoede.demo.plein.using import Beats, Mark

ADULT = 18
ASKED = ("use", "search", "message")
BEATS = 29  # a quarter of an hour, as a phone that was offline sends it afterwards
EVERY_S = 30.0


@dataclass(frozen=True, slots=True)
class Phones:
    square: Square
    beats: Beats

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/phones", self.both, methods=["GET"])
        router.add_api_route("/phones/quarter", self.quarter, methods=["POST"])
        router.add_api_route("/phones/guardian", self.guardian, methods=["GET"])
        return router

    def both(self, request: Request) -> Response:
        """Whoever is signed in holds the left phone; the right one needs no account here."""
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        with self.square.database.transaction() as tx:
            told, paired = news.newest(tx, member.id), news.is_paired(tx, member.id)
            paused = pauses.is_on(tx, member.id, self.square.now())
        return self.square.pages.show(
            request,
            "phones.html",
            member,
            told=told,
            paired=paired,
            paused=paused,
            adult=self._is_adult(member),
            time=self._time(member),
            permits=[(one, ask(self.square, member, one)) for one in ASKED],
            clock=self._clock,
            hoede=self.square.settings.hoede_public_url.rstrip("/"),
        )

    def quarter(self, request: Request) -> Response:
        """Count the last quarter of an hour, as if this phone had been in use and is online again now."""
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        device = f"phone-{uuid4().hex[:12]}"
        self.beats.add_past(member.id, device, _quarter())
        self.beats.pass_on()
        return go("/phones?said=counted")

    def guardian(self, request: Request) -> Response:
        """To a guardian's page at Hoede: with what Plein knows of an adult's age, else without an account."""
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        settings = self.square.settings
        if not self._is_adult(member):
            return RedirectResponse(f"{settings.hoede_public_url.rstrip('/')}/family", 303)
        link = family_link(
            settings.hoede_public_url,
            settings.webhook_secrets,
            service=settings.service,
            account=member.id,
            now=self.square.now(),
            locale=locale_of(request),
        )
        return RedirectResponse(link, 303)

    def _is_adult(self, member: Account) -> bool:
        return years(member.born, today_in(member.country, self.square.now)) >= ADULT

    def _time(self, member: Account) -> UsageAnswer | None:
        """How their time stands; None while Hoede cannot be asked."""
        try:
            return self.square.hoede.usage(member.id)
        except (HoedeRefused, HoedeUnavailable):
            return None

    @staticmethod
    def _clock(at: datetime) -> str:
        return f"{at:%H:%M}"


def _quarter() -> Iterable[tuple[int, Mark, float]]:
    """Beats of the past, each with how many seconds ago it was."""
    for number in range(BEATS + 1):
        mark: Mark = "begin" if number == 0 else "on"
        yield number, mark, (BEATS - number) * EVERY_S
