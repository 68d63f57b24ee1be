"""Moving a deployment from one database to another: everything goes on where it was."""

from pathlib import Path

import pytest
from tests.databases import Databases
from tests.journeys.scene import CARD, VERIFIED, scene
from tests.parts import settings

from hoede.app import move_database, open_database, verify_log
from hoede.app.move import StillRunning
from hoede.config import Config, ConfigError
from hoede.core.orders import OrderView
from hoede.db import orders
from hoede.db.key_check import OtherKeys
from hoede.db.move import NotEmpty
from hoede.keys import FileKeys

WAYS = [("sqlite", "postgresql"), ("postgresql", "sqlite")]


def lived(folder: Path, url: str) -> tuple[OrderView, ...]:
    """A deployment with one upload acted on, and stopped; its orders."""
    with scene(folder, database_url=url) as play:
        play.upload(play.person(VERIFIED), CARD)
        play.settle()
        return play.hoede.db.read(orders.views)


def at(folder: Path, url: str) -> Config:
    return settings(folder, database_url=url)


@pytest.mark.parametrize(("old", "new"), WAYS)
def test_a_moved_deployment_has_every_order_and_a_sound_log(
    databases: Databases, tmp_path: Path, old: str, new: str
) -> None:
    source = databases.lend(old, tmp_path)
    seen = lived(tmp_path, source)
    config = at(tmp_path, databases.bare(new, tmp_path))
    moved = move_database(config, source)
    db, keys = open_database(config)
    assert db.read(orders.views) == seen
    assert verify_log(db, keys).sound
    db.close()
    assert moved.rows > len(seen)


def test_the_old_file_is_put_aside_so_that_nobody_starts_on_it(databases: Databases, tmp_path: Path) -> None:
    source = databases.lend("sqlite", tmp_path)
    lived(tmp_path, source)
    moved = move_database(at(tmp_path, databases.bare("postgresql", tmp_path)), source)
    assert moved.old is not None
    assert moved.old.exists()
    assert not Path(source.removeprefix("sqlite:///")).exists()


def test_nothing_is_moved_from_under_a_process_that_works_on_it(databases: Databases, tmp_path: Path) -> None:
    source = databases.lend("sqlite", tmp_path)
    config = at(tmp_path, databases.bare("postgresql", tmp_path))
    with scene(tmp_path, database_url=source) as play:
        play.upload(play.person(VERIFIED), CARD)
        play.settle()
        with pytest.raises(StillRunning):
            move_database(config, source)
    assert move_database(config, source).rows


def test_nothing_is_moved_over_what_is_there(databases: Databases, tmp_path: Path) -> None:
    source, taken = databases.lend("sqlite", tmp_path), databases.lend("sqlite", tmp_path)
    lived(tmp_path / "one", source)
    lived(tmp_path / "two", taken)
    with pytest.raises(NotEmpty):
        move_database(at(tmp_path / "one", taken), source)


def test_nothing_is_moved_with_other_keys(databases: Databases, tmp_path: Path) -> None:
    source = databases.lend("sqlite", tmp_path)
    lived(tmp_path / "one", source)
    config = at(tmp_path / "two", databases.bare("postgresql", tmp_path))
    FileKeys.create(config.keys_folder)
    with pytest.raises(OtherKeys):
        move_database(config, source)


def test_a_database_is_not_moved_onto_itself(databases: Databases, tmp_path: Path) -> None:
    source = databases.lend("sqlite", tmp_path)
    lived(tmp_path, source)
    with pytest.raises(ConfigError):
        move_database(at(tmp_path, source), source)
