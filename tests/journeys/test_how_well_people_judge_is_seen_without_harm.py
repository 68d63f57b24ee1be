"""Golden cases and second looks: judged like any other, and nothing of a real case comes of them."""

import json
from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import update
from tests.journeys.conftest import OpenScene
from tests.journeys.desk import REASON, Desk
from tests.journeys.scene import DECLARED, FIFTEEN, Scene
from tests.journeys.test_what_was_reported_is_judged_and_answered import report

from hoede.app import verify_log
from hoede.client import AgeEvidence
from hoede.db import orders
from hoede.evidence import store as evidence
from hoede.flow.erase import shipped_columns
from hoede.flow.erase.columns import Scope
from hoede.flow.erase.scopes import delete_all, hanging_on
from hoede.flow.judge import Checked, Judged, Plan, Rules, Undone, whole
from hoede.flow.report.ready import would_lack
from hoede.flow.view import How
from hoede.review import AccountIs, Answer, CaseRow, Refused, Why, blind, claims, fits, guidance, judgments
from hoede.review import store as review
from hoede.review.blind import BlindCase, Golden
from hoede.review.claims import Taken

ALWAYS = 100


@pytest.fixture
def desk(open_scene: OpenScene) -> Desk:
    """Every judgment is given twice; no golden case comes by itself."""
    return Desk(open_scene(double_review_percent=ALWAYS, golden_percent=0))


@pytest.fixture
def calm(play: Scene) -> Desk:
    return Desk(play)


def finished(desk: Desk, outcome: str = "no_violation", *, age: AgeEvidence = DECLARED) -> CaseRow:
    """A case about a new account that Eva judged."""
    account = desk.play.person(age, screen_name="Otto")
    desk.play.upload(account)
    desk.play.settle()
    desk.judge(account, "eva", outcome)
    desk.play.settle()
    return desk.play.case(account)


def golden_of(desk: Desk, case: CaseRow, outcome: str = "no_violation") -> Golden:
    made = desk.play.hoede.quality.make_golden(case.id, "kim", outcome, "A drawn card.")
    assert isinstance(made, Golden), made
    return made


def comes_in(desk: Desk, golden: Golden) -> CaseRow:
    """A golden case, as it waits in the queue."""
    hoede = desk.play.hoede
    case_id = f"case_{golden.id[-8:]}{len(golden.id)}"
    lane = hoede.tables.lanes[golden.lane]
    hoede.db.commit(lambda tx: blind.open_golden(tx, case_id, golden, lane))
    return row(desk, case_id)


def row(desk: Desk, case_id: str) -> CaseRow:
    found = desk.play.hoede.db.read(lambda conn: review.find_case(conn, case_id))
    assert found is not None
    return found


def kept(desk: Desk, case_id: str) -> BlindCase:
    found = desk.play.hoede.db.read(lambda conn: blind.find(conn, case_id))
    assert found is not None
    return found


def answer(desk: Desk, case_id: str, outcome: str) -> Answer:
    files = desk.play.hoede.db.read(lambda conn: review.files_of(conn, case_id))
    needs = desk.play.hoede.tables.outcomes[outcome].classification == "required"
    shown = frozenset(one.evidence for one in files)
    return Answer(outcome=outcome, reason=REASON, classification="A1" if needs else None, shown=shown)


def judge(desk: Desk, case_id: str, person: str, outcome: str) -> Judged:
    taken = desk.play.hoede.cases.take(case_id, person)
    assert isinstance(taken, Taken), taken
    went = desk.play.hoede.judge.judge(case_id, person, answer(desk, case_id, outcome))
    assert isinstance(went, Judged), went
    return went


def second_look(desk: Desk, source: CaseRow) -> CaseRow:
    ids = desk.play.hoede.db.read(lambda conn: blind.of_sources(conn, [source.id]))
    (found,) = [row(desk, one) for one in ids if row(desk, one).blind == "double"]
    return found


