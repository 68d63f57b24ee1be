"""What is kept of a guardian: name, address, proof of age, passkeys, where they are signed in; and going."""

from dataclasses import dataclass

from markupsafe import Markup
from starlette.responses import RedirectResponse, Response

from hoede.access.passkeys import passkeys_of
from hoede.access.people import PersonUnknown
from hoede.access.sessions import sessions_of
from hoede.core.ages import Assurance
from hoede.web.family.desk import FamilyDesk
from hoede.web.family.frame import HOME, SESSION_COOKIE, show
from hoede.web.own import OwnKeys
from hoede.web.session import Doors, drop_cookie
from hoede.web.visits import Access, Visit

ME = f"{HOME}/me"


def open_doors(doors: Doors, desk: FamilyDesk) -> None:
    """Add the page about oneself; who changes something there showed a passkey, or a letter, just now."""
    at, fresh = Me(desk), Access.FRESH
    doors.get(ME, at.page, needs=Access.SIGNED_IN, name="family-me")
    keys = OwnKeys(ceremonies=desk.ceremonies, page=ME, made=f"{ME}?done=passkey", ended=f"{ME}?done=ended")
    keys.open_doors(doors, "family-")
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

    def go_page(self, visit: Visit) -> Response:
        return show(visit, "family/go.html", teens=self.desk.my_teens(visit))

    def go(self, visit: Visit) -> Response:
        self.desk.people.go(visit.person.id)
        gone = RedirectResponse(f"{HOME}?done=gone", 303)
        drop_cookie(gone, SESSION_COOKIE, HOME)
        return gone
