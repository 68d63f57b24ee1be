"""Notices in the database: what is kept, how voices add up, what came of them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial

from tests.review.test_notices import NOTICE
from tests.review.test_store import open_case

from hoede.db import Database
from hoede.review import notice_store as store
from hoede.review.notice_store import NoticeRow
from hoede.review.notices import Notice, NoticeAnswer, Reason, State, case_weight, voice_weight
from hoede.simulators.cybertipline import VirtualClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


def add(
    db: Database,
    number: int = 1,
    *,
    case_id: str = "cas_1",
    voice: str = "account a-3",
    notice: Notice = NOTICE,
    severity: int = 3,
    wanted: str | None = None,
) -> NoticeRow:
    return db.commit(
        partial(
            store.add_notice,
            notice_id=f"ntc_{number}",
            notice=notice,
            case_id=case_id,
            number=f"N{number}",
            link=f"link-{number}",
            voice=voice,
            severity=severity,
            wanted=wanted,
        )
    )


def test_a_notice_comes_back_as_it_was_told_but_for_who_the_reporter_is_to_others(still_db: Database) -> None:
    open_case(still_db)
    kept = add(still_db)
    found = still_db.read(lambda conn: store.find(conn, "ntc_1"))
    assert found == kept
    assert (kept.notice.reporter, kept.notice.reason, kept.came_at) == ("a-3", NOTICE.reason, NOON)
    assert kept.state is State.RECEIVED


def test_a_receipts_link_is_nowhere_kept_and_opens_its_notice_only(db: Database) -> None:
    open_case(db)
    kept = add(db)
    row = db.read(lambda conn: conn.exec_driver_sql("SELECT * FROM notice").one())
    assert "link-1" not in str(row)
    assert db.read(lambda conn: store.behind_link(conn, "link-1")) == kept
    assert db.read(lambda conn: store.behind_link(conn, "link-2")) is None


def test_a_notice_leaves_a_leaf_and_so_does_its_answer(
    db: Database, leaves: Callable[[Database], int]
) -> None:
    open_case(db)
    add(db)
    assert (leaves(db), db.read(store.changes)) == (2, [("notice.received", "ntc_1")])
    db.commit(lambda tx: store.answer(tx, "cas_1", NoticeAnswer.NO_BREAK))
    assert leaves(db) == 3
    assert ("notice.answered", "ntc_1") in db.read(store.changes)


def test_many_of_one_voice_hardly_count_and_another_counts_in_full(db: Database) -> None:
    open_case(db)
    for number in range(20):
        add(db, number)
    add(db, 20, voice="account a-4", severity=5)
    group = db.read(lambda conn: store.group_of(conn, "cas_1"))
    assert group is not None
    assert (group.notices, group.severity) == (21, 5)
    assert group.voices == voice_weight(20) + voice_weight(1)
    assert group.urgency == 5 * case_weight(group.voices)


def test_voices_of_two_cases_are_counted_apart(db: Database) -> None:
    for number, case_id in enumerate(("cas_1", "cas_2")):
        open_case(db, case_id, account=case_id)
        add(db, number, case_id=case_id)
    groups = [db.read(partial(store.group_of, case_id=one)) for one in ("cas_1", "cas_2")]
    assert [one.voices for one in groups if one] == [voice_weight(1)] * 2


def test_a_voice_is_kept_as_a_keyed_hash(db: Database) -> None:
    open_case(db)
    add(db, voice="linked device-1")
    rows = db.read(lambda conn: conn.exec_driver_sql("SELECT voice FROM notice_voice").scalars().all())
    assert len(rows) == 1
    assert "device" not in rows[0]


def test_the_same_thing_is_known_by_reporter_reason_and_content(db: Database) -> None:
    open_case(db)
    kept = add(db)
    same = partial(store.same_notice, case_id="cas_1")
    assert db.read(partial(same, notice=NOTICE)) == kept
    for other in (
        replace(NOTICE, reporter="a-4"),
        replace(NOTICE, reporter=None),
        replace(NOTICE, content="c-1"),
        replace(NOTICE, reason=Reason.SCAM),
    ):
        assert db.read(partial(same, notice=other)) is None


def test_somebody_looks_and_then_it_is_answered(still_db: Database, clock: VirtualClock) -> None:
    open_case(still_db)
    add(still_db)
    assert still_db.commit(lambda tx: store.looking(tx, "cas_1")) == 1
    assert still_db.read(lambda conn: store.known(conn, "ntc_1")).state is State.LOOKING
    clock.advance(timedelta(hours=1))
    assert still_db.commit(lambda tx: store.answer(tx, "cas_1", NoticeAnswer.REMOVED)) == 1
    row = still_db.read(lambda conn: store.known(conn, "ntc_1"))
    assert (row.state, row.outcome, row.answered_at) == (
        State.ANSWERED,
        NoticeAnswer.REMOVED,
        NOON + timedelta(hours=1),
    )


def test_an_answer_that_was_given_stays(db: Database) -> None:
    open_case(db)
    add(db)
    db.commit(lambda tx: store.answer(tx, "cas_1", NoticeAnswer.REMOVED))
    assert db.commit(lambda tx: store.answer(tx, "cas_1", NoticeAnswer.NO_BREAK)) == 0
    assert db.commit(lambda tx: store.looking(tx, "cas_1")) == 0
    assert db.read(lambda conn: store.known(conn, "ntc_1")).outcome is NoticeAnswer.REMOVED


def test_a_hand_over_link_is_used_once(db: Database) -> None:
    open_case(db)
    kept = add(db)
    assert db.commit(lambda tx: store.use_handover(tx, "plein", "once", "ntc_1"))
    assert not db.commit(lambda tx: store.use_handover(tx, "plein", "once", "ntc_1"))
    assert db.read(lambda conn: store.used_for(conn, "plein", "once")) == kept
    assert db.read(lambda conn: store.used_for(conn, "market", "once")) is None


def test_used_links_are_forgotten_when_they_have_expired_anyway(still_db: Database) -> None:
    open_case(still_db)
    add(still_db)
    still_db.commit(lambda tx: store.use_handover(tx, "plein", "once", "ntc_1"))
    assert still_db.commit(lambda tx: store.forget_handovers(tx, NOON)) == 0
    assert still_db.commit(lambda tx: store.forget_handovers(tx, NOON + timedelta(seconds=1))) == 1


def test_the_case_that_asked_is_an_open_one_that_wanted_the_content(db: Database) -> None:
    open_case(db)
    told = replace(NOTICE, content="c-1")
    add(db, notice=told, wanted="ord_1")
    asks = partial(store.case_that_asked, service="plein", content="c-1")
    assert db.read(asks) == "cas_1"
    assert db.read(partial(asks, case_id="cas_2")) is None
    assert db.read(partial(store.case_that_asked, service="plein", content="c-2")) is None
    db.commit(lambda tx: tx.conn.exec_driver_sql("UPDATE case_ SET state = 'judged'"))
    assert db.read(asks) is None
