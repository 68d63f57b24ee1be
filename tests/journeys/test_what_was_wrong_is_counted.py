"""Wrong measures are counted, and what was allowed is looked at by chance."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.journeys.conftest import OpenScene
from tests.journeys.desk import Desk
from tests.journeys.scene import DECLARED, LINES, Scene
from tests.parts import fresh

from hoede.app import verify_log
from hoede.client import Channel, Event, EventKind
from hoede.db import Transaction
from hoede.detection.store import EVENTS
from hoede.flow.fair import Figures
from hoede.review import Refused, samples
from hoede.review import store as review
from hoede.review.agreement import share
from hoede.review.rules import Grounds

LATER = timedelta(days=7)


def closed(desk: Desk) -> str:
    """An account that Eva closed."""
    account = desk.play.person(DECLARED, locale="nl-NL")
    desk.play.upload(account)
    desk.play.settle()
    desk.judge(account, "eva", "confirmed_new")
    desk.play.settle()
    return account


def figures(desk: Desk) -> Figures:
    return desk.play.hoede.fair.figures()


@pytest.fixture
def few(open_scene: OpenScene) -> Desk:
    """Where figures of five cases are shown already."""
    return Desk(open_scene(shown_from=5, allow_sample_weekly=3))


def allowed(play: Scene, account: str, channel: Channel = Channel.PUBLIC) -> str:
    """A comment that was let through last week; its content."""
    content = fresh("content")
    event = Event(
        id=fresh("event"),
        kind=EventKind.COMMENT,
        channel=channel,
        account=account,
        content=content,
        at=play.hoede.db.now(),
        text=LINES[0],
    )
    assert play.client.send_event(event).answer == "allow"

    def age(tx: Transaction) -> None:
        tx.conn.execute(update(EVENTS).where(EVENTS.c.content == content).values(told_at=tx.now - LATER))

    play.hoede.db.commit(age)
    return content


def test_a_wrong_measure_is_found_by_the_second_person(few: Desk) -> None:
    accounts = [closed(few) for _ in range(5)]
    assert figures(few).fair.acted == share(0, 5)
    few.check(accounts[0], "bas", agrees=False)
    few.judge(accounts[0], "kim", "no_violation", lead=True)
    found = figures(few).fair
    assert (found.acted, found.check, found.appeal) == (share(1, 5), 1, 0)
    assert found.by_band.shown == {"18+": share(1, 5)}
    assert found.by_language.shown == {"nl": share(1, 5)}
    assert found.by_category.shown == {"csea": share(1, 5)}


def test_what_was_never_done_is_no_wrong_measure(few: Desk) -> None:
    """Somebody allowed it at once: it counts as time under a limit, not as a wrong judgment."""
    for _ in range(5):
        account = few.play.person(DECLARED)
        few.play.upload(account)
        few.play.settle()
        few.judge(account, "eva", "no_violation")
        few.play.settle()
    found = figures(few).fair
    assert (found.acted, found.cleared) == (None, 5)
    assert found.median is not None
    assert found.median >= timedelta(0)


def test_a_judgment_taken_back_by_its_judge_is_no_wrong_measure(few: Desk) -> None:
    accounts = [closed(few) for _ in range(6)]
    few.undo(few.judgments(accounts[0])[0])
    few.judge(accounts[0], "eva", "no_violation")
    assert figures(few).fair.acted == share(0, 5)


def test_some_of_what_was_allowed_comes_to_people(few: Desk) -> None:
    play = few.play
    wanted = {allowed(play, play.person(DECLARED)) for _ in range(5)}
    play.hoede.draw_allowed.once()
    play.hoede.draw_allowed.once()  # the week is full
    db = play.hoede.db
    assert db.read(lambda conn: samples.drawn_since(conn, db.time(conn) - LATER)) == 3
    asked = {one.order.target.id for one in play.views() if one.order.measure == "want"}
    assert (len(asked), asked <= wanted) == (3, True)
    cases = {play.case(str(one.order.values["account"])).grounds for one in play.views()}
    assert cases == {Grounds.SAMPLE}


def test_nobody_draws_what_not_everybody_can_see(few: Desk) -> None:
    play = few.play
    allowed(play, play.person(DECLARED, country="US"), Channel.PRIVATE)
    play.hoede.draw_allowed.once()
    assert play.views() == []


def test_what_was_drawn_is_judged_and_counted(few: Desk) -> None:
    play = few.play
    account = play.person(DECLARED)
    allowed(play, account)
    play.hoede.draw_allowed.once()
    case, want = play.case(account), play.order(account, "want").order.id
    play.carry("platform")
    play.client.send_receipt(want, done=False, reason="gone")
    play.settle()
    few.take(account, "eva")
    went = play.hoede.judge.judge(case.id, "eva", few.answer(account, "no_violation"))
    assert not isinstance(went, Refused), went
    db = play.hoede.db
    found = db.read(lambda conn: samples.sampled(conn, db.time(conn) - LATER, ("no_violation",)))
    assert (found.drawn, found.judged, found.missed) == (1, 1, 0)
    play.settle()
    assert verify_log(db, play.hoede.keys).wrong == ()


def test_an_account_with_an_open_case_is_left_alone(few: Desk) -> None:
    play = few.play
    account = play.person(DECLARED)
    allowed(play, account)
    play.upload(account)
    play.hoede.draw_allowed.once()
    assert play.case(account).grounds is Grounds.SUSPECTED
    assert play.hoede.db.read(review.queue)
