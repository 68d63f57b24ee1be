"""Workers: what they do when the disk is full, when something breaks, and when they are told to stop."""

import os
import subprocess
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from starlette.testclient import TestClient
from tests.parts import prepare, settings, until
from tests.web.api import Api, event

from hoede.app import Hoede, Workers, build
from hoede.core.orders import OrderState
from hoede.db import orders
from hoede.db.ballast import Ballast
from hoede.simulators.pictures import test_card as the_card

SMALL = "size=64k"


@pytest.fixture
def hoede(tmp_path: Path) -> Iterator[Hoede]:
    """With one held upload whose copy is still to be sealed."""
    config = settings(tmp_path)
    key = prepare(config)
    built = build(config)
    with TestClient(built.site) as http:
        Api(hoede=built, key=key, http=http).tell(event(), the_card())
    yield built
    built.close()
    built.ballast.let_go()


@pytest.fixture
def full(hoede: Hoede, tmp_path: Path) -> Iterator[Path]:
    """The folder of sealed objects on a file system without room; only root may mount one."""
    disk = tmp_path / "full"
    disk.mkdir()
    made = ["mount", "-t", "tmpfs", "-o", SMALL, "tmpfs", str(disk)]
    if subprocess.run(made, check=False, capture_output=True).returncode:  # noqa: S603 - our own words
        pytest.skip("a small file system cannot be mounted here")
    (disk / "filler").write_bytes(bytes(64 * 1024))
    objects = hoede.config.data_folder / "vault" / "objects"
    objects.rmdir()
    objects.symlink_to(disk)
    yield disk
    subprocess.run(["umount", str(disk)], check=True)  # noqa: S603, S607 - likewise


def seals(hoede: Hoede) -> list[OrderState]:
    return [one.state for one in hoede.db.read(orders.views) if one.order.measure == "preserve"]


def too_large(path: Path) -> Ballast:
    """Ballast that is there, and for which there would be no room again once it was let go."""
    room = os.statvfs(path.parent)
    ballast = Ballast(path, room.f_bavail * room.f_frsize)
    os.truncate(path, room.f_bavail * room.f_frsize)  # it says so much, and takes nothing
    return ballast


def test_a_worker_that_meets_a_full_disk_lets_the_ballast_go_and_drops_nothing(
    hoede: Hoede, full: Path
) -> None:
    scarce = replace(hoede, ballast=too_large(hoede.config.data_folder / "ballast"))
    workers = Workers(scarce, 1)
    workers.start()

    until(lambda: not scarce.ballast.there)

    assert workers.stop(10)
    assert seals(hoede) == [OrderState.OPEN]


def test_workers_take_up_what_was_there_before_they_started(hoede: Hoede) -> None:
    workers = Workers(hoede, 1)
    workers.start()

    until(lambda: seals(hoede) == [OrderState.DONE])

    assert workers.stop(10)


def test_a_worker_outlives_what_it_stumbles_over(hoede: Hoede) -> None:
    hoede.db.commit(lambda tx: tx.conn.exec_driver_sql("ALTER TABLE orders RENAME TO away"))
    workers = Workers(hoede, 1)
    workers.start()
    hoede.db.commit(lambda tx: tx.conn.exec_driver_sql("ALTER TABLE away RENAME TO orders"))

    until(lambda: seals(hoede) == [OrderState.DONE])

    assert workers.stop(10)