def everything_asked(desk: Desk) -> tuple[object, ...]:
    """Whatever reaches somebody: orders, what the platform was told, reports, letters."""
    play = desk.play
    asked = sorted((one.order.id, one.state) for one in play.views())
    letters = play.hoede.db.read(lambda conn: conn.exec_driver_sql("SELECT count(*) FROM letter").scalar())
    return asked, dict(play.platform.ledger.orders), play.authority.reports(), letters


def leaves(desk: Desk) -> list[str]:
    """What the log's newest acts are called."""
    asked = "SELECT body FROM leaf ORDER BY id"
    bodies = desk.play.hoede.db.read(lambda conn: conn.exec_driver_sql(asked).scalars().all())
    return [json.loads(body)["act"] for body in bodies]


@pytest.mark.parametrize("outcome", ["confirmed_new", "no_violation", "age_unclear", "cannot_tell"])
def test_a_golden_case_asks_nothing_of_anybody(calm: Desk, outcome: str) -> None:
    """No order, no webhook, no report, no letter, whatever it is called."""
    golden = golden_of(calm, finished(calm))
    before = everything_asked(calm)
    case = comes_in(calm, golden)
    judge(calm, case.id, "bas", outcome)
    calm.play.settle()
    assert everything_asked(calm) == before


def test_a_golden_case_is_in_no_figure_of_real_cases(calm: Desk) -> None:
    golden = golden_of(calm, finished(calm))
    db = calm.play.hoede.db
    figures = db.read(lambda conn: (review.waiting(conn, db.time(conn)), review.case_ids(conn)))
    real = [one for one in leaves(calm) if one.startswith("case.")]
    case = comes_in(calm, golden)
    assert db.read(lambda conn: (review.waiting(conn, db.time(conn)), review.case_ids(conn))) == figures
    judge(calm, case.id, "bas", "confirmed_new")
    assert [one for one in leaves(calm) if one.startswith("case.")] == real
    assert {"blind.opened", "blind.judged"} <= set(leaves(calm))


def test_a_real_case_and_a_golden_one_of_it_look_alike(calm: Desk) -> None:
    """All that a page shows is there, by the same rules, about somebody who is not there."""
    source = finished(calm)
    account = calm.play.person(DECLARED, screen_name="Otto")
    calm.play.upload(account)
    calm.play.settle()
    case, real = comes_in(calm, golden_of(calm, source)), calm.play.case(account)
    db = calm.play.hoede.db
    shown = db.read(lambda conn: whole(conn, case, db.time(conn)))
    as_real = db.read(lambda conn: whole(conn, real, db.time(conn)))
    assert (shown.band, shown.account.country) == (as_real.band, as_real.account.country)
    assert len(shown.account.id) == len(as_real.account.id)
    assert shown.account.id != source.account
    assert shown.account.screen_name not in {None, "Otto"}
    measures = [sorted((v.order.measure, v.state) for v in one.facts.orders) for one in (shown, as_real)]
    assert measures[0] == measures[1] != []
    lanes = [(one.lane, one.state, one.grounds, one.needs_human) for one in (case, real)]
    assert lanes[0] == lanes[1]


def test_the_preview_of_a_golden_case_says_what_it_would_of_a_real_one(calm: Desk) -> None:
    source = finished(calm)
    account = calm.play.person(DECLARED, screen_name="Otto")
    calm.play.upload(account)
    calm.play.settle()
    case = comes_in(calm, golden_of(calm, source))
    seen = calm.play.hoede.judge.preview(case.id, answer(calm, case.id, "confirmed_new"))
    assert isinstance(seen, Plan)
    real = calm.preview(account, "confirmed_new")
    opens = [sorted(one.measure for one in each.opens) for each in (seen, real)]
    ends = [sorted(one.order.measure for one in each.supersedes) for each in (seen, real)]
    assert (opens[0], ends[0]) == (opens[1], ends[1])


