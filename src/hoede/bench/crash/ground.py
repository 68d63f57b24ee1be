"""What all runs stand on: keys, an empty deployment to copy, parts without memory, places for processes."""

import hashlib
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from sqlalchemy import Connection

from hoede.app import rehearsal
from hoede.app.build import reader_of
from hoede.app.outside import authority_settings, endpoints_of
from hoede.app.tables import read_tables
from hoede.bench.crash.database import SimulatedDatabase
from hoede.bench.crash.process import Shared
from hoede.bench.crash.scheduler import BEGINS, Strands
from hoede.bench.crash.wire import AuthorityLine, PlatformLine
from hoede.config import Config, parse_config
from hoede.db.columns import milliseconds
from hoede.enforcement.platforms.webhook import WebhookPlatform
from hoede.keys import FileKeys
from hoede.keys.folder import NAMES, write_file
from hoede.lists import Nearby
from hoede.logs import start_logs
from hoede.reporting.authorities.ncmec import Ncmec
from hoede.simulators.cybertipline import REHEARSAL

TRIGGERS = tuple(
    f"hoede: harmless trigger {number} for runs that crash. ".encode() * 8 for number in range(3)
)
LEASE_S = 1.0
QUICK = {
    "retry_first_s": 0.2,
    "retry_longest_s": 2.0,
    "lease_s": LEASE_S,
    "call_after_tries": 6,
}


@dataclass
class Place:
    """Where one process after the other runs."""

    number: int
    db: SimulatedDatabase
    nearby: Nearby


@dataclass
class Ground:
    """Made once for all runs of this program; `reset` makes it new for the next."""

    folder: Path
    config: Config
    shared: Shared
    authority: AuthorityLine
    platform: PlatformLine
    empty: bytes  # the database as every run finds it
    clock: Callable[[], datetime]  # of the run under way
    die: Callable[[str], None]  # likewise
    places: list[Place] = field(default_factory=list)
    strands: Strands = field(default_factory=Strands)

    @property
    def database(self) -> Path:
        return self.config.data_folder / "hoede.sqlite"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.jsonl"

    def reset(self) -> None:
        for name in (f"{self.database}-wal", f"{self.database}-shm"):
            Path(name).unlink(missing_ok=True)
        self.ledger.unlink(missing_ok=True)
        self.database.write_bytes(self.empty)

    def place(self, number: int) -> Place:
        while len(self.places) <= number:
            db = SimulatedDatabase(
                self.config.url_of_database,
                key=self.shared.keys.names,
                clock=self._now,
                die=self._die,
            )
            nearby = Nearby(db)
            nearby.refresh()
            db.cut()
            db.let_go()
            self.places.append(Place(len(self.places), db, nearby))
        return self.places[number]

    def _die(self, why: str) -> None:
        self.die(why)

    def _now(self, _conn: Connection) -> datetime:
        return self.clock()


def lay(folder: Path) -> Ground:
    """A ground in an empty folder, best one in memory."""
    start_logs(level="critical")
    logging.getLogger("sqlalchemy.pool").setLevel(logging.CRITICAL + 1)  # connections are cut on purpose
    values = rehearsal.settings(
        folder,
        hook="http://127.0.0.1:1/hooks",
        authority="http://127.0.0.1:1/ispws",
        login=(REHEARSAL.name, REHEARSAL.password),
        more=QUICK,
    )
    config = parse_config(values)
    _same_keys(config.keys_folder)
    rehearsal.prepare(config, TRIGGERS)
    database = config.data_folder / "hoede.sqlite"
    with closing(sqlite3.connect(database)) as connection:
        begins = milliseconds(BEGINS)  # somebody tidied before: the clock was seen
        connection.execute("INSERT OR REPLACE INTO retention_clock (id, seen_at) VALUES (1, ?)", (begins,))
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    (config.data_folder / "spool").mkdir(exist_ok=True)
    tables = read_tables()
    authority = AuthorityLine()
    platform = PlatformLine()
    settings = authority_settings(config, "ncmec", config.authorities["ncmec"])
    shared = Shared(
        config=config,
        tables=tables,
        keys=FileKeys(config.keys_folder),
        reader=reader_of(config, tables),
        platform=WebhookPlatform(lambda: endpoints, transport=platform),
        authorities={"ncmec": Ncmec(settings, transport=authority)},
    )
    endpoints = endpoints_of(config)
    return Ground(folder, config, shared, authority, platform, database.read_bytes(), _never, _never_dies)


def _same_keys(folder: Path) -> None:
    """The same keys everywhere: the ids of orders follow from them, and so does who is claimed first."""
    folder.mkdir(mode=0o700, parents=True)
    for name in NAMES:
        write_file(folder / name, hashlib.sha256(f"crash {name}".encode()).hexdigest() + "\n")


def _never() -> datetime:
    raise RuntimeError("no run is under way")


def _never_dies(why: str) -> None:
    raise RuntimeError(why)
