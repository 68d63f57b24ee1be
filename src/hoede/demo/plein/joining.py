"""Joining Plein, proving an age, signing in and out."""

import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Form
from starlette.requests import Request
from starlette.responses import Response

from hoede.demo.plein import accounts, words
from hoede.demo.plein.accounts import Account
from hoede.demo.plein.pages import SESSION_COOKIE, go, locale_of, with_session
from hoede.demo.plein.square import Square
from hoede.demo.plein.telling import ZONES

YOUNGEST_YEARS = 13
OLDEST_YEARS = 120
NAME_LENGTH = 40

Field = Annotated[str, Form()]


@dataclass(frozen=True, slots=True)
class Joining:
    square: Square

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/join", self.form, methods=["GET"])
        router.add_api_route("/join", self.join, methods=["POST"])
        router.add_api_route("/verify", self.verify_form, methods=["GET"])
        router.add_api_route("/verify", self.verify, methods=["POST"])
        router.add_api_route("/sign-in", self.sign_in, methods=["POST"])
        router.add_api_route("/sign-out", self.sign_out, methods=["POST"])
        return router

    def form(self, request: Request) -> Response:
        return self._form(request, name="", born="", country="NL", wrong={})

    def join(self, request: Request, name: Field = "", born: Field = "", country: Field = "") -> Response:
        name = plain(name)
        country = country if country in words.COUNTRIES else ""
        today = today_in(country, self.square.now)
        birth, wrong = read_birth_date(born, today), {}
        if not 0 < len(name) <= NAME_LENGTH:
            wrong["name"] = "wrong.name"
        if birth is None:
            wrong["born"] = "wrong.born"
        if wrong or birth is None:
            return self._form(request, status=422, name=name, born=born, country=country, wrong=wrong)
        if years(birth, today) < YOUNGEST_YEARS:
            # Nothing is kept and Hoede hears nothing: a child we turn away leaves no trace here.
            return self.square.pages.show(
                request, "too_young.html", None, status=403, opens=birthday(birth, YOUNGEST_YEARS)
            )
        return self._welcome(request, name, birth, country)

    def verify_form(self, request: Request) -> Response:
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        return self.square.pages.show(request, "verify.html", member)

    def verify(self, request: Request) -> Response:
        """A simulated check of a document: it says that the birth date is right."""
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        with self.square.database.transaction() as tx:
            accounts.verify(tx, member.id, self.square.now())
            verified = accounts.find(tx, member.id)
        if verified is not None:
            self.square.telling.tell_account(verified)
        return go("/profile?said=verified")

    def sign_in(self, account: Field = "") -> Response:
        with self.square.database.transaction() as tx:
            if accounts.find(tx, account) is None:
                return go("/")
            token = self.square.new_id()
            accounts.sign_in(tx, account, token)
        return with_session(go("/"), token)

    def sign_out(self, request: Request) -> Response:
        with self.square.database.transaction() as tx:
            accounts.sign_out(tx, request.cookies.get(SESSION_COOKIE, ""))
        answer = go("/")
        answer.delete_cookie(SESSION_COOKIE)
        return answer

    def _form(self, request: Request, *, status: int = 200, **values: object) -> Response:
        return self.square.pages.show(
            request,
            "join.html",
            self.square.visitor(request),
            status=status,
            countries=words.COUNTRIES,
            **values,
        )

    def _welcome(self, request: Request, name: str, born: date, country: str) -> Response:
        account = Account(
            id=self.square.new_id(),
            name=name,
            born=born,
            country=country,
            locale=locale_of(request),
            joined_at=self.square.now(),
        )
        token = self.square.new_id()
        with self.square.database.transaction() as tx:
            accounts.add(tx, account)
            accounts.sign_in(tx, account.id, token)
        self.square.telling.tell_account(account)
        return with_session(go("/profile?said=joined"), token)


def plain(text: str) -> str:
    """The text on one line, without control characters."""
    kept = "".join(sign if unicodedata.category(sign)[0] != "C" else " " for sign in text)
    return " ".join(kept.split())


def today_in(country: str, now: Callable[[], datetime]) -> date:
    """The day it is where the person lives, as far as we know."""
    zone = ZONES.get(country)
    return (now().astimezone(ZoneInfo(zone)) if zone else now()).date()


def read_birth_date(text: str, today: date) -> date | None:
    try:
        born = date.fromisoformat(text)
    except ValueError:
        return None
    return born if born <= today and years(born, today) <= OLDEST_YEARS else None


def years(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def birthday(born: date, age: int) -> date:
    """The day somebody turns an age; who was born on 29 February waits until 1 March."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)