def test_a_report_of_a_golden_case_would_lack_what_one_of_the_real_case_would(calm: Desk) -> None:
    """Its account is invented, and so in no country; its page says one."""
    source = finished(calm)
    case, db = comes_in(calm, golden_of(calm, source)), calm.play.hoede.db
    lacks = [
        db.read(partial(would_lack, case_id=one, account_is=AccountIs.OFFENDER))
        for one in (case.id, source.id)
    ]
    assert lacks == [(), ()]


def test_what_people_reported_makes_no_golden_case(calm: Desk) -> None:
    """Notices are about somebody real: a golden case would show none, and be known by that."""
    play, account = calm.play, calm.play.person(DECLARED)
    report(play, account, play.upload(account).content)
    play.settle()
    calm.judge(account, "eva", "no_violation")
    went = play.hoede.quality.make_golden(play.case(account).id, "kim", "no_violation", REASON)
    assert went == Refused(Why.REPORTED)


def test_after_it_was_judged_its_page_shows_orders_that_nobody_asked(calm: Desk) -> None:
    case = comes_in(calm, golden_of(calm, finished(calm)))
    went = judge(calm, case.id, "bas", "confirmed_new")
    db = calm.play.hoede.db
    soon = db.read(lambda conn: whole(conn, row(calm, case.id), db.time(conn) + timedelta(seconds=30)))
    states = {one.order.measure: one.state.value for one in soon.facts.orders}
    assert (states["remove"], states["close_account"], states["report"]) == ("done", "done", "open")
    assert went.plan is not None
    ids = [one.id for one in went.plan.opens]
    assert ids
    assert db.read(lambda conn: orders.known(conn, ids)) == set()


def test_what_it_was_called_is_kept_beside_what_is_right(calm: Desk) -> None:
    golden = golden_of(calm, finished(calm))
    case = comes_in(calm, golden)
    judge(calm, case.id, "bas", "confirmed_new")
    found = kept(calm, case.id)
    told = (found.expected, found.outcome, found.answered_by, found.agrees)
    assert told == ("no_violation", "confirmed_new", "bas", False)


def test_a_golden_case_is_checked_and_taken_back_like_any_other(calm: Desk) -> None:
    golden = golden_of(calm, finished(calm))
    before = everything_asked(calm)
    case = comes_in(calm, golden)
    went = judge(calm, case.id, "bas", "confirmed_new")
    assert isinstance(calm.play.hoede.judge.undo(went.judgment.id, "bas"), Undone)
    assert kept(calm, case.id).outcome is None
    judge(calm, case.id, "bas", "confirmed_new")
    assert row(calm, case.id).state == review.SECOND
    assert isinstance(calm.play.hoede.cases.take(case.id, "mo"), Taken)
    went_ = calm.play.hoede.judge.check(case.id, "mo", agrees=False, reason=REASON)
    assert isinstance(went_, Checked)
    calm.play.settle()
    assert (row(calm, case.id).needs_human, everything_asked(calm)) == ("disagreed", before)


def test_whoever_knows_a_golden_case_is_not_given_it(calm: Desk) -> None:
    """Neither who judged what it was made of, nor who made it, nor who had it before."""
    golden = golden_of(calm, finished(calm))
    first = comes_in(calm, golden)
    judge(calm, first.id, "bas", "no_violation")
    hoede = calm.play.hoede
    lane = hoede.tables.lanes[golden.lane]
    hoede.db.commit(lambda tx: blind.open_golden(tx, "case_again", golden, lane))
    went = [hoede.cases.take("case_again", who, lead=True) for who in ("eva", "kim", "bas")]
    assert went == [Refused(Why.OWN)] * 3
    assert [hoede.cases.next(who, lead=True) for who in ("eva", "kim", "bas")] == [None] * 3
    taken = hoede.cases.next("mo")
    assert taken is not None
    assert taken.case.id == "case_again"


