"""The tables of use: an account's day as it is counted, extra time, minutes by part of the day, weeks."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Column, Connection, Index, Integer, String, Table, Text, delete, func, select, update

from hoede.core.leaves import Leaf
from hoede.db import METADATA, Moment, Transaction, insert_all_new, insert_new
from hoede.db.columns import milliseconds
from hoede.usage.rules import MARKS, ByPart, Heard, Part, Used, due_at, fold, parts

MOST_AT_ONCE = 500  # accounts that are tidied in one step
FOLD_EVERY = timedelta(hours=1)
EXTRA_KEPT = timedelta(days=1)  # once it is over; a request that is answered again still finds it

USED = Table(
    "usage_now",
    METADATA,
    Column("service", String(64), primary_key=True),
    Column("account", String(255), primary_key=True),
    Column("due_at", Moment, nullable=False),  # when something in it has had its time
    Column("used", Text, nullable=False),  # JSON
    Index("ix_usage_now_due", "due_at"),
)

EXTRA = Table(
    "usage_extra",
    METADATA,
    Column("service", String(64), primary_key=True),
    Column("account", String(255), primary_key=True),
    Column("cause", String(64), primary_key=True),  # what gave it, e.g. a request
    Column("minutes", Integer, nullable=False),
    Column("until", Moment, nullable=False, index=True),
)

DAYS = Table(
    "usage_day",
    METADATA,
    Column("service", String(64), primary_key=True),
    Column("account", String(255), primary_key=True),
    Column("day", String(10), primary_key=True),
    Column("part", String(9), primary_key=True),
    Column("seconds", Integer, nullable=False),
    Index("ix_usage_day_day", "day"),
)

WEEKS = Table(
    "usage_week",
    METADATA,
    Column("service", String(64), primary_key=True),
    Column("account", String(255), primary_key=True),
    Column("monday", String(10), primary_key=True),
    Column("seconds", Integer, nullable=False),
    Index("ix_usage_week_monday", "monday"),
)


@dataclass(frozen=True, slots=True)
class Extra:
    """Time on top of a day's."""

    minutes: int
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What is known of an account's use today."""

    used: Used = field(default_factory=Used)
    extras: tuple[Extra, ...] = ()

    def extra_at(self, now: datetime) -> int:
        return sum(one.minutes for one in self.extras if now < one.until)


def several(conn: Connection, service: str, ids: Collection[str]) -> dict[str, Kept]:
    """By account; of one nobody heard of, nothing used."""
    found = _used(conn, service, ids)
    asked = select(EXTRA).where(EXTRA.c.service == service, EXTRA.c.account.in_(ids))
    extras: dict[str, list[Extra]] = {}
    for row in conn.execute(asked):
        extras.setdefault(row.account, []).append(Extra(row.minutes, row.until))
    return {one: Kept(used=found.get(one) or Used(), extras=tuple(extras.get(one, ()))) for one in ids}


def locked(tx: Transaction, service: str, ids: Collection[str]) -> dict[str, Used]:
    """Likewise, and nobody else counts for these accounts until this transaction ends."""
    new = [(service, one, milliseconds(tx.now), "{}") for one in sorted(ids)]
    found = _used(tx.conn, service, ids, lock=True)
    if len(found) < len(new):
        insert_all_new(tx.conn, USED, [one for one in new if one[1] not in found])
        found = _used(tx.conn, service, ids, lock=True)
    return found


def _used(conn: Connection, service: str, ids: Collection[str], *, lock: bool = False) -> dict[str, Used]:
    asked = select(USED.c.account, USED.c.used).where(USED.c.service == service, USED.c.account.in_(ids))
    if lock:
        asked = asked.order_by(USED.c.account).with_for_update()
    return {row.account: _read(row.used) for row in conn.execute(asked)}


def save(tx: Transaction, service: str, used: Mapping[str, Used]) -> None:
    """Keep what `locked` gave, after beats were counted."""
    if not used:
        return
    # In words of the driver's: this is written for every heartbeat there is.
    mark = "%s" if tx.conn.dialect.name == "postgresql" else "?"
    asked = f"UPDATE usage_now SET due_at = {mark}, used = {mark} WHERE service = {mark} AND account = {mark}"  # noqa: S608 - a placeholder
    rows = [
        (milliseconds(due_at(one, tx.now)), _written(one), service, account) for account, one in used.items()
    ]
    tx.conn.exec_driver_sql(asked, rows)


def add_extra(
    tx: Transaction, service: str, account: str, *, cause: str, minutes: int, until: datetime
) -> bool:
    """Give extra time until a moment, once for each cause; tells whether it is new.

    ValueError for no minutes, or more than a day has.
    """
    if not 1 <= minutes <= 24 * 60:
        raise ValueError(f"{minutes} minutes are no extra time for a day")
    given = {"service": service, "account": account, "cause": cause, "minutes": minutes, "until": until}
    new = insert_new(tx.conn, EXTRA, given)
    if new:
        tx.leaf(Leaf("time.extra", f"{service} {account} {cause}"))
    return new


