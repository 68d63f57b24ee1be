"""A judgment does what it said it would, once, in one transaction; what was asked before gives way."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest
from tests.journeys.desk import Desk
from tests.journeys.scene import DECLARED, FIFTEEN, OTHER_CARD, VERIFIED, Scene

from hoede.app import verify_log
from hoede.app.rehearsal import LIST
from hoede.core.orders import OrderState
from hoede.flow.judge import Judged
from hoede.lists.jobs import withdraw
from hoede.review import AccountIs, FileAnswer, Refused, Why, claims
from hoede.review import store as review

CLOSED = {"preserve", "remove", "close_account", "report", "notify"}


@pytest.fixture
def desk(shared: Scene) -> Desk:
    return Desk(shared)


def suspected(desk: Desk, *, settle: bool = True) -> str:
    """The account of a declared adult, whose upload is held, sealed and waits for a judgment."""
    account = desk.play.person(DECLARED)
    desk.play.upload(account)
    if settle:
        desk.play.settle()
    return account


def test_confirmed_material_is_removed_the_account_closed_and_reported_once(desk: Desk) -> None:
    account = suspected(desk)
    desk.judge(account, "eva", "confirmed_new")
    desk.play.settle()
    assert Counter(desk.done(account)) == Counter(
        ["hold", "preserve", "restrict_account", "notify", "remove", "close_account", "report", "notify"]
    )
    assert len(desk.play.finished(account)) == 1
    case = desk.play.case(account)
    assert (case.state, case.lane) == (review.SECOND, "second")


def test_the_report_carries_the_classification_and_that_nobody_opened_the_file(desk: Desk) -> None:
    account = suspected(desk)
    desk.judge(account, "eva", "confirmed_new", classification="B2")
    desk.play.settle()
    (report,) = desk.play.finished(account)
    details = report.files[0]
    assert (details.text("industryClassification"), details.text("fileViewedByEsp")) == ("B2", "false")


def test_the_copy_is_sealed_before_anything_final(desk: Desk) -> None:
    account = suspected(desk, settle=False)
    desk.judge(account, "eva", "confirmed_new")
    desk.play.settle()
    first = [desk.play.done_at(account, name) for name in ("preserve", "remove", "close_account", "report")]
    assert first[0] == min(first)


def test_the_preview_is_what_the_judgment_does(desk: Desk) -> None:
    account = suspected(desk)
    before = desk.play.views(account)
    shown = desk.preview(account, "confirmed_new")
    assert desk.play.views(account) == before  # a preview writes nothing
    desk.take(account, "eva")
    went = desk.try_judge(account, "eva", "confirmed_new")
    assert isinstance(went, Judged)
    assert went.plan is not None
    done = [(one.measure, one.target, len(one.after)) for one in went.plan.opens]
    assert done == [(one.measure, one.target, len(one.after)) for one in shown.opens]
    measures = desk.play.hoede.tables.book.measures
    assert [one.measure for one in shown.final(measures)] == ["remove", "close_account", "report"]
    assert [one.measure for one in shown.undoable(measures)] == ["remove", "close_account"]


def test_no_violation_undoes_everything_and_marks_the_copies(desk: Desk) -> None:
    account = suspected(desk)
    judged = desk.judge(account, "eva", "no_violation")
    desk.play.settle()
    assert set(desk.done(account)) - {"preserve"} == {"hold", "restrict_account", "notify", "release", "lift"}
    assert desk.play.case(account).state == review.JUDGED
    (copy,) = [
        one
        for one in desk.play.copies()
        if one.event == desk.play.order(account, "hold").order.values["event"]
    ]
    assert copy.destroy_after is not None
    assert 181 <= (copy.destroy_after - judged.at).days <= 187


def test_a_hold_that_was_not_told_yet_is_released_after_it(desk: Desk) -> None:
    account = suspected(desk, settle=False)
    desk.judge(account, "eva", "no_violation")
    desk.play.settle()
    states = desk.play.states(account)
    assert (states["hold"], states["release"]) == ("done", "done")
    assert desk.play.done_at(account, "hold") < desk.play.done_at(account, "release")
    assert (states["restrict_account"], "lift" in states) == ("superseded", False)  # nobody had heard of it
    assert states["notify"] == "superseded"  # it would tell of what never was


def test_what_waits_for_a_judgment_gives_way_to_it_and_the_report_goes_on(play: Scene) -> None:
    desk = Desk(play)
    play.upload(account := play.person(VERIFIED))
    withdraw(play.hoede.db, LIST, "a mistake of its source")
    play.settle_but("notify")
    assert play.states(account)["remove"] == "waiting"

    desk.judge(account, "eva", "confirmed_known")
    play.settle()

    assert Counter(
        one.order.measure for one in play.views(account) if one.state is OrderState.SUPERSEDED
    ) == {
        "remove": 1,
        "close_account": 1,
        "notify": 1,
    }
    assert {"remove", "close_account", "report", "notify"} <= set(desk.done(account))
    assert len(play.finished(account)) == 1
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()


def test_judging_what_was_carried_out_adds_the_judgment_and_runs_nothing_twice(play: Scene) -> None:
    desk = Desk(play)
    play.upload(account := play.person(VERIFIED))
    play.settle()
    case = play.case(account)
    lane = play.hoede.tables.lanes["child_safety"]
    play.hoede.db.commit(lambda tx: review.call_a_person(tx, case.id, "asked", lane.name, tx.now + lane.due))
    before = play.views(account)

    already = {one.order.measure for one in desk.preview(account, "confirmed_known").already}
    desk.judge(account, "eva", "confirmed_known")
    play.settle()

    assert already == {"remove", "close_account", "report"}
    assert play.views(account) == before
    assert len(desk.judgments(account)) == 1


def test_a_case_that_cannot_be_told_goes_to_a_second_person_and_stays_as_it_is(desk: Desk) -> None:
    account = suspected(desk)
    before = desk.play.views(account)
    desk.judge(account, "eva", "cannot_tell")
    case = desk.play.case(account)
    assert (desk.play.views(account), case.state, case.lane) == (before, review.OPEN, "second")
    assert desk.play.hoede.cases.take(case.id, "eva") == Refused(Why.OWN)
    desk.judge(account, "bas", "no_violation")


def test_each_file_is_judged_as_the_judge_said(desk: Desk) -> None:
    account = desk.play.person(DECLARED)
    bad, fine = desk.play.upload(account), desk.play.upload(account, OTHER_CARD)
    desk.play.settle()
    by_event = {one.event: one.taken.id for one in desk.play.copies()}
    event = next(
        one.order.values["event"]
        for one in desk.play.views(account)
        if one.order.measure == "hold" and one.order.target.id == fine.content
    )
    desk.judge(account, "eva", "confirmed_new", files={by_event[event]: FileAnswer("no_violation")})
    desk.play.settle()
    done = desk.play.platform.ledger.done
    assert (bad.content in done("remove"), fine.content in done("remove")) == (True, False)
    assert (bad.content in done("release"), fine.content in done("release")) == (False, True)
    (report,) = desk.play.finished(account)
    assert len(report.files) == 1


def test_a_minor_is_named_in_no_report_until_the_judgment_says_who_is_who(desk: Desk) -> None:
    account = desk.play.person(FIFTEEN)
    desk.play.upload(account)
    desk.play.settle()
    desk.take(account, "eva")
    assert desk.try_judge(account, "eva", "confirmed_new") == Refused(Why.WHO)
    went = desk.try_judge(account, "eva", "confirmed_new", account_is=AccountIs.NOBODY)
    assert isinstance(went, Judged)
    desk.play.settle()
    report = desk.play.finished()[-1]
    assert (report.text("incidentSummary/platform") is None, account in report.xml) == (False, False)


def test_a_child_who_made_it_is_protected_and_reported_as_the_victim(desk: Desk) -> None:
    account = desk.play.person(FIFTEEN)
    upload = desk.play.upload(account)
    desk.play.settle()
    desk.judge(account, "eva", "self_made")
    desk.play.settle()
    assert upload.content in desk.play.platform.ledger.done("remove")
    assert {"close_account", "restrict_account"} & set(desk.play.states(account)) == set()
    told = [one["letter"] for one in desk.play.platform.ledger.orders.values() if one["account"] == account]
    (letter,) = [one for one in told if one]
    assert any("You get no penalty from us." in one for one in letter["paragraphs"])
    report = desk.play.finished()[-1]
    named = (report.text("victim/espIdentifier"), report.text("personOrUserReported/espIdentifier"))
    assert named == (account, None)


def test_a_lease_that_ran_out_refuses_the_judgment_and_keeps_the_notes(desk: Desk) -> None:
    account = suspected(desk)
    taken = desk.take(account, "eva")
    desk.play.hoede.db.commit(lambda tx: claims.end(tx, taken.claim, "ran_out"))
    assert desk.try_judge(account, "eva", "confirmed_new", reason="It was clear.") == Refused(Why.LEASE)
    kept = desk.play.hoede.db.read(lambda conn: claims.note_of(conn, taken.case.id, "eva"))
    assert (kept, desk.judgments(account)) == ("It was clear.", ())


def test_a_form_that_comes_late_says_nothing_about_what_was_taken_since(desk: Desk) -> None:
    """Sent twice: one was still on its way when they took it back, and the case anew."""
    desk.play.upload(account := desk.play.person(DECLARED))
    late = desk.answer(account, "confirmed_new", claim=desk.take(account, "eva").claim)
    judge, case = desk.play.hoede.judge, desk.play.case(account).id
    first = judge.judge(case, "eva", late)
    assert isinstance(first, Judged)
    assert judge.judge(case, "eva", late) == Judged(first.judgment, None)
    desk.undo(first.judgment)
    assert judge.judge(case, "eva", late) == Refused(Why.LEASE)
    now = desk.answer(account, "no_violation", claim=desk.take(account, "eva").claim)
    assert judge.judge(case, "eva", late) == Refused(Why.LEASE)
    assert isinstance(judge.judge(case, "eva", now), Judged)
    assert judge.judge(case, "eva", late) == Refused(Why.LEASE)
    assert [one.outcome for one in desk.judgments(account) if not one.undone_at] == ["no_violation"]


def test_the_same_form_sent_twice_is_one_judgment(desk: Desk) -> None:
    account = suspected(desk)
    first = desk.judge(account, "eva", "confirmed_new")
    again = desk.try_judge(account, "eva", "no_violation")
    assert again == Judged(first, None)
    assert desk.judgments(account) == (first,)


def test_a_file_that_joined_meanwhile_is_not_judged_unseen(desk: Desk) -> None:
    account = suspected(desk)
    desk.take(account, "eva")
    answer = desk.answer(account, "no_violation")
    desk.play.upload(account, OTHER_CARD)
    case = desk.play.case(account)
    assert desk.play.hoede.judge.judge(case.id, "eva", answer) == Refused(Why.CHANGED)


def test_what_comes_after_a_judgment_opens_a_case_of_its_own(desk: Desk) -> None:
    account = suspected(desk)
    desk.judge(account, "eva", "no_violation")
    judged = desk.play.case(account)
    desk.play.upload(account, OTHER_CARD)
    later = desk.play.case(account)
    assert (later.earlier, later.state) == (judged.id, review.OPEN)


def test_another_case_that_limits_the_account_keeps_it_limited(desk: Desk) -> None:
    account = suspected(desk)
    desk.judge(account, "eva", "cannot_tell")
    first = desk.play.case(account)
    desk.play.hoede.db.commit(lambda tx: review.close_to_files(tx, first.id))
    desk.play.upload(account, OTHER_CARD)  # a case of its own that restricts, too
    desk.play.settle()
    desk.judge(account, "bas", "no_violation")
    desk.play.settle()
    assert "lift" not in desk.play.states(account)


def test_every_judgment_has_its_leaf(play: Scene) -> None:
    desk = Desk(play)
    account = suspected(desk)
    judged = desk.judge(account, "eva", "confirmed_new")
    play.settle()
    assert play.place("case.judged", judged.id) < play.done_at(account, "remove")
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()


def test_two_people_and_the_workers_at_once_leave_one_judgment_and_each_order_once(play: Scene) -> None:
    desk, accounts = Desk(play), [play.person(DECLARED) for _ in range(4)]
    for account in accounts:
        play.upload(account)
    takers = [(account, person) for account in accounts for person in ("eva", "bas")]

    def judge(who: tuple[str, str]) -> Judged | Refused:
        account, person = who
        taken = play.hoede.cases.take(play.case(account).id, person)
        return taken if isinstance(taken, Refused) else desk.try_judge(account, person, "confirmed_new")

    with ThreadPoolExecutor(10) as pool:
        busy = [pool.submit(play.carry, "platform", "vault", "authority") for _ in range(2)]
        went = list(pool.map(judge, takers))
        for one in busy:
            one.result()
    play.settle()

    assert sum(isinstance(one, Judged) for one in went) == len(accounts)
    for account in accounts:
        asked = Counter(one.order.measure for one in play.views(account) if one.order.measure in CLOSED)
        assert {name: asked[name] for name in ("remove", "close_account", "report")} == dict.fromkeys(
            ("remove", "close_account", "report"), 1
        )
        assert len(play.finished(account)) == 1
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()
