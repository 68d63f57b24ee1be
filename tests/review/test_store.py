"""Cases, letters and objections in the database."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy.exc import IntegrityError

from hoede.db import Database
from hoede.review import store
from hoede.review.rules import Grounds
from hoede.review.store import CaseFile, CaseRow, LetterRow, Objection
from hoede.simulators.cybertipline import VirtualClock

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LINK = "a-link-of-128-bits"
LETTER = LetterRow(
    order_id="ord_1",
    service="plein",
    account="a-1",
    case_id="cas_1",
    locale="nl",
    title="Over je account",
    paragraphs=("Één.", "Twee."),
    sent_on=date(2026, 11, 23),
    until=date(2027, 5, 23),
)
OBJECTION = Objection(
    number="A1B2C3D4", case_id="cas_1", at=NOON, due_at=NOON + timedelta(days=7), order_id="ord_1"
)


def open_case(
    db: Database,
    case_id: str = "cas_1",
    *,
    account: str = "a-1",
    grounds: Grounds = Grounds.KNOWN,
    lane: str | None = None,
    due_at: datetime | None = None,
    earlier: str | None = None,
) -> bool:
    return db.commit(
        lambda tx: store.open_case(
            tx,
            case_id,
            service="plein",
            account=account,
            grounds=grounds,
            lane=lane,
            due_at=due_at,
            earlier=earlier,
        )
    )


def case(db: Database, case_id: str = "cas_1") -> CaseRow:
    found = db.read(lambda conn: store.find_case(conn, case_id))
    assert found is not None
    return found


def test_a_new_case_is_open_and_takes_files(still_db: Database) -> None:
    open_case(still_db)
    assert case(still_db) == CaseRow(
        id="cas_1",
        service="plein",
        account="a-1",
        grounds=Grounds.KNOWN,
        lane=None,
        state="open",
        opened_at=NOON,
        due_at=None,
        composed_at=None,
        earlier=None,
        needs_human=None,
    )
    assert case(still_db).takes_files


def test_opening_a_case_leaves_a_leaf(db: Database, leaves: Callable[[Database], int]) -> None:
    open_case(db)
    open_case(db, "cas_2", account="a-2")
    assert leaves(db) == 2
    assert db.read(store.case_ids) == ["cas_1", "cas_2"]


def test_an_account_has_one_case_that_takes_files(db: Database, leaves: Callable[[Database], int]) -> None:
    assert open_case(db)
    assert not open_case(db, "cas_2")
    assert open_case(db, "cas_3", grounds=Grounds.OBJECTION)  # a case of its own
    db.commit(lambda tx: store.close_to_files(tx, "cas_1"))
    assert open_case(db, "cas_2", earlier="cas_1")
    assert leaves(db) == 3


def test_a_case_takes_no_more_files_once_its_report_is_composed(
    still_db: Database, clock: VirtualClock
) -> None:
    open_case(still_db)
    still_db.commit(lambda tx: store.close_to_files(tx, "cas_1"))
    clock.advance(timedelta(hours=1))
    still_db.commit(lambda tx: store.close_to_files(tx, "cas_1"))  # again changes nothing
    assert case(still_db).composed_at == NOON
    assert not case(still_db).takes_files


def test_a_file_is_added_once_and_files_come_in_the_order_of_coming(
    still_db: Database, clock: VirtualClock
) -> None:
    open_case(still_db)
    for evidence, event in (("evi_b", "evt_1"), ("evi_a", "evt_2"), ("evi_b", "evt_9")):
        still_db.commit(partial(store.add_file, case_id="cas_1", evidence=evidence, event=event))
        clock.advance(timedelta(seconds=1))
    found = still_db.read(lambda conn: store.files_of(conn, "cas_1"))
    assert found == (CaseFile("evi_b", "evt_1"), CaseFile("evi_a", "evt_2"))


def test_the_latest_case_is_the_newest_about_content(still_db: Database, clock: VirtualClock) -> None:
    for case_id, account, grounds in (
        ("cas_z", "a-1", Grounds.KNOWN),
        ("cas_a", "a-1", Grounds.SUSPECTED),
        ("cas_m", "a-1", Grounds.OBJECTION),  # a case of its own
        ("cas_n", "a-2", Grounds.KNOWN),  # somebody else's
    ):
        open_case(still_db, case_id, account=account, grounds=grounds)
        still_db.commit(partial(store.close_to_files, case_id=case_id))
        clock.advance(timedelta(seconds=1))
    found = still_db.read(lambda conn: store.latest_case(conn, "plein", "a-1"))
    assert found == case(still_db, "cas_a")
    assert still_db.read(lambda conn: store.latest_case(conn, "market", "a-1")) is None


def test_joining_a_lane_brings_a_known_case_to_a_person(still_db: Database) -> None:
    open_case(still_db)
    still_db.commit(lambda tx: store.join_lane(tx, case(still_db), "minors", NOON + timedelta(hours=1)))
    joined = case(still_db)
    assert (joined.lane, joined.due_at) == ("minors", NOON + timedelta(hours=1))
    assert joined.grounds is Grounds.SUSPECTED


@pytest.mark.parametrize(
    ("minutes", "lane", "due"),
    [(10, "minors", 10), (90, "child_safety", 60)],  # the one whose time is up first
)
def test_a_case_waits_in_the_lane_whose_time_is_up_first(
    still_db: Database, minutes: int, lane: str, due: int
) -> None:
    open_case(still_db, lane="child_safety", due_at=NOON + timedelta(minutes=60))
    asked = NOON + timedelta(minutes=minutes)
    still_db.commit(lambda tx: store.join_lane(tx, case(still_db), "minors", asked))
    assert (case(still_db).lane, case(still_db).due_at) == (lane, NOON + timedelta(minutes=due))


def test_calling_a_person_keeps_the_first_reason(still_db: Database) -> None:
    open_case(still_db)
    for reason, hours in (("entry-withdrawn", 2), ("age-changed", 1)):
        called_for = partial(store.call_a_person, case_id="cas_1", reason=reason, lane="child_safety")
        still_db.commit(partial(called_for, due_at=NOON + timedelta(hours=hours)))
    called = case(still_db)
    assert (called.needs_human, called.lane) == ("entry-withdrawn", "child_safety")
    assert called.due_at == NOON + timedelta(hours=1)
    assert called.grounds is Grounds.KNOWN  # what it stands on did not change


def test_calling_a_person_to_a_case_that_is_not_there_does_nothing(db: Database) -> None:
    db.commit(lambda tx: store.call_a_person(tx, "cas_1", "why", "minors", NOON))
    assert db.read(lambda conn: store.find_case(conn, "cas_1")) is None


def test_the_queue_holds_what_waits_for_a_person_first_due_first(db: Database) -> None:
    for case_id, lane, hours in (("cas_1", "minors", 2), ("cas_2", None, None), ("cas_3", "unseen", 1)):
        open_case(
            db, case_id, account=case_id, lane=lane, due_at=NOON + timedelta(hours=hours) if hours else None
        )
    assert [one.id for one in db.read(store.queue)] == ["cas_3", "cas_1"]


def test_a_letter_comes_back_by_its_order_and_by_its_link(db: Database) -> None:
    assert db.commit(lambda tx: store.save_letter(tx, LETTER, LINK)) is True
    assert db.read(lambda conn: store.letter_of(conn, "ord_1")) == LETTER
    assert db.read(lambda conn: store.letter_behind(conn, LINK)) == LETTER


def test_an_unknown_order_or_link_opens_no_letter(db: Database) -> None:
    db.commit(lambda tx: store.save_letter(tx, LETTER, LINK))
    assert db.read(lambda conn: store.letter_of(conn, "ord_2")) is None
    assert db.read(lambda conn: store.letter_behind(conn, LINK + "x")) is None
    assert db.read(lambda conn: store.letter_behind(conn, store.link_digest(LINK))) is None


def test_the_first_version_of_a_letter_stays(db: Database) -> None:
    db.commit(lambda tx: store.save_letter(tx, LETTER, LINK))
    assert db.commit(lambda tx: store.save_letter(tx, LETTER, "another-link")) is False
    assert db.read(lambda conn: store.letter_behind(conn, LINK)) == LETTER


def test_the_link_of_a_letter_is_nowhere_kept(db: Database) -> None:
    db.commit(lambda tx: store.save_letter(tx, LETTER, LINK))
    row = db.read(lambda conn: conn.exec_driver_sql("SELECT * FROM letter").one())
    assert LINK not in str(row)


def object_to(db: Database) -> None:
    open_case(db, grounds=Grounds.OBJECTION)
    db.commit(lambda tx: store.save_letter(tx, LETTER, LINK))
    db.commit(lambda tx: store.save_objection(tx, "ord_1", OBJECTION, "It was a cat."))


def test_an_objection_comes_back_by_the_order_it_is_against(db: Database) -> None:
    object_to(db)
    assert db.read(lambda conn: store.objection_to(conn, "ord_1")) == OBJECTION
    assert db.read(lambda conn: store.objection_to(conn, "ord_2")) is None


def test_one_objects_to_a_letter_once(db: Database) -> None:
    object_to(db)
    with pytest.raises(IntegrityError):
        db.commit(lambda tx: store.save_objection(tx, "ord_1", OBJECTION, "Again."))


def test_an_answered_objection_says_how_and_keeps_the_first_words(
    db: Database, leaves: Callable[[Database], int]
) -> None:
    object_to(db)
    before = leaves(db)
    answer = partial(store.answer_objection, number="A1B2C3D4", outcome="reinstated")
    db.commit(partial(answer, person="bas", reason="A cat.", undone=["closed", "removed"]))
    for words in (["You were right."], ["Later words."]):
        db.commit(partial(store.keep_answer, number="A1B2C3D4", paragraphs=words))
    found = db.read(lambda conn: store.objection_of(conn, "cas_1"))
    assert found == db.read(lambda conn: store.objection(conn, "A1B2C3D4"))
    assert found is not None
    assert (found.outcome, found.undone, found.answer) == (
        "reinstated",
        ("closed", "removed"),
        ("You were right.",),
    )
    assert (leaves(db) - before, db.read(store.answered)) == (1, ["A1B2C3D4"])
