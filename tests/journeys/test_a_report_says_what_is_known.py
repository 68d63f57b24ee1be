"""What was written, to whom, which child, whose guardian, what came before: as a judge said, and no more."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from lxml import etree
from tests.journeys.desk import Desk, written
from tests.journeys.scene import DECLARED, FIFTEEN, LINES, VERIFIED, Scene
from tests.parts import fresh

from hoede.app import new_id, verify_log
from hoede.client import Channel, Event, EventKind
from hoede.core.orders import OrderState
from hoede.flow.report import Supplement
from hoede.flow.report.more import AdditionUnknown, NotFinished, NothingWritten, WordsInvalid
from hoede.reporting import store as reports
from hoede.review import AccountIs, Named, PersonIs, Refused, Why
from hoede.simulators.cybertipline import Endpoint, FaultKind, SimReport, State


@pytest.fixture
def desk(shared: Scene) -> Desk:
    return Desk(shared)


def texts(report: SimReport, path: str) -> list[str | None]:
    return [one.text for one in etree.fromstring(report.xml.encode()).findall(path)]


def filed(desk: Desk, account: str, *lines: str, **said: Any) -> SimReport:
    desk.judge(account, "eva", "grooming", **said)
    desk.play.settle()
    (report,) = desk.play.finished(account)
    return report


def test_what_was_written_goes_as_one_transcript_with_the_child_and_the_guardian_a_judge_named(
    desk: Desk,
) -> None:
    child, guardian = desk.play.person(FIFTEEN, screen_name="kim"), fresh("guardian")
    account = written(desk, child, *LINES)
    report = filed(desk, account, people=(Named(child, PersonIs.VICTIM, guardian),))
    (file,) = report.files
    assert (file.text("fileRelevance"), file.text("originalFileHash")) == ("Supplemental Reported", None)
    assert texts(report, "internetDetails/chatImIncident/chatClient") == ["Plein"]
    assert texts(report, "personOrUserReported/ipCaptureEvent/ipAddress") == ["192.0.2.7"] * 2
    assert texts(report, "victim/espIdentifier") == [child]
    assert texts(report, "victim/screenName") == ["kim"]
    assert texts(report, "victim/victimPerson/age") == ["15"]
    assert texts(report, "victim/associatedAccount[@type='Parent/Guardian']/espIdentifier") == [guardian]
    assert texts(report, "intendedRecipient") == []
    assert verify_log(desk.play.hoede.db, desk.play.hoede.keys).wrong == ()


def test_a_transcript_says_who_when_to_whom_and_what_word_for_word(desk: Desk) -> None:
    to = desk.play.person(FIFTEEN)
    account = written(desk, to, *LINES)
    filed(desk, account)
    order = desk.play.order(account, "report").order.id
    row = desk.play.hoede.db.read(lambda conn: reports.find(conn, order))
    assert row is not None
    (copy,) = [one for one in desk.play.copies() if one.taken.id == row.draft.files[0].evidence]
    lines = list(csv.DictReader(io.StringIO(b"".join(desk.play.hoede.vault.open(copy.taken)).decode())))
    assert [(one["from"], one["to"], one["channel"], one["text"]) for one in lines] == [
        (account, to, "private", line) for line in LINES
    ]


def test_a_single_line_goes_as_it_is(desk: Desk) -> None:
    account = written(desk, to := desk.play.person(FIFTEEN), LINES[0])
    report = filed(desk, account)
    (file,) = report.files
    assert (file.text("fileRelevance"), file.size) == ("Reported", len(LINES[0]))
    assert texts(report, "intendedRecipient/espIdentifier") == [
        to
    ]  # a judge who says nothing names nobody a victim


def test_a_transcript_that_was_damaged_leaves_each_line_as_it_is(desk: Desk) -> None:
    account = written(desk, desk.play.person(FIFTEEN), *LINES)
    desk.judge(account, "eva", "grooming")
    desk.play.carry("authority")
    (made,) = [one for one in desk.play.copies() if one.part == "written" and one.state == "intake"]
    (desk.play.hoede.config.data_folder / "vault" / "intake" / made.taken.id).write_bytes(b"damaged")
    desk.play.settle()
    (report,) = desk.play.finished(account)
    assert sorted(file.size for file in report.files) == sorted(len(line) for line in LINES)
    assert {file.text("fileRelevance") for file in report.files} == {"Reported"}


def test_whom_a_judge_leaves_out_is_not_named(desk: Desk) -> None:
    account = written(desk, to := desk.play.person(FIFTEEN), LINES[0])
    report = filed(desk, account, people=(Named(to, PersonIs.NOBODY),))
    assert to not in report.xml


@pytest.mark.parametrize(
    ("named", "more"),
    [
        (Named("a-stranger", PersonIs.VICTIM), {}),  # nothing was sent to them
        (Named("a-stranger", PersonIs.ITSELF, "guardian-1"), {}),  # the account is no child's
    ],
)
def test_nobody_is_named_who_has_no_part_in_the_case(desk: Desk, named: Named, more: dict[str, Any]) -> None:
    account = written(desk, desk.play.person(FIFTEEN), LINES[0])
    desk.take(account, "eva")
    went = desk.try_judge(account, "eva", "grooming", people=(named,), **more)
    assert isinstance(went, Refused)
    assert went.why is Why.NAMED


def test_a_guardian_of_whom_it_was_only_sent_to_is_not_named(desk: Desk) -> None:
    account = written(desk, to := desk.play.person(FIFTEEN), LINES[0])
    desk.take(account, "eva")
    went = desk.try_judge(account, "eva", "grooming", people=(Named(to, PersonIs.RECIPIENT, "guardian-1"),))
    assert isinstance(went, Refused)
    assert went.why is Why.NAMED


def test_the_guardian_of_a_child_whose_account_it_is_is_named_when_a_judge_says_so(desk: Desk) -> None:
    account = desk.play.person(FIFTEEN)
    desk.play.upload(account)
    desk.play.settle()
    itself = Named(account, PersonIs.ITSELF, "guardian-1")
    desk.judge(account, "eva", "self_made", account_is=AccountIs.VICTIM, people=(itself,))
    desk.play.settle()
    (report,) = [one for one in desk.play.finished() if one.text("victim/espIdentifier") == account]
    assert texts(report, "victim/associatedAccount/espIdentifier") == ["guardian-1"]
    assert report.files[0].text("fileAnnotations/possibleSelfProduction") == ""


def test_a_later_report_of_an_account_names_the_earlier_one(desk: Desk) -> None:
    account = desk.play.person(VERIFIED)
    desk.play.upload(account)
    desk.play.settle()
    desk.play.upload(account)
    desk.play.settle()
    first, second = desk.play.finished(account)
    assert texts(first, "personOrUserReported/priorCTReports") == []
    assert texts(second, "personOrUserReported/priorCTReports") == [str(first.id)]


def test_what_a_person_adds_to_a_finished_report_is_a_report_that_names_it(desk: Desk) -> None:
    account = desk.play.person(VERIFIED)
    desk.play.upload(account)
    desk.play.settle()
    hoede = desk.play.hoede
    supplement = Supplement(db=hoede.db, measures=hoede.tables.book.measures, new_id=new_id)
    order = desk.play.order(account, "report").order.id
    with pytest.raises(WordsInvalid):
        supplement(order, "  ", "lena")
    with pytest.raises(NotFinished):
        supplement("ord_0", "The school called.", "lena")
    supplement(order, "The school called.", "lena")
    desk.play.settle()
    first, second = desk.play.finished(account)
    assert texts(second, "personOrUserReported/priorCTReports") == [str(first.id)]
    assert (second.files, "The school called." in second.xml) == ((), True)
    assert f"adds to report {first.id}" in second.xml


def adding(desk: Desk, account: str) -> tuple[Supplement, str]:
    """What adds to a report, and the report's order."""
    hoede = desk.play.hoede
    add = Supplement(db=hoede.db, measures=hoede.tables.book.measures, new_id=new_id)
    return add, desk.play.order(account, "report").order.id


