"""How far a rescan came, also when it is sent back midway."""

from tests.parts import import_list

from hoede.db import Database
from hoede.lists import rescans
from hoede.lists.versions import held_version


def test_what_is_newer_than_a_look_is_sent_back_to_its_fingerprints(db: Database) -> None:
    before = db.commit(held_version)
    imported = import_list(db, "learns", "md5\n" + "0" * 32)
    begun = db.commit(lambda tx: rescans.begin(tx, imported, lambda conn: 10))  # noqa: ARG005 - the seam
    db.commit(lambda tx: rescans.note(tx, begun, after=10, looked=10, found=0))
    assert db.read(rescans.unfinished) == ()
    db.commit(lambda tx: rescans.reopen(tx, before, 8, 12))
    (row,) = db.read(rescans.unfinished)
    assert (row.after, row.up_to, row.done_at) == (7, 12, None)


def test_a_step_that_was_overtaken_notes_nothing(db: Database) -> None:
    before = db.commit(held_version)
    imported = import_list(db, "learns", "md5\n" + "0" * 32)
    begun = db.commit(lambda tx: rescans.begin(tx, imported, lambda conn: 10))  # noqa: ARG005 - the seam
    db.commit(lambda tx: rescans.note(tx, begun, after=9, looked=9, found=0))
    midway = db.read(lambda conn: rescans.known(conn, imported))
    db.commit(lambda tx: rescans.reopen(tx, before, 4, 4))
    db.commit(lambda tx: rescans.note(tx, midway, after=10, looked=1, found=1))
    row = db.read(lambda conn: rescans.known(conn, imported))
    assert (row.after, row.up_to, row.found, row.done_at) == (3, 10, 0, None)


def test_what_looked_with_the_newest_lists_sends_nothing_back(db: Database) -> None:
    imported = import_list(db, "learns", "md5\n" + "0" * 32)
    begun = db.commit(lambda tx: rescans.begin(tx, imported, lambda conn: 10))  # noqa: ARG005 - the seam
    db.commit(lambda tx: rescans.note(tx, begun, after=10, looked=10, found=0))
    db.commit(lambda tx: rescans.reopen(tx, held_version(tx), 8, 12))
    assert db.read(rescans.unfinished) == ()


def test_one_that_has_not_begun_sees_them_anyway(db: Database) -> None:
    before = db.commit(held_version)
    imported = import_list(db, "learns", "md5\n" + "0" * 32)
    db.commit(lambda tx: rescans.reopen(tx, before, 8, 12))
    assert db.read(lambda conn: rescans.known(conn, imported)).up_to is None
