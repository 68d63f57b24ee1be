"""A platform's own archive, held against a list."""

from pathlib import Path

import pytest
from tests.lists.pictures import bring, entry_of, facts, picture

from hoede.db import Database
from hoede.lists import Bank, archives
from hoede.lists.archives import ArchiveUnusable, Met
from hoede.lists.banks import set_bank
from hoede.lists.jobs import ListUnknown, hold_back, withdraw


def written(tmp_path: Path, *rows: bytes) -> Path:
    path = tmp_path / "archive.pdq"
    path.write_bytes(b"".join(rows))
    return path


def met(db: Database, archive: Path, name: str = "north") -> list[Met]:
    return list(archives.scan(db, name, archive))


def test_every_row_near_to_an_entry_is_told_by_the_banks_threshold(db: Database, tmp_path: Path) -> None:
    db.commit(lambda tx: set_bank(tx, Bank(name="pictures", threshold=20)))
    bring(db, facts(), picture(1), picture(2))
    bring(db, facts("south"), picture(3), import_id="imp_2")
    rows = (picture(9), picture(1, flips=20), picture(2, flips=21), picture(3), picture(2))
    expected = [Met(1, entry_of(picture(1)), 20), Met(4, entry_of(picture(2)), 0)]
    assert met(db, written(tmp_path, *rows)) == expected


def test_what_is_not_in_force_is_not_met(db: Database, tmp_path: Path) -> None:
    bring(db, facts(), picture(1), picture(2), picture(3))
    withdraw(db, entry_of(picture(1)), "a mistake")
    hold_back(db, entry_of(picture(2)))
    rows = written(tmp_path, picture(1), picture(2), picture(3))
    assert [one.row for one in met(db, rows)] == [2]


def test_a_long_list_takes_several_readings(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_AT_ONCE", 2)
    bring(db, facts(), *map(picture, range(5)))
    rows = written(tmp_path, *map(picture, range(5)))
    assert sorted(one.row for one in met(db, rows)) == [0, 1, 2, 3, 4]


def test_a_list_that_is_unknown_or_empty(db: Database, tmp_path: Path) -> None:
    bring(db, facts(), picture(1))
    withdraw(db, "north", "a mistake")
    assert met(db, written(tmp_path, picture(1))) == []
    with pytest.raises(ListUnknown):
        met(db, written(tmp_path), "nobody")


@pytest.mark.parametrize("content", [b"half a fingerprint", None])
def test_a_file_that_is_no_archive_is_refused(db: Database, tmp_path: Path, content: bytes | None) -> None:
    bring(db, facts(), picture(1))
    path = tmp_path / "nothing" if content is None else written(tmp_path, content)
    with pytest.raises(ArchiveUnusable):
        met(db, path)


def test_more_than_can_be_told_is_refused(
    db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archives, "MOST_MET", 3)
    bring(db, facts(), picture(1))
    with pytest.raises(ArchiveUnusable, match="more than 3 times"):
        met(db, written(tmp_path, *[picture(1)] * 5))