def test_nobody_calls_for_help_about_a_golden_case(calm: Desk) -> None:
    case = comes_in(calm, golden_of(calm, finished(calm)))
    hoede = calm.play.hoede
    assert isinstance(hoede.cases.take(case.id, "bas"), Taken)
    went = hoede.cases.danger(case.id, "bas", "A child is there.", hoede.db.now().date())
    assert (went, row(calm, case.id).danger) == (Refused(Why.PRACTICE), None)


def test_a_golden_case_opens_its_material_by_the_rules_of_any_case(calm: Desk) -> None:
    source = finished(calm)
    account = calm.play.person(DECLARED)
    calm.play.upload(account)
    calm.play.settle()
    hoede, went = calm.play.hoede, []
    for case_id in (comes_in(calm, golden_of(calm, source)).id, calm.play.case(account).id):
        assert isinstance(hoede.cases.take(case_id, "bas"), Taken)
        (file,) = _files(calm, case_id)
        went.append(hoede.view.preview(case_id, file, "bas", How.BLURRED, "judge"))
    assert went == [Refused(Why.KNOWN)] * 2  # the trigger equals a listed entry: nobody needs to see it


def test_golden_cases_come_in_by_chance_at_their_own_time(open_scene: OpenScene) -> None:
    """Somebody takes a real case; at that time another comes into the queue, for whoever takes it then."""
    desk = Desk(open_scene(golden_percent=20, double_review_percent=0))
    golden_of(desk, finished(desk))
    for _ in range(40):
        account = desk.play.person(DECLARED)
        desk.play.upload(account)
    desk.play.settle()
    hoede = desk.play.hoede
    for number in range(40):
        assert hoede.cases.next(f"judge-{number}") is not None
    found = hoede.db.read(lambda conn: blind.all_golden(conn)[0])
    opened = hoede.db.read(lambda conn: blind.of_sources(conn, [found.source]))
    assert len(opened) == 1  # one at a time of each


@pytest.mark.parametrize("outcome", [None, "confirmed_new"])
def test_a_blind_case_that_nobody_took_or_checked_for_a_week_is_withdrawn(
    desk: Desk, outcome: str | None
) -> None:
    """Also where no golden case ever falls."""
    again, hoede = second_look(desk, finished(desk)), desk.play.hoede
    if outcome:
        judge(desk, again.id, "bas", outcome)
    waits = row(desk, again.id).state
    hoede.stuck.once()
    assert row(desk, again.id).state == waits
    long_ago = update(blind.BLIND).where(blind.BLIND.c.case_id == again.id)
    hoede.db.commit(
        lambda tx: tx.conn.execute(long_ago.values(opened_at=tx.now - timedelta(days=8))) and None
    )
    hoede.stuck.once()
    assert (row(desk, again.id).state, kept(desk, again.id).outcome) == (review.JUDGED, outcome)


def test_a_child_is_not_made_an_offender_by_a_golden_case_either(calm: Desk) -> None:
    case = comes_in(calm, golden_of(calm, finished(calm, age=FIFTEEN)))
    assert isinstance(calm.play.hoede.cases.take(case.id, "bas"), Taken)
    went = calm.play.hoede.judge.judge(case.id, "bas", answer(calm, case.id, "confirmed_new"))
    assert went == Refused(Why.WHO)


def test_a_second_person_judges_without_seeing_the_first_judgment(desk: Desk) -> None:
    source = finished(desk)
    again = second_look(desk, source)
    hoede = desk.play.hoede
    seen = hoede.db.read(lambda conn: whole(conn, again, hoede.db.time(conn)))
    assert hoede.db.read(lambda conn: judgments.of_case(conn, again.id)) == ()
    assert "no_violation" not in {one.outcome for one in seen.facts.orders}
    assert {one.order.measure for one in seen.facts.orders} >= {"hold", "review"}
    assert {one.order.cause.startswith("jud_") for one in seen.facts.orders} == {False}
    assert hoede.cases.take(again.id, "eva") == Refused(Why.OWN)


