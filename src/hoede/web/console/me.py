"""What somebody signs in with: their passkeys, recovery codes, and where they are signed in."""

from dataclasses import dataclass

from starlette.responses import Response

from hoede.access import Ceremonies
from hoede.access.invitations import codes_left, keep_codes, new_codes
from hoede.access.passkeys import passkeys_of
from hoede.access.sessions import sessions_of
from hoede.web.console.frame import show
from hoede.web.own import OwnKeys
from hoede.web.session import Doors
from hoede.web.visits import Access, Menu, Visit

ME = "/console/me"


def open_doors(doors: Doors, ceremonies: Ceremonies) -> None:
    """Add the pages about oneself: whoever left a browser open shows a passkey first."""
    at, fresh = Me(ceremonies), Access.FRESH
    doors.get(ME, at.page, needs=fresh, name="me", menu=Menu("key", "console.me"))
    OwnKeys(ceremonies=ceremonies, page=ME, made=ME, ended=ME).open_doors(doors)
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

    def make_codes(self, visit: Visit) -> Response:
        """New codes, shown this once: they stand in this answer and nowhere else."""
        person, codes = visit.person.id, new_codes(self.ceremonies.random)
        self.ceremonies.db.commit(lambda tx: keep_codes(tx, person, codes))
        return show(visit, "console/codes.html", codes=codes)
