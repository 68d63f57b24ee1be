"""A guardian's first page: who they are paired with, what waits for them, and where they came from."""

from dataclasses import dataclass
from typing import Any, Final

from starlette.responses import RedirectResponse, Response

from hoede import accounts
from hoede.core.handover import LASTS, Handover, HandoverWrong, Purpose, read_handover
from hoede.pairing.rules.saying import Refusal
from hoede.web.family.desk import FamilyDesk, refused
from hoede.web.family.frame import HOME, done, show, typed
from hoede.web.family.sign_in import PAGE as SIGN_IN
from hoede.web.session import Doors, drop_cookie
from hoede.web.visits import Access, Visit

FROM_COOKIE: Final = (
    "__Secure-hoede_family_from"  # a platform's word, until its guardian said whose account it is
)
TEMPLATE = "family/start.html"


def open_doors(doors: Doors, desk: FamilyDesk) -> None:
    """Add the first page, and the answer whose account somebody came from."""
    at = Start(desk)
    doors.get(HOME, at.page, needs=Access.ANYONE, name="family")
    doors.post(f"{HOME}/from", at.came_from, needs=Access.SIGNED_IN, name="family-from")


@dataclass(frozen=True, slots=True)
class Start:
    desk: FamilyDesk

    def page(self, visit: Visit) -> Response:
        word = visit.request.query_params.get("h")
        if word is not None:
            return self._handed_over(visit, word)
        if visit.session is None:
            return show(visit, SIGN_IN, to=HOME, typed=typed())
        return show(visit, TEMPLATE, **self._shown(visit))

    def came_from(self, visit: Visit) -> Response:
        """It is theirs, or it is not: a link alone ties nobody to an account that somebody else has."""
        handed = self._waiting(visit)
        if handed is None or visit.body.one("mine") != "yes":
            response = done(HOME, "from_no")
        else:
            kept = self.desk.people.came_from(visit.person.id, handed)
            if isinstance(kept, Refusal):
                return refused(visit, TEMPLATE, kept, **self._shown(visit))
            response = done(HOME, "from_yes")
        drop_cookie(response, FROM_COOKIE, HOME)
        return response

    def _handed_over(self, visit: Visit, word: str) -> Response:
        """Keep the word for who signs in now; nothing of it stays in the address."""
        if not isinstance(self._read(word), Handover):
            return show(visit, "family/closed.html", status=410)
        lang = visit.request.query_params.get("lang")
        response = RedirectResponse(f"{HOME}?lang={lang}" if lang in {"en", "nl"} else HOME, 303)
        response.set_cookie(
            FROM_COOKIE,
            word,
            max_age=int(LASTS.total_seconds()),
            path=HOME,
            secure=True,
            httponly=True,
            samesite="lax",
        )
        return response

    def _shown(self, visit: Visit) -> dict[str, Any]:
        handed = self._waiting(visit)
        return {
            "teens": self.desk.my_teens(visit),
            "came_from": handed and self.desk.service_names[handed.service],
            "account": handed and self._name(handed),
        }

    def _waiting(self, visit: Visit) -> Handover | None:
        """Where they came from, if nobody said yet whose account that is."""
        handed = self._read(visit.request.cookies.get(FROM_COOKIE, ""))
        if not isinstance(handed, Handover):
            return None
        _, theirs = self.desk.people.known(visit.person.id)
        return None if (handed.service, handed.subject) in theirs else handed

    def _name(self, handed: Handover) -> str:
        db = self.desk.ceremonies.db
        told = db.read(lambda conn: accounts.account(conn, handed.service, handed.subject))
        return told.screen_name or handed.subject

    def _read(self, word: str) -> Handover | HandoverWrong:
        return read_handover(word, self.desk.secrets(), self.desk.now(), Purpose.FAMILY)