def test_the_first_measures_stand_until_a_third_person_settles_it(desk: Desk) -> None:
    source = finished(desk)
    before = everything_asked(desk)
    again = second_look(desk, source)
    judge(desk, again.id, "bas", "confirmed_new")
    desk.play.settle()
    assert everything_asked(desk) == before
    (found,) = desk.play.hoede.db.read(blind.disagreements)
    assert (found.expected, found.outcome, found.source) == ("no_violation", "confirmed_new", source.id)


def test_what_a_second_person_is_still_to_look_at_is_kept_for_them(desk: Desk) -> None:
    """What was drawn by chance and allowed would go as soon as it cannot be undone."""
    source = finished(desk)
    again, hoede = second_look(desk, source), desk.play.hoede
    over, (copy,) = hoede.db.now() - timedelta(days=1), _files(desk, again.id)
    hoede.db.commit(lambda tx: evidence.destroy_after(tx, [copy], over))
    hoede.db.commit(lambda tx: tx.conn.execute(update(review.LETTERS).values(until=over.date())))
    assert hoede.expire.once().evidence == 0
    judge(desk, again.id, "bas", "no_violation")
    assert hoede.expire.once().evidence == 1


def test_a_third_person_says_that_the_first_is_right(desk: Desk) -> None:
    source = finished(desk)
    again = second_look(desk, source)
    judge(desk, again.id, "bas", "confirmed_new")
    quality, db = desk.play.hoede.quality, desk.play.hoede.db
    note = "A drawn card shows nobody."
    refused = [quality.resolve(again.id, who, Rules.FIRST, note=note) for who in ("eva", "bas")]
    assert refused == [Refused(Why.OWN)] * 2
    assert quality.resolve(again.id, "kim", Rules.FIRST, note=note) is None
    assert quality.resolve(again.id, "kim", Rules.FIRST, note=note) == Refused(Why.ALREADY)
    assert db.read(blind.disagreements) == ()
    (advice,) = db.read(guidance.in_force)["no_violation"]
    assert (advice.text, row(desk, source.id).state) == (note, review.JUDGED)


def test_a_third_person_says_that_the_second_is_right_and_a_lead_judges_anew(desk: Desk) -> None:
    source = finished(desk)
    again = second_look(desk, source)
    judge(desk, again.id, "bas", "confirmed_new")
    quality, cases = desk.play.hoede.quality, desk.play.hoede.cases
    assert quality.resolve(again.id, "kim", Rules.SECOND, note="It does show one.") is None
    case = row(desk, source.id)
    assert (case.state, case.needs_human, case.lane) == (review.OPEN, "disagreed", "child_safety")
    assert [cases.take(case.id, who, lead=True) for who in ("eva", "bas")] == [Refused(Why.OWN)] * 2
    desk.judge(source.account, "kim", "confirmed_new", lead=True)
    desk.play.settle()
    assert len(desk.play.finished(source.account)) == 1


def test_what_was_cleared_meanwhile_is_not_settled_by_a_page_that_is_old(desk: Desk) -> None:
    source = finished(desk, "confirmed_new")
    again = second_look(desk, source)
    judge(desk, again.id, "bas", "no_violation")
    desk.check(source.account, "mo", agrees=False)
    desk.judge(source.account, "kim", "no_violation", lead=True)
    before = row(desk, source.id)
    quality = desk.play.hoede.quality
    went = [quality.resolve(again.id, "zoe", how, note=REASON) for how in Rules]
    assert (went, row(desk, source.id)) == ([Refused(Why.ALREADY)] * 2, before)


def test_a_lead_judges_anew_also_what_was_still_to_be_checked(desk: Desk) -> None:
    source = finished(desk, "confirmed_new")
    again = second_look(desk, source)
    judge(desk, again.id, "bas", "no_violation")
    desk.take(source.account, "mo")  # checks it at this moment
    hoede = desk.play.hoede
    assert hoede.quality.resolve(again.id, "zoe", Rules.SECOND, note=REASON) is None
    assert hoede.judge.check(source.id, "mo", agrees=True, reason=REASON) == Refused(Why.LEASE)
    assert hoede.db.read(lambda conn: claims.note_of(conn, source.id, "mo")) == REASON
    assert (row(desk, source.id).state, row(desk, source.id).needs_human) == (review.OPEN, "disagreed")
    before = everything_asked(desk)
    desk.play.settle()
    assert everything_asked(desk) == before  # nothing is undone before somebody judged anew
    desk.judge(source.account, "kim", "no_violation", lead=True)
    desk.play.settle()
    assert source.account in desk.play.platform.ledger.done("lift")


