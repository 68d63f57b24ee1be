"""What cannot be undone is checked by somebody else; a judge takes back what can be, for a short while."""

from datetime import timedelta

import pytest
from tests.journeys.conftest import OpenScene
from tests.journeys.desk import REASON, Desk
from tests.journeys.scene import DECLARED, Scene
from tests.parts import until

from hoede.app import verify_log
from hoede.review import Refused, Why, claims
from hoede.review import store as review


@pytest.fixture
def desk(shared: Scene) -> Desk:
    return Desk(shared)


def closed(desk: Desk, outcome: str = "confirmed_new") -> str:
    """The account of a declared adult, judged by Eva and carried out."""
    account = desk.play.person(DECLARED)
    desk.play.upload(account)
    desk.play.settle()
    desk.judge(account, "eva", outcome)
    desk.play.settle()
    return account


def test_a_second_person_who_agrees_ends_the_case(desk: Desk) -> None:
    account = closed(desk)
    before = desk.play.views(account)
    desk.check(account, "bas", agrees=True)
    assert (desk.play.case(account).state, desk.play.views(account)) == (review.JUDGED, before)


def test_the_second_person_is_never_the_first(desk: Desk) -> None:
    account = closed(desk)
    case = desk.play.case(account)
    assert desk.play.hoede.cases.take(case.id, "eva") == Refused(Why.OWN)
    went = desk.play.hoede.judge.check(case.id, "eva", agrees=True, reason=REASON)
    assert went == Refused(Why.LEASE)


def test_a_check_is_due_within_a_day(desk: Desk) -> None:
    account = closed(desk)
    (judged,) = desk.judgments(account)
    due = desk.play.case(account).due_at
    assert (judged.check_until, due) == (judged.at + timedelta(hours=24),) * 2


def test_who_disagrees_undoes_what_can_be_undone_and_a_lead_decides(desk: Desk) -> None:
    account = closed(desk)
    content = desk.play.order(account, "remove").order.target.id
    desk.check(account, "bas", agrees=False)
    desk.play.settle()
    case, done = desk.play.case(account), desk.play.platform.ledger.done
    assert account in done("reopen")
    # Nobody has said that it may be seen: what is removed stays so, and the account stays limited.
    assert (content in done("restore"), account in done("lift")) == (False, False)
    assert (case.state, case.needs_human, case.lane) == (review.OPEN, "disagreed", "child_safety")


def test_neither_of_the_two_decides_again_but_a_lead_does(desk: Desk) -> None:
    account = closed(desk)
    desk.check(account, "bas", agrees=False)
    case, cases = desk.play.case(account), desk.play.hoede.cases
    went = [
        cases.take(case.id, who, lead=lead) for who, lead in (("kim", False), ("eva", True), ("bas", True))
    ]
    assert went == [Refused(Why.RIGHT), Refused(Why.OWN), Refused(Why.OWN)]
    desk.judge(account, "kim", "no_violation", lead=True)
    desk.play.settle()
    content = desk.play.order(account, "remove").order.target.id
    done = desk.play.platform.ledger.done
    assert (content in done("restore"), account in done("lift")) == (True, True)


def test_a_report_that_was_not_composed_is_not_sent_after_a_disagreement(desk: Desk) -> None:
    account = desk.play.person(DECLARED)
    desk.play.upload(account)
    desk.play.carry("platform", "vault")
    desk.judge(account, "eva", "confirmed_new")
    desk.check(account, "bas", agrees=False)
    desk.play.settle()
    assert (desk.play.states(account)["report"], desk.play.reported(account)) == ("superseded", [])


def test_a_report_that_was_superseded_is_filed_once_when_a_lead_confirms(desk: Desk) -> None:
    account = desk.play.person(DECLARED)
    desk.play.upload(account)
    desk.play.carry("platform", "vault")
    desk.judge(account, "eva", "confirmed_new")
    desk.check(account, "bas", agrees=False)
    desk.play.settle()
    desk.judge(account, "kim", "confirmed_new", lead=True)
    desk.play.settle()
    assert len(desk.play.finished(account)) == 1


def test_a_judge_takes_back_their_own_judgment_for_a_while(desk: Desk) -> None:
    account = closed(desk, "no_violation")
    (judged,) = desk.judgments(account)
    desk.undo(judged)
    desk.play.settle()
    case = desk.play.case(account)
    assert (case.state, case.lane) == (review.OPEN, "child_safety")
    done = desk.play.platform.ledger.orders.values()
    told = [one["measure"] for one in done if account in {one["account"], one["target"]["id"]}]
    assert (told.count("hold"), told.count("restrict_account")) == (2, 2)  # held and limited again
    assert desk.play.hoede.judge.undo(judged.id, "eva") == Refused(Why.ALREADY)
    desk.judge(account, "eva", "confirmed_new")  # whoever took it back may judge it anew


def test_what_a_lead_takes_back_waits_for_a_lead_again(desk: Desk) -> None:
    account = closed(desk)
    desk.check(account, "bas", agrees=False)
    desk.undo(desk.judge(account, "kim", "no_violation", lead=True))
    case, cases = desk.play.case(account), desk.play.hoede.cases
    assert (case.needs_human, cases.take(case.id, "mo")) == ("disagreed", Refused(Why.RIGHT))
    desk.judge(account, "kim", "no_violation", lead=True)


def test_a_form_sent_after_an_undoing_is_refused_and_what_was_written_is_kept(desk: Desk) -> None:
    """The browser's back page still shows the case; it is not in anybody's hands any more."""
    account = closed(desk, "no_violation")
    desk.undo(desk.judgments(account)[0])
    went = desk.try_judge(account, "eva", "confirmed_new", reason="It does show a child.")
    assert (went, len(desk.judgments(account))) == (Refused(Why.LEASE), 1)
    case_id = desk.play.case(account).id
    kept = desk.play.hoede.db.read(lambda conn: claims.note_of(conn, case_id, "eva"))
    assert kept == "It does show a child."


def test_nobody_takes_back_somebody_elses_judgment(desk: Desk) -> None:
    account = closed(desk)
    (judged,) = desk.judgments(account)
    assert desk.play.hoede.judge.undo(judged.id, "bas") == Refused(Why.GONE)


def test_a_judgment_is_not_taken_back_while_another_person_checks_it(desk: Desk) -> None:
    account = closed(desk)
    (judged,) = desk.judgments(account)
    taken = desk.take(account, "bas")
    assert desk.play.hoede.judge.undo(judged.id, "eva") == Refused(Why.TAKEN, "bas", taken.until)


def test_after_its_time_a_judgment_stays(open_scene: OpenScene) -> None:
    desk = Desk(open_scene(undo_within_s=0.2))
    account = closed(desk)
    (judged,) = desk.judgments(account)
    until(lambda: desk.play.hoede.db.now() > judged.undo_until)
    assert desk.play.hoede.judge.undo(judged.id, "eva") == Refused(Why.LATE)


def test_judgments_checks_and_undoings_have_their_leaves(play: Scene) -> None:
    desk = Desk(play)
    agreed, disagreed, undone = closed(desk), closed(desk), closed(desk)
    desk.check(agreed, "bas", agrees=True)
    desk.check(disagreed, "bas", agrees=False)
    desk.undo(desk.judgments(undone)[0])
    play.settle()
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()
