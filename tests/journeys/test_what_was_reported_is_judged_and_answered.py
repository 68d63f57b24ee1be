"""A report by somebody is judged like what a detector found, and whoever reported hears what came of it."""

from datetime import UTC, date, datetime

import pytest
from tests.journeys.conftest import OpenScene
from tests.journeys.desk import Desk
from tests.journeys.scene import FIFTEEN, VERIFIED, Scene
from tests.parts import fresh

from hoede.app import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.client import Channel, Event, EventKind
from hoede.flow.notice import NoticeReceipt
from hoede.review import Refused, Why
from hoede.review.notices import Notice, NoticeAnswer, Reason, Source, State

PICTURE = b"a picture on no list"


@pytest.fixture
def desk(open_scene: OpenScene) -> Desk:
    return Desk(open_scene(also_allowed=[PICTURE]))


def report(
    play: Scene, subject: str, content: str | None = None, reason: Reason = Reason.PRESSURE
) -> NoticeReceipt:
    return play.hoede.notice.take(
        Notice(
            service=SERVICE,
            source=Source.PERSON,
            subject=subject,
            reason=reason,
            at=datetime.now(UTC),
            reporter=fresh("reporter"),
            content=content,
            since=date(2020, 1, 1),
        )
    )


def receipt(play: Scene, told: NoticeReceipt) -> NoticeReceipt:
    """What whoever reported reads now."""
    now = play.hoede.notice.receipt_for(SERVICE, Source.PERSON, told.id)
    assert now is not None
    return now


def send_again(play: Scene, account: str, content: str) -> None:
    event = Event(
        id=fresh("again"),
        kind=EventKind.UPLOAD,
        channel=Channel.PUBLIC,
        account=account,
        content=content,
        at=datetime.now(UTC),
        because=play.case(account).id,
    )
    play.client.send_event(event, PICTURE)


def reported(desk: Desk, account: str) -> NoticeReceipt:
    """Something harmless to every list, that somebody reported and the platform sent."""
    upload = desk.play.upload(account, PICTURE)
    told = report(desk.play, account, upload.content)
    send_again(desk.play, account, upload.content)
    desk.play.settle()
    return told


def test_what_was_reported_is_removed_closed_and_filed_as_judged(desk: Desk) -> None:
    account = desk.play.person(VERIFIED)
    told = reported(desk, account)
    desk.take(account, "eva")
    assert receipt(desk.play, told).state is State.LOOKING
    desk.try_judge(account, "eva", "confirmed_new")
    desk.play.settle()
    done = desk.done(account)
    assert [one for one in ("remove", "close_account", "report", "notify") if one not in done] == []
    assert receipt(desk.play, told).state is State.LOOKING  # a second person has not looked yet
    desk.check(account, "bas", agrees=True)
    heard = receipt(desk.play, told)
    assert (heard.state, heard.outcome) == (State.ANSWERED, NoticeAnswer.REMOVED)
    desk.play.settle()
    assert verify_log(desk.play.hoede.db, desk.play.hoede.keys).wrong == ()


def test_what_breaks_no_rule_stays_and_whoever_reported_hears_so(desk: Desk) -> None:
    account = desk.play.person(FIFTEEN)
    told = reported(desk, account)
    desk.judge(account, "eva", "no_violation")
    desk.play.settle()
    assert receipt(desk.play, told).outcome is NoticeAnswer.NO_BREAK
    assert set(desk.done(account)) == {"want", "preserve"}


def test_who_disagrees_leaves_those_who_reported_without_an_answer(desk: Desk) -> None:
    account = desk.play.person(VERIFIED)
    told = reported(desk, account)
    desk.judge(account, "eva", "confirmed_new")
    desk.check(account, "bas", agrees=False)
    assert receipt(desk.play, told).state is State.LOOKING


def test_an_account_that_was_reported_as_a_whole_can_be_judged(desk: Desk) -> None:
    account = desk.play.person(VERIFIED)
    told = report(desk.play, account)
    desk.judge(account, "eva", "grooming")
    desk.play.settle()
    assert set(desk.done(account)) == {"close_account", "report", "notify"}
    desk.check(account, "bas", agrees=True)
    assert receipt(desk.play, told).outcome is NoticeAnswer.ACCOUNT


def test_nothing_is_removed_before_the_platform_has_sent_what_was_asked_for(desk: Desk) -> None:
    account = desk.play.person(VERIFIED)
    report(desk.play, account, "not-sent-yet")
    desk.take(account, "eva")
    went = desk.try_judge(account, "eva", "confirmed_new")
    assert isinstance(went, Refused)
    assert went.why is Why.PRESERVE


def test_what_many_voices_report_is_more_pressing_and_never_less(desk: Desk) -> None:
    """Both wait in one lane since the same second or later; the first has five voices."""
    one, two = desk.play.person(VERIFIED), desk.play.person(VERIFIED)
    report(desk.play, two)
    for _ in range(5):
        report(desk.play, one)
    before = [rank(desk.play, account) for account in (one, two)]
    assert before[0] < before[1]
    report(desk.play, one, reason=Reason.OTHER)
    assert rank(desk.play, one) <= before[0]


def rank(play: Scene, account: str) -> datetime:
    rank_at = play.case(account).rank_at
    assert rank_at is not None
    return rank_at
