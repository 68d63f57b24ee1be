"""Somebody reports: a case waits for a person, the platform is asked for the content, and that is all."""

import time
from collections.abc import Callable
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.journeys.scene import CARD, DECLARED, FIFTEEN, VERIFIED, Scene, Upload
from tests.parts import fresh

from hoede.app import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.client import Channel, Event, EventKind
from hoede.core.handover import Handover
from hoede.core.orders import OrderState
from hoede.db import Transaction
from hoede.detection import Coverage
from hoede.detection import store as events
from hoede.evidence.rules import EvidenceState
from hoede.review import Grounds
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.notices import Notice, Reason, Source

HARMLESS = b"a picture on no list"
LONG_THERE = date(2020, 1, 1)


def notice(subject: str, **more: object) -> Notice:
    told = {
        "service": SERVICE,
        "source": Source.PERSON,
        "subject": subject,
        "reason": Reason.PRESSURE,
        "at": datetime.now(UTC),
        "reporter": fresh("reporter"),
        "since": LONG_THERE,
    } | more
    return Notice(**told)  # type: ignore[arg-type]


def again(play: Scene, content: str, account: str, media: bytes = HARMLESS, **more: object) -> Upload:
    """The platform sends what was wanted, because of the case."""
    told = more or {"because": play.case(account).id}
    event = Event(
        id=fresh("again"),
        kind=EventKind.UPLOAD,
        channel=Channel.PUBLIC,
        account=account,
        content=content,
        at=datetime.now(UTC),
        **told,  # type: ignore[arg-type]
    )
    return Upload(event.id, event.content, play.client.send_event(event, media))


@pytest.mark.parametrize(
    ("age", "reason", "lane"),
    [
        ((VERIFIED,), Reason.PRESSURE, "child_safety"),
        ((FIFTEEN,), Reason.PRESSURE, "minors"),
        ((), Reason.CHILD_SEXUAL, "minors"),  # of unknown age
        ((DECLARED,), Reason.SELF_HARM, "self_harm"),
        ((FIFTEEN,), Reason.BULLY, "notices"),
    ],
)
def test_a_notice_opens_a_case_in_its_lane(
    shared: Scene, age: tuple[object, ...], reason: Reason, lane: str
) -> None:
    account = shared.person(*age)  # type: ignore[arg-type]
    shared.hoede.notice.take(notice(account, reason=reason))
    case = shared.case(account)
    assert (case.grounds, case.lane, case.state) == (Grounds.SUSPECTED, lane, "open")
    assert shared.states(account) == {}  # about the account as a whole: there is nothing to ask for


def test_what_it_is_about_is_asked_of_the_platform_and_nothing_else_happens(shared: Scene) -> None:
    account = shared.person(VERIFIED)
    upload = shared.upload(account, HARMLESS)
    shared.hoede.notice.take(notice(account, content=upload.content))
    shared.settle()
    assert shared.states(account) == {"want": "done"}
    (order,) = [one for one in shared.platform.ledger.orders.values() if one["account"] == account]
    assert (order["measure"], order["case"]) == ("want", shared.case(account).id)


def test_what_the_platform_sends_is_let_through_and_sealed_for_whoever_judges(shared: Scene) -> None:
    account = shared.person(VERIFIED)
    upload = shared.upload(account, HARMLESS)
    shared.hoede.notice.take(notice(account, content=upload.content))
    sent = again(shared, upload.content, account)
    shared.settle()
    assert sent.answer.hold is None
    case_id = shared.case(account).id
    (file,) = shared.hoede.db.read(lambda conn: review.files_of(conn, case_id))
    (copy,) = [one for one in shared.copies() if one.taken.id == file.evidence]
    assert copy.state is EvidenceState.SEALED
    assert b"".join(shared.hoede.vault.open(copy.taken)) == HARMLESS
    assert shared.states(account) == {"want": "done", "preserve": "done"}


def test_an_event_that_names_a_case_that_did_not_ask_is_kept_nowhere(shared: Scene) -> None:
    account, other = shared.person(VERIFIED), shared.person(VERIFIED)
    shared.hoede.notice.take(notice(account))
    before = len(shared.copies())
    again(shared, fresh("content"), account)  # that case wanted nothing
    again(shared, fresh("content"), other, because="case_nowhere")
    assert len(shared.copies()) == before


def test_listed_content_that_was_reported_goes_the_way_of_any_upload(shared: Scene) -> None:
    account = shared.person(VERIFIED)
    content = fresh("content")
    shared.hoede.notice.take(notice(account, content=content))
    again(shared, content, account, CARD)
    shared.settle()
    states = shared.states(account)
    assert (states["hold"], states["preserve"], states["remove"], states["report"]) == ("done",) * 4
    assert len(shared.finished(account)) == 1


class Late(Executor):
    """One whose looks begin later than anybody waits here."""

    def __init__(self, executor: Executor) -> None:
        self._executor = executor

    def submit(self, job: Callable[..., Any], /, *args: Any, **named: Any) -> Future[Any]:
        def later() -> Any:
            time.sleep(0.2)
            return job(*args, **named)

        return self._executor.submit(later)


