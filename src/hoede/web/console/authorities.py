"""Other authorities: what is due to whom and why, a package for each, and who handed it over."""

import os
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from starlette.responses import RedirectResponse, Response, StreamingResponse

from hoede.access import Permission
from hoede.core.errors import HoedeError
from hoede.flow.hand_over import HandOver
from hoede.review.victims import countries_in
from hoede.web.console.frame import show
from hoede.web.console.orders import ReasonUnfit
from hoede.web.session import Doors
from hoede.web.visits import Menu, Visit

AUTHORITIES: Final = "/console/authorities"
LONGEST_HOW: Final = 500
LONGEST_REFERENCE: Final = 128
CHUNK_BYTES: Final = 1 << 20


class CountryUnfit(HoedeError):
    """A country is its two letters, as in NL; several have a space between."""

    code = "country-unfit"


def open_doors(doors: Doors, hand_over: HandOver, folder: Path) -> None:
    """`folder` is where a package lies, encrypted, until it was sent."""
    at, sees, acts = Authorities(hand_over, folder), Permission.REPORTS_SEE, Permission.CASE_HAND_OVER
    one = f"{AUTHORITIES}/{{id}}"
    doors.get(AUTHORITIES, at.due, needs=sees, name="authorities", menu=Menu("file", "authorities.title"))
    doors.get(one, at.case, needs=sees, name="authorities-case")
    doors.post(f"{one}/victims", at.victims, needs=acts, name="authorities-victims", back=AUTHORITIES)
    doors.post(f"{one}/pack", at.pack, needs=acts, name="authorities-pack", back=AUTHORITIES)
    doors.post(f"{one}/record", at.record, needs=acts, name="authorities-record", back=AUTHORITIES)


@dataclass(frozen=True, slots=True)
class Authorities:
    hand_over: HandOver
    folder: Path

    def due(self, visit: Visit) -> Response:
        """Cases that a law asks to be handed over or reported, and that are not there yet."""
        return show(visit, "console/authorities.html", due=self.hand_over.due())

    def case(self, visit: Visit) -> Response:
        """Every office a case is for, why, and how far that is."""
        case = _id(visit)
        return show(
            visit,
            "console/authorities_case.html",
            case=case,
            stands=self.hand_over.stands(case),
            victims_in=sorted(self.hand_over.victims(case)),
            recipients=self.hand_over.recipients,
            acts=Permission.CASE_HAND_OVER in visit.may,
        )

    def victims(self, visit: Visit) -> Response:
        """Where children live whom it harms: who it goes to follows from it."""
        case, countries = _id(visit), countries_in(visit.body.one("victims_in"))
        if not countries:
            raise CountryUnfit
        self.hand_over.say_victims(case, countries, by=visit.person.id)
        return RedirectResponse(f"{AUTHORITIES}/{case}", 303)

    def pack(self, visit: Visit) -> Response:
        """The package as a file to keep; only the office can open it."""
        case, office = _id(visit), visit.body.one("office")
        target = self.folder / f"package-{os.urandom(8).hex()}"
        try:
            self.hand_over.pack(case, office, target, by=visit.person.id)
            file = target.open("rb")
        finally:
            with suppress(FileNotFoundError):
                target.unlink()  # it is read through what was opened, and is gone with it

        def pieces() -> Iterator[bytes]:
            with file:
                while piece := file.read(CHUNK_BYTES):
                    yield piece

        headers = {"Content-Disposition": f'attachment; filename="{case}-{office}.age"'}
        return StreamingResponse(pieces(), headers=headers, media_type="application/octet-stream")

    def record(self, visit: Visit) -> Response:
        how, reference = visit.body.one("how").strip(), visit.body.one("reference").strip()
        if not 1 <= len(how) <= LONGEST_HOW or len(reference) > LONGEST_REFERENCE:
            raise ReasonUnfit
        case, office = _id(visit), visit.body.one("office")
        self.hand_over.record(case, office, by=visit.person.id, how=how, reference=reference or None)
        return RedirectResponse(f"{AUTHORITIES}/{case}", 303)


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["id"])
