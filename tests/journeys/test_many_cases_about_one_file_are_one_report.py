"""Cases about a file that many share are told in one report, where the operator switched that on."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from datetime import timedelta

import pytest
from lxml import etree
from sqlalchemy import insert, update
from tests.journeys.conftest import OpenScene
from tests.journeys.desk import Desk
from tests.journeys.keeping import erase, later
from tests.journeys.scene import CARD, DECLARED, OTHER_CARD

from hoede.app import verify_log
from hoede.db import Transaction
from hoede.evidence.store import EVIDENCE
from hoede.flow.report import Supplement
from hoede.flow.report.more import BatchedReport
from hoede.reporting import batches
from hoede.reporting import store as reports
from hoede.reporting.store import ReportRow
from hoede.review import store as review
from hoede.simulators.cybertipline import Endpoint, FaultKind, SimReport, State

GATHERS_S = 1.0
YEAR = timedelta(days=363)  # and a day or two
REPORTED = "personOrUserReported"


@pytest.fixture
def desk(open_scene: OpenScene) -> Iterator[Desk]:
    desk = Desk(open_scene(batches_within_s=GATHERS_S))
    yield desk
    desk.play.settle()
    assert verify_log(desk.play.hoede.db, desk.play.hoede.keys).wrong == ()


def shared(desk: Desk, media: bytes = CARD, **more: object) -> str:
    """An account that shared what many share, as a person judged it."""
    account = desk.play.person(DECLARED)
    desk.play.upload(account, media, **more)
    desk.judge(account, "eva", "viral")
    return account


def ended(desk: Desk, state: State = State.FINISHED) -> list[SimReport]:
    return [one for one in desk.play.authority.reports() if one.state is state]


def named(report: SimReport) -> set[str | None]:
    found = etree.fromstring(report.xml.encode()).findall(f"{REPORTED}/espIdentifier")
    return {one.text for one in found}


def own(desk: Desk, account: str) -> ReportRow:
    """The case's own report."""
    case = desk.play.case(account)
    rows = desk.play.hoede.db.read(lambda conn: reports.of_case(conn, case.id))
    (row,) = [one for one in rows if not one.draft.batch]
    return row


def test_one_report_names_every_account_and_nothing_else_of_them(desk: Desk) -> None:
    accounts = [shared(desk) for _ in range(3)]
    desk.play.settle()
    (report,) = ended(desk)
    assert named(report) == set(accounts)
    told = etree.fromstring(report.xml.encode())
    assert [one.get("reason") for one in told.findall("batchedReport")] == ["VIRAL_POTENTIAL_MEME"]
    assert {child.tag for person in told.findall(REPORTED) for child in person} == {"espIdentifier"}
    (file,) = report.files
    assert (file.text("fileAnnotations/viral"), file.text("fileRelevance")) == ("", "Reported")
    assert file.text("ipCaptureEvent/ipAddress") is None


def test_each_case_has_the_number_of_the_report_that_tells_of_it(desk: Desk) -> None:
    accounts = [shared(desk) for _ in range(2)]
    desk.play.settle()
    (report,) = ended(desk)
    rows = [own(desk, one) for one in accounts]
    assert {one.saga.remote_id for one in rows} == {str(report.id)}
    assert all(one.finished_at and one.receipt for one in rows)
    assert {desk.play.hoede.hand_over.stands(one.case_id)[0].reported for one in rows} == {"ncmec"}


def test_each_case_keeps_its_copy_for_a_year_from_the_report_that_tells_of_it(desk: Desk) -> None:
    for _ in range(2):
        shared(desk)
    desk.play.carry_until(lambda: all(one.keep_until for one in desk.play.copies()), "vault")
    soon = desk.play.hoede.db.now() + timedelta(days=1)
    desk.play.hoede.db.commit(lambda tx: tx.conn.execute(update(EVIDENCE).values(keep_until=soon)))
    desk.play.settle()
    assert len(ended(desk)) == 1
    assert all(one.keep_until and one.keep_until > soon + YEAR for one in desk.play.copies())


def test_the_report_of_many_goes_with_the_last_of_its_cases(desk: Desk) -> None:
    first, second = (shared(desk) for _ in range(2))
    for account in (first, second):
        desk.check(account, "bas", agrees=True)
    desk.play.settle()
    later(desk.play)
    assert erase(desk.play, first) is None
    assert [bool(one.draft.batch) for one in desk.play.hoede.db.read(reports.all_reports)].count(True) == 1
    assert erase(desk.play, second) is None
    assert desk.play.hoede.db.read(reports.all_reports) == ()


def test_a_later_case_finds_the_batch_closed_and_goes_by_itself(desk: Desk) -> None:
    early = [shared(desk) for _ in range(2)]
    desk.play.settle()
    late = shared(desk)
    desk.play.settle()
    assert [named(one) for one in ended(desk)] == [set(early), {late}]
    assert ended(desk)[1].text(f"{REPORTED}/espService") == "Plein"  # with all that is known
    assert ended(desk)[1].files[0].text("fileAnnotations/viral") == ""


def test_who_joins_while_it_is_composed_goes_by_itself(desk: Desk) -> None:
    early = shared(desk), shared(desk)
    desk.play.settle()
    late = shared(desk)
    there, order, case = own(desk, early[0]), desk.play.order(late, "report").order, desk.play.case(late)
    desk.play.hoede.db.commit(lambda tx: join_late(tx, there.order_id, order.id, case.id))
    desk.play.settle()
    assert [named(one) for one in ended(desk)] == [set(early), {late}]
    assert own(desk, late).saga.remote_id == str(ended(desk)[1].id)


