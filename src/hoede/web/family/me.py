"""What is kept of a guardian: name, address, proof of age, passkeys, where they are signed in; and going."""

from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import JSONResponse, RedirectResponse, Response

from hoede.access.passkeys import end_passkey, passkeys_of
from hoede.access.people import PersonUnknown, lock_person
from hoede.access.sessions import end_session, sessions_of
from hoede.core.ages import Assurance
from hoede.db import Transaction
from hoede.web.family.desk import FamilyDesk
from hoede.web.family.frame import HOME, SESSION_COOKIE, done, show
from hoede.web.session import Doors, drop_cookie
from hoede.web.visits import Access, Visit

ME = f"{HOME}/me"


def open_doors(doors: Doors, desk: FamilyDesk) -> None:
    """Add the page about oneself; who changes something there showed a passkey, or a letter, just now."""
    at, fresh = Me(desk), Access.FRESH
    doors.get(ME, at.page, needs=Access.SIGNED_IN, name="family-me")
    doors.post(f"{ME}/passkeys/begin", at.begin, needs=fresh, name="family-passkey-begin", back=ME)
    doors.post(f"{ME}/passkeys/finish", at.finish, needs=fresh, name="family-passkey-finish", back=ME)
    doors.post(f"{ME}/passkeys/{{id}}/end", at.end_passkey, needs=fresh, name="family-passkey-end", back=ME)
    doors.post(f"{ME}/sessions/{{id}}/end", at.end_session, needs=fresh, name="family-session-end", back=ME)
    doors.get(f"{ME}/go", at.go_page, needs=fresh, name="family-go-page")
    doors.post(f"{ME}/go", at.go, needs=fresh, name="family-go", back=f"{ME}/go")


@dataclass(frozen=True, slots=True)
class Me:
    desk: FamilyDesk

    def page(self, visit: Visit) -> Response:
        person, db = visit.person, self.desk.ceremonies.db
        passkeys, sessions = db.read(
            lambda conn: (passkeys_of(conn, person.id), sessions_of(conn, person, visit.now))
        )
        kept, theirs = self.desk.people.known(person.id)
        if kept is None:
            raise PersonUnknown
        proofs = [one for one in kept.age_evidence if one.assurance is Assurance.VERIFIED]
        platforms = [self.desk.service_names.get(service, service) for service, _ in theirs]
        return show(
            visit,
            "family/me.html",
            kept=kept,
            number=Markup("<code>{}</code>").format(kept.person),
            passkeys=passkeys,
            sessions=sessions,
            proofs=[one for one in proofs if one.until is None or visit.now < one.until],
            platforms=platforms,
        )

    def begin(self, visit: Visit) -> Response:
        return JSONResponse(self.desk.ceremonies.ask_to_make(visit.bound_to, visit.person))

    def finish(self, visit: Visit) -> Response:
        self.desk.ceremonies.add(visit.body.part("answer"), visit.bound_to, visit.person)
        return JSONResponse({"go": f"{ME}?done=passkey"})

    def end_passkey(self, visit: Visit) -> Response:
        person, passkey = visit.person.id, visit.request.path_params["id"]

        def step(tx: Transaction) -> bool:
            lock_person(tx, person)  # two requests at once never end the last two
            return end_passkey(tx, passkey, person, by=person)

        return self._ended(ended=self.desk.ceremonies.db.commit(step))

    def end_session(self, visit: Visit) -> Response:
        person, session = visit.person.id, visit.request.path_params["id"]
        ended = self.desk.ceremonies.db.commit(lambda tx: end_session(tx, session, person, by=person))
        return self._ended(ended=ended)

    def go_page(self, visit: Visit) -> Response:
        return show(visit, "family/go.html", teens=self.desk.my_teens(visit))

    def go(self, visit: Visit) -> Response:
        self.desk.people.go(visit.person.id)
        gone = RedirectResponse(f"{HOME}?done=gone", 303)
        drop_cookie(gone, SESSION_COOKIE, HOME)
        return gone

    @staticmethod
    def _ended(*, ended: bool) -> Response:
        if not ended:
            raise PersonUnknown  # somebody else's, or none: both look the same
        return done(ME, "ended")
