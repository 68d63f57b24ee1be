"""A case: what is known, in text first; and what who has it may do with it besides judging."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection
from starlette.responses import RedirectResponse, Response

from hoede.access import Permission, Person, PersonUnknown, all_people
from hoede.flow.cases import SKIP_REASONS
from hoede.flow.view import How
from hoede.review import PersonIs, Refused, Why, alikes, exposure, guidance
from hoede.review.asked import LONGEST_TEXT
from hoede.review.claims import LEAD_ONLY
from hoede.review.judgments import Earlier
from hoede.review.outcomes import CLASSES, AccountIs
from hoede.web.console.desk import Desk, is_lead, status_of
from hoede.web.console.frame import no_look, show
from hoede.web.console.known import Known, known
from hoede.web.console.queue import CASES, QUEUE
from hoede.web.session import Doors
from hoede.web.visits import Visit


def open_doors(doors: Doors, desk: Desk) -> None:
    at, takes, one = Cases(desk), Permission.CASE_CLAIM, f"{CASES}/{{id}}"
    doors.get(one, at.page, needs=Permission.QUEUE_SEE, name="case")
    doors.post(f"{one}/renew", at.renew, needs=takes, name="case-renew", back=QUEUE)
    doors.post(f"{one}/note", at.note, needs=takes, name="case-note", back=QUEUE)
    doors.post(f"{one}/skip", at.skip, needs=takes, name="case-skip", back=QUEUE)
    doors.post(f"{one}/hand-over", at.hand_over, needs=takes, name="case-hand-over", back=QUEUE)
    doors.post(f"{one}/escalate", at.escalate, needs=takes, name="case-escalate", back=QUEUE)
    doors.post(f"{one}/danger", at.danger, needs=takes, name="case-danger", back=QUEUE)


@dataclass(frozen=True, slots=True)
class Cases:
    desk: Desk

    def page(self, visit: Visit) -> Response:
        return case_page(self.desk, visit)

    def renew(self, visit: Visit) -> Response:
        return self._went(visit, self.desk.cases.renew(case_id(visit), visit.person.id), stays=True)

    def note(self, visit: Visit) -> Response:
        text = visit.body.one("note")
        return self._went(visit, self.desk.cases.note(case_id(visit), visit.person.id, text), stays=True)

    def skip(self, visit: Visit) -> Response:
        reason = visit.body.one("reason")
        return self._went(visit, self.desk.cases.skip(case_id(visit), visit.person.id, reason))

    def hand_over(self, visit: Visit) -> Response:
        """To a colleague who may judge; they have it at once."""
        to = next((one for one in self._colleagues(visit) if one.id == visit.body.one("to")), None)
        if to is None:
            raise PersonUnknown
        lead = Permission.CASE_LEAD in self.desk.roles.permitted(to.roles)
        went = self.desk.cases.hand_over(case_id(visit), visit.person.id, to.id, lead=lead)
        return self._went(visit, went)

    def escalate(self, visit: Visit) -> Response:
        return self._went(visit, self.desk.cases.escalate(case_id(visit), visit.person.id))

    def danger(self, visit: Visit) -> Response:
        """A child is in danger now: whom to call stands on the next page."""
        why, today = visit.body.one("why"), visit.now.date()
        went = self.desk.cases.danger(case_id(visit), visit.person.id, why, today)
        if isinstance(went, Refused):
            return refused(self.desk, visit, went)
        return show(visit, "console/danger.html", danger=went, case=case_id(visit))

    def _went(self, visit: Visit, went: object, *, stays: bool = False) -> Response:
        if isinstance(went, Refused):
            return refused(self.desk, visit, went)
        return RedirectResponse(f"{CASES}/{case_id(visit)}" if stays else QUEUE, 303)

    def _colleagues(self, visit: Visit) -> list[Person]:
        return colleagues(self.desk, visit)


def case_page(
    desk: Desk, visit: Visit, *, status: int = 200, wrong: str | None = None, **more: Any
) -> Response:
    """The page of a case; `wrong` is what is wrong with what was sent, which stands in it as it was."""
    if visit.request.method == "HEAD":
        return no_look()
    case, person = case_id(visit), visit.person.id
    written = desk.read.case(case, person)  # the leaf first, then what it is of
    found = desk.db.read(lambda conn: known(conn, case, person, visit.now))
    earlier, first = desk.db.read(lambda conn: _alike(desk, conn, case, found))
    if written is None or found is None:
        return refused(desk, visit, Refused(Why.GONE))
    return show(
        visit,
        "console/case.html",
        status=status,
        known=found,
        written=written,
        wrong=wrong,
        given=visit.body,
        undo=found.may_undo(person, visit.now),
        late=found.case.due_at is not None and found.case.due_at < visit.now,
        takes=Permission.CASE_CLAIM in visit.may and _waits(found, lead=is_lead(visit)),
        judges=found.mine and Permission.CASE_JUDGE in visit.may,
        checks=found.mine and Permission.SECOND_CHECK in visit.may,
        answers=found.mine and Permission.APPEAL_JUDGE in visit.may,
        looks=found.mine and Permission.EVIDENCE_PREVIEW in visit.may,
        raw=found.mine and Permission.EVIDENCE_RAW in visit.may and any(one.copies for one in found.contents),
        colleagues=colleagues(desk, visit) if found.mine else [],
        outcomes={name: one for name, one in desk.judge.outcomes.items() if one.age is None},
        age_outcomes=[name for name, one in desk.judge.outcomes.items() if one.age is not None],
        age_bases=desk.ages.bases,
        guidance=desk.db.read(guidance.in_force),
        classes=CLASSES,
        accounts=list(AccountIs),
        roles=[one for one in PersonIs if one is not PersonIs.ITSELF],
        skips=SKIP_REASONS,
        hows=_hows(desk, person),
        earlier=earlier,
        first=first,
        longest=LONGEST_TEXT,
        **{"looking": None, "needless": None} | more,
    )


def _alike(
    desk: Desk, conn: Connection, case: str, found: Known | None
) -> tuple[dict[str, Earlier], dict[str, str]]:
    """By file, what was judged of the same or of a near copy, and which file of this case stands for it."""
    copies = [copy for one in found.contents for copy in one.copies] if found and found.mine else []
    earlier = desk.view.judged_before(conn, case, copies)
    return earlier, alikes.clusters(conn, [one.taken.id for one in copies])


def _hows(desk: Desk, person: str) -> list[How]:
    """How much is offered, what they chose to begin with first; small where they chose nothing."""
    first = desk.db.read(lambda conn: exposure.own(conn, person)).first
    begins = How(first) if first in set(How) else How.SMALL
    return [begins, *(one for one in How if one not in {begins, How.STRIP})]


def refused(desk: Desk, visit: Visit, why: Refused) -> Response:
    """A page that says why not, and leads back."""
    back = QUEUE if why.why is Why.GONE else f"{CASES}/{case_id(visit)}"
    said = desk.says(visit, why)
    return show(visit, "console/refused.html", status=status_of(why), says=said, back=back)


def colleagues(desk: Desk, visit: Visit) -> list[Person]:
    """Who else may judge, and is not kept out."""
    people = [one for one in desk.db.read(all_people) if one.id != visit.person.id and not one.is_disabled]
    return [one for one in people if Permission.CASE_JUDGE in desk.roles.permitted(one.roles)]


def case_id(visit: Visit) -> str:
    return str(visit.request.path_params["id"])


def _waits(found: Known, *, lead: bool) -> bool:
    """Whether the button to take it may lead anywhere."""
    free = found.holder is None and found.case.state != "judged" and found.case.lane is not None
    return free and (lead or found.case.needs_human not in LEAD_ONLY)
