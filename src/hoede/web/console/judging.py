"""Judging a case: what it will do, shown before; then the judgment, the second person's word, and undoing."""

from dataclasses import dataclass

from starlette.responses import RedirectResponse, Response

from hoede.access import Permission
from hoede.flow.judge import Plan
from hoede.flow.report.ready import would_lack
from hoede.pairing.exits import Decided
from hoede.review import Answer, FileAnswer, Named, PersonIs, Refused, Why
from hoede.review.outcomes import AccountIs
from hoede.review.victims import countries_in
from hoede.web.console.cases import case_id, case_page
from hoede.web.console.desk import Desk, status_of
from hoede.web.console.frame import show
from hoede.web.console.queue import CASES, QUEUE
from hoede.web.session import Doors
from hoede.web.visits import Body, Visit

ROLE, GUARDIAN = "role.", "guardian."  # and the id of an account, or `itself`
LONGEST_ACCOUNT = 255  # characters
FILE_OUTCOME, FILE_CLASS = "outcome.", "classification."  # and the id of a file: where it differs


def open_doors(doors: Doors, desk: Desk) -> None:
    at, judges, one = Judging(desk), Permission.CASE_JUDGE, f"{CASES}/{{id}}"
    doors.post(f"{one}/preview", at.preview, needs=judges, name="case-preview", back=QUEUE)
    doors.post(f"{one}/back", at.back, needs=judges, name="case-back", back=QUEUE)
    doors.post(f"{one}/judge", at.judge, needs=judges, name="case-judge", back=QUEUE)
    doors.post(f"{one}/undo", at.undo, needs=judges, name="case-undo", back=QUEUE)
    doors.post(f"{one}/check", at.check, needs=Permission.SECOND_CHECK, name="case-check", back=QUEUE)
    doors.post(f"{one}/age", at.age, needs=Permission.APPEAL_JUDGE, name="case-age", back=QUEUE)
    doors.post(f"{one}/answer", at.answer, needs=Permission.APPEAL_JUDGE, name="case-answer", back=QUEUE)
    doors.post(f"{one}/pairing", at.pairing, needs=judges, name="case-pairing", back=QUEUE)


@dataclass(frozen=True, slots=True)
class Judging:
    desk: Desk

    def preview(self, visit: Visit) -> Response:
        """What the judgment would do; nothing is written. The next button does it."""
        answer, judge = answer_of(visit.body), self.desk.judge
        if isinstance(answer, Refused):
            return self._wrong(visit, answer)
        plan = judge.preview(case_id(visit), answer)
        if isinstance(plan, Refused):
            return self._wrong(visit, plan)
        outcome = judge.outcomes[answer.outcome]
        reports = any(measure == "report" for _, _, measure, _ in _lines(plan))
        named = answer.account_is or outcome.account_is
        lacks = self.desk.db.read(lambda conn: would_lack(conn, case_id(visit), named)) if reports else ()
        return show(
            visit,
            "console/judge.html",
            lacks=lacks,
            case=case_id(visit),
            answer=answer,
            outcome=outcome,
            lines=_lines(plan),
            corrects=plan.corrects,
            undoable={one.id for one in plan.undoable(judge.measures)},
            final={one.id for one in plan.final(judge.measures)},
            undo_until=visit.now + judge.undo_within,
            given={name: values for name, values in visit.body.fields.items() if name != "form"},
        )

    def back(self, visit: Visit) -> Response:
        """The case again, with what was typed."""
        return case_page(self.desk, visit)

    def judge(self, visit: Visit) -> Response:
        answer = answer_of(visit.body)
        went = answer if isinstance(answer, Refused) else self._judge(visit, answer)
        return self._went(visit, went)

    def undo(self, visit: Visit) -> Response:
        return self._went(visit, self.desk.judge.undo(visit.body.one("judgment"), visit.person.id))

    def check(self, visit: Visit) -> Response:
        agrees, reason = visit.body.one("agrees"), visit.body.one("reason")
        if agrees not in {"yes", "no"}:
            return self._wrong(visit, Refused(Why.OUTCOME))
        case, person = case_id(visit), visit.person.id
        return self._went(
            visit, self.desk.judge.check(case, person, agrees=agrees == "yes", reason=reason), back=QUEUE
        )

    def answer(self, visit: Visit) -> Response:
        right, reason = visit.body.one("right"), visit.body.one("reason")
        if right not in {"yes", "no"}:
            return self._wrong(visit, Refused(Why.OUTCOME))
        case, person = case_id(visit), visit.person.id
        return self._went(
            visit, self.desk.objections.answer(case, person, right=right == "yes", reason=reason)
        )

    def age(self, visit: Visit) -> Response:
        """Whether somebody is the adult they say they are, and on what that stands."""
        outcome, basis, reason = (visit.body.one(name) for name in ("outcome", "basis", "reason"))
        case, person = case_id(visit), visit.person.id
        return self._went(
            visit, self.desk.ages.answer(case, person, outcome=outcome, basis=basis, reason=reason)
        )

    def pairing(self, visit: Visit) -> Response:
        """What a person decides about a safe exit, or about a guardian who reaches for many."""
        said, reason = visit.body.one("decided"), visit.body.one("reason")
        if said not in set(Decided):
            return self._wrong(visit, Refused(Why.OUTCOME))
        case, person = case_id(visit), visit.person.id
        return self._went(visit, self.desk.exits.answer(case, person, Decided(said), reason=reason))

    def _judge(self, visit: Visit, answer: Answer) -> object:
        return self.desk.judge.judge(case_id(visit), visit.person.id, answer)

    def _went(self, visit: Visit, went: object, *, back: str | None = None) -> Response:
        if isinstance(went, Refused):
            return self._wrong(visit, went)
        return RedirectResponse(back or f"{CASES}/{case_id(visit)}", 303)

    def _wrong(self, visit: Visit, why: Refused) -> Response:
        """The case again with what was typed, and what is wrong with it."""
        return case_page(self.desk, visit, status=status_of(why), wrong=self.desk.says(visit, why))


