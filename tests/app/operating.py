"""A deployment with many cases behind it, its backup, and places to restore it into."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.databases import KINDS, Databases
from tests.journeys.scene import CARD, VERIFIED, scene

from hoede.app.backup import take_backup
from hoede.app.rotate import copy_key_folder
from hoede.bench.cases import grow
from hoede.config import Config
from hoede.db import Database
from hoede.db.move import copy_rows
from hoede.keys import FileKeys

CASES = int(os.environ.get("HOEDE_CASES", "60"))
REAL = 4  # of them through the whole journey
ZYGOTE = Path(__file__).with_name("zygote.py")


@dataclass(frozen=True, slots=True)
class Grown:
    """Written once; nobody changes it."""

    kind: str
    config: Config
    backup: Path
    in_flight: int  # reports that had not ended when the backup was taken

    @property
    def folder(self) -> Path:
        return self.backup.parent


@contextmanager
def grown(databases: Databases, folder: Path, cases: int = CASES) -> Iterator[dict[str, Grown]]:
    """Most cases through the stores, some through the whole journey, backed up from either database.

    Written on SQLite and copied to the server: one row after the other would take long there.
    """
    urls = {kind: databases.lend(kind, folder) for kind in KINDS}
    with scene(folder, database_url=urls["sqlite"]) as play:
        for _ in range(REAL - 1):
            play.upload(play.person(VERIFIED), CARD)
        play.settle()
        play.upload(play.person(VERIFIED), CARD)  # its copy is in the intake still
        in_flight = grow(play.hoede, cases - REAL) + 1
        copy_key_folder(play.hoede.config, folder / "key-copy")
        config = play.hoede.config
    copy(urls["sqlite"], urls["postgresql"], config)
    made = {}
    for kind, url in urls.items():
        there = config.model_copy(update={"database_url": url})
        take_backup(there, folder / f"backup-{kind}")
        made[kind] = Grown(kind, there, folder / f"backup-{kind}", in_flight)
    yield made
    for url in urls.values():
        databases.take_back(url)


def copy(source_url: str, target_url: str, config: Config) -> None:
    key = FileKeys(config.keys_folder).names
    source, target = Database(source_url, key=key), Database(target_url, key=key)
    source.read(lambda conn: target.alone(lambda tx: copy_rows(conn, tx)))
    source.close()
    target.close()


@dataclass
class Places:
    """Empty deployments with the same keys, and copies of the backup to damage."""

    grown: Grown
    databases: Databases
    folder: Path
    count: int = field(default=0)

    def empty(self, kind: str | None = None) -> Config:
        """The same settings over an empty folder and an empty database."""
        self.count += 1
        place = self.folder / f"place-{self.count}"
        place.mkdir()
        url = self.databases.bare(kind or self.grown.kind, place)
        return self.grown.config.model_copy(update={"data_folder": place / "data", "database_url": url})

    def backup(self) -> Path:
        """A copy of the backup."""
        self.count += 1
        return Path(shutil.copytree(self.grown.backup, self.folder / f"backup-{self.count}"))

    def keys(self) -> Path:
        """A copy of the keys, to be changed."""
        self.count += 1
        return Path(shutil.copytree(self.grown.config.keys_folder, self.folder / f"keys-{self.count}"))


class Zygote:
    """A warm process that forks: each child does one thing and may be killed at a failpoint on its way."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(  # noqa: S603 - our own interpreter and script
            [sys.executable, str(ZYGOTE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def run(self, what: str, config: Config, *folder: Path, kill_at: str = "", nth: int = 1) -> int:
        """The signal the child ended by, or 0 when it came through."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        told: dict[str, Any] = {
            "what": what,
            "config": config.model_dump(mode="json"),
            "folders": [str(one) for one in folder],
            "kill_at": kill_at,
            "nth": nth,
        }
        self._process.stdin.write(json.dumps(told).encode() + b"\n")
        self._process.stdin.flush()
        return int(self._process.stdout.readline())

    def end(self) -> None:
        self._process.kill()
        self._process.communicate()
