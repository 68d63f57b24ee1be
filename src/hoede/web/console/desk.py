"""What the pages of cases stand on, and what each of their refusals says."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from sqlalchemy import Connection

from hoede.access import Permission, Roles, find_person
from hoede.db import Database
from hoede.flow.age import AnswerAges
from hoede.flow.cases import Cases
from hoede.flow.day import Days
from hoede.flow.fair import Fair
from hoede.flow.judge import Judge, Objections, Quality
from hoede.flow.pair import Exits
from hoede.flow.read import Read
from hoede.flow.report import Settle, Supplement
from hoede.flow.view import View
from hoede.reporting import Authority
from hoede.review import Refused, Why
from hoede.web.console.frame import when, words_of
from hoede.web.visits import Visit

# Words of a refusal: `console.error.` and this, else the refusal's own name.
_KEYS: Mapping[Why, str] = {Why.ALREADY: "judged", Why.FORM: "no_preview"}
_STATUS: Mapping[Why, int] = {Why.GONE: 404, Why.RIGHT: 403}
CONFLICTS = frozenset(
    {
        Why.TAKEN,
        Why.LEASE,
        Why.OWN,
        Why.ALREADY,
        Why.LATE,
        Why.PRESERVE,
        Why.CHANGED,
        Why.BREAK,
        Why.BUDGET,
        Why.KNOWN,
        Why.SEEN,
        Why.ALIKE,
        Why.KNOWS,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The flows people work with."""

    db: Database
    roles: Roles
    cases: Cases
    judge: Judge
    objections: Objections
    quality: Quality
    fair: Fair
    ages: AnswerAges
    view: View
    read: Read
    days: Days
    exits: Exits
    supplement: Supplement
    settle: Settle
    authorities: Mapping[str, Authority]
    detectors: Callable[[], Mapping[str, bool]]  # those that ever looked in this process: whether it is ill

    def says(self, visit: Visit, refused: Refused) -> str:
        """The refusal in words: what is so, and what to do."""
        words = words_of(visit)
        by = self.db.read(lambda conn: name_of(conn, refused.by)) if refused.by else ""
        until = when(words, refused.until) if refused.until else ""
        return words.say(f"console.error.{key_of(refused.why)}", name=by, until=until)


def key_of(why: Why) -> str:
    """Under which key its words stand; two names mean something else there already."""
    return _KEYS.get(why, why.value)


def status_of(refused: Refused) -> int:
    return _STATUS.get(refused.why, 409 if refused.why in CONFLICTS else 422)


def is_lead(visit: Visit) -> bool:
    """Whether they may take what waits for a lead."""
    return Permission.CASE_LEAD in visit.may


def name_of(conn: Connection, person: str | None) -> str:
    """What somebody who works here is called."""
    found = find_person(conn, person) if person else None
    return found.name if found else person or ""
