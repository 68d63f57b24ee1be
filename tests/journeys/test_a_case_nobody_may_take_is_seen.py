"""Nobody here may take a case any more: somebody is called, and sees why."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update
from tests.journeys.desk import REASON, Desk
from tests.journeys.scene import DECLARED, Scene

from hoede.access import staff
from hoede.access.people import add_person
from hoede.flow.judge import Checked
from hoede.review import CaseRow, Refused, Why, fits
from hoede.review import store as review
from hoede.review.claims import Taken
from hoede.review.store import CASES


@pytest.fixture
def desk(play: Scene) -> Desk:
    return Desk(play)


def works_here(desk: Desk, **roles: str) -> None:
    for person, role in roles.items():
        db = desk.play.hoede.db
        db.commit(partial(add_person, person_id=person, name=person, roles=(role,), language="en", by="x"))


def waits(desk: Desk) -> str:
    """An account with a case that waits to be judged."""
    account = desk.play.person(DECLARED)
    desk.play.upload(account)
    desk.play.settle()
    return account


def called(desk: Desk, account: str) -> str | None:
    desk.play.hoede.stuck.once()
    return desk.play.case(account).needs_human


def untakeable(desk: Desk) -> int:
    db = desk.play.hoede.db
    return db.read(lambda conn: review.waiting(conn, db.time(conn)).untakeable)


def test_a_case_that_nobody_could_tell_is_called_and_whoever_is_new_takes_it(desk: Desk) -> None:
    works_here(desk, eva="judge", bas="judge")
    account = waits(desk)
    desk.judge(account, "eva", "cannot_tell")
    assert (called(desk, account), untakeable(desk)) == (None, 0)  # Bas may
    desk.judge(account, "bas", "cannot_tell")
    assert (called(desk, account), untakeable(desk)) == ("nobody", 1)
    works_here(desk, mo="judge")
    desk.judge(account, "mo", "no_violation")
    assert (called(desk, account), untakeable(desk)) == (None, 0)


def test_a_lead_who_could_not_tell_looks_again(desk: Desk) -> None:
    works_here(desk, eva="judge", kim="lead")
    account = waits(desk)
    desk.judge(account, "eva", "cannot_tell")
    desk.judge(account, "kim", "cannot_tell", lead=True)
    assert called(desk, account) is None
    case, cases = desk.play.case(account), desk.play.hoede.cases
    assert cases.take(case.id, "eva") == Refused(Why.OWN)
    assert cases.next("kim", lead=True) is None  # not by itself, before it is late
    late(desk, case)
    assert (cases.next("eva"), isinstance(cases.next("kim", lead=True), Taken)) == (None, True)
    desk.judge(account, "kim", "no_violation", lead=True)


def late(desk: Desk, case: CaseRow) -> None:
    due = update(CASES).where(CASES.c.id == case.id)
    desk.play.hoede.db.commit(
        lambda tx: tx.conn.execute(due.values(due_at=tx.now - timedelta(hours=1))) and None
    )


def test_a_case_for_a_lead_stays_for_a_lead_when_none_may_take_it(desk: Desk) -> None:
    works_here(desk, eva="judge", bas="judge", kim="lead")
    account = waits(desk)
    desk.judge(account, "eva", "confirmed_new")
    desk.take(account, "kim", lead=True)
    case_id, hoede = desk.play.case(account).id, desk.play.hoede
    assert isinstance(hoede.judge.check(case_id, "kim", agrees=False, reason=REASON), Checked)
    assert (called(desk, account), untakeable(desk)) == ("no_lead", 1)
    assert hoede.cases.take(case_id, "bas") == Refused(Why.RIGHT)
    works_here(desk, zoe="lead")
    desk.judge(account, "zoe", "no_violation", lead=True)
    assert untakeable(desk) == 0


def test_who_was_disabled_or_knows_somebody_takes_nothing(desk: Desk) -> None:
    works_here(desk, eva="judge", bas="judge", mo="judge")
    account = waits(desk)
    desk.judge(account, "eva", "confirmed_new")
    db, case, book = desk.play.hoede.db, desk.play.case(account), desk.play.hoede.tables.roles
    db.commit(lambda tx: fits.knows(tx, "bas", case))
    assert called(desk, account) is None
    db.commit(lambda tx: staff.disable(tx, "mo", book, by="x"))
    assert (called(desk, account), desk.play.case(account).state) == ("nobody", review.SECOND)


def test_a_case_that_nobody_was_kept_from_is_left_alone(desk: Desk) -> None:
    works_here(desk, adm="administrator", bas="judge")
    account = waits(desk)
    assert called(desk, account) is None
