"""P23: protection does not smother a creative community: undoing works, objections go to somebody else."""

import httpx2
import pytest
from tests.parts import until
from tests.promises.judging import judged, suspected

from hoede.demo import records
from hoede.demo.people import Person
from hoede.demo.stage import Stage
from hoede.flow.judge import Answered, Undone
from hoede.review import CaseRow, Refused, Why
from hoede.review import store as review
from hoede.review.claims import Taken


@pytest.mark.promise(23, "a-judgment-is-undone")
def test_what_a_judge_allowed_by_mistake_is_held_again(playing: Stage) -> None:
    person, content = suspected(playing, "Otto")
    allowed = judged(playing, person, "eva", "no_violation")
    until(lambda: records.account_state(playing, person) == "open")
    until(lambda: records.content_state(playing, content) == "visible")
    assert isinstance(playing.hoede.judge.undo(allowed.id, "eva"), Undone)
    until(lambda: records.account_state(playing, person) == "restricted")
    until(lambda: records.content_state(playing, content) == "held")


@pytest.mark.promise(23, "an-objection-is-judged-by-somebody-else")
def test_who_objects_rightly_is_free_again_by_somebody_elses_word(playing: Stage) -> None:
    person, content = suspected(playing, "Puck")
    judged(playing, person, "eva", "cannot_tell")
    case = objection(playing, person)
    cases, objections = playing.hoede.cases, playing.hoede.objections
    assert cases.take(case.id, "eva") == Refused(Why.OWN)
    assert isinstance(cases.take(case.id, "bas"), Taken)
    assert isinstance(objections.answer(case.id, "bas", right=True, reason="A drawn card."), Answered)
    until(lambda: records.account_state(playing, person) == "open")
    until(lambda: records.can_be_fetched(playing, content))


def objection(playing: Stage, person: Person) -> CaseRow:
    """Sent by the link in the letter."""
    until(lambda: records.letter_opens(playing, person))
    told = httpx2.get(f"{playing.plein_url}/admin/accounts/{person.id}").json()["letters"]
    httpx2.post(told[0]["appeal_url"], data={"why": "This is a drawn card."}, follow_redirects=True)
    waiting = playing.hoede.db.read(review.queue)
    return next(one for one in waiting if one.account == person.id and one.lane == "appeals")
