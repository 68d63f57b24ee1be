"""One run: workers, a platform, an authority, people, and all that befalls them, from one seed."""

import json
import sqlite3
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import partial
from hashlib import sha256
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

from hoede import accounts
from hoede.app.rehearsal import SERVICE
from hoede.audit import Head
from hoede.audit import store as audit
from hoede.bench.crash.disk import ForgetfulDisk, Mount
from hoede.bench.crash.ground import TRIGGERS, Ground, Place
from hoede.bench.crash.invariants import MISDATED
from hoede.bench.crash.people import People
from hoede.bench.crash.plan import ANYWHERE, Act, Plan
from hoede.bench.crash.process import InMemory, Process, start
from hoede.bench.crash.scheduler import BEGINS, Group, Killed, Scheduler
from hoede.bench.crash.wire import Trouble
from hoede.core.ages import AgeEvidence, Assurance
from hoede.core.errors import HoedeError
from hoede.core.events import Channel, Event, EventKind
from hoede.db import DatabaseBusy, DiskFull, failpoints
from hoede.db.columns import milliseconds
from hoede.db.idempotency import Remembered
from hoede.db.leases import TOO_FAR, longest
from hoede.enforcement import Carrier
from hoede.flow.screen import EventAnswer, Told
from hoede.simulators.cybertipline import Ledger, Settings
from hoede.simulators.cybertipline.tipline import Tipline
from hoede.web.api import OrderUnknown, received, screened
from hoede.web.shapes import ReceiptIn

CARRIERS = (Carrier.VAULT, Carrier.PLATFORM, Carrier.AUTHORITY, Carrier.SCREENING)
SEQUENCER = "sequencer"
VERIFIED = AgeEvidence(
    method="document",
    assurance=Assurance.VERIFIED,
    issuer="run",
    as_of=date(2026, 1, 1),
    born=date(1980, 1, 1),
)
MOST_TURNS = 20_000
QUIET_AFTER = timedelta(seconds=90)  # no trouble begins later
LIVELY_WITHIN = timedelta(seconds=120)  # after the last trouble, everything has ended
_INSIDE_A_TRANSACTION = frozenset({"commit.before", "number.before"})
_CLAIMABLE = """
SELECT carried_by, max(
  iif(due_at > :far, 0, due_at),
  iif(coalesce(lease_until, 0) > :longest, 0, coalesce(lease_until + 1, 0))
) AS at FROM orders
WHERE state = 'open' AND carried_by != 'person' AND NOT EXISTS (
  SELECT 1 FROM order_after a JOIN orders f ON a.after = f.id
  WHERE a.id = orders.id AND f.state NOT IN ('done', 'superseded'))
"""
_UNFINISHED = "SELECT 1 FROM orders WHERE state = 'open' AND carried_by != 'person'"
_UNFINISHED_BUT = f"{_UNFINISHED} AND NOT (needs_human AND coalesce(reason, '') = :reason)"


@dataclass
class Upload:
    """One event: told until it is acknowledged."""

    event: Event
    media: bytes
    verdict: str | None = "automatic"  # a judgment's outcome; None: nobody judges
    taken_back: str | None = None  # what was judged before, and may have been reported
    judged_at: datetime | None = None  # by then it was judged anew
    answers: list[EventAnswer] = field(default_factory=list)

    @property
    def request(self) -> str:
        return sha256(self.event.id.encode()).hexdigest()

    @property
    def key(self) -> str:
        return f"key-{self.event.id}"

    @property
    def remembered(self) -> Remembered:
        return Remembered.of(SERVICE, self.key, b"POST /v1/events", self.request.encode())

    @property
    def acknowledged(self) -> bool:
        return bool(self.answers)


