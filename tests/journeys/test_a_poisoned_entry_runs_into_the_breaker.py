"""An entry that hits too many accounts in ten minutes: holds go on, the irreversible waits for a person."""

import pytest
from tests.journeys.conftest import OpenScene
from tests.journeys.scene import CARD, DECLARED, VERIFIED, Scene

from hoede.app import verify_log
from hoede.lists import quarantine
from hoede.lists.jobs import release
from hoede.lists.quarantine import Why

MOST = 3
WAITING = {"remove": "waiting", "close_account": "waiting", "report": "waiting"}


@pytest.fixture
def poisoned(open_scene: OpenScene) -> Scene:
    """Its card is on the list, and four accounts have uploaded it."""
    play = open_scene(breaker_accounts=MOST)
    for _ in range(MOST):
        play.upload(play.person(DECLARED))
    play.settle()
    return play


def test_up_to_so_many_accounts_the_entry_acts(poisoned: Scene) -> None:
    assert poisoned.hoede.db.read(quarantine.all_quarantined) == ()


def test_one_account_more_puts_it_into_quarantine(poisoned: Scene) -> None:
    poisoned.upload(account := poisoned.person(VERIFIED))
    poisoned.settle_but("notify")
    (held,) = poisoned.hoede.db.read(quarantine.all_quarantined)
    assert held.why == Why.TOO_MANY
    states = poisoned.states(account)
    assert {name: states[name] for name in WAITING} == WAITING
    assert poisoned.order(account, "remove").reason == "entry-quarantined"
    assert poisoned.case(account).needs_human == "entry-quarantined"


def test_holds_go_on_and_nobody_is_limited_any_more(poisoned: Scene) -> None:
    poisoned.upload(poisoned.person(VERIFIED))
    answer = poisoned.upload(account := poisoned.person(VERIFIED)).answer
    poisoned.settle_but("notify")
    assert answer.hold
    assert sorted(poisoned.states(account)) == ["hold", "preserve", "review"]


def test_one_account_may_upload_it_as_often_as_it_likes(poisoned: Scene) -> None:
    account = poisoned.views()[0].order.values["account"]
    for _ in range(2 * MOST):
        poisoned.upload(account)
    assert poisoned.hoede.db.read(quarantine.all_quarantined) == ()


def test_released_by_a_person_it_acts_again_and_is_counted_anew(poisoned: Scene) -> None:
    poisoned.upload(poisoned.person(VERIFIED))
    entry_id = poisoned.hoede.db.read(quarantine.all_quarantined)[0].entry
    release(poisoned.hoede.db, entry_id, "looked at it: it is what the list says")
    poisoned.upload(account := poisoned.person(VERIFIED), CARD)
    poisoned.settle_but("notify", "remove", "close_account", "report")
    poisoned.settle()
    assert poisoned.states(account)["report"] == "done"
    assert poisoned.hoede.db.read(quarantine.all_quarantined) == ()


def test_the_log_tells_of_it(poisoned: Scene) -> None:
    poisoned.upload(poisoned.person(VERIFIED))
    poisoned.settle_but("notify")
    held = poisoned.hoede.db.read(quarantine.all_quarantined)[0].entry
    assert poisoned.place("list.quarantined", f"{held}:1")
    assert verify_log(poisoned.hoede.db, poisoned.hoede.keys).wrong == ()