def test_a_transcript_goes_with_what_is_added_and_is_shown_before(desk: Desk) -> None:
    account = written(desk, desk.play.person(FIFTEEN), LINES[0])
    filed(desk, account)
    add, order = adding(desk, account)
    shown = add.preview(order, "It began here.", transcript=True)
    assert (shown.texts, shown.draft.words, len(desk.play.finished(account))) == (1, "It began here.", 1)
    add(order, "It began here.", "per_eva", transcript=True)
    desk.play.settle()
    first, second = desk.play.finished(account)
    assert texts(second, "personOrUserReported/priorCTReports") == [str(first.id)]
    (file,) = second.files
    assert (file.text("fileRelevance"), file.text("originalFileName")) == (
        "Supplemental Reported",
        "transcript.csv",
    )
    assert verify_log(desk.play.hoede.db, desk.play.hoede.keys).wrong == ()


def test_what_is_sent_twice_under_one_name_is_added_once(desk: Desk) -> None:
    account = written(desk, desk.play.person(FIFTEEN), LINES[0])
    filed(desk, account)
    add, order = adding(desk, account)
    name = add.begin()
    one, two = (add(order, "It began here.", "per_eva", addition=name) for _ in range(2))
    desk.play.settle()
    assert (one == two, len(desk.play.finished(account))) == (True, 2)
    with pytest.raises(AdditionUnknown):
        add(order, "It began here.", "per_eva", addition="ord_1")


