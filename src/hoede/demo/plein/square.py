"""What the pages of Plein stand on, built once."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from starlette.requests import Request
from starlette.responses import Response

from hoede.client import Client
from hoede.demo.plein import accounts
from hoede.demo.plein.accounts import Account, AccountState
from hoede.demo.plein.database import Database
from hoede.demo.plein.pages import SESSION_COOKIE, Pages, go
from hoede.demo.plein.pictures import Pictures
from hoede.demo.plein.rounds import Rounds
from hoede.demo.plein.settings import PleinSettings
from hoede.demo.plein.telling import Telling


@dataclass(frozen=True, slots=True, kw_only=True)
class Square:
    settings: PleinSettings
    hoede: Client  # asked before people act; what is told goes by `telling`
    database: Database
    pictures: Pictures
    pages: Pages
    telling: Telling
    posts_round: Rounds
    receipts_round: Rounds
    now: Callable[[], datetime]
    new_id: Callable[[], str]  # unguessable: ids and session tokens come from it
    outage: threading.Event  # set: the hooks answer 503, for the demo

    def visitor(self, request: Request) -> Account | None:
        token = request.cookies.get(SESSION_COOKIE)
        if token is None:
            return None
        with self.database.transaction() as tx:
            return accounts.signed_in(tx, token)

    def member(self, request: Request) -> Account | Response:
        """Return who is signed in with an account that is not closed, or where to go instead."""
        visitor = self.visitor(request)
        if visitor is None:
            return go("/")
        return go("/closed") if visitor.state is AccountState.CLOSED else visitor
