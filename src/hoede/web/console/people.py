"""People who work here: add them, change their roles, keep them out, give them a new link."""

from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from hoede.access import Ceremonies, Permission, PersonUnknown, Roles, all_people, find_person, staff
from hoede.access.passkeys import passkeys_of
from hoede.access.people import history
from hoede.web.console.frame import show
from hoede.web.session import Doors
from hoede.web.visits import Menu, Visit
from hoede.words import LOCALES

PEOPLE = "/console/people"
SHOWN_CHANGES = 50


def open_doors(doors: Doors, ceremonies: Ceremonies, roles: Roles) -> None:
    at, needs, one = People(ceremonies, roles), Permission.PEOPLE_MANAGE, f"{PEOPLE}/{{id}}"
    doors.get(PEOPLE, at.page, needs=needs, name="people", menu=Menu("people", "console.people"))
    doors.post(PEOPLE, at.add, needs=needs, name="people-add", back=PEOPLE)
    doors.get(one, at.person, needs=needs, name="person")
    doors.post(f"{one}/roles", at.set_roles, needs=needs, name="person-roles", back=PEOPLE)
    doors.post(f"{one}/invite", at.invite, needs=needs, name="person-invite", back=PEOPLE)
    doors.post(f"{one}/sign-out", at.sign_out, needs=needs, name="person-sign-out", back=PEOPLE)
    doors.post(f"{one}/disable", at.disable, needs=needs, name="person-disable", back=PEOPLE)
    doors.post(f"{one}/enable", at.enable, needs=needs, name="person-enable", back=PEOPLE)


@dataclass(frozen=True, slots=True)
class People:
    ceremonies: Ceremonies
    roles: Roles

    def page(self, visit: Visit) -> Response:
        people = self.ceremonies.db.read(all_people)
        return show(visit, "console/people.html", people=people, roles=self.roles, locales=LOCALES)

    def person(self, visit: Visit) -> Response:
        person_id = visit.request.path_params["id"]
        person, passkeys, changes, people = self.ceremonies.db.read(
            lambda conn: (
                find_person(conn, person_id),
                passkeys_of(conn, person_id),
                history(conn, person_id, SHOWN_CHANGES),
                all_people(conn),
            )
        )
        if person is None:
            raise PersonUnknown
        names = {one.id: one.name for one in people}
        return show(
            visit,
            "console/person.html",
            person=person,
            passkeys=passkeys,
            changes=changes,
            names=names,
            roles=self.roles,
        )

    def add(self, visit: Visit) -> Response:
        """Somebody new, with a link that is shown this once."""
        body, by = visit.body, visit.person.id
        chosen = self.roles.chosen(body.fields.get("role", ()))
        language = body.one("language") if body.one("language") in LOCALES else LOCALES[0]
        person_id, link = self.ceremonies.new_id("per"), self.ceremonies.secret()
        self.ceremonies.db.commit(
            lambda tx: staff.add(
                tx, person_id, link, name=body.one("name"), roles=chosen, language=language, by=by
            )
        )
        return self._link(visit, person_id, link)

    def set_roles(self, visit: Visit) -> Response:
        person_id, names, by = self._id(visit), visit.body.fields.get("role", ()), visit.person.id
        self.ceremonies.db.commit(lambda tx: staff.set_roles(tx, person_id, names, self.roles, by=by))
        return self._back(visit)

    def invite(self, visit: Visit) -> Response:
        person_id, link, by = self._id(visit), self.ceremonies.secret(), visit.person.id
        self.ceremonies.db.commit(lambda tx: staff.invite(tx, person_id, link, by=by))
        return self._link(visit, person_id, link)

    def sign_out(self, visit: Visit) -> Response:
        person_id, by = self._id(visit), visit.person.id
        self.ceremonies.db.commit(lambda tx: staff.sign_out(tx, person_id, by=by))
        return self._back(visit)

    def disable(self, visit: Visit) -> Response:
        person_id, by = self._id(visit), visit.person.id
        self.ceremonies.db.commit(lambda tx: staff.disable(tx, person_id, self.roles, by=by))
        return self._back(visit)

    def enable(self, visit: Visit) -> Response:
        person_id, by = self._id(visit), visit.person.id
        self.ceremonies.db.commit(lambda tx: staff.enable(tx, person_id, by=by))
        return self._back(visit)

    def _link(self, visit: Visit, person_id: str, link: str) -> Response:
        address = f"{self.ceremonies.party.origin}/console/invitation/{link}"
        return show(visit, "console/link.html", person_id=person_id, address=address)

    @staticmethod
    def _id(visit: Visit) -> str:
        return str(visit.request.path_params["id"])

    @staticmethod
    def _back(visit: Visit) -> Response:
        return RedirectResponse(f"{PEOPLE}/{visit.request.path_params['id']}", 303)