def test_without_texts_that_are_reported_there_is_no_transcript(desk: Desk) -> None:
    account = desk.play.person(VERIFIED)
    desk.play.upload(account)
    desk.play.settle()
    add, order = adding(desk, account)
    with pytest.raises(NothingWritten):
        add.preview(order, "It began here.", transcript=True)
    with pytest.raises(NothingWritten):
        add(order, "It began here.", "per_eva", transcript=True)
    assert desk.play.finished(account)[1:] == []


def test_a_transcript_whose_ground_falls_away_is_not_filed(desk: Desk) -> None:
    account = written(desk, desk.play.person(FIFTEEN), LINES[0])
    filed(desk, account)
    add, order = adding(desk, account)
    add(order, "It began here.", "per_eva", transcript=True)
    desk.undo(desk.judgments(account)[-1])
    desk.play.settle()
    assert len(desk.play.finished(account)) == 1


def test_an_open_report_whose_ground_fell_away_is_taken_back(desk: Desk) -> None:
    account = desk.play.person(DECLARED)
    desk.play.upload(account)
    desk.play.settle()
    judged = desk.judge(account, "eva", "confirmed_new")
    desk.play.authority.fault(FaultKind.ERROR_500, Endpoint.UPLOAD)
    desk.play.carry("vault", "authority")
    desk.undo(judged)
    desk.play.carry_until(
        lambda: [one.state for one in desk.play.reported(account)] == [State.RETRACTED], "authority"
    )
    assert desk.play.finished(account) == []
    assert desk.play.order(account, "report").state is not OrderState.DONE


def test_a_clock_that_runs_ahead_stops_no_report(desk: Desk) -> None:
    account = desk.play.person(VERIFIED)
    event = Event(
        id=fresh("event"),
        kind=EventKind.UPLOAD,
        channel=Channel.PUBLIC,
        account=account,
        content=fresh("content"),
        at=datetime.now(UTC) + timedelta(hours=3),
        to=("acc-9",),
    )
    desk.play.client.send_event(event, b"hoede: a harmless trigger")
    desk.play.settle()
    (report,) = desk.play.finished(account)
    assert texts(report, "intendedRecipient/espIdentifier") == ["acc-9"]
