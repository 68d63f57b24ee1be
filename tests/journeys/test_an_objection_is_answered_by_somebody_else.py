"""Whoever decided never answers the objection; who was right gets everything back, and both are told."""

import httpx2
import pytest
from tests.journeys.desk import REASON, Desk
from tests.journeys.scene import DECLARED, VERIFIED, Scene

from hoede.app import verify_log
from hoede.core.orders import opaque
from hoede.flow.judge import Answered
from hoede.review import CaseRow, Refused, Why
from hoede.review import store as review
from hoede.review.claims import Taken


@pytest.fixture
def desk(play: Scene) -> Desk:
    return Desk(play)


def link_of(desk: Desk, account: str) -> str:
    """The link in the newest letter the account got."""
    told = [one for one in desk.play.platform.ledger.orders.values() if one["account"] == account]
    return str([one["letter"] for one in told if one["letter"]][-1]["appeal_url"])


def object_(desk: Desk, account: str) -> CaseRow:
    """Send an objection by that link; the case it opened."""
    path = "/appeal/" + link_of(desk, account).rpartition("/")[2]
    sent = httpx2.post(desk.play.url + path, data={"why": "It was a cat."}, follow_redirects=True)
    assert sent.status_code == 200
    waiting = desk.play.hoede.db.read(review.queue)
    return next(one for one in waiting if one.lane == "appeals" and one.account == account)


def closed(desk: Desk) -> str:
    """A declared adult's account that Eva judged, Bas checked, and that is closed and told so."""
    account = desk.play.person(DECLARED)
    desk.play.upload(account)
    desk.play.settle()
    desk.judge(account, "eva", "confirmed_new")
    desk.play.settle()
    desk.check(account, "bas", agrees=True)
    return account


def answered(desk: Desk, case: CaseRow, person: str, *, right: bool) -> Answered:
    assert isinstance(desk.play.hoede.cases.take(case.id, person), Taken)
    went = desk.play.hoede.objections.answer(case.id, person, right=right, reason=REASON)
    assert isinstance(went, Answered), went
    desk.play.settle()
    return went


def page(desk: Desk, account: str) -> str:
    return httpx2.get(desk.play.url + "/appeal/" + link_of(desk, account).rpartition("/")[2]).text


def test_neither_who_judged_nor_who_checked_may_answer(desk: Desk) -> None:
    case = object_(desk, closed(desk))
    cases = desk.play.hoede.cases
    assert [cases.take(case.id, who) for who in ("eva", "bas")] == [Refused(Why.OWN)] * 2
    assert (cases.next("eva"), cases.next("bas")) == (None, None)
    assert desk.play.hoede.objections.answer(case.id, "eva", right=False, reason=REASON) == Refused(Why.LEASE)


def test_who_was_right_gets_everything_back(desk: Desk) -> None:
    account = closed(desk)
    content = desk.play.order(account, "remove").order.target.id
    went = answered(desk, object_(desk, account), "kim", right=True)
    done = desk.play.platform.ledger.done
    assert (account in done("reopen"), account in done("lift"), content in done("restore")) == (True,) * 3
    assert set(went.objection.undone) == {"removed", "restricted", "closed"}
    assert [one.outcome for one in desk.judgments(account)] == ["confirmed_new", "no_violation"]
    assert desk.judgments(account)[0].undone_at is not None
    assert verify_log(desk.play.hoede.db, desk.play.hoede.keys).wrong == ()


def test_the_answer_is_told_and_read_under_the_same_link(desk: Desk) -> None:
    account = closed(desk)
    link = link_of(desk, account)
    answered(desk, object_(desk, account), "kim", right=True)
    assert link_of(desk, account) == link  # the newest letter leads to the same page
    assert "You were right. We undo: content removed, account limited and account closed." in page(
        desk, account
    )


def test_what_a_letter_said_was_undone_is_not_taken_back(desk: Desk) -> None:
    account = closed(desk)
    answered(desk, object_(desk, account), "kim", right=True)
    (*_, reinstated) = desk.judgments(account)
    assert desk.play.hoede.judge.undo(reinstated.id, "kim") == Refused(Why.LATE)


def test_what_stays_is_told_without_saying_why_we_knew(desk: Desk) -> None:
    account = closed(desk)
    before = {one.order.id for one in desk.play.views(account)}
    answered(desk, object_(desk, account), "kim", right=False)
    new = [one.order.measure for one in desk.play.views(account) if one.order.id not in before]
    assert new == ["notify"]
    assert "We looked again. It stays as it is under our rule" in page(desk, account)


def test_an_objection_is_answered_once(desk: Desk) -> None:
    case = object_(desk, closed(desk))
    answered(desk, case, "kim", right=False)
    assert desk.play.hoede.cases.take(case.id, "lot") == Refused(Why.ALREADY)


def test_what_acted_without_a_person_is_undone_by_an_objection_too(desk: Desk) -> None:
    account = desk.play.person(VERIFIED)
    desk.play.upload(account)
    desk.play.settle()
    answered(desk, object_(desk, account), "kim", right=True)
    done = desk.play.platform.ledger.done
    assert (account in done("reopen"), len(done("restore"))) == (True, 1)
    (report,) = desk.play.finished(account)  # what was filed cannot be taken back, but it is told
    told = [one.text("additionalInfo") or "" for one in desk.play.finished()]
    assert [f"what report {report.id} said" in one for one in told].count(True) == 1


def test_an_objection_that_comes_before_the_judgment_judges_the_case(desk: Desk) -> None:
    account = desk.play.person(DECLARED)
    desk.play.upload(account)
    desk.play.settle()
    case = object_(desk, account)
    desk.take(account, "eva")  # who looks at the case itself meanwhile
    answered(desk, case, "kim", right=True)
    assert (desk.play.case(account).state, account in desk.play.platform.ledger.done("lift")) == (
        review.JUDGED,
        True,
    )
    assert desk.try_judge(account, "eva", "confirmed_new") == Refused(Why.ALREADY)


def test_an_objection_is_not_judged_like_a_case(desk: Desk) -> None:
    account = closed(desk)
    case = object_(desk, account)
    desk.play.hoede.cases.take(case.id, "kim")
    answer = desk.answer(account, "confirmed_new")
    assert desk.play.hoede.judge.judge(case.id, "kim", answer) == Refused(Why.OUTCOME)


def test_a_case_is_not_answered_like_an_objection(desk: Desk) -> None:
    account = desk.play.person(DECLARED)
    desk.play.upload(account)
    taken = desk.take(account, "kim")
    answer = desk.play.hoede.objections.answer
    assert answer(taken.case.id, "kim", right=True, reason=REASON) == Refused(Why.GONE)
    assert answer(taken.case.id, "kim", right=True, reason=" ") == Refused(Why.REASON)


def test_the_link_of_the_letter_follows_from_its_order(desk: Desk) -> None:
    account = closed(desk)
    letters = [one.order.id for one in desk.play.views(account) if one.order.measure == "notify"]
    links = {opaque(desk.play.hoede.keys.names, f"appeal\x1f{one}") for one in letters}
    assert link_of(desk, account).rpartition("/")[2] in links