def test_a_look_that_finds_nothing_in_a_reported_file_keeps_it_for_the_case(shared: Scene) -> None:
    """The look took too long: it was held, and is released later without losing the copy."""
    account, content = shared.person(VERIFIED), fresh("content")
    shared.hoede.notice.take(notice(account, content=content))
    looking = shared.hoede.screening.looking
    before = {"within_s": looking.within_s, "executor": looking.executor}
    for name, value in {"within_s": 0.0, "executor": Late(looking.executor)}.items():
        object.__setattr__(looking, name, value)
    try:
        sent = again(shared, content, account)
    finally:
        for name, value in before.items():
            object.__setattr__(looking, name, value)
    assert sent.answer.hold is not None
    shared.settle()
    row = shared.hoede.db.read(lambda conn: events.known(conn, SERVICE, sent.event))
    assert row.coverage is Coverage.LOOKED
    assert shared.states(account)["release"] == "done"
    case_id = shared.case(account).id
    (file,) = shared.hoede.db.read(lambda conn: review.files_of(conn, case_id))
    (copy,) = [one for one in shared.copies() if one.taken.id == file.evidence]
    assert copy.state is EvidenceState.SEALED


def test_what_is_gone_ends_the_asking_preserving_ends_as_impossible_and_a_person_is_called(
    shared: Scene,
) -> None:
    account = shared.person(VERIFIED)
    shared.hoede.notice.take(notice(account, content=fresh("content"), reason=Reason.SCAM))
    due_at = shared.case(account).due_at
    want = shared.order(account, "want").order.id
    assert shared.client.send_receipt(want, done=False, reason="gone") is OrderState.DONE
    ended = {one.order.measure: one.outcome for one in shared.views(account)}
    assert ended == {"want": "gone", "preserve": "impossible: gone"}
    case = shared.case(account)
    assert (case.needs_human, case.lane, case.due_at) == ("not-preserved", "notices", due_at)
    assert shared.client.send_receipt(want, done=False, reason="gone") is OrderState.DONE
    assert len(shared.views(account)) == 2


def test_another_reason_than_gone_calls_a_person_and_the_order_stays(shared: Scene) -> None:
    account = shared.person(VERIFIED)
    shared.hoede.notice.take(notice(account, content=fresh("content")))
    want = shared.order(account, "want").order.id
    assert shared.client.send_receipt(want, done=False, reason="database-down") is OrderState.OPEN
    assert shared.order(account, "want").needs_human
    shared.settle()


def test_the_same_said_again_gets_the_same_receipt_and_counts_once(shared: Scene) -> None:
    account, reporter = shared.person(VERIFIED), fresh("reporter")
    first = shared.hoede.notice.take(notice(account, reporter=reporter))
    again_ = shared.hoede.notice.take(notice(account, reporter=reporter, words="as I said"))
    assert again_ == first
    case_id = shared.case(account).id
    group = shared.hoede.db.read(lambda conn: notices.group_of(conn, case_id))
    assert group is not None
    assert group.notices == 1


def test_a_graver_reason_is_another_notice_and_brings_the_case_forward(shared: Scene) -> None:
    account, reporter = shared.person(VERIFIED), fresh("reporter")
    first = shared.hoede.notice.take(notice(account, reporter=reporter, reason=Reason.BULLY))
    graver = shared.hoede.notice.take(notice(account, reporter=reporter, reason=Reason.THREAT))
    assert graver.number != first.number
    assert shared.case(account).lane == "child_safety"


def test_more_of_the_same_lane_move_no_clock(shared: Scene) -> None:
    account = shared.person(VERIFIED)
    shared.hoede.notice.take(notice(account))
    case = shared.case(account)
    for _ in range(5):
        shared.hoede.notice.take(notice(account))
    after = shared.case(account)
    assert replace(after, rank_at=case.rank_at) == case  # it only ranks higher among what waits


def test_a_notice_about_somebody_whose_report_was_filed_opens_a_case_that_names_it(shared: Scene) -> None:
    shared.upload(account := shared.person(VERIFIED))
    shared.settle()
    filed = shared.case(account)
    shared.hoede.notice.take(notice(account))
    assert (shared.case(account).earlier, shared.case(account).lane) == (filed.id, "child_safety")


def test_content_that_comes_after_the_report_was_composed_goes_to_a_case_of_its_own(shared: Scene) -> None:
    account, content = shared.person(VERIFIED), fresh("content")
    shared.hoede.notice.take(notice(account, content=content))
    asked = shared.case(account)
    shared.hoede.db.commit(lambda tx: review.close_to_files(tx, asked.id))
    again(shared, content, account, because=asked.id)
    shared.settle()
    case = shared.case(account)
    assert case.earlier == asked.id
    assert len(shared.hoede.db.read(lambda conn: review.files_of(conn, case.id))) == 1


