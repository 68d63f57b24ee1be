"""Cases come to people by lane and rank, who skip, hand over, escalate, or say a child is in danger."""

from datetime import date, timedelta

import pytest
from tests.journeys.desk import Desk
from tests.journeys.scene import DECLARED, FIFTEEN, Scene

from hoede.flow.cases import Danger
from hoede.review import Refused, Why
from hoede.review.claims import Taken

TODAY = date(2026, 11, 23)


@pytest.fixture
def desk(play: Scene) -> Desk:
    return Desk(play)


def waiting(desk: Desk, *people: object) -> list[str]:
    """An account per kind of person, each with a case that waits."""
    accounts = [desk.play.person(one) for one in people]  # type: ignore[arg-type]
    for account in accounts:
        desk.play.upload(account)
    return accounts


def test_the_next_case_is_nobody_elses(desk: Desk) -> None:
    accounts = waiting(desk, DECLARED, FIFTEEN)
    cases = desk.play.hoede.cases
    eva, bas = cases.next("eva"), cases.next("bas")
    assert eva is not None
    assert bas is not None
    assert {eva.case.account, bas.case.account} == set(accounts)
    assert cases.next("kim") is None


def test_skipping_needs_a_reason_of_the_list_and_the_case_in_hand(desk: Desk) -> None:
    (account,) = waiting(desk, DECLARED)
    cases, case = desk.play.hoede.cases, desk.play.case(account)
    assert cases.skip(case.id, "eva", "other") == Refused(Why.LEASE)
    desk.take(account, "eva")
    assert cases.skip(case.id, "eva", "bored") == Refused(Why.REASON)
    assert cases.skip(case.id, "eva", "too_heavy") is None
    assert cases.next("eva") is None
    assert isinstance(cases.next("bas"), Taken)


def test_a_case_that_is_handed_over_is_the_colleagues_at_once(desk: Desk) -> None:
    (account,) = waiting(desk, DECLARED)
    cases, case = desk.play.hoede.cases, desk.play.case(account)
    desk.take(account, "eva")
    over = cases.hand_over(case.id, "eva", "bas")
    assert isinstance(over, Taken)
    assert (over.person, cases.take(case.id, "eva")) == ("bas", Refused(Why.TAKEN, "bas", over.until))


def test_a_case_is_not_handed_to_somebody_who_may_not_have_it(desk: Desk) -> None:
    (account,) = waiting(desk, DECLARED)
    cases, case = desk.play.hoede.cases, desk.play.case(account)
    desk.judge(account, "eva", "cannot_tell")
    desk.take(account, "bas")
    assert cases.hand_over(case.id, "bas", "eva") == Refused(Why.OWN)
    assert isinstance(cases.renew(case.id, "bas"), Taken)  # and stays where it is


def test_an_escalated_case_waits_for_a_lead(desk: Desk) -> None:
    (account,) = waiting(desk, DECLARED)
    cases, case = desk.play.hoede.cases, desk.play.case(account)
    desk.take(account, "eva")
    assert cases.escalate(case.id, "eva") is None
    assert (cases.next("bas"), cases.take(case.id, "bas")) == (None, Refused(Why.RIGHT))
    assert isinstance(cases.next("kim", lead=True), Taken)


def test_a_child_in_danger_goes_before_all_and_its_report_says_so(desk: Desk) -> None:
    account = waiting(desk, DECLARED, FIFTEEN)[0]
    cases, case = desk.play.hoede.cases, desk.play.case(account)
    desk.take(account, "eva")
    danger = cases.danger(case.id, "eva", "A meeting was agreed for tonight.", TODAY)
    assert isinstance(danger, Danger)
    assert (danger.report, {one.line.cc for one in danger.contacts}) == ("will", {"NL"})
    at = desk.play.case(account)
    assert (at.lane, at.due_at) == ("now", danger.due_at)
    assert danger.due_at - desk.play.hoede.db.now() <= timedelta(hours=1)

    desk.try_judge(account, "eva", "confirmed_new")
    desk.play.settle()
    (report,) = desk.play.finished(account)
    assert report.text("incidentSummary/escalateToHighPriority") == "A meeting was agreed for tonight."


def test_whoever_does_not_have_the_case_calls_no_danger(desk: Desk) -> None:
    (account,) = waiting(desk, DECLARED)
    case = desk.play.case(account)
    assert desk.play.hoede.cases.danger(case.id, "eva", "Now.", TODAY) == Refused(Why.LEASE)


def test_a_note_is_kept_whoever_has_the_case(desk: Desk) -> None:
    (account,) = waiting(desk, DECLARED)
    case, cases = desk.play.case(account), desk.play.hoede.cases
    assert cases.note(case.id, "eva", "Ask the team about the second picture.") is None
    assert cases.note("cas_none", "eva", "Hello.") == Refused(Why.GONE)
    assert cases.note(case.id, "eva", "x" * 3001) == Refused(Why.REASON)
