"""What somebody signs in with: their passkeys, recovery codes, and where they are signed in."""

from dataclasses import dataclass

from starlette.responses import JSONResponse, RedirectResponse, Response

from hoede.access import Ceremonies
from hoede.access.invitations import codes_left, keep_codes, new_codes
from hoede.access.passkeys import end_passkey, passkeys_of
from hoede.access.people import PersonUnknown, lock_person
from hoede.access.sessions import end_session, sessions_of
from hoede.db import Transaction
from hoede.web.console.frame import show
from hoede.web.session import Doors
from hoede.web.visits import Access, Menu, Visit

ME = "/console/me"


def open_doors(doors: Doors, ceremonies: Ceremonies) -> None:
    """Add the pages about oneself: whoever left a browser open shows a passkey first."""
    at, fresh = Me(ceremonies), Access.FRESH
    doors.get(ME, at.page, needs=fresh, name="me", menu=Menu("key", "console.me"))
    doors.post(f"{ME}/passkeys/begin", at.begin, needs=fresh, name="passkey-begin", back=ME)
    doors.post(f"{ME}/passkeys/finish", at.finish, needs=fresh, name="passkey-finish", back=ME)
    doors.post(f"{ME}/passkeys/{{id}}/end", at.end_passkey, needs=fresh, name="passkey-end", back=ME)
    doors.post(f"{ME}/sessions/{{id}}/end", at.end_session, needs=fresh, name="session-end", back=ME)
    doors.post(f"{ME}/codes", at.make_codes, needs=fresh, name="codes-make", back=ME)


@dataclass(frozen=True, slots=True)
class Me:
    ceremonies: Ceremonies

    def page(self, visit: Visit) -> Response:
        person = visit.person
        passkeys, sessions, left = self.ceremonies.db.read(
            lambda conn: (
                passkeys_of(conn, person.id),
                sessions_of(conn, person, visit.now),
                codes_left(conn, person.id),
            )
        )
        return show(visit, "console/me.html", passkeys=passkeys, sessions=sessions, codes_left=left)

    def begin(self, visit: Visit) -> Response:
        return JSONResponse(self.ceremonies.ask_to_make(visit.bound_to, visit.person))

    def finish(self, visit: Visit) -> Response:
        self.ceremonies.add(visit.body.part("answer"), visit.bound_to, visit.person)
        return JSONResponse({"go": ME})

    def end_passkey(self, visit: Visit) -> Response:
        person, passkey = visit.person.id, visit.request.path_params["id"]

        def step(tx: Transaction) -> bool:
            lock_person(tx, person)  # two requests at once never end the last two
            return end_passkey(tx, passkey, person, by=person)

        return self._ended(ended=self.ceremonies.db.commit(step))

    def end_session(self, visit: Visit) -> Response:
        person, session = visit.person.id, visit.request.path_params["id"]
        ended = self.ceremonies.db.commit(lambda tx: end_session(tx, session, person, by=person))
        return self._ended(ended=ended)

    def make_codes(self, visit: Visit) -> Response:
        """New codes, shown this once: they stand in this answer and nowhere else."""
        person, codes = visit.person.id, new_codes(self.ceremonies.random)
        self.ceremonies.db.commit(lambda tx: keep_codes(tx, person, codes))
        return show(visit, "console/codes.html", codes=codes)

    @staticmethod
    def _ended(*, ended: bool) -> Response:
        if not ended:
            raise PersonUnknown  # somebody else's, or none: both look the same
        return RedirectResponse(ME, 303)