def day_parts(
    conn: Connection, service: str, account: str, zone: str | None, since: date
) -> dict[tuple[date, Part], int]:
    """Minutes by day and part of the day, from a day on."""
    found = {of: ms // 1000 for of, ms in parts(_quarters(conn, service, account), zone).items()}
    asked = select(DAYS).where(
        DAYS.c.service == service, DAYS.c.account == account, DAYS.c.day >= since.isoformat()
    )
    for row in conn.execute(asked):
        of = date.fromisoformat(row.day), Part(row.part)
        found[of] = found.get(of, 0) + row.seconds
    return {of: found[of] // 60 for of in sorted(found) if of[0] >= since}


def weeks(conn: Connection, service: str, account: str, zone: str | None, since: date) -> dict[date, int]:
    """Minutes by week, each named by its Monday, from the week of a day on."""
    first = _monday(since)
    found: dict[date, int] = {}
    mine = (WEEKS.c.service == service, WEEKS.c.account == account, WEEKS.c.monday >= first.isoformat())
    for row in conn.execute(select(WEEKS).where(*mine)):
        found[date.fromisoformat(row.monday)] = row.seconds
    days = select(DAYS.c.day, func.sum(DAYS.c.seconds).label("seconds")).where(
        DAYS.c.service == service, DAYS.c.account == account, DAYS.c.day >= first.isoformat()
    )
    told = [
        (date.fromisoformat(row.day), int(row.seconds)) for row in conn.execute(days.group_by(DAYS.c.day))
    ]
    told += [(day, ms // 1000) for (day, _), ms in parts(_quarters(conn, service, account), zone).items()]
    for day, seconds in told:
        if day >= first:
            found[_monday(day)] = found.get(_monday(day), 0) + seconds
    return {monday: seconds // 60 for monday, seconds in sorted(found.items())}


def _quarters(conn: Connection, service: str, account: str) -> Mapping[int, int]:
    return several(conn, service, (account,))[account].used.quarters


def due(conn: Connection, now: datetime) -> list[tuple[str, str]]:
    """Services and accounts of which something has had its time, the longest first."""
    asked = select(USED.c.service, USED.c.account).where(USED.c.due_at <= now)
    return [
        (one.service, one.account) for one in conn.execute(asked.order_by(USED.c.due_at).limit(MOST_AT_ONCE))
    ]


def fold_old(tx: Transaction, service: str, zones: Mapping[str, str | None]) -> int:
    """Days that are over everywhere become minutes by part of the day, in the zone of each account."""
    for account, used in locked(tx, service, zones).items():
        left, by_part = fold(used, zones[account], tx.now)
        _add_parts(tx, service, account, by_part)
        mine = (USED.c.service == service, USED.c.account == account)
        if not left.devices and not left.quarters:
            tx.conn.execute(delete(USED).where(*mine))
        else:
            again = max(due_at(left, tx.now), tx.now + FOLD_EVERY)
            tx.conn.execute(update(USED).where(*mine).values(due_at=again, used=_written(left)))
    return len(zones)


def _add_parts(tx: Transaction, service: str, account: str, by_part: ByPart) -> None:
    for (day, part), ms in by_part.items():
        of = {"service": service, "account": account, "day": day.isoformat(), "part": part}
        _add_seconds(tx, DAYS, of, round(ms / 1000))


def _add_seconds(tx: Transaction, table: Table, of: Mapping[str, Any], seconds: int) -> None:
    if not insert_new(tx.conn, table, {**of, "seconds": seconds}):
        where = [table.c[name] == value for name, value in of.items()]
        tx.conn.execute(update(table).where(*where).values(seconds=table.c.seconds + seconds))


def forget_old(tx: Transaction, *, days_before: date, weeks_before: date) -> int:
    """Older days become weeks, older weeks go, and so does extra time that is over; how many rows went."""
    old = select(DAYS).where(DAYS.c.day < days_before.isoformat())
    for row in tx.conn.execute(old).all():
        monday = _monday(date.fromisoformat(row.day)).isoformat()
        of = {"service": row.service, "account": row.account, "monday": monday}
        _add_seconds(tx, WEEKS, of, row.seconds)
    gone: Iterable[Any] = (
        delete(DAYS).where(DAYS.c.day < days_before.isoformat()),
        delete(WEEKS).where(WEEKS.c.monday < weeks_before.isoformat()),
        delete(EXTRA).where(EXTRA.c.until < tx.now - EXTRA_KEPT),
    )
    return sum(tx.conn.execute(one).rowcount for one in gone)


def forget(tx: Transaction, service: str, account: str) -> None:
    """Everything about an account's use goes."""
    for table in (USED, EXTRA, DAYS, WEEKS):
        tx.conn.execute(delete(table).where(table.c.service == service, table.c.account == account))


def _monday(day: date) -> date:
    return day - timedelta(days=day.weekday())


def _written(used: Used) -> str:
    told = {
        "devices": {name: [one.seq, one.at, one.mark] for name, one in used.devices.items()},
        "covered": used.covered,
        "quarters": used.quarters,
        "in_a_row": used.in_a_row,
        "used_at": used.used_at,
    }
    return json.dumps(told, separators=(",", ":"))


def _read(text: str) -> Used:
    told = json.loads(text)
    if not told:
        return Used()
    return Used(
        devices={name: Heard(seq, at, MARKS[mark]) for name, (seq, at, mark) in told["devices"].items()},
        covered=tuple((start, end) for start, end in told["covered"]),
        quarters={int(number): ms for number, ms in told["quarters"].items()},
        in_a_row=told["in_a_row"],
        used_at=told["used_at"],
    )
