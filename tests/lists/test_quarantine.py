"""Poisoned entries: tried before they count, held back when they hit the harmless, released by a person."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from tests.lists.pictures import bring, entry_of, facts, harmless, lines, picture

from hoede.core.findings import Certainty, DigestKind
from hoede.db import Database
from hoede.lists import Lists, Standing, quarantine
from hoede.lists.jobs import ListUnknown, hold_back, import_lines, release
from hoede.lists.quarantine import Why
from hoede.lists.reader import Line
from hoede.lists.store import Imported

SHA256 = "ab" * 32


def held(db: Database) -> dict[str, str]:
    return {one.entry: one.why for one in db.read(quarantine.all_quarantined)}


def exact(db: Database, name: str, *, bank: str = "exact", import_id: str = "imp_9") -> Imported:
    some = [Line(1, {DigestKind.SHA256: SHA256}, None)]
    return import_lines(db, facts(name, bank=bank), some, import_id=import_id, file_sha256="0" * 64)


def test_a_new_entry_near_to_something_harmless_comes_in_quarantined(db: Database) -> None:
    harmless(db, picture(7))
    done = bring(db, facts(), picture(1), picture(7, flips=31))
    assert (done.new, done.quarantined) == (2, 1)
    assert held(db) == {entry_of(picture(7, flips=31)): Why.HARMLESS}


def test_a_new_entry_equal_to_something_harmless_comes_in_quarantined(db: Database) -> None:
    harmless(db, picture(7))
    exact(db, "harmless-files", bank="harmless", import_id="imp_8")
    assert exact(db, "north").quarantined == 1
    found = db.read(lambda conn: Lists(conn).matches(DigestKind.SHA256, SHA256))
    assert [(one.match.list_name, one.certainty) for one in found] == [("north", Certainty.HINT)]


def test_something_harmless_that_comes_later_quarantines_what_is_there(db: Database) -> None:
    bring(db, facts(), picture(1), picture(2))
    assert harmless(db, picture(2, flips=5)).quarantined == 1
    assert held(db) == {entry_of(picture(2)): Why.HARMLESS}


def test_the_fingerprint_of_a_flat_picture_comes_in_quarantined(db: Database) -> None:
    assert bring(db, facts(), bytes(32), picture(1)).quarantined == 1
    assert held(db) == {entry_of(bytes(32)): Why.FLAT}


def test_the_larger_side_of_the_trial_may_be_either(db: Database) -> None:
    harmless(db, *(picture(number) for number in range(50)))
    assert bring(db, facts(), picture(3), picture(99)).quarantined == 1


def test_an_entry_goes_in_and_out_and_each_time_has_its_leaf(
    db: Database, leaves: Callable[[Database], int]
) -> None:
    bring(db, facts(), picture(1))
    entry, before = entry_of(picture(1)), leaves(db)
    went = [hold_back(db, entry), hold_back(db, entry), release(db, entry, "a mistake"), hold_back(db, entry)]
    assert went == [True, False, True, True]
    assert release(db, entry, "again")
    assert not release(db, entry, "once more")
    assert db.read(quarantine.changes) == [
        ("list.quarantined", f"{entry}:1"),
        ("list.quarantined", f"{entry}:2"),
        ("list.released", f"{entry}:1"),
        ("list.released", f"{entry}:2"),
    ]
    assert leaves(db) == before + 4


def test_what_is_not_there_can_be_neither_held_back_nor_released(db: Database) -> None:
    for act in (hold_back, lambda db, entry: release(db, entry, "why")):
        with pytest.raises(ListUnknown):
            act(db, "ent_unknown")


def test_one_platforms_word_is_not_enough_until_another_agrees(db: Database) -> None:
    said = []
    for number, name in enumerate(("north", "south", "east")):
        of = replace(facts(name, bank="exact"), standing=Standing.INDUSTRY)
        some = [replace(lines(picture(1))[0], digests={DigestKind.SHA256: SHA256})]
        import_lines(db, of, some, import_id=f"imp_{number}", file_sha256="0" * 64)
        found = db.read(lambda conn: Lists(conn).matches(DigestKind.SHA256, SHA256))
        said.append({one.certainty for one in found})
    assert said == [{Certainty.LIKELY}, {Certainty.KNOWN}, {Certainty.KNOWN}]


def test_a_source_in_quarantine_agrees_with_nobody(db: Database) -> None:
    test_one_platforms_word_is_not_enough_until_another_agrees(db)
    for one in db.read(lambda conn: Lists(conn).matches(DigestKind.SHA256, SHA256))[:2]:
        hold_back(db, one.match.entry)
    found = db.read(lambda conn: Lists(conn).matches(DigestKind.SHA256, SHA256))
    assert sorted(one.certainty for one in found) == [Certainty.HINT, Certainty.HINT, Certainty.LIKELY]
