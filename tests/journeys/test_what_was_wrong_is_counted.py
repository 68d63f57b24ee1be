"""Wrong measures are counted, and what was allowed is looked at by chance."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update
from tests.journeys.conftest import OpenScene
from tests.journeys.desk import Desk
from tests.journeys.scene import DECLARED, LINES, VERIFIED, Scene
from tests.parts import fresh

from hoede.app import verify_log
from hoede.client import Channel, Event, EventKind
from hoede.db import Transaction
from hoede.detection.store import EVENTS
from hoede.enforcement import store as decisions
from hoede.flow.fair import Figures, spans_of
from hoede.review import Refused, acted, samples
from hoede.review import store as review
from hoede.review.acted import CaseActed
from hoede.review.agreement import share
from hoede.review.fairness import Found
from hoede.review.judgments import JUDGMENTS
from hoede.review.rules import Grounds
from hoede.review.samples import Sampled

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


def drawn(desk: Desk) -> str:
    """The account of a comment that was drawn, and that the platform does not have any more."""
    play = desk.play
    account = play.person(DECLARED)
    allowed(play, account)
    play.hoede.draw_allowed.once()
    want = play.order(account, "want").order.id
    play.carry("platform")
    play.client.send_receipt(want, done=False, reason="gone")
    play.settle()
    return account


def test_what_was_drawn_and_is_gone_is_reported_all_the_same(few: Desk) -> None:
    account = drawn(few)
    content = few.play.order(account, "want").order.target.id
    few.judge(account, "eva", "grooming")
    few.play.settle()
    (report,) = few.play.finished(account)
    assert f"No copy could be had of content {content} of " in (report.text("additionalInfo") or "")


def what_was_drawn(desk: Desk) -> Sampled:
    db = desk.play.hoede.db
    return db.read(lambda conn: samples.sampled(conn, db.time(conn) - LATER, ("no_violation",)))


def test_a_drawn_case_that_something_suspected_joined_says_nothing_of_chance(few: Desk) -> None:
    account = drawn(few)
    few.play.upload(account)
    few.play.settle()
    few.judge(account, "eva", "confirmed_new")
    assert what_was_drawn(few) == Sampled(1, 0, 0)


def test_the_newest_judgment_says_what_became_of_what_was_drawn(few: Desk) -> None:
    account = drawn(few)
    first = few.judge(account, "eva", "no_violation")
    db, case = few.play.hoede.db, few.play.case(account)

    def called(tx: Transaction) -> None:
        wrong = update(JUDGMENTS).where(JUDGMENTS.c.id == first.id).values(outcome="confirmed_new")
        tx.conn.execute(wrong)
        review.call_a_person(tx, case.id, "disagreed", "notices", tx.now)

    db.commit(called)
    assert what_was_drawn(few) == Sampled(1, 1, 1)
    few.judge(account, "kim", "no_violation", lead=True)
    assert what_was_drawn(few) == Sampled(1, 1, 0)


def test_what_a_machine_did_is_counted_though_something_suspected_joined_the_case(few: Desk) -> None:
    play = few.play
    account = play.person(VERIFIED)
    play.upload(account)
    case = play.case(account)
    play.hoede.db.commit(lambda tx: review.join_lane(tx, case, "child_safety", tx.now + LATER))
    play.settle()
    assert (play.case(account).grounds, play.case(account).id) == (Grounds.SUSPECTED, case.id)
    few.judge(account, "eva", "no_violation")
    db = play.hoede.db
    ids = [case.id]
    alone = db.read(lambda conn: decisions.alone_in(conn, ids))
    (found,) = db.read(lambda conn: acted.cases(conn, ids, alone))
    assert (found.acted_at, found.wrong) == (alone[case.id], Found.CHECK)
    assert db.read(lambda conn: decisions.alone_since(conn, db.time(conn) - LATER)) == {case.id}


def test_a_limit_counts_once_and_only_for_a_case_that_was_not_cleared_before_it(few: Desk) -> None:
    """Of two cases of one account, the earlier one was over when a limit began."""
    at = [few.play.hoede.db.now() + timedelta(days=day) for day in range(6)]
    case = partial(CaseActed, service="s", account="a", acted_at=None, wrong=None)
    before = case(id="before", opened_at=at[0], cleared_at=at[1])
    limited = case(id="limited", opened_at=at[2], cleared_at=at[4])
    likewise = case(id="likewise", opened_at=at[2], cleared_at=at[5])
    done = {"a": [("restrict_account", at[3]), ("lift", at[5])]}
    assert list(spans_of([before, limited, likewise], done)) == [at[5] - at[3]]


def test_an_account_with_an_open_case_is_left_alone(few: Desk) -> None:
    play = few.play
    account = play.person(DECLARED)
    allowed(play, account)
    play.upload(account)
    play.hoede.draw_allowed.once()
    assert play.case(account).grounds is Grounds.SUSPECTED
    assert play.hoede.db.read(review.queue)
