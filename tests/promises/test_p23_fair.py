"""P23: protection does not smother a creative community: undoing works, objections go to somebody else."""

import tempfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import httpx2
import pytest
from PIL import Image
from tests.parts import import_list, until
from tests.promises.judging import judged, suspected

from hoede.core.orders import OrderState, OrderView
from hoede.db import orders
from hoede.demo import records
from hoede.demo.people import Person, join, post
from hoede.demo.stage import Ports, Stage, stage
from hoede.demo.story import PATIENCE
from hoede.flow.judge import Answered, Undone
from hoede.review import CaseRow, Refused, Why
from hoede.review import store as review
from hoede.review.claims import Taken
from hoede.simulators.pictures import picture


@pytest.fixture(scope="module")
def playing(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """A stage of their own: Plein erases what it removes, so an order to show it waits for a person."""
    with stage(tmp_path_factory.mktemp("fair"), Ports(), patience=PATIENCE) as up:
        yield up


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


@pytest.mark.promise(23, "wrong-measures-are-counted")
def test_a_measure_that_was_wrong_is_counted_for_whom_it_hit(playing: Stage) -> None:
    """Figures are shown of ten cases on; here of one, so that one can be seen."""
    fair = replace(playing.hoede.fair, shown_from=1)
    before = fair.figures().fair
    person, _ = suspected(playing, "Rosa")
    judged(playing, person, "eva", "confirmed_new", classification="A1")
    until(lambda: records.account_state(playing, person) == "closed")
    case = objection(playing, person)
    assert isinstance(playing.hoede.cases.take(case.id, "bas"), Taken)
    went = playing.hoede.objections.answer(case.id, "bas", right=True, reason="A drawn card.")
    assert isinstance(went, Answered)
    until(lambda: records.account_state(playing, person) == "open")
    after = fair.figures().fair
    assert after.acted is not None
    assert (after.appeal or 0) - (before.appeal or 0) == 1
    assert after.by_band.shown["18+"].some >= 1
    assert 0 <= after.acted.low <= after.acted.value <= after.acted.high <= 1


@pytest.mark.promise(23, "a-near-copy-begins-nothing-final")
def test_a_picture_that_only_looks_like_a_listed_one_begins_nothing_final(playing: Stage) -> None:
    listed, hoede = picture(2301), playing.hoede
    with tempfile.TemporaryFile() as kept:
        kept.write(listed)
        kept.flush()
        print_ = hoede.reader.look(kept.fileno()).frames[0].pdq[0].hex()
    import_list(hoede.db, "look-alikes", f"pdq\n{print_}")
    hoede.rescan.nearby.refresh()
    person = join(playing.plein_url, "Sam", "1980-01-01", verify=True)
    content = post(person, as_jpeg(listed))
    until(lambda: records.account_state(playing, person) == "restricted")
    until(lambda: not any(is_under_way(one) for one in about(playing, person)))
    asked = {one.order.measure for one in about(playing, person)}
    final = {name for name, one in hoede.tables.book.measures.items() if one.irreversible}
    assert asked & (final | {"remove", "close_account", "report", "erase"}) == set()
    assert (records.content_state(playing, content), records.finished_about(playing, person)) == ("held", 0)


def about(playing: Stage, person: Person) -> list[OrderView]:
    found = playing.hoede.db.read(orders.views)
    return [one for one in found if one.order.values.get("account") == person.id]


def is_under_way(one: OrderView) -> bool:
    return one.state is OrderState.OPEN and one.order.by != "person"


def as_jpeg(shown: bytes) -> bytes:
    """The same picture in other bytes."""
    with Image.open(BytesIO(shown)) as opened:
        out = BytesIO()
        opened.convert("RGB").save(out, "JPEG", quality=85)
    return out.getvalue()