def join_late(tx: Transaction, of: str, order: str, case: str) -> None:
    """As another process does whose moment was before the batch closed, and whose commit came after."""
    member = batches.of_report(tx.conn, of)
    assert member is not None
    tx.conn.execute(insert(batches.BATCHED).values(**asdict(replace(member, order_id=order, case_id=case))))


def test_who_is_judged_otherwise_before_it_is_told_is_not_told_of_as_before(desk: Desk) -> None:
    accounts = [shared(desk) for _ in range(3)]
    desk.play.carry("vault", "authority")
    desk.undo(desk.judgments(accounts[0])[-1])
    desk.judge(accounts[0], "eva", "victim")
    desk.play.settle()
    assert {frozenset(named(one)) for one in ended(desk)} == {frozenset(accounts[1:]), frozenset()}


def test_who_is_judged_otherwise_once_it_was_told_is_corrected(desk: Desk) -> None:
    accounts = [shared(desk) for _ in range(2)]
    desk.play.carry_until(lambda: bool(ended(desk)), "vault", "authority")
    desk.undo(desk.judgments(accounts[0])[-1])
    desk.judge(accounts[0], "eva", "victim")
    desk.play.settle()
    batch, correction = ended(desk)
    assert (named(batch), correction.text("victim/espIdentifier")) == (set(accounts), accounts[0])
    assert f"adds to report {batch.id}" in (correction.text("additionalInfo") or "")


def test_what_may_not_be_said_of_many_goes_by_itself(desk: Desk) -> None:
    pair = {shared(desk) for _ in range(2)}
    other = shared(desk, OTHER_CARD)
    to = desk.play.person(DECLARED)
    sent = shared(desk, to=(to,))  # a recipient is named
    elsewhere = shared(desk, victim_country="AU")
    urgent = desk.play.person(DECLARED)
    desk.play.upload(urgent)
    case = desk.play.case(urgent).id
    hour = timedelta(hours=1)
    desk.play.hoede.db.commit(lambda tx: review.in_danger(tx, case, "Now.", "child_safety", tx.now + hour))
    desk.judge(urgent, "eva", "viral")
    desk.play.settle()
    assert {frozenset(named(one)) for one in ended(desk)} == {
        frozenset(pair),
        *(frozenset({one}) for one in (other, sent, elsewhere, urgent)),
    }


def test_who_was_judged_otherwise_meanwhile_is_not_in_it(desk: Desk) -> None:
    accounts = [shared(desk) for _ in range(3)]
    desk.play.carry("vault", "authority")
    desk.undo(desk.judgments(accounts[0])[-1])
    desk.play.settle()
    (report,) = ended(desk)
    assert named(report) == set(accounts[1:])


def test_where_only_one_is_left_it_goes_by_itself(desk: Desk) -> None:
    accounts = [shared(desk) for _ in range(2)]
    desk.play.carry("vault", "authority")
    desk.undo(desk.judgments(accounts[0])[-1])
    desk.play.settle()
    (report,) = ended(desk)
    assert named(report) == {accounts[1]}
    assert report.text(f"{REPORTED}/espService") == "Plein"


def test_who_falls_away_while_it_is_open_takes_it_back_and_the_others_are_reported(desk: Desk) -> None:
    accounts = [shared(desk) for _ in range(3)]
    desk.play.authority.fault(FaultKind.ERROR_500, Endpoint.UPLOAD)
    desk.play.carry_until(lambda: bool(desk.play.authority.reports()), "vault", "authority")
    desk.undo(desk.judgments(accounts[0])[-1])
    desk.play.settle()
    assert {frozenset(named(one)) for one in ended(desk)} == {frozenset({one}) for one in accounts[1:]}
    (taken_back,) = ended(desk, State.RETRACTED)
    assert named(taken_back) == set(accounts)


CALLS = (Endpoint.SUBMIT, Endpoint.UPLOAD, Endpoint.FILEINFO, Endpoint.FINISH)


@pytest.mark.parametrize("call", CALLS)
def test_whatever_answer_is_lost_there_is_one_report(desk: Desk, call: Endpoint) -> None:
    accounts = {shared(desk) for _ in range(2)}
    desk.play.authority.fault(FaultKind.DROP_AFTER, call)
    desk.play.settle()
    assert [named(one) for one in ended(desk)] == [accounts]


def test_nothing_is_added_to_a_report_of_many(desk: Desk) -> None:
    accounts = [shared(desk) for _ in range(2)]
    desk.play.settle()
    hoede = desk.play.hoede
    every = hoede.db.read(reports.all_reports)
    (of_all,) = [one for one in every if one.draft.batch]
    add = Supplement(db=hoede.db, measures=hoede.tables.book.measures, new_id=lambda kind: f"{kind}_test")
    with pytest.raises(BatchedReport):
        add(of_all.order_id, "There is more.", "per_eva")
    add(own(desk, accounts[0]).order_id, "There is more.", "per_eva")
    desk.play.settle()
    assert [named(one) for one in ended(desk)] == [set(accounts), {accounts[0]}]


def test_without_the_switch_each_case_has_a_report_of_its_own(open_scene: OpenScene) -> None:
    desk = Desk(open_scene())
    accounts = [shared(desk) for _ in range(2)]
    desk.play.settle()
    assert [named(one) for one in ended(desk)] == [{one} for one in accounts]