def test_what_was_judged_anew_takes_the_place_of_the_first_for_good(desk: Desk) -> None:
    source = finished(desk, "age_unclear")
    again = second_look(desk, source)
    judge(desk, again.id, "bas", "no_violation")
    hoede = desk.play.hoede
    assert hoede.quality.resolve(again.id, "zoe", Rules.SECOND, note=REASON) is None
    in_force = hoede.db.read(lambda conn: judgments.in_force(conn, source.id))
    assert in_force is not None
    assert in_force.outcome == "age_unclear"
    desk.take(source.account, "kim", lead=True)
    desk.try_judge(source.account, "kim", "cannot_tell")
    assert hoede.db.read(lambda conn: judgments.in_force(conn, source.id)) == in_force
    anew = desk.judge(source.account, "zoe", "no_violation", lead=True)
    desk.undo(anew)
    assert hoede.db.read(lambda conn: judgments.in_force(conn, source.id)) is None
    assert hoede.cases.take(source.id, "eva", lead=True) == Refused(Why.OWN)
    assert verify_log(hoede.db, hoede.keys).wrong == ()


def test_who_checked_the_first_does_not_settle_it(desk: Desk) -> None:
    source = finished(desk, "confirmed_new")
    again = second_look(desk, source)
    desk.check(source.account, "mo", agrees=True)
    judge(desk, again.id, "bas", "no_violation")
    went = desk.play.hoede.quality.resolve(again.id, "mo", Rules.FIRST, note=REASON)
    assert went == Refused(Why.OWN)


def test_a_child_in_danger_stays_with_whoever_is_quickest_when_a_look_is_settled(desk: Desk) -> None:
    source = finished(desk, "confirmed_new")
    again = second_look(desk, source)
    judge(desk, again.id, "bas", "no_violation")
    desk.take(source.account, "mo")
    hoede = desk.play.hoede
    hoede.cases.danger(source.id, "mo", "She says where she is.", hoede.db.now().date())
    assert hoede.quality.resolve(again.id, "zoe", Rules.SECOND, note=REASON) is None
    found = row(desk, source.id)
    assert (found.state, found.lane, found.needs_human) == (review.OPEN, "now", None)
    assert isinstance(desk.try_judge(source.account, "mo", "confirmed_new"), Judged)


def test_who_checked_a_second_look_neither_checks_nor_is_given_the_real_case(desk: Desk) -> None:
    source = finished(desk, "confirmed_new")
    again, hoede = second_look(desk, source), desk.play.hoede
    judge(desk, again.id, "bas", "confirmed_new")
    assert isinstance(hoede.cases.take(again.id, "mo"), Taken)
    assert isinstance(hoede.judge.check(again.id, "mo", agrees=True, reason=REASON), Checked)
    assert [hoede.cases.take(source.id, who) for who in ("bas", "mo")] == [Refused(Why.OWN)] * 2
    assert [hoede.cases.next(who) for who in ("bas", "mo")] == [None] * 2


def test_a_second_look_at_what_was_taken_back_is_no_longer_asked(desk: Desk) -> None:
    source = finished(desk)
    again = second_look(desk, source)
    desk.undo(desk.judgments(source.account)[0])
    assert row(desk, again.id).state == review.JUDGED
    assert kept(desk, again.id).outcome is None


