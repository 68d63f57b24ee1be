"""Calibration: several people judge the same golden cases, each for themselves; then all see the answers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from hoede.access import Permission
from hoede.review import Refused, Why, blind, calibration
from hoede.review.blind import Golden, Kind
from hoede.review.calibration import LONGEST_TITLE, Calibration
from hoede.web.console.desk import Desk, status_of
from hoede.web.console.frame import show
from hoede.web.console.queue import CASES
from hoede.web.session import Doors
from hoede.web.visits import Menu, Visit

CALIBRATIONS: Final = "/console/calibrations"
EVER: Final = datetime(2000, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Said:
    """A golden case of a set: what is right and why, and how often it was called what."""

    golden: Golden
    said: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Result:
    session: Calibration
    people: int  # how many took part; who said what is kept from the page
    cases: tuple[Said, ...]


def open_doors(doors: Doors, desk: Desk) -> None:
    at, judges, keeps = Calibrations(desk), Permission.CASE_JUDGE, Permission.QUALITY_KEEP
    one, menu = f"{CALIBRATIONS}/{{id}}", Menu("people", "calibration.title")
    doors.get(CALIBRATIONS, at.page, needs=judges, name="calibrations", menu=menu)
    doors.post(CALIBRATIONS, at.open, needs=keeps, name="calibration-open", back=CALIBRATIONS)
    doors.get(one, at.one, needs=judges, name="calibration")
    doors.post(f"{one}/next", at.next, needs=judges, name="calibration-next", back=CALIBRATIONS)
    doors.post(f"{one}/close", at.close, needs=keeps, name="calibration-close", back=CALIBRATIONS)


@dataclass(frozen=True, slots=True)
class Calibrations:
    desk: Desk

    def page(self, visit: Visit) -> Response:
        return self._page(visit)

    def open(self, visit: Visit) -> Response:
        title, chosen = visit.body.one("title"), visit.body.fields.get("golden", ())
        went = self.desk.quality.calibrate(title, visit.person.id, chosen)
        if isinstance(went, Refused):
            return self._page(visit, went)
        return RedirectResponse(f"{CALIBRATIONS}/{went}", 303)

    def one(self, visit: Visit) -> Response:
        """What was said, once it is closed: by case, never by person."""
        found = self.desk.db.read(lambda conn: _result(conn, _id(visit)))
        if found is None:
            return self._page(visit, Refused(Why.GONE))
        done = "done" in visit.request.query_params
        keeps = Permission.QUALITY_KEEP in visit.may
        return show(visit, "console/calibration.html", result=found, done=done, keeps=keeps)

    def next(self, visit: Visit) -> Response:
        """The next case of the set for this person, or back when they judged all of it."""
        went = self.desk.quality.next_of(_id(visit), visit.person.id)
        if isinstance(went, Refused):
            return self._page(visit, went)
        here = f"{CALIBRATIONS}/{_id(visit)}?done=1"
        return RedirectResponse(here if went is None else f"{CASES}/{went.case.id}", 303)

    def close(self, visit: Visit) -> Response:
        went = self.desk.quality.close(_id(visit))
        return self._page(visit, went) if went else RedirectResponse(f"{CALIBRATIONS}/{_id(visit)}", 303)

    def _page(self, visit: Visit, wrong: Refused | None = None) -> Response:
        keeps = Permission.QUALITY_KEEP in visit.may
        golden = self.desk.db.read(blind.all_golden) if keeps else ()
        return show(
            visit,
            "console/calibrations.html",
            status=status_of(wrong) if wrong else 200,
            wrong=self.desk.says(visit, wrong) if wrong else None,
            sessions=self.desk.db.read(calibration.newest),
            golden=[one for one in golden if one.retired_at is None],
            keeps=keeps,
            given=visit.body,
            longest=LONGEST_TITLE,
        )


def _result(conn: Connection, calibration_id: str) -> Result | None:
    session = calibration.find(conn, calibration_id)
    if session is None:
        return None
    answers = blind.answered(conn, Kind.CALIBRATION, EVER, calibration=calibration_id)
    if session.closed_at is None:  # nobody sees what others said before they said it themselves
        return Result(session, len({one.answered_by for one in answers}), ())
    found = (blind.find_golden(conn, one) for one in session.golden)
    cases = tuple(
        Said(golden, Counter(one.outcome or "" for one in answers if one.golden == golden.id))
        for golden in found
        if golden is not None
    )
    return Result(session, len({one.answered_by for one in answers}), cases)


def _id(visit: Visit) -> str:
    return str(visit.request.path_params["id"])
