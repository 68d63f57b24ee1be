"""Lists in the database: in force all at once, out of force at once, and never back by accident."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Connection, func, select

from hoede.core.findings import Category, Certainty, DigestKind, Listed, Match
from hoede.db import Database
from hoede.db.leases import take_lease
from hoede.lists import banks, quarantine, store
from hoede.lists.jobs import (
    ROWS_A_STEP,
    ImportRunning,
    ListDiffers,
    ListUnknown,
    ListWithdrawn,
    import_lines,
    roll_back,
    withdraw,
)
from hoede.lists.quarantine import Why
from hoede.lists.reader import Line
from hoede.lists.rules import ListFacts, Standing
from hoede.lists.store import Imported, Overview
from hoede.lists.tables import DIGESTS, ENTRIES, IMPORTS
from hoede.lists.view import Lists
from hoede.simulators.cybertipline import VirtualClock

FACTS = ListFacts(
    name="north",
    source="Northern authority",
    standing=Standing.VERIFYING_AUTHORITY,
    category=Category.CSEA,
    rehearsal=False,
    bank="north",
)
CountLeaves = Callable[[Database], int]


def md5(number: int) -> str:
    return f"{number:032x}"


def lines(*numbers: int) -> list[Line]:
    """Entries with one MD5 each."""
    return [Line(place, {DigestKind.MD5: md5(number)}, None) for place, number in enumerate(numbers, 1)]


def bring(db: Database, some: list[Line], *, import_id: str = "imp_1", facts: ListFacts = FACTS) -> Imported:
    return import_lines(db, facts, some, import_id=import_id, file_sha256="0" * 64)


def matches(db: Database, number: int) -> list[Match]:
    found = db.read(lambda conn: Lists(conn).matches(DigestKind.MD5, md5(number)))
    return [listed.match for listed in found]


def rows(conn: Connection) -> tuple[int, ...]:
    """How many imports, entries and digests stand in the tables."""
    counted = (select(func.count()).select_from(table) for table in (IMPORTS, ENTRIES, DIGESTS))
    return tuple(conn.execute(one).scalar_one() for one in counted)


def cut_off(db: Database, some: list[Line]) -> None:
    """An import whose process died before the end."""
    db.commit(lambda tx: store.add_list(tx, FACTS))
    db.commit(lambda tx: take_lease(tx, "import:north", "imp_dead", timedelta(minutes=2)))
    db.commit(lambda tx: store.begin_import(tx, "imp_dead", "north", "0" * 64))
    entries, kind = store.by_entry("north", some), DigestKind.MD5
    db.commit(lambda tx: store.add_entries(tx, "imp_dead", "north", dict(entries)))
    db.commit(lambda tx: store.add_digests(tx, "imp_dead", kind, store.by_value(kind, entries)))


def test_an_imported_entry_matches_by_every_digest_it_has(db: Database) -> None:
    both = Line(1, {DigestKind.MD5: md5(1), DigestKind.SHA256: "ab" * 32}, "x-1")
    assert bring(db, [both]) == Imported("imp_1", entries=1, new=1, withdrawn=0)
    entry = store.entry_id("north", both)
    assert matches(db, 1) == [Match("north", entry, DigestKind.MD5)]
    by_sha256 = db.read(lambda conn: Lists(conn).matches(DigestKind.SHA256, "ab" * 32))
    match = Match("north", entry, DigestKind.SHA256)
    assert by_sha256 == (Listed(match, Category.CSEA, Certainty.KNOWN),)
    assert matches(db, 2) == []


def test_a_digest_matches_only_as_the_kind_it_is(db: Database) -> None:
    bring(db, lines(1))
    assert db.read(lambda conn: Lists(conn).matches(DigestKind.SHA1, md5(1))) == ()


def test_importing_the_same_file_twice_brings_nothing_new(db: Database) -> None:
    bring(db, lines(1, 2))
    assert bring(db, lines(1, 2), import_id="imp_2") == Imported("imp_2", entries=2, new=0, withdrawn=0)
    assert len(matches(db, 1)) == 1


def test_a_line_that_stands_twice_in_a_file_is_one_entry(db: Database) -> None:
    assert bring(db, lines(1, 1)).new == 1


def test_a_later_import_adds_to_what_is_there(db: Database) -> None:
    bring(db, lines(1))
    assert bring(db, lines(1, 2), import_id="imp_2").new == 1
    assert [len(matches(db, number)) for number in (1, 2)] == [1, 1]


def test_the_same_digest_on_two_lists_matches_both(db: Database) -> None:
    bring(db, lines(1))
    bring(db, lines(1), import_id="imp_2", facts=replace(FACTS, name="south"))
    assert sorted(match.list_name for match in matches(db, 1)) == ["north", "south"]


def test_nothing_is_in_force_before_the_whole_file_is_in(db: Database) -> None:
    seen: list[int] = []
    many = lines(*range(ROWS_A_STEP + 1))
    import_lines(
        db,
        FACTS,
        many,
        import_id="imp_1",
        file_sha256="0" * 64,
        progress=lambda _count: seen.append(len(matches(db, 0))),
    )
    assert seen == [0] * 4  # two steps of entries, two of digests
    assert [len(matches(db, number)) for number in (0, ROWS_A_STEP)] == [1, 1]


def test_an_import_that_was_cut_off_is_not_in_force(still_db: Database) -> None:
    cut_off(still_db, lines(1))
    entry = store.entry_id("north", lines(1)[0])
    assert matches(still_db, 1) == []
    assert still_db.read(lambda conn: store.entry(conn, entry)) is None
    assert still_db.read(lambda conn: store.entries_of(conn, "north")) == []


def test_the_next_import_sweeps_what_was_cut_off(still_db: Database, clock: VirtualClock) -> None:
    cut_off(still_db, lines(1, 2))
    clock.advance(timedelta(minutes=3))
    assert bring(still_db, lines(2, 3), import_id="imp_2").new == 2
    assert still_db.read(rows) == (1, 2, 2)
    assert [len(matches(still_db, number)) for number in (1, 2, 3)] == [0, 1, 1]


def test_sweeping_leaves_the_rest_of_the_list_and_other_lists_alone(
    still_db: Database, clock: VirtualClock
) -> None:
    bring(still_db, lines(1))
    bring(still_db, lines(5), import_id="imp_2", facts=replace(FACTS, name="south"))
    cut_off(still_db, lines(2))
    clock.advance(timedelta(minutes=3))
    bring(still_db, lines(3), import_id="imp_3")
    assert [len(matches(still_db, number)) for number in (1, 2, 3, 5)] == [1, 0, 1, 1]


def test_an_import_at_work_on_another_list_is_not_swept(still_db: Database) -> None:
    cut_off(still_db, lines(1))  # or not cut off at all, just slower
    bring(still_db, lines(1), import_id="imp_2", facts=replace(FACTS, name="south"))
    still_db.commit(lambda tx: store.activate(tx, "imp_dead"))
    assert sorted(match.list_name for match in matches(still_db, 1)) == ["north", "south"]


def test_two_imports_of_one_list_do_not_run_together(still_db: Database) -> None:
    cut_off(still_db, lines(1))
    with pytest.raises(ImportRunning):
        bring(still_db, lines(2), import_id="imp_2")


def test_an_import_lets_the_next_one_in_at_once(still_db: Database, clock: VirtualClock) -> None:
    bring(still_db, lines(1))
    clock.advance(timedelta(milliseconds=1))
    assert bring(still_db, lines(2), import_id="imp_2").new == 1


def test_a_list_known_as_something_else_refuses_the_import(db: Database) -> None:
    bring(db, lines(1))
    with pytest.raises(ListDiffers):
        bring(db, lines(2), import_id="imp_2", facts=replace(FACTS, standing=Standing.OWN))
    assert matches(db, 2) == []
    assert db.read(lambda conn: store.find_list(conn, "north")) == FACTS


def test_a_withdrawn_entry_matches_no_longer(db: Database) -> None:
    bring(db, lines(1, 2))
    entry = matches(db, 1)[0].entry
    assert withdraw(db, entry, "a mistake") == 1
    assert [len(matches(db, number)) for number in (1, 2)] == [0, 1]
    kept = db.read(lambda conn: store.entry(conn, entry))
    assert kept is not None
    assert kept.withdrawn_at is not None  # a decision made on it still finds it


def test_withdrawing_twice_withdraws_once(db: Database, leaves: CountLeaves) -> None:
    bring(db, lines(1))
    entry = matches(db, 1)[0].entry
    withdraw(db, entry, "a mistake")
    before = leaves(db)
    assert withdraw(db, entry, "again") == 0
    assert leaves(db) == before


def test_a_whole_list_is_withdrawn_by_its_name_and_no_other(db: Database) -> None:
    bring(db, lines(1, 2))
    bring(db, lines(1), import_id="imp_2", facts=replace(FACTS, name="south"))
    assert withdraw(db, "north", "the source ended") == 2
    assert [match.list_name for match in matches(db, 1)] == ["south"]


def test_what_was_withdrawn_stays_withdrawn_when_it_is_imported_again(db: Database) -> None:
    bring(db, lines(1, 2))
    withdraw(db, matches(db, 1)[0].entry, "a mistake")
    assert bring(db, lines(1, 2, 3), import_id="imp_2") == Imported("imp_2", entries=3, new=1, withdrawn=1)
    assert [len(matches(db, number)) for number in (1, 2, 3)] == [0, 1, 1]


@pytest.mark.parametrize("what", ["ent_unknown", "unknown"])
def test_withdrawing_what_is_not_there_is_refused(db: Database, what: str) -> None:
    with pytest.raises(ListUnknown, match="unknown"):
        withdraw(db, what, "why")


def test_overview_counts_what_is_in_force_and_what_was_withdrawn(db: Database) -> None:
    bring(db, lines(1, 2, 3))
    withdraw(db, matches(db, 1)[0].entry, "a mistake")
    empty = replace(FACTS, name="empty")
    db.commit(lambda tx: store.add_list(tx, empty))
    quarantined = matches(db, 2)[0].entry
    db.commit(lambda tx: quarantine.put(tx, [quarantined], Why.PERSON))
    told = [Overview(empty, 0, 0, 0), Overview(FACTS, 2, 1, quarantined=1)]
    assert db.read(store.overview) == told


def test_rehearsal_entries_are_counted_while_they_are_in_force(db: Database) -> None:
    bring(db, lines(1))
    assert db.read(store.rehearsal_entries) == 0
    bring(db, lines(2, 3), import_id="imp_2", facts=replace(FACTS, name="card", rehearsal=True))
    assert db.read(store.rehearsal_entries) == 2
    withdraw(db, "card", "production")
    assert db.read(store.rehearsal_entries) == 0


def test_each_import_and_each_withdrawal_has_its_leaf(db: Database, leaves: CountLeaves) -> None:
    bring(db, lines(1, 2))
    entry = matches(db, 1)[0].entry
    withdraw(db, entry, "a mistake")
    assert db.read(store.changes) == [("list.imported", "imp_1"), ("list.withdrawn", entry)]
    assert db.read(banks.changes) == [("bank.set", "north:1")]  # made with the list
    assert leaves(db) == 3


def test_a_list_withdrawn_as_a_whole_has_one_leaf_and_takes_no_import(
    db: Database, leaves: CountLeaves
) -> None:
    bring(db, lines(1, 2))
    before = leaves(db)
    assert [withdraw(db, "north", "ended"), withdraw(db, "north", "again")] == [2, 0]
    assert leaves(db) == before + 1
    with pytest.raises(ListWithdrawn):
        bring(db, lines(3), import_id="imp_2")


def test_an_import_is_taken_back_with_everything_it_brought_first(db: Database, leaves: CountLeaves) -> None:
    bring(db, lines(1))
    bring(db, lines(1, 2, 3), import_id="imp_2")
    before = leaves(db)
    assert [roll_back(db, "imp_2", "poisoned"), roll_back(db, "imp_2", "again")] == [2, 0]
    assert [len(matches(db, number)) for number in (1, 2, 3)] == [1, 0, 0]
    assert leaves(db) == before + 1
    assert ("list.rolled_back", "imp_2") in db.read(store.changes)


def test_what_never_came_into_force_cannot_be_taken_back(still_db: Database) -> None:
    cut_off(still_db, lines(1))
    for unknown in ("imp_dead", "imp_nothing"):
        with pytest.raises(ListUnknown, match=unknown):
            roll_back(still_db, unknown, "why")


def test_an_entry_whose_import_or_list_was_taken_back_is_known_and_does_not_count(db: Database) -> None:
    bring(db, lines(1))
    entry = matches(db, 1)[0].entry
    roll_back(db, "imp_1", "poisoned")
    kept = db.read(lambda conn: store.entry(conn, entry))
    assert kept is not None
    assert not kept.counts


def test_an_entry_is_the_same_in_whatever_order_its_digests_stand() -> None:
    first = Line(1, {DigestKind.MD5: md5(1), DigestKind.SHA1: "c3" * 20}, "x")
    second = Line(9, {DigestKind.SHA1: "c3" * 20, DigestKind.MD5: md5(1)}, None)
    assert store.entry_id("north", first) == store.entry_id("north", second)
    assert store.entry_id("north", first) != store.entry_id("south", first)
    assert store.entry_id("north", first) != store.entry_id("north", lines(1)[0])