def test_a_child_in_danger_at_a_second_look_brings_the_real_case_back(desk: Desk) -> None:
    source = finished(desk)
    again = second_look(desk, source)
    hoede = desk.play.hoede
    assert isinstance(hoede.cases.take(again.id, "bas"), Taken)
    hoede.cases.danger(again.id, "bas", "She says where she is.", hoede.db.now().date())
    case = row(desk, source.id)
    assert (case.state, case.lane, case.danger) == (review.OPEN, "now", "She says where she is.")


def test_no_second_look_stands_before_a_child_in_danger(desk: Desk) -> None:
    account = desk.play.person(DECLARED, screen_name="Otto")
    desk.play.upload(account)
    desk.play.settle()
    desk.take(account, "eva")
    hoede, case = desk.play.hoede, desk.play.case(account)
    hoede.cases.danger(case.id, "eva", "She says where she is.", hoede.db.now().date())
    assert isinstance(desk.try_judge(account, "eva", "confirmed_new"), Judged)
    assert hoede.db.read(lambda conn: blind.of_sources(conn, [case.id])) == []


def test_several_people_judge_a_set_each_for_themselves(calm: Desk) -> None:
    golden = golden_of(calm, finished(calm))
    before = everything_asked(calm)
    quality, judging = calm.play.hoede.quality, calm.play.hoede.judge
    session = quality.calibrate("November", "kim", [golden.id])
    assert isinstance(session, str)
    for person, outcome in (("bas", "no_violation"), ("mo", "cannot_tell")):
        taken = quality.next_of(session, person)
        assert isinstance(taken, Taken)
        went = judging.judge(taken.case.id, person, answer(calm, taken.case.id, outcome))
        assert isinstance(went, Judged)
        assert quality.next_of(session, person) is None
    db = calm.play.hoede.db
    long_ago = db.now() - timedelta(days=1)
    found = db.read(lambda conn: blind.answered(conn, blind.Kind.CALIBRATION, long_ago, calibration=session))
    assert sorted(one.outcome or "" for one in found) == ["cannot_tell", "no_violation"]
    assert quality.close(session) is None
    assert quality.next_of(session, "ivo") == Refused(Why.ALREADY)
    calm.play.settle()
    assert everything_asked(calm) == before


def test_a_closed_calibration_takes_no_answer_any_more(calm: Desk) -> None:
    golden, hoede = golden_of(calm, finished(calm)), calm.play.hoede
    session = hoede.quality.calibrate("November", "kim", [golden.id])
    assert isinstance(session, str)
    taken = hoede.quality.next_of(session, "bas")
    assert isinstance(taken, Taken)
    assert hoede.quality.close(session) is None
    went = hoede.judge.judge(taken.case.id, "bas", answer(calm, taken.case.id, "no_violation"))
    assert (went, kept(calm, taken.case.id).outcome) == (Refused(Why.ALREADY), None)


def test_what_was_not_judged_yet_makes_no_golden_case(calm: Desk) -> None:
    account = calm.play.person(DECLARED)
    calm.play.upload(account)
    calm.play.settle()
    quality, case = calm.play.hoede.quality, calm.play.case(account)
    assert quality.make_golden(case.id, "kim", "no_violation", REASON) == Refused(Why.OPEN)
    assert quality.make_golden("case_none", "kim", "no_violation", REASON) == Refused(Why.GONE)


def test_all_of_it_has_its_leaves(desk: Desk) -> None:
    source = finished(desk)
    again = second_look(desk, source)
    judge(desk, again.id, "bas", "confirmed_new")
    desk.play.hoede.quality.resolve(again.id, "kim", Rules.FIRST, note=REASON)
    golden = golden_of(desk, source)
    desk.play.hoede.quality.retire(golden.id)
    desk.play.settle()
    assert verify_log(desk.play.hoede.db, desk.play.hoede.keys).wrong == ()


