"""The authority errs, drops answers, is slow, refuses, forgets: one finished report, or a person."""

from datetime import timedelta

import pytest
from tests.journeys.conftest import OpenScene
from tests.journeys.scene import CARD, VERIFIED, Scene

from hoede.app import verify_log
from hoede.core.orders import OrderState
from hoede.reporting import store as reports
from hoede.reporting.store import ReportRow
from hoede.simulators.cybertipline import Endpoint, FaultKind, State

CALLS = (Endpoint.SUBMIT, Endpoint.UPLOAD, Endpoint.FILEINFO, Endpoint.FINISH)
PASSING = (
    FaultKind.ERROR_500,
    FaultKind.BAD_GATEWAY,
    FaultKind.UNAVAILABLE,
    FaultKind.TOO_MANY,
    FaultKind.EMPTY_401,
    FaultKind.WRONG_CODE,
    FaultKind.DROP_BEFORE,
    FaultKind.DROP_AFTER,
    FaultKind.HALF_CLOSE,
    FaultKind.TRUNCATE_AFTER,
    FaultKind.OVERSIZE_AFTER,
    FaultKind.DOCTYPE_AFTER,
)


def receipt(play: Scene, account: str) -> ReportRow:
    order = play.order(account, "report").order.id
    row = play.hoede.db.read(lambda conn: reports.find(conn, order))
    assert row is not None
    return row


def one_whole_report(play: Scene, account: str) -> None:
    """Exactly one finished report, with the file once, its details, and the log in agreement."""
    (report,) = play.finished(account)
    assert [(file.size, bool(file.file_details)) for file in report.files] == [(len(CARD), True)]
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", PASSING)
def test_a_fault_that_passes_leaves_one_report(shared: Scene, fault: FaultKind, call: Endpoint) -> None:
    shared.authority.fault(fault, call)
    shared.upload(account := shared.person(VERIFIED))

    shared.settle()

    one_whole_report(shared, account)
    assert shared.order(account, "report").tries == 1


@pytest.mark.parametrize("call", CALLS)
def test_an_answer_that_is_dropped_three_times_leaves_one_report(shared: Scene, call: Endpoint) -> None:
    shared.authority.fault(FaultKind.DROP_AFTER, call, times=3)
    shared.upload(account := shared.person(VERIFIED))

    shared.settle()

    one_whole_report(shared, account)


def test_answers_that_come_too_late_count_as_none(open_scene: OpenScene) -> None:
    play = open_scene(authority_timeout_s=0.2)
    for call in CALLS:
        play.authority.fault(FaultKind.LATENCY_MS, call, value=400)
    play.upload(account := play.person(VERIFIED))

    play.settle()

    one_whole_report(play, account)


@pytest.mark.parametrize("call", CALLS)
def test_a_refusal_calls_a_person_at_once_and_tries_go_on(shared: Scene, call: Endpoint) -> None:
    shared.authority.fault(FaultKind.REFUSE, call, times=None)
    shared.upload(account := shared.person(VERIFIED))
    shared.carry("vault", "authority")
    first = shared.order(account, "report")

    shared.carry_until(lambda: shared.order(account, "report").tries > 1, "authority")
    shared.authority.clear_faults()
    shared.settle()

    assert (first.needs_human, first.state, first.reason) == (True, OrderState.OPEN, "authority-4100")
    one_whole_report(shared, account)


def test_a_wrong_password_calls_a_person_at_once(shared: Scene) -> None:
    shared.authority.fault(FaultKind.EMPTY_401)
    shared.upload(account := shared.person(VERIFIED))

    shared.carry("vault", "authority")

    assert shared.order(account, "report").needs_human is True


def test_trouble_on_their_side_calls_a_person_after_the_usual_number_of_tries(shared: Scene) -> None:
    shared.authority.fault(FaultKind.UNAVAILABLE, times=None)
    shared.upload(account := shared.person(VERIFIED))
    shared.carry("vault", "authority")
    early = shared.order(account, "report")

    shared.carry_until(lambda: shared.order(account, "report").needs_human, "authority")

    assert early.needs_human is False
    assert shared.order(account, "report").tries >= shared.hoede.config.call_after_tries
    assert shared.order(account, "report").state is OrderState.OPEN


