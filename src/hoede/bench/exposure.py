"""What a team is shown: one queue, judged as Hoede has it judged and by showing every item, in one store.

A team of twenty in simulated time: who looks in full takes longer than who reads. Pictures, copies, and who
is right are drawn from a seed; nine of ten are copies of earlier ones (docs/sources.md#copies-of-copies).
Then many ask at once for more than they may see, and what was served is counted.
"""

import heapq
import random
import tempfile
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from typing import Final

from sqlalchemy import Connection, select

from hoede.app import rehearsal
from hoede.app.build import reader_of
from hoede.app.tables import Tables, read_tables
from hoede.bench.cases import Unsynced
from hoede.bench.databases import postgresql
from hoede.bench.drawing import drawn, encoded
from hoede.bench.rows import Row
from hoede.config import Config, parse_config
from hoede.core.events import Channel, Event, EventKind
from hoede.core.findings import Category, Certainty, Finding
from hoede.core.media import Frame
from hoede.db import Database, Transaction
from hoede.db.schema import migrate
from hoede.detection import Coverage
from hoede.detection import store as events
from hoede.evidence import Taken, Vault
from hoede.evidence import store as evidence
from hoede.flow.cases import Cases
from hoede.flow.day import Days
from hoede.flow.judge import Judge
from hoede.flow.report import Correct
from hoede.flow.view import How, Shown, View
from hoede.keys import FileKeys
from hoede.media import Reader
from hoede.review import AccountIs, Answer, Grounds, Refused, Why, alikes, exposure
from hoede.review import store as review
from hoede.review.claims import Taken as Claimed
from hoede.review.exposure import Material
from hoede.review.wellness import Budget, Rest, Severity, Wellness
from hoede.simulators.cybertipline import VirtualClock

SEEDS: Final = (11, 12, 13)
ITEMS: Final = 200
TEAM: Final = 20
START: Final = datetime(2026, 11, 27, 8, tzinfo=UTC)
COPIES: Final = 0.9  # of what comes: the same as something before, or looks like it
EQUAL: Final = 0.5  # of copies: byte by byte
VIOLATES: Final = 0.7  # of what is new
OTHERWISE: Final = 0.01  # of altered copies: looks alike, and is not the same thing
WRONG: Final = 0.03  # how often somebody who looks judges wrongly
LOOKS_S, READS_S = 45, 20  # how long a decision takes with a full look, and without one
WAITS_S: Final = 60  # until somebody whom nothing was given asks again
SHIFT: Final = timedelta(hours=12)
HOURS: Final = 10  # each of them in which everybody asks
_VIEWS = count()
ASKED: Final = 12  # full views that each of the team asks for at once, again and again
LOOSE: Final = Budget(full=10**6, reduced=10**6)
YES, NO = "confirmed_new", "no_violation"


@dataclass(frozen=True, slots=True)
class Item:
    """One upload: its bytes, and whether it breaks the rules."""

    number: int
    media: bytes
    violates: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """The flows a team works with, on a clock of the bench."""

    db: Database
    clock: VirtualClock
    cases: Cases
    judge: Judge
    view: View
    days: Days
    vault: Vault
    reader: Reader
    wellness: Wellness


@dataclass(frozen=True, slots=True, kw_only=True)
class Went:
    """What came of a queue."""

    full: int  # severe views in full
    decisions: int  # judgments and second checks
    right: int  # of the judgments
    judged: int
    took: timedelta
    overruns: int

    @property
    def per_thousand(self) -> float:
        return 1000 * self.full / self.decisions

    @property
    def per_hour(self) -> float:
        return self.decisions / (self.took / timedelta(hours=1))

    @property
    def correct(self) -> float:
        return 100 * self.right / self.judged


def measure(database: str | None) -> list[Row]:
    """Every figure over all seeds, with its spread over them."""
    ours, shown = ([_worked(seed, every_item=one) for seed in SEEDS] for one in (False, True))
    rows = [
        _row(
            "severe_full_views_per_1000",
            "views",
            [one.per_thousand for one in ours],
            "<= 0.2 of the peer",
            [one.per_thousand for one in shown],
        ),
        _row(
            "judged_rightly",
            "%",
            [one.correct for one in ours],
            "as the peer",
            [one.correct for one in shown],
        ),
        _row(
            "team_of_20_decisions",
            "per hour",
            [one.per_hour for one in ours],
            "",
            [one.per_hour for one in shown],
        ),
        _row("budget_overruns_of_the_team", "views", [float(one.overruns) for one in ours], "0"),
        *_pressed("sqlite", ""),
    ]
    with postgresql(database) as url:
        if url is not None:
            rows += _pressed("postgresql", url)
    return rows