def test_what_others_said_of_the_same_material_is_not_shown(desk: Desk) -> None:
    """The page of any other case says what was judged of a near copy; here it would be the answer."""
    source = finished(desk)
    again, hoede = second_look(desk, source), desk.play.hoede
    copies = [one for one in desk.play.copies() if one.taken.id in _files(desk, again.id)]
    assert hoede.db.read(lambda conn: hoede.view.judged_before(conn, again.id, copies)) == {}
    judge(desk, again.id, "bas", "confirmed_new")
    told = hoede.db.read(lambda conn: judgments.earlier(conn, _files(desk, again.id)))
    assert {one.case_id for one in told} == {source.id}  # what was said blindly is shown nowhere


def test_who_had_the_case_and_gave_it_back_is_not_asked_about_it(calm: Desk) -> None:
    account = calm.play.person(DECLARED, screen_name="Otto")
    calm.play.upload(account)
    calm.play.settle()
    calm.take(account, "mo")
    hoede, source = calm.play.hoede, calm.play.case(account)
    assert hoede.cases.skip(source.id, "mo", "other") is None
    calm.judge(account, "eva", "no_violation")
    case = comes_in(calm, golden_of(calm, calm.play.case(account)))
    assert hoede.cases.take(case.id, "mo") == Refused(Why.OWN)
    assert hoede.cases.next("mo") is None


def test_who_knows_an_account_is_not_given_a_golden_case_made_of_it(calm: Desk) -> None:
    """The account it shows is invented; what is seen in it is not."""
    source = finished(calm)
    calm.play.hoede.db.commit(lambda tx: fits.knows(tx, "mo", source))
    golden = golden_of(calm, source)
    case, hoede = comes_in(calm, golden), calm.play.hoede
    assert hoede.cases.take(case.id, "mo") == Refused(Why.KNOWS)
    assert hoede.cases.next("mo") is None
    session = hoede.quality.calibrate("November", "kim", [golden.id])
    assert isinstance(session, str)
    assert hoede.quality.next_of(session, "mo") is None
    assert isinstance(hoede.quality.next_of(session, "ivo"), Taken)


def test_who_knows_somebody_in_a_calibration_goes_on_with_the_next_case(calm: Desk) -> None:
    golden = [golden_of(calm, finished(calm)).id for _ in range(2)]
    hoede = calm.play.hoede
    session = hoede.quality.calibrate("November", "kim", golden)
    assert isinstance(session, str)
    first = hoede.quality.next_of(session, "mo")
    assert isinstance(first, Taken)
    assert hoede.cases.skip(first.case.id, "mo", "know_someone") is None
    second = hoede.quality.next_of(session, "mo")
    assert isinstance(second, Taken)
    assert second.case.id != first.case.id
    assert hoede.cases.skip(second.case.id, "mo", "know_someone") is None
    assert hoede.quality.next_of(session, "mo") is None


def test_who_knows_somebody_keeps_no_other_case_about_them(desk: Desk) -> None:
    source = finished(desk)
    again, hoede = second_look(desk, source), desk.play.hoede
    desk.play.upload(source.account)
    desk.play.settle()
    newer = desk.play.case(source.account)
    assert [isinstance(hoede.cases.take(one, "mo"), Taken) for one in (again.id, newer.id)] == [True] * 2
    assert hoede.cases.skip(newer.id, "mo", "know_someone") is None
    assert hoede.db.read(lambda conn: claims.held_by(conn, "mo", hoede.db.time(conn))) == ()


def test_what_is_erased_takes_its_golden_cases_with_it(calm: Desk) -> None:
    source = finished(calm, "no_violation")
    case = comes_in(calm, golden_of(calm, source))
    hoede = calm.play.hoede
    ids = hoede.db.read(lambda conn: hanging_on(conn, [], [source.id]))
    assert set(ids[Scope.CASE]) == {source.id, case.id}
    hoede.db.commit(lambda tx: delete_all(tx, shipped_columns(), ids) and None)
    assert hoede.db.read(blind.all_golden) == ()
    assert hoede.db.read(lambda conn: review.find_case(conn, case.id)) is None


def _files(desk: Desk, case_id: str) -> set[str]:
    return {one.evidence for one in desk.play.hoede.db.read(lambda conn: review.files_of(conn, case_id))}
