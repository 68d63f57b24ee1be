"""How much people are shown, all together, and what each was trained for. Nobody is ranked or timed."""

import re
from dataclasses import dataclass
from typing import Final

from starlette.responses import RedirectResponse, Response

from hoede.access import Permission, Person, PersonUnknown, all_people
from hoede.flow.day import LEAST_PEOPLE, PER, TEAM_DAYS
from hoede.web.console.desk import Desk
from hoede.web.console.frame import show
from hoede.web.session import Doors
from hoede.web.visits import Menu, Visit

EXPOSURE: Final = "/console/exposure"
LANGUAGE: Final = re.compile(r"[a-z]{2,3}")
MOST_LANGUAGES: Final = 20


def open_doors(doors: Doors, desk: Desk) -> None:
    at, leads = Exposure(desk), Permission.CASE_LEAD
    doors.get(EXPOSURE, at.page, needs=leads, name="exposure", menu=Menu("eye", "console.exposure"))
    doors.post(f"{EXPOSURE}/{{id}}/skills", at.skills, needs=leads, name="exposure-skills", back=EXPOSURE)


@dataclass(frozen=True, slots=True)
class Exposure:
    desk: Desk

    def page(self, visit: Visit) -> Response:
        people, days = self._people(), self.desk.days
        return show(
            visit,
            "console/exposure.html",
            team=days.team(),
            days=TEAM_DAYS,
            per=PER,
            least=LEAST_PEOPLE,
            wellness=days.wellness,
            people=people,
            skills=days.skills([one.id for one in people]),
            lanes=list(self.desk.cases.lanes),
        )

    def skills(self, visit: Visit) -> Response:
        """Lanes and languages; a word that is none of them changes nothing."""
        person = str(visit.request.path_params["id"])
        if person not in {one.id for one in self._people()}:
            raise PersonUnknown
        lanes = set(visit.body.fields.get("lane", ())) & set(self.desk.cases.lanes)
        told = visit.body.one("languages").lower().replace(",", " ").split()[:MOST_LANGUAGES]
        languages = [one for one in told if LANGUAGE.fullmatch(one)]
        self.desk.days.set_skills(person, lanes, languages, by=visit.person.id)
        return RedirectResponse(EXPOSURE, 303)

    def _people(self) -> list[Person]:
        """Those who judge, in the order they came: no figure stands beside a name."""
        judge = Permission.CASE_JUDGE
        people = [one for one in self.desk.db.read(all_people) if not one.is_disabled]
        return [one for one in people if judge in self.desk.roles.permitted(one.roles)]
