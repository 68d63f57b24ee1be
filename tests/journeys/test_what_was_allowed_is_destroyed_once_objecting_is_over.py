"""Copies of what a person allowed go, key first, when nobody can object any more; others stay."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from tests.journeys.desk import Desk
from tests.journeys.scene import DECLARED, Scene

from hoede.app import verify_log
from hoede.db import Transaction
from hoede.evidence import EvidenceRow, EvidenceState, Unreadable
from hoede.evidence import store as evidence
from hoede.review import store as review


@pytest.fixture
def desk(play: Scene) -> Desk:
    return Desk(play)


def judged(desk: Desk, outcome: str) -> str:
    """The account whose upload was judged so."""
    account = desk.play.person(DECLARED)
    desk.play.upload(account)
    desk.play.settle()
    desk.judge(account, "eva", outcome)
    desk.play.settle()
    return account


def copy_of(desk: Desk, account: str) -> EvidenceRow:
    case = desk.play.case(account)
    (file,) = desk.play.hoede.db.read(lambda conn: review.files_of(conn, case.id))
    return next(one for one in desk.play.copies() if one.taken.id == file.evidence)


def objecting_ended(desk: Desk, account: str) -> None:
    """As if its time had come: nothing else of the copy changes."""
    over, copy = desk.play.hoede.db.now() - timedelta(days=1), copy_of(desk, account)
    assert copy.destroy_after is not None
    desk.play.hoede.db.commit(lambda tx: evidence.destroy_after(tx, [copy.taken.id], over))
    letters = update(review.LETTERS).where(review.LETTERS.c.account == account).values(until=over.date())
    desk.play.hoede.db.commit(lambda tx: tx.conn.execute(letters))


def test_nothing_goes_while_somebody_may_object(desk: Desk) -> None:
    account = judged(desk, "no_violation")
    assert desk.play.hoede.expire.once().evidence == 0
    assert copy_of(desk, account).state is EvidenceState.SEALED


def test_what_was_allowed_goes_key_and_object_with_its_leaf(desk: Desk) -> None:
    account = judged(desk, "no_violation")
    before = copy_of(desk, account)
    objecting_ended(desk, account)
    assert desk.play.hoede.expire.once().evidence == 1
    after = copy_of(desk, account)
    assert (after.state, after.taken.key.sealed) == (EvidenceState.DESTROYED, b"")
    with pytest.raises(Unreadable):
        list(desk.play.hoede.vault.open(before.taken))  # not even with the key as it was
    desk.play.settle()
    assert verify_log(desk.play.hoede.db, desk.play.hoede.keys).wrong == ()
    assert desk.play.hoede.expire.once().evidence == 0


def test_what_was_judged_to_break_a_rule_is_never_marked(desk: Desk) -> None:
    account = judged(desk, "confirmed_new")
    assert copy_of(desk, account).destroy_after is None


def test_what_somebody_still_has_to_judge_stays(desk: Desk) -> None:
    account = judged(desk, "no_violation")
    objecting_ended(desk, account)
    case = desk.play.case(account)

    def called(tx: Transaction) -> None:
        review.call_a_person(tx, case.id, "test", "child_safety", tx.now)

    desk.play.hoede.db.commit(called)
    assert desk.play.hoede.expire.once().evidence == 0
    assert copy_of(desk, account).state is EvidenceState.SEALED


def test_a_copy_that_goes_without_its_leaf_is_noticed(desk: Desk) -> None:
    account = judged(desk, "no_violation")
    copy = copy_of(desk, account)

    silently = update(evidence.EVIDENCE).where(evidence.EVIDENCE.c.id == copy.taken.id)
    desk.play.hoede.db.commit(lambda tx: tx.conn.execute(silently.values(state=EvidenceState.DESTROYED)))
    desk.play.settle()
    assert verify_log(desk.play.hoede.db, desk.play.hoede.keys).wrong