def test_a_case_asks_for_fifty_things_at_most(shared: Scene) -> None:
    account = shared.person(VERIFIED)
    for _ in range(52):
        shared.hoede.notice.take(notice(account, content=fresh("content")))
    wanted = [one for one in shared.views(account) if one.order.measure == "want"]
    case_id = shared.case(account).id
    assert (len(wanted), len(shared.hoede.db.read(partial(notices.of_case, case_id=case_id)))) == (50, 52)
    shared.settle()


@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    told=st.lists(
        st.tuples(
            st.sampled_from(Reason),
            st.sampled_from(Source),
            st.booleans(),  # about content
            st.booleans(),  # known accounts
            st.integers(0, 5),  # which reporter
        ),
        min_size=1,
        max_size=25,
    )
)
def test_no_notices_whatever_their_number_lead_to_anything_but_asking(
    shared: Scene, told: list[tuple[Reason, Source, bool, bool, int]]
) -> None:
    account, content = shared.person(VERIFIED), fresh("content")
    for reason, source, about_content, is_known, who in told:
        shared.hoede.notice.take(
            notice(
                account,
                reason=reason,
                source=source,
                content=content if about_content else None,
                reporter=f"reporter-{who}" if is_known else None,
                since=None,
            )
        )
    shared.settle()
    assert set(shared.states(account)) <= {"want"}
    case = shared.case(account)
    assert (case.state, case.composed_at) == ("open", None)


def test_two_processes_that_hear_of_one_account_at_once_open_one_case(shared: Scene) -> None:
    account = shared.person(VERIFIED)
    told = [notice(account) for _ in range(8)]

    def all_at_once(each: Notice) -> str:
        return shared.hoede.notice.take(each).id

    with ThreadPoolExecutor(8) as pool:
        ids = set(pool.map(all_at_once, told))
    rows = [shared.hoede.db.read(partial(notices.known, notice_id=one)) for one in ids]
    assert {row.case_id for row in rows} == {shared.case(account).id}


def test_a_notice_keeps_no_known_file_from_its_way(shared: Scene) -> None:
    """The automatic case was nobody's to look at: now it is somebody's, and its report is filed as before."""
    shared.upload(account := shared.person(VERIFIED))
    assert shared.case(account).lane is None
    shared.hoede.notice.take(notice(account))
    case = shared.case(account)
    assert case.lane == "child_safety"
    shared.settle()
    states = shared.states(account)
    assert (states["remove"], states["close_account"], states["report"]) == ("done",) * 3
    assert [one.id for one in shared.hoede.db.read(review.queue) if one.account == account] == [case.id]
    assert len(shared.finished(account)) == 1


def test_a_flood_is_one_case_that_no_number_makes_more_urgent_than_five_people(shared: Scene) -> None:
    innocent, suspect = shared.person(VERIFIED), shared.person(VERIFIED)
    content, today = fresh("content"), datetime.now(UTC).date()
    kinds = ({"since": today}, {"linked": "farm"}, {"words": "the same words"}, {"reporter": None})
    waves = [
        [notice(innocent, content=content, **kinds[number % len(kinds)]) for number in range(50)]
        for _ in range(8)
    ]

    def keep_all(tx: Transaction, wave: list[Notice]) -> None:
        for one in wave:
            shared.hoede.notice.keep(tx, one)

    for wave in waves:
        shared.hoede.db.commit(partial(keep_all, wave=wave))
    shared.hoede.notice.take(notice(suspect))
    shared.settle()
    flood, one = (
        shared.hoede.db.read(partial(notices.group_of, case_id=shared.case(account).id))
        for account in (innocent, suspect)
    )
    assert flood is not None
    assert one is not None
    assert (flood.notices, one.notices) == (400, 1)
    assert one.urgency < flood.urgency < 3 * one.urgency  # three voices, none of them worth two
    assert shared.states(innocent) == {"want": "done"}
    ours = [
        case.account for case in shared.hoede.db.read(review.queue) if case.account in {innocent, suspect}
    ]
    assert ours == [innocent, suspect]


def test_one_link_sent_from_many_places_at_once_is_one_notice(shared: Scene) -> None:
    account = shared.person(VERIFIED)
    handed = Handover(service=SERVICE, subject=account, once=fresh("once"), until=datetime.now(UTC))

    def send(_: int) -> str | None:
        receipt = shared.hoede.notice.take_handed_over(handed, Reason.OTHER, None, "en")
        return receipt.number if receipt else None

    with ThreadPoolExecutor(8) as pool:
        numbers = set(pool.map(send, range(8)))
    case_id = shared.case(account).id
    (row,) = shared.hoede.db.read(partial(notices.of_case, case_id=case_id))
    assert numbers == {row.number}


def test_the_log_stays_sound(shared: Scene) -> None:
    account = shared.person(VERIFIED)
    shared.hoede.notice.take(notice(account, content=fresh("content")))
    shared.client.send_receipt(shared.order(account, "want").order.id, done=False, reason="gone")
    shared.settle()
    assert verify_log(shared.hoede.db, shared.hoede.keys).wrong == ()
