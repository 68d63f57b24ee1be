"""Decisions are kept with what they stood on, once."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from hoede.db import Database
from hoede.enforcement import Decision, DecisionRow, store
from hoede.simulators.cybertipline import VirtualClock

DECISION = Decision("2026-1", ("known", "hint"), ("hold", "preserve", "remove"), ())


def save(
    db: Database, decision_id: str = "dec_1", event: str = "evt_1", case_id: str | None = "cas_1"
) -> bool:
    return db.commit(
        lambda tx: store.save_decision(
            tx,
            decision_id,
            DECISION,
            service="plein",
            event=event,
            account="a-1",
            case_id=case_id,
            entries=frozenset({"ent_2", "ent_1"}),
        )
    )


def test_a_decision_comes_back_as_it_was_made(still_db: Database, clock: VirtualClock) -> None:
    assert save(still_db) is True
    assert still_db.read(lambda conn: store.find(conn, "dec_1")) == DecisionRow(
        id="dec_1",
        service="plein",
        event="evt_1",
        account="a-1",
        case_id="cas_1",
        rulebook="2026-1",
        rules=("known", "hint"),
        measures=("hold", "preserve", "remove"),
        entries=("ent_1", "ent_2"),
        at=clock.now(),
    )


@pytest.mark.parametrize("again", ["dec_1", "dec_2"])
def test_an_event_is_decided_once_and_has_one_leaf(
    db: Database, leaves: Callable[[Database], int], again: str
) -> None:
    save(db)
    assert save(db, again) is False
    assert db.read(store.all_ids) == ["dec_1"]
    assert leaves(db) == 1


def test_the_decisions_of_a_case_come_oldest_first(still_db: Database, clock: VirtualClock) -> None:
    for decision_id, event in (("dec_b", "evt_1"), ("dec_a", "evt_2")):
        save(still_db, decision_id, event)
        clock.advance(timedelta(seconds=1))
    save(still_db, "dec_c", "evt_3", case_id="cas_2")
    found = still_db.read(lambda conn: store.of_case(conn, "cas_1"))
    assert [one.id for one in found] == ["dec_b", "dec_a"]


def test_a_decision_nobody_made_is_not_there(db: Database) -> None:
    assert db.read(lambda conn: store.find(conn, "dec_1")) is None
