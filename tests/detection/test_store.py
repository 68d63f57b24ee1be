"""Events and findings are kept; text and media never are."""

import dataclasses
from datetime import UTC, datetime

import pytest

from hoede.core.events import Answer, Channel, Event, EventKind
from hoede.core.findings import Category, Certainty, DigestKind, Finding, Match
from hoede.db import Database
from hoede.detection import Coverage, EventRow, store

AT = datetime(2026, 11, 23, 11, 59, tzinfo=UTC)
MARKER = "words that are nobody's business"
TOLD = Event(
    id="e-1",
    kind=EventKind.UPLOAD,
    channel=Channel.PUBLIC,
    account="a-1",
    content="c-1",
    at=AT,
    text=MARKER,
    ip="192.0.2.7",
)
KEPT = EventRow(
    id="evt_1",
    service="plein",
    told_id="e-1",
    kind=EventKind.UPLOAD,
    channel=Channel.PUBLIC,
    account="a-1",
    content="c-1",
    at=AT,
    ip="192.0.2.7",
    request="f" * 64,
    coverage=Coverage.LOOKED,
    answer=Answer.HOLD,
    hold="ord_1",
)
FOUND = (
    Finding("sha256", Category.CSEA, Certainty.KNOWN, "equal", Match("n", "ent_1", DigestKind.SHA256)),
    Finding("md5", Category.UNSEEN, Certainty.HINT, "could not look"),
)


def tell(
    db: Database, *, hold: str | None = "ord_1", event_id: str = "evt_1", service: str = "plein"
) -> bool:
    return db.commit(
        lambda tx: store.add_event(
            tx, event_id, service, TOLD, request="f" * 64, coverage=Coverage.LOOKED, hold=hold
        )
    )


def test_an_event_that_was_held_comes_back_by_both_its_ids(db: Database) -> None:
    tell(db)
    assert db.read(lambda conn: store.find(conn, "evt_1")) == KEPT
    assert db.read(lambda conn: store.told(conn, "plein", "e-1")) == KEPT


def test_an_event_that_was_allowed_keeps_no_address(db: Database) -> None:
    tell(db, hold=None)
    allowed = dataclasses.replace(KEPT, answer=Answer.ALLOW, hold=None, ip=None)
    assert db.read(lambda conn: store.find(conn, "evt_1")) == allowed


def test_text_is_not_kept(db: Database) -> None:
    tell(db)
    row = db.read(lambda conn: conn.exec_driver_sql("SELECT * FROM event").one())
    assert MARKER not in str(row)


def test_what_nobody_told_is_not_there(db: Database) -> None:
    tell(db)
    assert db.read(lambda conn: store.find(conn, "evt_2")) is None
    assert db.read(lambda conn: store.told(conn, "market", "e-1")) is None  # another service's id


def test_one_service_tells_an_id_once_and_another_may_use_it_too(db: Database) -> None:
    assert tell(db)
    assert tell(db, event_id="evt_2", service="market")
    assert not tell(db, event_id="evt_3")
    assert db.read(lambda conn: store.known(conn, "plein", "e-1")).id == "evt_1"
    with pytest.raises(LookupError):
        db.read(lambda conn: store.known(conn, "plein", "e-2"))


def test_findings_come_back_as_they_were_in_their_order(db: Database) -> None:
    tell(db)
    db.commit(lambda tx: store.add_findings(tx, "evt_1", FOUND))
    assert db.read(lambda conn: store.findings_of(conn, "evt_1")) == FOUND


def test_an_event_without_findings_has_none(db: Database) -> None:
    tell(db)
    db.commit(lambda tx: store.add_findings(tx, "evt_1", ()))
    assert db.read(lambda conn: store.findings_of(conn, "evt_1")) == ()


def test_coverage_changes_when_the_look_that_took_too_long_is_done(db: Database) -> None:
    tell(db)
    tell(db, event_id="evt_2", service="market")
    db.commit(lambda tx: store.set_coverage(tx, "evt_1", Coverage.NOT_COVERED))
    events = db.read(lambda conn: [store.find(conn, one) for one in ("evt_1", "evt_2")])
    assert [event.coverage for event in events if event] == [Coverage.NOT_COVERED, Coverage.LOOKED]


def test_an_address_is_forgotten_when_nothing_was_found_after_all(db: Database) -> None:
    tell(db)
    tell(db, event_id="evt_2", service="market")
    db.commit(lambda tx: store.forget_address(tx, "evt_1"))
    events = db.read(lambda conn: [store.find(conn, one) for one in ("evt_1", "evt_2")])
    assert [event.ip for event in events if event] == [None, "192.0.2.7"]