def test_while_the_authority_is_away_removing_and_closing_go_on(shared: Scene) -> None:
    shared.authority.fault(FaultKind.UNAVAILABLE, times=None)
    shared.upload(account := shared.person(VERIFIED))

    shared.settle_but("report")

    states = shared.states(account)
    assert (states["remove"], states["close_account"], states["notify"]) == ("done", "done", "done")


def stopped_before(shared: Scene, call: Endpoint) -> str:
    """An account whose open report waits for this call."""
    shared.authority.fault(FaultKind.ERROR_500, call)
    shared.upload(account := shared.person(VERIFIED))
    shared.carry("vault", "authority")
    return account


@pytest.mark.parametrize("call", CALLS[1:3])
def test_an_open_report_that_they_forgot_is_built_anew(shared: Scene, call: Endpoint) -> None:
    account = stopped_before(shared, call)
    shared.authority.advance(timedelta(hours=25))

    shared.settle()

    one_whole_report(shared, account)
    assert [one.state for one in shared.reported(account)] == [State.EXPIRED, State.FINISHED]


def test_an_upload_in_doubt_is_retracted_and_built_anew(shared: Scene) -> None:
    shared.authority.fault(FaultKind.DROP_AFTER, Endpoint.UPLOAD)
    shared.upload(account := shared.person(VERIFIED))

    shared.settle()

    assert [one.state for one in shared.reported(account)] == [State.RETRACTED, State.FINISHED]
    one_whole_report(shared, account)


def test_a_submit_in_doubt_leaves_an_empty_report_that_they_forget(shared: Scene) -> None:
    shared.authority.fault(FaultKind.DROP_AFTER, Endpoint.SUBMIT)
    shared.upload(account := shared.person(VERIFIED))
    shared.settle()

    shared.authority.advance(timedelta(hours=25))

    assert [one.state for one in shared.reported(account)] == [State.EXPIRED, State.FINISHED]


def test_a_finish_that_arrived_but_was_not_answered_is_asked_again_and_done(shared: Scene) -> None:
    shared.authority.fault(FaultKind.DROP_AFTER, Endpoint.FINISH)
    shared.upload(account := shared.person(VERIFIED))

    shared.settle()

    row = receipt(shared, account)
    assert b"5102" in (row.receipt or b"")
    assert shared.order(account, "report").state is OrderState.DONE


def test_a_finish_in_doubt_that_they_no_longer_know_is_filed_anew_and_a_person_is_called(
    shared: Scene,
) -> None:
    shared.authority.fault(FaultKind.DROP_BEFORE, Endpoint.FINISH)
    shared.upload(account := shared.person(VERIFIED))
    shared.carry("vault", "authority")
    shared.authority.advance(timedelta(hours=25))

    shared.settle()

    assert shared.order(account, "report").needs_human is True  # never lost beats never twice
    assert [one.state for one in shared.reported(account)] == [State.EXPIRED, State.FINISHED]


def test_a_file_that_they_do_not_know_is_sent_anew(shared: Scene) -> None:
    shared.upload(account := shared.person(VERIFIED))
    shared.carry("vault")
    shared.authority.fault(FaultKind.REFUSE, Endpoint.FILEINFO, value=5002)  # they do not know our file

    shared.settle()

    one_whole_report(shared, account)
    assert shared.order(account, "report").state is OrderState.DONE


def test_a_finished_report_keeps_their_answer_as_the_receipt(shared: Scene) -> None:
    shared.upload(account := shared.person(VERIFIED))

    shared.settle()

    row = receipt(shared, account)
    assert b"<reportDoneResponse>" in (row.receipt or b"")
    assert row.saga.remote_id == str(shared.finished(account)[0].id)
