"""Heartbeats in: minutes counted, and the platform told once a day when somebody's time is up."""

import threading
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from hoede import usage
from hoede.core.orders import Order, Target, TargetKind, opaque, order_id
from hoede.db import Database, Transaction, orders
from hoede.db.columns import milliseconds
from hoede.enforcement.measures import Measures
from hoede.policy import TimeNow, Whom
from hoede.policy.rules.sides import day_ends
from hoede.usage import Beat, Came, Kinds, Mark, Used

TIME_UP = "time_up"
GOES_ON_FOR = 15  # minutes, each time


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A heartbeat as a platform passes it on."""

    account: str
    device: str
    seq: int
    mark: Mark
    kind: str
    held: timedelta = timedelta()  # by the platform, since it came there


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed:
    """An account that time closes now."""

    account: str
    code: str  # of the first reason
    asks: Whom | None  # who could say yes; None: nobody, it opens by itself
    opens_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What became of heartbeats, and whose time it is to stop, or to wind down."""

    came: Mapping[Came, int]
    closed: tuple[Closed, ...]
    winding_down: tuple[str, ...]


class Tally:
    """What became of heartbeats in this process since it started, for those who run it."""

    def __init__(self) -> None:
        self._writing = threading.Lock()
        self._came: Counter[Came] = Counter()

    def add(self, came: Mapping[Came, int]) -> None:
        with self._writing:
            self._came.update(came)

    def read(self) -> dict[str, int]:
        with self._writing:
            return {one.value: self._came[one] for one in Came}


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Counts heartbeats. Told again, in another order or twice, they count as once."""

    db: Database
    names: bytes
    kinds: Kinds
    measures: Measures
    times: Callable[[str, Collection[str], datetime], Mapping[str, TimeNow]]
    zones: Callable[[str, Collection[str], datetime], Mapping[str, tuple[str, ...]]]
    tally: Tally = field(default_factory=Tally)

    def __call__(self, service: str, told: Sequence[Told]) -> Heard:
        """Count, then look whose time is up. What a kill leaves untold is told at the next heartbeat."""
        came, now = self.db.commit(lambda tx: self._count(tx, service, told))
        times = self.times(service, {one.account for one in told}, now)
        closed = tuple(_closed(account, one) for account, one in times.items() if one.permit.reasons)
        self._tell(service, closed, now)
        self.tally.add(came)
        calm = tuple(account for account, one in times.items() if one.winds_down)
        return Heard(came=came, closed=closed, winding_down=calm)

    def _count(self, tx: Transaction, service: str, told: Sequence[Told]) -> tuple[Counter[Came], datetime]:
        now = milliseconds(tx.now)
        beats: dict[str, list[Beat]] = {}
        for one in told:
            beats.setdefault(one.account, []).append(self._beat(tx, service, one, now))
        came: Counter[Came] = Counter()
        changed: dict[str, Used] = {}
        for account, used in usage.locked(tx, service, beats).items():
            after, how = usage.take(used, beats[account], now)
            came += how
            if after is not used:
                changed[account] = after
        usage.save(tx, service, changed)
        return came, tx.now

    def _beat(self, tx: Transaction, service: str, told: Told, now: int) -> Beat:
        """Of a device no more is kept than what tells it from the account's others."""
        device = opaque(tx.key, f"device\x1f{service}\x1f{told.account}\x1f{told.device}")[:12]
        at = now - told.held // timedelta(milliseconds=1)
        return Beat(device=device, seq=told.seq, mark=told.mark, at=at, counts=self.kinds[told.kind].counts)

    def _tell(self, service: str, closed: Sequence[Closed], now: datetime) -> None:
        """An order for each account and cause, once a day."""
        zones = self.zones(service, {one.account for one in closed}, now) if closed else {}
        asked = [self._order(service, one, day_ends(now, zones[one.account])) for one in closed]
        known = self.db.read(lambda conn: orders.known(conn, [one.id for one in asked])) if asked else set()
        if new := [one for one in asked if one.id not in known]:
            self.db.commit(lambda tx: [orders.open_order(tx, one) for one in new])

    def _order(self, service: str, closed: Closed, day_ends_at: datetime) -> Order:
        measure, target = self.measures[TIME_UP], Target(TargetKind.ACCOUNT, closed.account)
        day = f"{service}\x1f{closed.account}\x1f{day_ends_at.isoformat()}\x1f{closed.code}"
        cause = f"time_{opaque(self.names, day)}"
        opens_at = closed.opens_at.isoformat() if closed.opens_at else ""
        return Order(
            id=order_id(self.names, cause, measure.name, target),
            service=service,
            cause=cause,
            measure=measure.name,
            target=target,
            by=measure.by,
            values={"account": closed.account, "code": closed.code, "opens_at": opens_at},
        )


def _closed(account: str, time: TimeNow) -> Closed:
    permit = time.permit
    return Closed(account=account, code=permit.reasons[0].code, asks=permit.whom, opens_at=permit.retry_at)


@dataclass(frozen=True, slots=True, kw_only=True)
class GoOn:
    """Somebody goes on for today past a cap that is their own to let go of; a guardian's stays as it is."""

    db: Database
    times: Callable[[str, Collection[str], datetime], Mapping[str, TimeNow]]
    zones: Callable[[str, Collection[str], datetime], Mapping[str, tuple[str, ...]]]
    forget: Callable[[str, str], None]

    def __call__(self, service: str, account: str, *, after: int) -> bool:
        """A quarter of an hour more. `after` is how much extra the page showed: sent twice it counts once.

        False where something else closes it, too, or where that form was used: nothing is given then.
        """
        now = self.db.now()
        there = self.times(service, (account,), now)[account]
        if not there.may_go_on or there.extra_minutes != after:
            return False
        zones = self.zones(service, (account,), now)[account]
        new = self.db.commit(lambda tx: _give(tx, service, account, after=after, zones=zones))
        self.forget(service, account)
        return new


def _give(tx: Transaction, service: str, account: str, *, after: int, zones: tuple[str, ...]) -> bool:
    """Until the day is over where they are, once for each form."""
    until = day_ends(tx.now, zones)
    cause = f"own {until:%Y-%m-%dT%H:%M} {after}"
    return usage.add_extra(tx, service, account, cause=cause, minutes=GOES_ON_FOR, until=until)