def _row(name: str, unit: str, ours: list[float], target: str, peer: list[float] | None = None) -> Row:
    told = f"seeds {', '.join(map(str, SEEDS))}: {', '.join(f'{one:.4g}' for one in ours)}; {ITEMS} items"
    mean = sum(ours) / len(ours)
    if peer is None:
        return Row(name=name, unit=unit, ours=round(mean, 2), target=target, spread=told)
    theirs = sum(peer) / len(peer)
    return Row(
        name=name,
        unit=unit,
        ours=round(mean, 2),
        target=target,
        spread=f"{told}; peer {', '.join(f'{one:.4g}' for one in peer)}",
        peer_name="every item is shown",
        peer=round(theirs, 2),
        ratio=round(mean / theirs, 3) if theirs else None,
    )


def items(seed: int, many: int = ITEMS) -> Iterator[Item]:
    """A queue drawn by chance: what is new, and copies of what came before; popular ones are copied more."""
    chance = random.Random(seed)  # noqa: S311 - pictures, no secrets
    before: list[tuple[int, bool]] = []  # the picture each item shows, and whether that breaks the rules
    for number in range(many):
        if not before or chance.random() >= COPIES:
            shows, violates = seed * 100_000 + number, chance.random() < VIOLATES
            before.append((shows, violates))
            yield Item(number, encoded(drawn(shows)), violates)
            continue
        shows, violates = chance.choice(before)
        before.append((shows, violates))
        if chance.random() < EQUAL:
            yield Item(number, encoded(drawn(shows)), violates)
            continue
        width, quality = chance.randrange(240, 481), chance.randrange(40, 90)
        altered = encoded(drawn(shows).resize((width, width * 3 // 4)), "JPEG", quality=quality)
        yield Item(number, altered, violates ^ (chance.random() < OTHERWISE))


def _worked(seed: int, *, every_item: bool) -> Went:
    """A team works through the queue of this seed."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="hoede-bench-")))
        desk = _desk(folder, stack, read_tables(), every_item=every_item)
        queue = {f"evi_{one.number:06d}": one for one in items(seed)}
        for one in queue.values():
            _comes(desk, one)
        return Shift(desk, queue, random.Random(seed), every_item).work()  # noqa: S311 - likewise


def _desk(folder: Path, stack: ExitStack, tables: Tables, *, every_item: bool) -> Desk:
    FileKeys.create(folder / "keys")
    keys, clock, ids = FileKeys(folder / "keys"), VirtualClock(lambda: START), count()
    db = Database(f"sqlite:///{folder / 'hoede.sqlite'}", key=keys.names, clock=lambda _conn: clock.now())
    stack.callback(db.close)
    migrate(db)
    reader = reader_of(_config(folder), tables)
    stack.callback(reader.close)
    vault = Vault(folder / "vault", keys, Unsynced())
    told = _loose(tables.wellness) if every_item else tables.wellness

    def new_id(kind: str) -> str:
        return f"{kind}_{next(ids):08d}"

    return Desk(
        db=db,
        clock=clock,
        cases=Cases(db=db, lanes=tables.lanes, wellness=told, helplines=(), demo=True, new_id=new_id),
        judge=Judge(
            db=db,
            names=keys.names,
            measures=tables.book.measures,
            outcomes=tables.outcomes,
            lanes=tables.lanes,
            authorities=("ncmec",),
            undo_within=timedelta(0),
            new_id=new_id,
            correct=Correct(measures=tables.book.measures),
        ),
        view=View(db=db, vault=vault, reader=reader, wellness=told, names=keys.names, new_id=new_id),
        days=Days(db=db, wellness=told, new_id=new_id),
        vault=vault,
        reader=reader,
        wellness=told,
    )


def _config(folder: Path) -> Config:
    nowhere = "http://127.0.0.1:9"
    return parse_config(
        rehearsal.settings(folder, hook=nowhere, authority=nowhere, login=("bench", "bench"), more={})
    )


def _loose(told: Wellness) -> Wellness:
    """No budget and no break: everybody sees everything."""
    rest = Rest(after_views=LOOSE.full, after=timedelta(days=9), length=timedelta(minutes=5))
    return replace(told, budgets=dict.fromkeys(told.budgets, LOOSE), rest=rest)


def _comes(desk: Desk, item: Item) -> None:
    """The upload, what was found in it, and its case, as the way of an upload leaves them."""
    taken = desk.vault.take(f"evi_{item.number:06d}", [item.media])
    with tempfile.TemporaryFile() as file:
        file.write(item.media)
        file.flush()
        frames = desk.reader.look(file.fileno()).frames
    desk.db.commit(partial(_written, item=item, taken=taken, frames=frames))


def _written(tx: Transaction, *, item: Item, taken: Taken, frames: tuple[Frame, ...]) -> None:
    event, account, case = (f"{kind}_{item.number:06d}" for kind in ("evt", "account", "case"))
    told = Event(
        id=event,
        kind=EventKind.UPLOAD,
        channel=Channel.PUBLIC,
        account=account,
        content=f"content-{item.number}",
        at=tx.now,
    )
    service = rehearsal.SERVICE
    events.add_event(
        tx, event, service, told, request="0" * 64, coverage=Coverage.LOOKED, hold=f"hold-{event}"
    )
    found = Finding("pdq", Category.CSEA, Certainty.LIKELY, "it looks like a listed one")
    events.add_findings(tx, event, (found,))
    evidence.add_taken(tx, taken, service=service, event=event, part="media", media_type="image/png")
    evidence.mark_sealed(tx, taken.id, tx.now + timedelta(days=400))
    alikes.keep_looks(tx, taken.id, frames)
    review.open_case(
        tx,
        case,
        service=service,
        account=account,
        grounds=Grounds.SUSPECTED,
        lane="child_safety",
        due_at=tx.now + timedelta(days=1),
    )
    review.add_file(tx, case, taken.id, event)


@dataclass(frozen=True, slots=True)
class Shift:
    """Twenty people at one queue: each takes the next case, looks or reads, decides, and takes the next."""

    desk: Desk
    queue: dict[str, Item]
    chance: random.Random
    every_item: bool

    def work(self) -> Went:
        desk, due = self.desk, [(START, f"person-{number:02d}") for number in range(TEAM)]
        said: dict[str, bool] = {}
        decisions, last = 0, START
        while due and due[0][0] < START + SHIFT:
            at, person = heapq.heappop(due)
            desk.clock.advance(at - desk.clock.now())
            taken = desk.cases.next(person, lead=True)
            if taken is None:
                if not _waits(desk):
                    break
                heapq.heappush(due, (at + timedelta(seconds=WAITS_S), person))
                continue
            took = self._decided(taken, person, said)
            decisions, last = decisions + (took is not None), max(last, at + (took or timedelta()))
            heapq.heappush(due, (at + (took or timedelta(seconds=WAITS_S)), person))
        right = sum(said[name] == self.queue[name].violates for name in said)
        return Went(
            full=desk.db.read(partial(exposure.severe_since, since=START)),
            decisions=decisions,
            right=right,
            judged=len(said),
            took=last - START,
            overruns=_overruns(desk.db, desk.wellness),
        )

    def _decided(self, taken: Claimed, person: str, said: dict[str, bool]) -> timedelta | None:
        """How long the decision took; None when they gave it back because they may see no more for now."""
        case = taken.case
        name = f"evi_{case.id.removeprefix('case_')}"
        violates, looked = self._seen(case.id, name, person)
        if violates is None:
            self.desk.days.leave(person)
            return None
        if case.state == review.SECOND:
            agrees = violates == said[name]
            self.desk.judge.check(case.id, person, agrees=agrees, reason="Looked for myself.")
            said.update({name: violates} if not agrees else {})
        else:
            self.desk.judge.judge(case.id, person, _answer(name, violates=violates))
            said[name] = violates
        return timedelta(seconds=LOOKS_S if looked else READS_S)

    def _seen(self, case: str, name: str, person: str) -> tuple[bool | None, bool]:
        """What this person takes it for, and whether they looked at all of it."""
        view = self.desk.view
        if self.every_item:
            view.ask_again(case, name, person, "Every item is shown.")
        shown = view.preview(case, name, person, How.CLEAR, "judge")
        if isinstance(shown, Refused) and shown.why in {Why.ALIKE, Why.SEEN}:
            earlier = self.desk.db.read(lambda conn: self._earlier(conn, case, name))
            if earlier is not None:
                return earlier, False
            view.ask_again(case, name, person, "Nobody judged it yet.")
            shown = view.preview(case, name, person, How.CLEAR, "judge")
        if not isinstance(shown, Shown):
            return None, False
        return self.queue[name].violates ^ (self.chance.random() < WRONG), True

    def _earlier(self, conn: Connection, case: str, name: str) -> bool | None:
        """What was judged of the same or of a near copy; None: nothing that counts yet."""
        copy = evidence.find(conn, name)
        found = self.desk.view.judged_before(conn, case, [copy]) if copy else {}
        return found[name].outcome == YES if name in found else None


def _answer(name: str, *, violates: bool) -> Answer:
    return Answer(
        outcome=YES if violates else NO,
        reason="Drawn by chance.",
        shown=frozenset({name}),
        classification="A1" if violates else None,
        account_is=AccountIs.OFFENDER if violates else AccountIs.NOBODY,
    )


def _waits(desk: Desk) -> bool:
    return desk.db.read(lambda conn: review.waiting(conn, desk.clock.now())).cases > 0


def _overruns(db: Database, told: Wellness) -> int:
    """Views that were served beyond a budget, or in a row beyond a break; counted from the rows alone."""
    c = exposure.EXPOSURE.c
    rows = db.read(lambda conn: conn.execute(select(c.person, c.at, c.severity, c.full).order_by(c.at)).all())
    served = Counter((row.person, told.day_began(row.at), row.severity, row.full) for row in rows)
    beyond = 0
    for (_, _, severity, full), much in served.items():
        budget = told.budgets[Severity(severity)]
        beyond += max(0, much - (budget.full if full else budget.reduced))
    for person in {row.person for row in rows}:
        severe = [row for row in rows if row.person == person and row.severity == Severity.SEVERE]
        beyond += _in_rows([(row.at, row.full) for row in severe], told.rest)
    return beyond


def _in_rows(views: list[tuple[datetime, bool]], rest: Rest) -> int:
    """Full views beyond those that a row may have."""
    beyond, much, last = 0, 0, None
    for at, full in views:
        much = full + (much if last is not None and at - last < rest.length else 0)
        beyond, last = beyond + (much > rest.after_views), at
    return beyond


def _pressed(name: str, url: str) -> Iterator[Row]:
    """Everybody asks for severe views all the time, in many tabs of two processes, over a day."""
    told, clock = read_tables().wellness, VirtualClock(lambda: START)
    with tempfile.TemporaryDirectory(prefix="hoede-bench-") as folder:
        address = url or f"sqlite:///{Path(folder) / 'hoede.sqlite'}"
        both = [Database(address, key=bytes(32), clock=lambda _conn: clock.now()) for _ in range(2)]
        migrate(both[0])
        asked = 0
        with ThreadPoolExecutor(TEAM) as pool:
            for _ in range(HOURS):
                asked += len(list(pool.map(partial(_asks, both, told), range(TEAM * ASKED))))
                clock.advance(timedelta(hours=1))
        served = both[0].read(partial(exposure.severe_since, since=START - timedelta(days=1)))
        overruns = _overruns(both[0], told)
        for one in both:
            one.close()
    told_ = f"{asked} asked for by {TEAM} people at two processes, {served} served"
    yield Row(name=f"budget_overruns_{name}", unit="views", ours=overruns, target="0", spread=told_)


def _asks(both: list[Database], told: Wellness, number: int) -> Refused | None:
    view = f"vie_{next(_VIEWS)}"
    what = Material(case_id=view, evidence=view, mark=view, severity=Severity.SEVERE)
    person = f"person-{number % TEAM:02d}"
    return both[number // TEAM % 2].commit(lambda tx: exposure.serve(tx, told, view, person, what, full=True))
