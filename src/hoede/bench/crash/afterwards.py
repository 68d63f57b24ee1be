"""When everything has ended: accounts are erased, time passes, copies go, and a legal hold beats it all."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from hoede.accounts import erasures
from hoede.app.changes import verify_log
from hoede.app.rehearsal import SERVICE
from hoede.bench.crash.process import Process
from hoede.bench.crash.records import readable, still
from hoede.bench.crash.world import World
from hoede.detection import store as events
from hoede.evidence import EvidenceRow, Vault, clock, holds
from hoede.evidence import store as evidence
from hoede.evidence.holds import Hold, Kept
from hoede.evidence.rules import GONE
from hoede.review import store as review
from hoede.review.store import JUDGED

WAITS = timedelta(minutes=2)
LONG = timedelta(days=500)  # longer than anything is kept that a right clock dated


@dataclass
class Afterwards:
    """One account is on hold; all wish to be erased."""

    world: World
    accounts: list[str] = field(init=False)
    held: str = field(init=False)
    stay: set[str] = field(init=False)  # what is on hold, and what somebody still has to judge
    copies: set[str] = field(default_factory=set)  # of accounts that stay
    every: set[str] = field(default_factory=set)  # all copies, before anything went
    early: list[str] = field(default_factory=list)  # what went before somebody believed the clock

    def __post_init__(self) -> None:
        self.accounts = sorted({one.event.account for one in self.world.uploads})
        self.held = self.accounts[self.world.plan.seed % len(self.accounts)]
        unjudged = {one.event.account for one in self.world.uploads if one.verdict is None}
        self.stay = {self.held, *unjudged}

    def happen(self) -> None:
        """Play it, with a blow at the plan's late place."""
        self.world.again(self._play)

    def _play(self) -> None:
        """Every step is asked until some process has done it: any may die of it."""
        world, asked = self.world, self.world.until_done
        asked("hold", self._hold)
        asked("tidy", self._tidy)
        for account in self.accounts:
            asked(f"erase {account}", partial(_erase, account))
        world.scheduler.now += LONG + max(world.plan.jump or timedelta(), timedelta())
        asked("tidy", self._tidy)
        asked("look", self._look)
        asked("believe", lambda process: process.db.commit(clock.believe))
        world.scheduler.wait(world.machines_are_done, WAITS)  # a report that was misdated is not any more
        if world.plan.misdates:  # and is kept for a year from now
            world.scheduler.now += LONG
            asked("tidy", self._tidy)
            asked("believe", lambda process: process.db.commit(clock.believe))
        for _ in range(2):  # what keeps an account goes first
            asked("tidy", self._tidy)

    def _hold(self, process: Process) -> None:
        hold = Hold(
            id="hold-1",
            kind=Kept.ACCOUNT,
            service=SERVICE,
            target=self.held,
            basis="run",
            why="to see that it beats erasing",
            set_by="eva",
            until=None,
        )
        if not process.db.read(lambda conn: holds.in_force(conn, process.db.time(conn))):
            process.db.commit(lambda tx: holds.set_hold(tx, hold))
        mine = {one.event.id for one in self.world.uploads if one.event.account in self.stay}
        self.every = {row.taken.id for row in process.db.read(evidence.all_rows)}
        self.copies = {
            row.taken.id for row in process.db.read(evidence.all_rows) if self._told(process, row) in mine
        }

    def _told(self, process: Process, row: EvidenceRow) -> str | None:
        found = process.db.read(lambda conn: events.find(conn, row.event))
        return found.told_id if found else None

    def _look(self, process: Process) -> None:
        """Nothing may have gone: the clock jumped, and nobody said that it is right."""
        rows = process.db.read(evidence.all_rows)
        there = {row.taken.id for row in rows if row.state not in GONE}
        self.early = [f"{one} went while nobody believed the clock" for one in sorted(self.every - there)]

    def _tidy(self, process: Process) -> None:
        process.expire.once()
        process.erase.once()

    def broken(self) -> dict[str, list[str]]:
        """What does not hold afterwards, by invariant."""
        ground = self.world.ground
        db = ground.place(0).db
        try:
            rows = db.read(evidence.all_rows)
            vault = Vault(ground.config.data_folder / "vault", ground.shared.keys, still(self.world))
            opens = dict(readable(vault, rows))
            log = verify_log(db, ground.shared.keys, self.world.heads)
            under_way = len(db.read(erasures.all_under_way))
            waits = {one for one in self.accounts if db.read(partial(_waits, one))}
            theirs = {row.taken.id for row in rows if db.read(partial(_account_of, row)) in waits}
        finally:
            db.cut()
            db.let_go()
        found = {
            "I5_evidence": [*_still_opening(rows, opens), *self.early],
            "I6_log": list(log.wrong),
            "I8_ended": self._not_ended(under_way, waits),
            "I10_kept": [*self._not_kept(rows, opens), *self._kept_too_long(rows, theirs, waits)],
        }
        return {name: wrong for name, wrong in found.items() if wrong}

    def _not_ended(self, under_way: int, waits: set[str]) -> list[str]:
        due = len(self.stay | waits)
        return [] if under_way == due else [f"{under_way} erasures are under way, due are {due}"]

    def _not_kept(self, rows: tuple[EvidenceRow, ...], opens: dict[str, str]) -> Iterator[str]:
        there = {row.taken.id: row for row in rows}
        for copy in sorted(self.copies):
            row = there.get(copy)
            if row is None or row.state in GONE or opens.get(copy) != row.taken.sha256:
                yield f"{copy} stays, and is {'gone' if row is None else row.state}"

    def _kept_too_long(
        self, rows: tuple[EvidenceRow, ...], theirs: set[str], waits: set[str]
    ) -> Iterator[str]:
        for row in rows:
            if row.taken.id not in self.copies | theirs and row.state not in GONE:
                yield f"{row.taken.id} is {row.state}, and nothing keeps it"
        database = self.world.ground.database
        with closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # what was deleted is zeros in the file
        content = database.read_bytes()
        for account in self.accounts:
            if account not in self.stay | waits and account.encode() in content:
                yield f"{account} was erased, and the database still names it"


def _waits(account: str, conn: Connection) -> bool:
    """Whether a person was called since, or has not checked yet: what is under way stays."""
    cases = review.every_of_account(conn, SERVICE, account)
    return any(one.state != JUDGED and (one.lane or one.needs_human) for one in cases)


def _account_of(row: EvidenceRow, conn: Connection) -> str | None:
    found = events.find(conn, row.event)
    return found.account if found else None


def _erase(account: str, process: Process) -> None:
    process.erase.ask(SERVICE, account)


def _still_opening(rows: tuple[EvidenceRow, ...], opens: dict[str, str]) -> Iterator[str]:
    for row in rows:
        if row.state in GONE and row.taken.id in opens:
            yield f"{row.taken.id} is {row.state} and still opens"
