"""One case and one report per account until the report is composed; what comes later is a new case."""

import pytest
from tests.journeys.scene import CARD, DECLARED, OTHER_CARD, VERIFIED, Scene

from hoede.review import Grounds
from hoede.review import store as review


@pytest.fixture
def account(play: Scene) -> str:
    return play.person(VERIFIED)


def test_a_second_upload_before_composing_is_in_the_same_report(play: Scene, account: str) -> None:
    play.upload(account, CARD)
    play.carry("vault")
    play.upload(account, OTHER_CARD)
    play.settle()

    (report,) = play.finished()
    assert len(report.files) == 2
    assert all(file.file_details for file in report.files)


def test_a_report_waits_for_every_copy_that_joined_its_case(play: Scene, account: str) -> None:
    play.upload(account, CARD)
    play.carry("vault")
    play.upload(account, OTHER_CARD)

    play.carry("authority")

    assert play.authority.reports() == []  # the second copy is not sealed yet


def test_the_same_file_twice_is_two_uploads_in_one_report(play: Scene, account: str) -> None:
    play.upload(account, CARD)
    play.upload(account, CARD)
    play.settle()

    (report,) = play.finished()
    assert len(report.files) == 2


def test_an_upload_after_composing_opens_a_case_that_names_the_first(play: Scene, account: str) -> None:
    play.upload(account, CARD)
    play.settle()
    first = play.case(account)

    play.upload(account, OTHER_CARD)

    second = play.case(account)
    assert (second.id != first.id, second.earlier) == (True, first.id)


def test_the_second_case_has_a_report_of_its_own_that_mentions_the_first(play: Scene, account: str) -> None:
    play.upload(account, CARD)
    play.settle()
    play.upload(account, OTHER_CARD)
    play.settle()

    first, second = play.finished()
    assert "An earlier case" not in (first.text("additionalInfo") or "")
    assert "An earlier case" in (second.text("additionalInfo") or "")
    assert [len(one.files) for one in (first, second)] == [1, 1]


def test_an_upload_joins_the_open_case_when_the_clock_was_set_back_before_it_was_opened(
    play: Scene, account: str
) -> None:
    play.upload(account, CARD)
    play.settle()
    ahead = "UPDATE case_ SET opened_at = opened_at + 3600000"
    play.hoede.db.commit(lambda tx: tx.conn.exec_driver_sql(ahead))
    play.upload(account, OTHER_CARD)

    play.upload(account, CARD)

    play.settle()
    assert sorted(len(one.files) for one in play.finished()) == [1, 2]


def test_composed_but_not_finished_is_composed(play: Scene, account: str) -> None:
    play.upload(account, CARD)
    play.carry("vault")
    play.authority.stop()  # nobody answers: the draft is saved, nothing is sent
    play.carry("authority")
    first = play.case(account)

    play.upload(account, OTHER_CARD)

    assert play.case(account).earlier == first.id


def test_two_accounts_are_two_cases_and_two_reports(play: Scene) -> None:
    people = [play.person(VERIFIED), play.person(VERIFIED)]
    for one in people:
        play.upload(one, CARD)
    play.settle()

    named = [one.text("personOrUserReported/espIdentifier") for one in play.finished()]
    assert sorted(str(name) for name in named) == sorted(people)


def test_what_a_person_must_judge_joins_the_open_case_and_brings_it_to_the_queue(play: Scene) -> None:
    account = play.person(VERIFIED)
    play.upload(account, CARD)
    known = play.case(account)
    play.client.put_account(account, country="NL", age_evidence=[DECLARED])

    play.upload(account, OTHER_CARD)

    joined = play.case(account)
    assert (joined.id, joined.grounds, joined.lane) == (known.id, Grounds.SUSPECTED, "child_safety")
    assert play.queue() == [joined.id]


def test_a_file_that_no_rule_reports_stays_out_of_the_report_of_its_case(play: Scene) -> None:
    account = play.person(VERIFIED)
    play.client.put_account(account, country="NL", age_evidence=[DECLARED])
    play.upload(account, OTHER_CARD)
    play.client.put_account(account, country="NL", age_evidence=[VERIFIED])
    play.upload(account, CARD)
    play.settle()

    (report,) = play.finished()
    case = play.hoede.db.read(lambda conn: review.files_of(conn, play.case(account).id))
    assert (len(report.files), len(case)) == (1, 2)
