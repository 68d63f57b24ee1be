"""P3: close the account; the person is told, with reason and a way to object."""

import httpx2
import pytest
from tests.parts import until
from tests.promises.judging import judged, suspected

from hoede.demo import records
from hoede.demo.people import Person, join, post
from hoede.demo.stage import Stage
from hoede.review import Grounds
from hoede.review import store as review
from hoede.simulators.pictures import test_card as the_card


def closed(playing: Stage, name: str) -> Person:
    person = join(playing.plein_url, name, "1980-01-01", verify=True)
    post(person, the_card())
    until(lambda: records.account_state(playing, person) == "closed")
    return person


@pytest.mark.promise(3, "a-verified-adults-account-is-closed")
def test_a_verified_adults_account_is_closed_and_a_declared_ones_is_not(playing: Stage) -> None:
    closed(playing, "Jan")
    declared = join(playing.plein_url, "Kees", "1980-01-01")
    post(declared, the_card())
    until(lambda: records.account_state(playing, declared) == "restricted")


@pytest.mark.promise(3, "the-person-is-told-and-can-object")
def test_the_person_reads_why_and_objects_through_the_link(playing: Stage) -> None:
    person = closed(playing, "Lies")
    until(lambda: records.letter_opens(playing, person))
    told = httpx2.get(f"{playing.plein_url}/admin/accounts/{person.id}").json()["letters"]
    page = httpx2.get(told[-1]["appeal_url"])
    assert "Plein 2.1" in page.text  # the rule
    sent = httpx2.post(told[-1]["appeal_url"], data={"why": "This is a drawn card."}, follow_redirects=True)
    assert sent.status_code == 200
    waiting = playing.hoede.db.read(review.queue)
    objections = [case for case in waiting if case.account == person.id]
    assert [case.grounds for case in objections] == [Grounds.OBJECTION]


@pytest.mark.promise(3, "it-is-closed-after-a-judgment")
def test_an_account_is_closed_after_a_judgment_and_the_person_told(playing: Stage) -> None:
    person, _ = suspected(playing, "Maud")
    judged(playing, person, "eva", "confirmed_new", classification="A2")
    until(lambda: records.account_state(playing, person) == "closed")
    until(lambda: len(letters(playing, person)) == 2)  # limited at first, closed by the judgment
    newest = letters(playing, person)[0]
    assert "closed" in httpx2.get(newest).text
    until(lambda: records.finished_about(playing, person) == 1)


def letters(playing: Stage, person: Person) -> list[str]:
    """Links of the letters Plein shows them, the newest first."""
    told = httpx2.get(f"{playing.plein_url}/admin/accounts/{person.id}").json()["letters"]
    return [one["appeal_url"] for one in told]