@dataclass
class PlatformRecord:
    """What the platform was told; it knows nothing of our rows."""

    deliveries: list[str] = field(default_factory=list)  # ids of orders, in the order of arrival
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    due: list[str] = field(default_factory=list)  # receipts to send

    def take(self, body: bytes) -> None:
        data = json.loads(body)["data"]
        self.deliveries.append(data["order"])
        self.orders.setdefault(data["order"], data)
        if data["order"] not in self.due:
            self.due.append(data["order"])


@dataclass
class Site:
    """A place, and the process that is there now."""

    place: Place
    group: Group | None = None
    process: Process | None = None
    starts: int = 0


@dataclass
class World:
    plan: Plan
    ground: Ground
    draw: Random = field(init=False)
    scheduler: Scheduler = field(init=False)
    disk: ForgetfulDisk = field(init=False)
    sites: list[Site] = field(init=False)
    uploads: list[Upload] = field(default_factory=list)
    platform: PlatformRecord = field(default_factory=PlatformRecord)
    heads: list[Head] = field(default_factory=list)  # kept outside
    skew: timedelta = timedelta()
    jumped: bool = False  # a clock jumps once
    passed: Counter[str] = field(default_factory=Counter)
    struck: list[tuple[str, Act]] = field(default_factory=list)
    troubles: Counter[str] = field(default_factory=Counter)
    blows: list[Any] = field(default_factory=list)
    since: Counter[str] = field(default_factory=Counter)  # passes since the last blow
    begun_at: datetime = BEGINS
    calm_at: datetime | None = None
    over: bool = False
    unseen_late: bool = False  # something took too long, and nobody was called
    full: bool = False
    people: People = field(init=False)
    outage: int = field(init=False)
    settings: Settings = field(init=False)
    rows: sqlite3.Connection = field(init=False)

    def __post_init__(self) -> None:
        self.draw = Random(f"run {self.plan.seed}")  # noqa: S311 - repeatable
        self.scheduler = Scheduler(self.draw, self.ground.strands, at_turn=self._at_turn)
        self.people = People(self.scheduler, self.draw, self.troubles, self.until_done)
        self.disk = ForgetfulDisk(self.plan.seed)
        self.blows = list(self.plan.blows)
        self.sites = [Site(self.ground.place(number)) for number in range(self.plan.processes)]
        self.outage = self.plan.outage_calls
        numbers = count(1)
        self.settings = Settings(
            allowed={sha256(one).hexdigest() for one in TRIGGERS}, new_hex=lambda: f"{next(numbers):032x}"
        )

    # The run

    def run(self) -> None:
        """From the first event until everything has come to its end."""
        self.ground.reset()
        self._go(self._begin_telling)

    def again(self, act: Callable[[], object]) -> None:
        """Start the same deployment once more, for something else; the plan's late blow falls."""
        self.blows = [self.plan.late] if self.plan.late else []
        self.jumped = True  # what happens then has leaps of its own
        self.over, self.calm_at, self.begun_at = False, None, self.scheduler.now
        self._go(lambda: self.scheduler.begin("afterwards", act))

    def _begin_telling(self) -> None:
        for number, files in enumerate(self.plan.uploads):
            self.scheduler.begin(f"teller {number}", partial(self._tell_all, f"adult-{number}", files))
        for number, verdict in enumerate(self.plan.doubtful):
            name = f"unknown-{number}"
            self.scheduler.begin(name, partial(self._tell_all, name, 1, verdict))

    def _go(self, begin: Callable[[], object]) -> None:
        ground = self.ground
        ground.clock, ground.die = self.our_time, self._die
        ledger = Ledger(ground.ledger)
        ground.authority.tipline = Tipline(self.settings, ledger, _Clock(self.scheduler))
        ground.authority.trouble = partial(self._trouble, "authority")
        ground.authority.give_way = self.scheduler.give_way
        ground.platform.take = self.platform.take
        ground.platform.trouble = partial(self._trouble, "platform")
        ground.platform.give_way = self.scheduler.give_way
        self.rows = _rows(ground.database)
        failpoints.arm(self._at_failpoint)
        try:
            for site in self.sites:
                self.scheduler.begin(f"site {site.place.number}", partial(self._keep_up, site))
            self.scheduler.begin("receipts", self._send_receipts)
            begin()
            self.scheduler.run(lambda: self.over, self._on_quiet)
        finally:
            failpoints.disarm()
            for site in self.sites:
                self._kill(site)
            self.scheduler.drop_all()
            for site in self.sites:
                site.group = site.process = None
                site.place.db.cut()
                site.place.db.let_go()
            self.rows.close()
            ledger.close()
        if broke := self.scheduler.ended_badly:
            raise RuntimeError(f"{broke[0].name} broke") from broke[0].broke

    def machines_are_done(self) -> bool:
        """Whether no order is left but what people do."""
        return self.rows.execute(_UNFINISHED).fetchone() is None

    def our_time(self) -> datetime:
        """Ours, in whole milliseconds as databases tell it."""
        now = self.scheduler.now + self.skew
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    # What befalls it

    def _at_turn(self) -> None:
        task = self.scheduler.current
        self._now_and_then()
        if task is not None and task.group is not None:
            self._maybe_strike(ANYWHERE, task.group)

    def _at_failpoint(self, name: str) -> None:
        task = self.scheduler.current
        if task is None or task.group is None:
            return
        if not task.group.alive:
            raise Killed
        self.passed[name] += 1
        self.scheduler.note(name)
        self._maybe_strike(name, task.group)
        if name not in _INSIDE_A_TRANSACTION:
            self.scheduler.give_way()

    def _maybe_strike(self, name: str, group: Group) -> None:
        if not self.blows or self.calm_at is not None or self.blows[0].place != name:
            return
        self.since[name] += 1
        if self.since[name] < self.blows[0].nth:
            return
        blow = self.blows.pop(0)
        self.since.clear()
        self.struck.append((blow.place, blow.act))
        self.scheduler.note(f"{blow.act} {blow.place} {group.name}")
        if blow.act is Act.PAUSE:
            group.asleep_until = self.scheduler.now + timedelta(seconds=self.draw.uniform(0.5, 5))
            self.scheduler.give_way()
            return
        for site in self.sites:
            if site.group is group or (blow.act is Act.CUT and site.group is not None):
                self._kill(site)
        if blow.act is Act.CUT:
            self.disk.crash()
            self._tear()
        raise Killed

    def _tear(self) -> None:
        """Leave the database as a power cut does: all that was committed, and behind it a torn piece."""
        files = [Path(f"{self.ground.database}{end}") for end in ("", "-wal")]
        left = [one.read_bytes() if one.exists() else b"" for one in files]
        self.rows.close()  # the last who closes would tidy up, which a power cut does not
        torn = self.draw.randbytes(self.draw.randrange(6000))
        for file, content in zip(files, left, strict=True):
            file.write_bytes(content + torn if file is files[1] else content)
        Path(f"{self.ground.database}-shm").unlink(missing_ok=True)
        self.rows = _rows(self.ground.database)

    def _kill(self, site: Site) -> None:
        if site.group is not None:
            site.group.alive = False
        site.place.db.cut()

    def _die(self, why: str) -> None:
        """A sync failed: the process ends."""
        self.scheduler.note(why)
        task = self.scheduler.current
        for site in self.sites:
            if task is not None and site.group is task.group:
                self._kill(site)
        raise Killed

    def _now_and_then(self) -> None:
        turns, plan = self.scheduler.turns, self.plan
        if self.calm_at is not None:
            return
        if plan.jump is not None and turns >= plan.jump_after and not self.jumped:
            self.skew, self.jumped = plan.jump, True
            self.scheduler.note("jump")
        if (
            plan.full_after is not None
            and turns >= plan.full_after
            and not self.full
            and "full" not in self.troubles
        ):
            self._fill(full=True)

    def _fill(self, *, full: bool) -> None:
        self.full = full
        self.troubles["full"] += full
        for site in self.sites:
            site.place.db.fill(full=full)

    def _trouble(self, who: str, call: str) -> Trouble | None:
        if self.calm_at is not None:
            return None
        if who == "authority" and self.outage > 0 and self.scheduler.turns > self.plan.jump_after:
            self.outage -= 1
            return self.draw.choice((Trouble.UNREACHED, Trouble.BAD_GATEWAY, Trouble.LOST_BEFORE))
        if self.draw.random() >= self.plan.wire_fails:
            return None
        met = self.draw.choice(tuple(Trouble))
        if met is Trouble.TWICE and call == "upload":
            return None  # neither side could tell that file from a second one: docs/decisions/0034
        self.troubles[f"{who} {met} {call}"] += 1
        return met

    def _on_quiet(self) -> bool:
        """Nobody is ready: let time pass until somebody has work, or see that all is over."""
        if self.full:
            self._fill(full=False)  # somebody made room
        if self.calm_at is None and self._spent():
            self._calm()
        now, lease = self.our_time(), timedelta(seconds=self.ground.config.lease_s)
        ends = {"far": milliseconds(now + TOO_FAR), "longest": milliseconds(now + longest(lease))}
        found: list[tuple[str, int]] = self.rows.execute(_CLAIMABLE, ends).fetchall()
        due = {kind for kind, at in found if at <= milliseconds(now)}
        if self.rows.execute("SELECT 1 FROM leaf WHERE number IS NULL LIMIT 1").fetchone():
            due.add(SEQUENCER)
        if self._wake(due):
            return True
        if not found and not due and not self._somebody_outside():
            if self.calm_at is None:
                self._calm()
            else:
                self.over = True
            return True
        if self.calm_at is not None and self.scheduler.now - self.calm_at > LIVELY_WITHIN:
            self._late()
        return self._pass_time([datetime.fromtimestamp(at / 1000, UTC) - self.skew for _, at in found])

    def _wake(self, due: set[str]) -> bool:
        """One worker for each kind of work that is due, whoever it is."""
        woken = False
        idle = [task for task in self.scheduler.tasks if task.idle is not None and self._awake(task.group)]
        for kind in sorted(due):
            if fit := [task for task in idle if task.idle == kind]:
                self.draw.choice(fit).idle = None
                woken = True
        return woken

    def _pass_time(self, due: list[datetime]) -> bool:
        """To the next moment at which something is due or somebody wakes."""
        times = [one for one in due if one > self.scheduler.now]
        if (then := self.scheduler.next_at()) is not None:
            times.append(then)
        if times:
            self.scheduler.now = min(times)
        return bool(times)

    def _late(self) -> None:
        """Something takes long: somebody must have been called, and it must end all the same."""
        called = self.rows.execute("SELECT 1 FROM orders WHERE needs_human LIMIT 1").fetchone()
        waits = self.plan.jump is not None and abs(self.plan.jump) < TOO_FAR  # until the clock is there again
        if not called and not waits:
            self.unseen_late = True
        others = self.rows.execute(_UNFINISHED_BUT, {"reason": MISDATED}).fetchone()
        self.over = self.scheduler.turns > MOST_TURNS or (self.plan.misdates and not others)

    def _spent(self) -> bool:
        late = self.scheduler.now - self.begun_at > QUIET_AFTER or self.scheduler.turns > MOST_TURNS / 2
        return late or (not self.blows and not self.outage)

    def _calm(self) -> None:
        """No more trouble: from here on everything must come to its end."""
        self.calm_at = self.scheduler.now
        self.skew = timedelta()
        self.scheduler.note("calm")

    def _awake(self, group: Group | None) -> bool:
        return group is None or (
            group.alive and (group.asleep_until is None or group.asleep_until <= self.scheduler.now)
        )

    def _somebody_outside(self) -> bool:
        """Whether a teller, a judge or a receipt still has something to do."""
        busy = [
            task for task in self.scheduler.tasks if task.group is None and not task.name.startswith("site")
        ]
        return bool(self.platform.due) or any(task.name != "receipts" for task in busy)

    # Our processes

    def _keep_up(self, site: Site) -> None:
        """Start a process here, and another one when it has ended."""
        while True:
            site.starts += 1
            group = Group(f"{site.place.number}.{site.starts}")
            site.group = group
            site.place.db.runs_in(self.scheduler)
            mount = Mount(self.disk, self._before_disk, lambda: self.full)
            site.process = process = start(
                self.ground.shared, site.place.db, site.place.nearby, mount, self.new_id, group.name
            )
            if self.full:
                site.place.db.fill(full=True)
            tasks: list[tuple[str, Callable[[], object]]] = [
                ("writer", site.place.db.write),
                (SEQUENCER, partial(self._sequence, process)),
            ]
            tasks += [(kind.value, partial(self._work, process, kind)) for kind in CARRIERS]
            for name, act in tasks:
                self.scheduler.begin(f"{group.name} {name}", act, group)
            self.scheduler.wait(lambda group=group: not group.left)  # type: ignore[misc] # a default binds it
            site.process = None
            site.place.db.let_go()
            self.scheduler.sleep(timedelta(seconds=self.draw.uniform(0.02, 0.6)))

    def _before_disk(self) -> None:
        self.scheduler.check()
        if self.scheduler.current is not None and self.draw.random() < 0.2:
            self.scheduler.give_way()

    def _work(self, process: Process, kind: Carrier) -> None:
        while True:
            self.scheduler.idle(kind.value)
            while self._step(partial(process.carry_out.one, kind.value)):
                pass

    def _sequence(self, process: Process) -> None:
        while True:
            self.scheduler.idle(SEQUENCER)
            if not self._step(process.sequencer.run_once):
                self.scheduler.sleep(timedelta(seconds=0.5))  # another one is the sequencer
            elif self.draw.random() < 0.3:
                self._keep_head(process)

    def _keep_head(self, process: Process) -> None:
        found = process.db.read(lambda conn: list(audit.heads(conn)))
        self.heads += found[-1:]

    def _step(self, act: Callable[[], Any]) -> bool:
        """As a worker of the service does it: whatever breaks, it goes on."""
        try:
            return bool(act())
        except DiskFull:
            self._fill(full=False)  # the ballast
        except DatabaseBusy:
            pass
        except Exception as error:  # noqa: BLE001 - the order fence, as in the service
            self.scheduler.check()
            self.troubles[f"worker broke: {type(error).__name__}"] += 1
        self.scheduler.sleep(timedelta(milliseconds=250))
        return False

    def new_id(self, kind: str) -> str:
        return f"{kind}_{self.draw.getrandbits(128):032x}"

    # The world outside

    def _tell_all(self, account: str, files: int, verdict: str | None = "automatic") -> None:
        for number in range(files):
            self.scheduler.sleep(timedelta(seconds=self.draw.choice((0.0, 0.2, 1.0, 4.0))))
            content = f"{account}-{number}"
            event = Event(
                id=f"event-{content}",
                kind=EventKind.UPLOAD,
                channel=Channel.PUBLIC,
                account=account,
                content=content,
                at=self.scheduler.now,
            )
            upload = Upload(event, TRIGGERS[number], verdict)
            self.uploads.append(upload)
            self._until_acknowledged(upload)
        if verdict not in {"automatic", None}:
            judged = self.people.judge(account, str(verdict))
            if self.plan.anew is not None:
                self._judge_anew(account, judged, self.plan.anew)
            self.people.check(account)

    def _judge_anew(self, account: str, before: str, outcome: str) -> None:
        """Soon after, while the report is on its way or was finished."""
        self.scheduler.sleep(timedelta(seconds=self.draw.choice((0.0, 0.1, 0.5, 3.0))))
        if self.people.take_back(account, before):
            self.people.judge(account, outcome)
            self.troubles[f"judged anew: {outcome}"] += 1
            for one in self.uploads:
                if one.event.account == account:
                    one.taken_back, one.verdict = one.verdict, outcome
                    one.judged_at = self.scheduler.now

    def _until_acknowledged(self, upload: Upload) -> None:
        while not upload.acknowledged:
            sites = self._up()
            if sites:
                asked = [self.draw.choice(sites) for _ in range(2 if self.draw.random() < 0.15 else 1)]
                self._ask(asked, f"tell {upload.event.content}", partial(self._told, upload))
            if not upload.acknowledged:
                self.scheduler.sleep(timedelta(seconds=self.draw.uniform(0.05, 0.5)))

    def _told(self, upload: Upload, process: Process) -> None:
        """One request: who it is, and what they did."""
        verified = upload.event.account.startswith("adult")
        person = accounts.Account(
            service=SERVICE,
            id=upload.event.account,
            country="US",
            locale="en",
            age_evidence=(VERIFIED,) * verified,
        )
        process.db.commit(lambda tx: accounts.put_account(tx, person))
        told = Told(
            service=SERVICE,
            event=upload.event,
            media=InMemory(upload.media),
            request=upload.request,
        )
        answer = screened(process.db, process.screening, told, upload.key)
        self.scheduler.give_way()
        if self.calm_at is None and self.draw.random() < self.plan.wire_fails:
            return  # the answer is lost; it is told again under the same key
        upload.answers.append(answer)

    def _send_receipts(self) -> None:
        while True:
            self.scheduler.wait(lambda: bool(self.platform.due))
            self.scheduler.sleep(timedelta(milliseconds=self.draw.choice((1, 20, 300))))
            order = self.platform.due.pop(self.draw.randrange(len(self.platform.due)))
            if sites := self._up():
                self._ask([self.draw.choice(sites)], f"receipt {order}", partial(self._receipt, order))

    def _receipt(self, order: str, process: Process) -> None:
        with suppress(OrderUnknown):
            received(process.db, process.receive, SERVICE, order, ReceiptIn(done=True), f"receipt-{order}")

    def until_done(self, name: str, act: Callable[[Process], object]) -> None:
        """Ask one process after the other until one of them came to the end of it."""
        done: list[bool] = []

        def step(process: Process) -> None:
            act(process)
            done.append(True)

        while not done:
            if sites := self._up():
                self._ask([self.draw.choice(sites)], name, step)
            if not done:
                self.scheduler.sleep(timedelta(seconds=self.draw.uniform(0.05, 0.5)))

    def _up(self) -> list[Site]:
        return [one for one in self.sites if one.process and one.group and one.group.alive]

    def _ask(self, sites: list[Site], name: str, act: Callable[[Process], object]) -> None:
        """Ask one process, or several at once; give up after two seconds."""
        asked = []
        for site in sites:
            assert site.process is not None
            step = partial(self._answer, partial(act, site.process))
            asked.append(self.scheduler.begin(f"{site.place.number} {name}", step, site.group))
        self.scheduler.wait(lambda: all(task.ended for task in asked), timedelta(seconds=2))

    def _answer(self, act: Callable[[], object]) -> None:
        try:
            act()
        except (HoedeError, OSError) as error:  # 503, or whatever: it is asked again
            self.scheduler.check()
            self.troubles[f"request: {type(error).__name__}"] += 1
            if isinstance(error, DiskFull):
                self.troubles["answered 503"] += 1


def _rows(database: Path) -> sqlite3.Connection:
    """For whoever has the turn; there is one at a time."""
    return sqlite3.connect(database, isolation_level=None, check_same_thread=False)


@dataclass
class _Clock:
    """The authority's: it never jumps."""

    scheduler: Scheduler

    def now(self) -> datetime:
        return self.scheduler.now
