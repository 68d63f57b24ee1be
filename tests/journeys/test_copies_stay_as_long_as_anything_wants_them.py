"""A copy outlives its date while anything wants it; a transcript is kept, and goes, like its texts."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.journeys.desk import Desk, written
from tests.journeys.keeping import LONG, erase, hold, later, let_go, sound
from tests.journeys.scene import DECLARED, FIFTEEN, LINES, VERIFIED, Scene
from tests.parts import fresh

from hoede.app import new_id
from hoede.core.orders import OrderState
from hoede.db import Transaction
from hoede.evidence import EvidenceRow
from hoede.evidence.holds import Kept
from hoede.evidence.store import EVIDENCE
from hoede.flow.report import Supplement
from hoede.review import Grounds
from hoede.review import store as review
from hoede.review.store import LETTERS


@pytest.fixture
def desk(play: Scene) -> Desk:
    return Desk(play)


def reported_chat(desk: Desk) -> str:
    """The account of whom two lines are reported, as a transcript."""
    account = written(desk, desk.play.person(FIFTEEN), *LINES)
    desk.judge(account, "eva", "grooming")
    desk.check(account, "bas", agrees=True)
    desk.play.settle()
    assert len(desk.play.finished(account)) == 1
    return account


def transcripts(desk: Desk) -> list[EvidenceRow]:
    return [one for one in desk.play.copies() if one.part == "written"]


def keep_until(desk: Desk, days: int) -> None:
    at = desk.play.hoede.db.now() + timedelta(days=days)
    kept = update(EVIDENCE).where(EVIDENCE.c.keep_until.is_not(None)).values(keep_until=at)
    desk.play.hoede.db.commit(lambda tx: tx.conn.execute(kept))


def destroyed(desk: Desk) -> int:
    return desk.play.hoede.expire.once().evidence


def followed(desk: Desk, account: str) -> str:
    """A case that follows the account's, and that was answered, as an objection is."""
    case, objection = desk.play.case(account), fresh("case")

    def step(tx: Transaction) -> None:
        review.open_case(
            tx,
            objection,
            service=case.service,
            account=account,
            grounds=Grounds.OBJECTION,
            lane="second",
            due_at=tx.now,
            earlier=case.id,
        )
        review.goes_on(tx, objection, review.JUDGED, None, None)

    desk.play.hoede.db.commit(step)
    return objection


@pytest.mark.parametrize("kind", [Kept.ACCOUNT, Kept.CASE])
def test_a_hold_keeps_the_transcript_of_a_report(desk: Desk, kind: Kept) -> None:
    account = reported_chat(desk)
    later(desk.play)
    hold_id = hold(desk.play, kind, account if kind is Kept.ACCOUNT else desk.play.case(account).id)
    assert destroyed(desk) == 0
    let_go(desk.play, hold_id)
    assert destroyed(desk) == len(desk.play.copies()) == len(LINES) + 1


def test_a_transcript_stays_while_its_report_is_open(desk: Desk) -> None:
    account = written(desk, desk.play.person(FIFTEEN), *LINES)
    desk.judge(account, "eva", "grooming")
    desk.play.carry("authority", "vault")
    (made,) = transcripts(desk)
    later(desk.play)
    assert (desk.play.order(account, "report").state, made.keep_until is None) == (OrderState.OPEN, False)
    assert destroyed(desk) == 0


def test_a_transcript_goes_with_the_account(desk: Desk) -> None:
    account = reported_chat(desk)
    assert len(transcripts(desk)) == 1
    later(desk.play)
    assert erase(desk.play, account) is None
    assert desk.play.copies() == ()
    assert list((desk.play.hoede.config.data_folder / "vault" / "objects").iterdir()) == []
    assert sound(desk.play)


def test_a_transcript_of_what_was_allowed_after_all_is_marked_like_it_and_unmarked_again(desk: Desk) -> None:
    account = written(desk, desk.play.person(FIFTEEN), *LINES)
    judgment = desk.judge(account, "eva", "grooming")
    desk.play.carry("authority", "vault")
    desk.undo(judgment)
    allowed = desk.judge(account, "eva", "no_violation")
    assert {one.destroy_after is None for one in desk.play.copies()} == {False}
    desk.undo(allowed)
    assert {one.destroy_after for one in desk.play.copies()} == {None}
    assert len(transcripts(desk)) == 1


def test_what_was_reported_is_kept_for_a_year_from_the_finished_report(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(VERIFIED))
    desk.play.carry("vault")
    keep_until(desk, 10)
    desk.play.settle()
    assert len(desk.play.finished(account)) == 1
    (copy,) = desk.play.copies()
    assert copy.keep_until is not None
    assert copy.keep_until - desk.play.hoede.db.now() > timedelta(days=364)


def test_a_copy_stays_while_somebody_may_object(desk: Desk) -> None:
    desk.play.upload(desk.play.person(VERIFIED))
    desk.play.settle()
    keep_until(desk, -1)
    assert destroyed(desk) == 0
    ended = update(LETTERS).values(until=(desk.play.hoede.db.now() - LONG).date())
    desk.play.hoede.db.commit(lambda tx: tx.conn.execute(ended))
    assert destroyed(desk) == 1


def test_a_copy_stays_while_something_is_still_to_be_added_to_its_report(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(VERIFIED))
    desk.play.settle()
    later(desk.play)
    order = desk.play.order(account, "report").order.id
    hoede = desk.play.hoede
    supplement = Supplement(db=hoede.db, measures=hoede.tables.book.measures, new_id=new_id)
    supplement(order, "The school called.", "lena")
    assert destroyed(desk) == 0
    desk.play.settle()
    later(desk.play)
    assert destroyed(desk) == 1


def test_a_copy_stays_while_a_hold_is_on_what_was_written_against_its_case(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(VERIFIED))
    desk.play.settle()
    later(desk.play)
    hold_id = hold(desk.play, Kept.CASE, followed(desk, account))
    assert destroyed(desk) == 0
    let_go(desk.play, hold_id)
    assert destroyed(desk) == 1


def test_what_had_its_time_before_objecting_was_over_is_not_said_to_have_been_judged(desk: Desk) -> None:
    desk.play.upload(account := desk.play.person(DECLARED))
    desk.play.settle()
    desk.judge(account, "eva", "no_violation")
    desk.play.settle()
    keep_until(desk, -1)
    ended = update(LETTERS).values(until=(desk.play.hoede.db.now() - LONG).date())
    desk.play.hoede.db.commit(lambda tx: tx.conn.execute(ended))
    assert destroyed(desk) == 1
    assert [one.destroyed_why for one in desk.play.copies()] == ["retention"]


def test_copies_that_are_kept_keep_no_other_from_going(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("hoede.evidence.store.ROWS_AT_ONCE", 1)
    for _ in range(2):
        desk.play.upload(desk.play.person(VERIFIED))
    desk.play.settle()
    later(desk.play)
    first, _ = sorted(one.taken.id for one in desk.play.copies())
    hold(desk.play, Kept.COPY, first)
    assert destroyed(desk) == 1