def answer_of(body: Body) -> Answer | Refused:
    """A judgment as the form says it; what the form cannot say is refused."""
    named = body.one("account_is")
    if named and named not in set(AccountIs):
        return Refused(Why.WHO)
    people = _people(body)
    if people is None:
        return Refused(Why.NAMED)
    victims_in = countries_in(body.one("victims_in"))
    if victims_in is None:
        return Refused(Why.COUNTRY)
    shown = frozenset(body.fields.get("shown", ()))
    return Answer(
        outcome=body.one("outcome"),
        reason=body.one("reason"),
        shown=shown,
        classification=body.one("classification") or None,
        account_is=AccountIs(named) if named else None,
        files={one: file for one in shown if (file := _file(body, one)) != FileAnswer()},
        people=people,
        victims_in=victims_in,
        claim=body.one("claim") or None,
    )


def _people(body: Body) -> tuple[Named, ...] | None:
    """Whom a report names besides; None when the form says what no form of ours can."""
    found = [Named(one, PersonIs.ITSELF, guardian) for one, guardian in _guardian_of(body, "itself")]
    for account in body.fields.get("receiver", ()):
        role = body.one(f"{ROLE}{account}") or PersonIs.RECIPIENT
        if role not in set(PersonIs) - {PersonIs.ITSELF}:
            return None
        guardian = next((told for _, told in _guardian_of(body, account)), None)
        found.append(Named(account, PersonIs(role), guardian))
    longest = max((len(one.guardian or "") for one in found), default=0)
    return tuple(found) if longest <= LONGEST_ACCOUNT else None


def _guardian_of(body: Body, account: str) -> list[tuple[str, str]]:
    told = body.one(f"{GUARDIAN}{account}").strip()
    return [(account, told)] if told else []


def _file(body: Body, evidence: str) -> FileAnswer:
    outcome = body.one(f"{FILE_OUTCOME}{evidence}") or None
    return FileAnswer(outcome, body.one(f"{FILE_CLASS}{evidence}") or None)


def _lines(plan: Plan) -> list[tuple[str, str, str, str]]:
    """What will be done, line by line: how, order, measure, target."""
    new = [("opens", one.id, one.measure, one.target.id) for one in plan.opens]
    old = {"resumes": plan.resumes, "supersedes": plan.supersedes, "already": plan.already}
    return new + [
        (how, one.order.id, one.order.measure, one.order.target.id)
        for how, views in old.items()
        for one in views
    ]
