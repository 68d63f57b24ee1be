"""What a machine kept of the lists: as good as the database's word, or not believed."""

import resource
from functools import partial
from pathlib import Path
from types import SimpleNamespace

import pytest
from tests.lists.pictures import bring, entry_of, facts, frame, picture

from hoede.db import Database, Transaction
from hoede.lists import Bank, Lists, ListsFolder, Nearby
from hoede.lists.banks import set_bank
from hoede.lists.jobs import withdraw
from hoede.lists.nearby import load
from hoede.lists.rescans import RESCANS
from hoede.lists.tables import DIGESTS, ENTRIES, IMPORTS, VERSION
from hoede.lists.versions import version

MANY = 60


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "lists"


def process(db: Database, kept: Path, refused: list[Exception] | None = None) -> Nearby:
    """One that begins anew, and finds every change worth keeping."""
    told = refused if refused is not None else []
    nearby = Nearby(db, ListsFolder(kept, told.append), worth_keeping=1)
    nearby.refresh()
    return nearby


def found(db: Database, nearby: Nearby, number: int, flips: int = 3) -> list[tuple[str, int]]:
    asked = frame(picture(number, flips=flips))
    told = db.read(lambda conn: Lists(conn, nearby).near(asked))
    return [(one.match.entry, one.match.distance) for one in told]


def bring_many(db: Database, kept: Path) -> None:
    db.commit(lambda tx: set_bank(tx, Bank(name="narrow", threshold=4)))
    bring(db, facts(), *map(picture, range(MANY)))
    bring(db, facts("south", bank="narrow"), *map(picture, range(100, 104)), import_id="imp_2")
    assert process(db, kept).keep()


