"""What was decided on is checked again when it is carried out: what fell away is neither done nor dropped."""

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from tests.journeys.scene import DECLARED, FIFTEEN, OTHER_CARD, VERIFIED, Scene
from tests.parts import until

from hoede.app import build, verify_log
from hoede.app.rehearsal import LIST
from hoede.lists import store as lists
from hoede.lists.jobs import withdraw
from hoede.simulators.cybertipline import Endpoint, FaultKind

WAITING = {"remove": "waiting", "close_account": "waiting", "report": "waiting"}
Change = Callable[[Scene, str], object]


def withdrawn(play: Scene, _account: str) -> None:
    withdraw(play.hoede.db, LIST, "a mistake of its source")


def younger(play: Scene, account: str) -> None:
    play.client.put_account(account, country="NL", age_evidence=[FIFTEEN])


def unproven(play: Scene, account: str) -> None:
    play.client.put_account(account, country="NL", age_evidence=[DECLARED])


CHANGES: list[tuple[Change, str]] = [
    (withdrawn, "entry-withdrawn"),
    (younger, "age-changed"),
    (unproven, "age-changed"),
]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_what_cannot_be_undone_waits_and_a_person_is_called(play: Scene, change: Change, reason: str) -> None:
    play.upload(account := play.person(VERIFIED))
    change(play, account)

    play.settle_but("notify")

    states = play.states(account)
    assert {name: states[name] for name in WAITING} == WAITING
    assert play.order(account, "close_account").reason == reason
    assert (play.case(account).needs_human is None, play.case(account).lane) == (False, "child_safety")
    assert play.queue() == [play.case(account).id]


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_the_content_stays_held_and_its_copy_sealed(play: Scene, change: Change, reason: str) -> None:
    upload = play.upload(account := play.person(VERIFIED))
    change(play, account)

    play.settle_but("notify")

    states, done = play.states(account), play.platform.ledger.done
    assert (states["hold"], states["preserve"]) == ("done", "done")
    assert (done("hold"), done("release"), done("remove")) == ([upload.content], [], [])


@pytest.mark.parametrize(("change", "reason"), CHANGES)
def test_nobody_is_told_or_reported(play: Scene, change: Change, reason: str) -> None:
    play.upload(account := play.person(VERIFIED))
    change(play, account)

    play.settle_but("notify")

    assert (play.platform.ledger.done("notify"), play.authority.reports()) == ([], [])


def test_an_order_that_waits_is_not_tried_again(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    withdrawn(play, account)
    play.settle_but("notify")
    before = play.views(account)

    time.sleep(0.3)  # longer than the longest wait between two tries
    play.carry("platform", "authority")

    assert play.views(account) == before


def test_a_verification_that_ends_between_deciding_and_carrying_out_counts_no_more(play: Scene) -> None:
    ends = datetime.now(UTC) + timedelta(seconds=1)
    account = play.person(replace(VERIFIED, until=ends))
    play.upload(account)

    until(lambda: datetime.now(UTC) > ends)
    play.settle_but("notify")

    assert play.order(account, "close_account").reason == "age-changed"


def test_a_list_that_is_switched_off_no_longer_acts(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    play.carry("vault")

    off = build(play.hoede.config.model_copy(update={"acts_alone": {}}))
    while off.carry_out.one("platform") or off.carry_out.one("authority"):
        pass
    off.close()

    states = play.states(account)
    assert {name: states[name] for name in WAITING} == WAITING


def test_the_ground_of_one_upload_does_not_carry_that_of_another(play: Scene) -> None:
    account = play.person(VERIFIED)
    play.upload(account)
    other = play.upload(account, OTHER_CARD)
    first_entry, *_ = play.hoede.db.read(lambda conn: lists.entries_of(conn, LIST))
    withdraw(play.hoede.db, first_entry, "a mistake")

    play.settle_but("notify")

    (report,) = play.finished()
    assert [file.size for file in report.files] == [len(OTHER_CARD)]
    assert play.platform.ledger.done("remove") == [other.content]


def test_a_ground_that_falls_away_while_the_report_is_open_leaves_it_unfinished(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    play.carry("vault")
    play.authority.fault(FaultKind.ERROR_500, Endpoint.FILEINFO)
    play.carry("authority")

    withdrawn(play, account)
    play.settle_but("notify")

    assert (play.finished(), play.states(account)["report"]) == ([], "waiting")


def test_once_finish_was_asked_the_report_goes_on(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    play.carry("vault")
    play.authority.fault(FaultKind.DROP_AFTER, Endpoint.FINISH)
    play.carry("authority")

    withdrawn(play, account)
    play.settle_but("notify")

    assert (len(play.finished()), play.states(account)["report"]) == (1, "done")


def test_every_order_that_waits_has_its_leaf(play: Scene) -> None:
    play.upload(account := play.person(VERIFIED))
    withdrawn(play, account)

    play.settle_but("notify")

    places = [play.place("order.waiting", play.order(account, name).order.id) for name in WAITING]
    assert len(set(places)) == len(WAITING)
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()
