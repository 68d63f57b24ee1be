"""Somebody's own passkeys and sessions, on the console or a family's pages: made and ended by themselves."""

from dataclasses import dataclass

from starlette.responses import JSONResponse, RedirectResponse, Response

from hoede.access import Ceremonies
from hoede.access.passkeys import end_passkey
from hoede.access.people import PersonUnknown, lock_person
from hoede.access.sessions import end_session
from hoede.db import Transaction
from hoede.web.session import Doors
from hoede.web.visits import Access, Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnKeys:
    ceremonies: Ceremonies
    page: str  # about oneself
    made: str  # where whoever made a passkey goes
    ended: str  # where whoever ended something goes

    def open_doors(self, doors: Doors, prefix: str = "") -> None:
        """Whoever changes something here showed just now who they are."""
        me, back, fresh = self.page, self.page, Access.FRESH
        doors.post(f"{me}/passkeys/begin", self.begin, needs=fresh, name=f"{prefix}passkey-begin", back=back)
        doors.post(
            f"{me}/passkeys/finish", self.finish, needs=fresh, name=f"{prefix}passkey-finish", back=back
        )
        doors.post(
            f"{me}/passkeys/{{id}}/end", self.end_passkey, needs=fresh, name=f"{prefix}passkey-end", back=back
        )
        doors.post(
            f"{me}/sessions/{{id}}/end", self.end_session, needs=fresh, name=f"{prefix}session-end", back=back
        )

    def begin(self, visit: Visit) -> Response:
        return JSONResponse(self.ceremonies.ask_to_make(visit.bound_to, visit.person))

    def finish(self, visit: Visit) -> Response:
        self.ceremonies.add(visit.body.part("answer"), visit.bound_to, visit.person)
        return JSONResponse({"go": self.made})

    def end_passkey(self, visit: Visit) -> Response:
        person, passkey = visit.person.id, visit.request.path_params["id"]

        def step(tx: Transaction) -> bool:
            lock_person(tx, person)  # two requests at once never end the last two
            return end_passkey(tx, passkey, person, by=person)

        return self._went(ended=self.ceremonies.db.commit(step))

    def end_session(self, visit: Visit) -> Response:
        person, session = visit.person.id, visit.request.path_params["id"]
        ended = self.ceremonies.db.commit(lambda tx: end_session(tx, session, person, by=person))
        return self._went(ended=ended)

    def _went(self, *, ended: bool) -> Response:
        if not ended:
            raise PersonUnknown  # somebody else's, or none: both look the same
        return RedirectResponse(self.ended, 303)
