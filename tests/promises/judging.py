"""A moderator in few words: takes the case about somebody, and judges all of it."""

from typing import Any

from tests.parts import until

from hoede.app.rehearsal import SERVICE
from hoede.demo import records
from hoede.demo.people import Person, join, post
from hoede.demo.stage import Stage
from hoede.flow.judge import Judged
from hoede.review import Answer, CaseRow, JudgmentRow
from hoede.review import store as review
from hoede.review.claims import Taken
from hoede.simulators.pictures import test_card as the_card


def suspected(playing: Stage, name: str) -> tuple[Person, str]:
    """A declared adult whose account is limited, and the content that is held."""
    person = join(playing.plein_url, name, "1980-01-01")
    content = post(person, the_card())
    until(lambda: records.account_state(playing, person) == "restricted")
    return person, content


def case_about(playing: Stage, person: Person) -> CaseRow:
    case = playing.hoede.db.read(lambda conn: review.latest_case(conn, SERVICE, person.id))
    assert case is not None
    return case


def judged(playing: Stage, person: Person, who: str, outcome: str, **more: Any) -> JudgmentRow:
    case = case_about(playing, person)
    assert isinstance(playing.hoede.cases.take(case.id, who), Taken)
    files = playing.hoede.db.read(lambda conn: review.files_of(conn, case.id))
    shown = frozenset(one.evidence for one in files)
    answer = Answer(outcome=outcome, reason="Seen in the image.", shown=shown, **more)
    went = playing.hoede.judge.judge(case.id, who, answer)
    assert isinstance(went, Judged)
    return went.judgment