def test_a_process_begins_with_what_was_kept_and_reads_only_what_came_since(
    db: Database, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_many(db, kept)
    known = db.read(version)
    bring(db, facts(), picture(70), import_id="imp_3")
    asked: list[int] = []

    def watched(conn: object, *, after: int, up_to: int) -> object:
        asked.append(after)
        return load(conn, after=after, up_to=up_to)  # type: ignore[arg-type]

    monkeypatch.setattr("hoede.lists.nearby.load", watched)
    nearby = process(db, kept)
    assert asked == [known]
    assert [found(db, nearby, number) for number in (7, 70)] == [
        [(entry_of(picture(7)), 3)],
        [(entry_of(picture(70)), 3)],
    ]


def test_each_bank_keeps_its_threshold(db: Database, kept: Path) -> None:
    bring_many(db, kept)
    nearby = process(db, kept)
    assert found(db, nearby, 101, flips=4) == [(entry_of(picture(101), "south"), 4)]
    assert found(db, nearby, 101, flips=5) == []


def test_what_is_kept_is_replaced_when_more_came(db: Database, kept: Path) -> None:
    bring_many(db, kept)
    nearby = process(db, kept)
    assert not nearby.keep()  # nothing new
    bring(db, facts(), picture(70), import_id="imp_3")
    nearby.refresh()
    assert nearby.keep()
    assert len(list(kept.iterdir())) == 4
    assert found(db, process(db, kept), 70) == [(entry_of(picture(70)), 3)]


def test_a_withdrawn_entry_is_not_found_though_it_is_kept(db: Database, kept: Path) -> None:
    bring_many(db, kept)
    withdraw(db, entry_of(picture(7)), "a mistake")
    assert found(db, process(db, kept), 7) == []


def test_an_index_ahead_of_its_version_is_not_kept(db: Database, kept: Path) -> None:
    bring_many(db, kept)
    nearby = process(db, kept)
    bring(db, facts(), picture(70), import_id="imp_3")
    nearby.refresh()
    nearby._index.add(picture(71))
    assert not nearby.keep()
    assert found(db, process(db, kept), 7) == [(entry_of(picture(7)), 3)]


@pytest.mark.parametrize("name", ["about.json", "entries", "index"])
@pytest.mark.parametrize("harm", ["flip", "cut", "empty"])
def test_a_damaged_file_is_not_believed(db: Database, kept: Path, name: str, harm: str) -> None:
    bring_many(db, kept)
    path = next(kept.glob(f"{name}*"))
    content = bytearray(path.read_bytes())
    if harm == "flip":
        content[len(content) * 2 // 3] ^= 0x80
    path.write_bytes(bytes({"flip": content, "cut": content[:-3], "empty": b""}[harm]))
    refused: list[Exception] = []
    assert found(db, process(db, kept, refused), 7) == [(entry_of(picture(7)), 3)]
    assert len(refused) == 1


@pytest.mark.parametrize("gone", ["about.json", "entries", "index"])
def test_a_missing_file_is_no_fault(db: Database, kept: Path, gone: str) -> None:
    bring_many(db, kept)
    next(kept.glob(f"{gone}*")).unlink()
    assert found(db, process(db, kept), 7) == [(entry_of(picture(7)), 3)]


def test_after_a_restore_what_was_kept_since_is_not_believed(db: Database, kept: Path) -> None:
    """The versions count on from an older one, and mean other imports."""
    bring_many(db, kept)
    before = process(db, kept).as_of()
    bring(db, facts(), picture(70), import_id="imp_3")
    assert process(db, kept).keep()
    db.commit(lambda tx: restored(tx, before, "imp_3"))
    assert [found(db, process(db, kept), 7), process(db, kept).as_of()] == [
        [(entry_of(picture(7)), 3)],
        before,
    ]
    bring(db, facts(), picture(71), import_id="imp_4")
    nearby = process(db, kept)
    assert found(db, nearby, 71) == [(entry_of(picture(71)), 3)]
    assert len(nearby.near(nearby.banks(), [picture(70)])) == 0


def restored(tx: Transaction, version: int, lost: str) -> None:
    """As if the database were an older copy, from before this import."""
    tx.conn.execute(RESCANS.delete().where(RESCANS.c.import_id == lost))
    for table in (DIGESTS, ENTRIES):
        tx.conn.execute(table.delete().where(table.c.import_id == lost))
    tx.conn.execute(IMPORTS.delete().where(IMPORTS.c.id == lost))
    tx.conn.execute(VERSION.update().values(version=version))


def test_one_process_writes_at_a_time(db: Database, kept: Path) -> None:
    bring(db, facts(), *map(picture, range(MANY)))
    first, second = process(db, kept), process(db, kept)
    folder = ListsFolder(kept)
    kept.mkdir()
    with folder._alone() as alone:
        assert alone
        assert not first.keep()
    assert [first.keep(), second.keep(), second.keep()] == [True, True, False]


def test_what_could_not_be_written_leaves_nothing_behind(db: Database, kept: Path) -> None:
    """A full disk is for evidence; what was kept before stays good."""
    bring_many(db, kept)
    before = sorted(one.name for one in kept.iterdir())
    bring(db, facts(), picture(70), import_id="imp_3")
    nearby = process(db, kept)
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (5000, limit[1]))
    try:
        with pytest.raises(OSError, match="File too large"):
            nearby.keep()
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
    assert sorted(one.name for one in kept.iterdir()) == before
    assert found(db, process(db, kept), 70) == [(entry_of(picture(70)), 3)]


def test_a_disk_with_little_room_keeps_nothing(
    db: Database, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring(db, facts(), *map(picture, range(MANY)))
    nearby = process(db, kept)
    monkeypatch.setattr("shutil.disk_usage", lambda _folder: SimpleNamespace(free=1000))
    assert not nearby.keep()
    assert [one.name for one in kept.iterdir()] == ["lock"]


def test_few_fingerprints_are_not_worth_keeping(db: Database, kept: Path) -> None:
    bring(db, facts(), *map(picture, range(MANY)))
    nearby = Nearby(db, ListsFolder(kept))
    nearby.refresh()
    assert not nearby.keep()
    assert not kept.exists()


def test_without_a_folder_nothing_is_kept(db: Database) -> None:
    bring(db, facts(), picture(1))
    nearby = Nearby(db, worth_keeping=1)
    nearby.refresh()
    assert not nearby.keep()


def test_a_kept_list_serves_while_others_come(db: Database, kept: Path) -> None:
    """Blocks of what came since are sorted in beside what is mapped; both are found all the time."""
    bring_many(db, kept)
    nearby = process(db, kept)
    bring(db, facts(), *map(picture, range(200, 5200)), import_id="imp_3")
    nearby.refresh()
    asked = (7, 101, 200, 3333, 5199)
    assert all(map(partial(found, db, nearby, flips=2), asked))
