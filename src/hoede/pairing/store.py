"""Rows of pairings, and of everything that was done with them: each change with its leaf."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, insert, or_, select, update

from hoede.core.leaves import Leaf
from hoede.db import Transaction
from hoede.pairing.rules.states import COUNTS, STANDS, By, Cause, Mode, State
from hoede.pairing.tables import CHANGES, LINKS

RESTS = "freeze"  # the act by which a pairing comes to rest
CHANGED = "pairing.changed"  # the one act of every leaf: the log tells no kind of change from another
LATE = timedelta(hours=1)  # a worker comes by each minute or so


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkRow:
    """A pairing as it stands. Who reads one is us: what each end sees is in `rules/seeing.py`."""

    id: str
    service: str | None
    account: str | None
    guardian: str | None
    invited_by: By
    state: State
    mode: Mode
    teen_name: str
    hand: str | None
    assured: bool
    assured_until: datetime | None
    list_version: str | None
    adult_on: date | None
    made_at: datetime
    until: datetime | None
    started_at: datetime | None
    teen_by: datetime | None
    guardian_by: datetime | None
    reminded_at: datetime | None
    rests_for: Cause | None
    ended_at: datetime | None
    ended_by: str | None
    changes: int

    @property
    def counts(self) -> bool:
        """Whether the guardian's limits are in force."""
        return self.state in COUNTS

    def is_assured(self, now: datetime) -> bool:
        return self.assured and (self.assured_until is None or now < self.assured_until)


@dataclass(frozen=True, slots=True)
class ChangeRow:
    link: str
    number: int
    act: str
    by: By
    detail: str
    at: datetime


def add(
    tx: Transaction,
    link_id: str,
    *,
    invited_by: By,
    mode: Mode,
    until: datetime,
    service: str | None = None,
    account: str | None = None,
    guardian: str | None = None,
    teen_name: str = "",
    hand: str | None = None,
) -> LinkRow:
    """A new pairing, a draft; its first change with it."""
    values = {"service": service, "account": account, "guardian": guardian, "teen_name": teen_name}
    tx.conn.execute(
        insert(LINKS).values(
            id=link_id,
            invited_by=invited_by,
            state=State.DRAFT,
            mode=mode,
            hand=hand,
            assured=False,
            made_at=tx.now,
            until=until,
            changes=0,
            **values,
        )
    )
    return note(tx, lock(tx, link_id), "draft", by=invited_by)


def note(tx: Transaction, link: LinkRow, act: str, *, by: By, detail: str = "", **values: Any) -> LinkRow:
    """Write down what was done with a pairing that is locked, with its leaf; `values` are what it changes."""
    number = link.changes + 1
    tx.conn.execute(
        insert(CHANGES).values(link=link.id, number=number, act=act, by=by, detail=detail, at=tx.now)
    )
    tx.conn.execute(update(LINKS).where(LINKS.c.id == link.id).values(changes=number, **values))
    tx.leaf(Leaf(CHANGED, _about(link.id, number), f"{act}/{by}/{detail}"))
    return known(tx.conn, link.id)


def find(conn: Connection, link_id: str) -> LinkRow | None:
    row = conn.execute(select(LINKS).where(LINKS.c.id == link_id)).one_or_none()
    return None if row is None else link_row(row)


def known(conn: Connection, link_id: str) -> LinkRow:
    """Likewise, of one that is certainly there."""
    return link_row(conn.execute(select(LINKS).where(LINKS.c.id == link_id)).one())


def lock(tx: Transaction, link_id: str) -> LinkRow:
    """The pairing; nobody else changes it before this transaction ends. LookupError for none."""
    row = tx.conn.execute(select(LINKS).where(LINKS.c.id == link_id).with_for_update()).one_or_none()
    if row is None:
        raise LookupError("there is no such pairing")
    return link_row(row)


def lock_if_there(tx: Transaction, link_id: str) -> LinkRow | None:
    return None if find(tx.conn, link_id) is None else lock(tx, link_id)


def of_account(conn: Connection, service: str, account: str) -> tuple[LinkRow, ...]:
    """All of a teen's pairings, the oldest first."""
    mine = (LINKS.c.service == service, LINKS.c.account == account)
    return _rows(conn, *mine)


def standing_of(conn: Connection, service: str, account: str) -> tuple[LinkRow, ...]:
    """Those that began and have not ended."""
    return tuple(one for one in of_account(conn, service, account) if one.state in STANDS)


def of_guardian(conn: Connection, guardian: str) -> tuple[LinkRow, ...]:
    return _rows(conn, LINKS.c.guardian == guardian)


def standing_among(conn: Connection, service: str, accounts: Collection[str]) -> list[str]:
    """Ids of pairings of these teens that have not ended."""
    c = LINKS.c
    theirs = (c.service == service, c.account.in_(accounts), c.state != State.ENDED)
    return list(conn.execute(select(c.id).where(*theirs).order_by(c.id)).scalars())


def is_adult_on(tx: Transaction, link_id: str, day: date) -> None:
    tx.conn.execute(update(LINKS).where(LINKS.c.id == link_id).values(adult_on=day))


def rested_at(conn: Connection, service: str, account: str) -> datetime | None:
    """When a pairing of this teen last came to rest, whatever became of it."""
    c = LINKS.c
    theirs = (c.service == service, c.account == account, CHANGES.c.act == RESTS)
    found: datetime | None = conn.execute(
        select(func.max(CHANGES.c.at)).join(LINKS, CHANGES.c.link == c.id).where(*theirs)
    ).scalar()
    return found


def guardians_beside(
    conn: Connection, teens: list[tuple[str, str]], guardian: str
) -> dict[tuple[str, str], set[str]]:
    """By teen, who else is their guardian."""
    found: dict[tuple[str, str], set[str]] = {one: set() for one in teens}
    for service, account in teens:
        for one in standing_of(conn, service, account):
            if one.guardian is not None and one.guardian != guardian:
                found[service, account].add(one.guardian)
    return found


def due(conn: Connection, now: datetime, remind_before: datetime, *, after: str, most: int) -> list[str]:
    """Ids of pairings about which time alone may have something to do, in their order, after this one."""
    c = LINKS.c
    live, counting = c.state != State.ENDED, c.state.in_(COUNTS)
    asked = or_(
        *_over(now),
        and_(live, c.adult_on <= now.date()),
        and_(counting, c.reminded_at.is_(None), c.guardian_by <= remind_before),
        and_(counting, c.reminded_at.is_(None), c.assured, c.assured_until <= remind_before),
    )
    return list(conn.execute(select(c.id).where(asked, c.id > after).order_by(c.id).limit(most)).scalars())


def overdue(conn: Connection, now: datetime) -> int:
    """How many pairings should have moved an hour ago, and did not; birthdays apart, which may be doubted."""
    asked = select(func.count()).select_from(LINKS).where(or_(*_over(now - LATE)))
    return int(conn.execute(asked).scalar_one())


def _over(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """What ends a state by time, each by itself."""
    c = LINKS.c
    counting = c.state.in_(COUNTS)
    return (
        and_(c.state != State.ENDED, c.until.is_not(None), c.until <= now),
        and_(counting, c.teen_by <= now),
        and_(counting, c.guardian_by <= now),
        and_(counting, c.assured, c.assured_until <= now),
    )


def history(conn: Connection, link_id: str, since: datetime | None = None) -> tuple[ChangeRow, ...]:
    """What was done, the oldest first."""
    asked = select(CHANGES).where(CHANGES.c.link == link_id).order_by(CHANGES.c.number)
    if since is not None:
        asked = asked.where(CHANGES.c.at >= since)
    return tuple(_change(row) for row in conn.execute(asked))


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    rows = conn.execute(select(CHANGES.c.link, CHANGES.c.number))
    return [(CHANGED, _about(row.link, row.number)) for row in rows]


def _about(link_id: str, number: int) -> str:
    return f"{link_id}/{number}"


def _rows(conn: Connection, *where: Any) -> tuple[LinkRow, ...]:
    asked = select(LINKS).where(*where).order_by(LINKS.c.made_at, LINKS.c.id)
    return tuple(link_row(row) for row in conn.execute(asked))


def _change(row: Row[Any]) -> ChangeRow:
    return ChangeRow(row.link, row.number, row.act, By(row.by), row.detail, row.at)


def link_row(row: Row[Any]) -> LinkRow:
    told = row._asdict()
    told |= {"invited_by": By(row.invited_by), "state": State(row.state), "mode": Mode(row.mode)}
    told["rests_for"] = None if row.rests_for is None else Cause(row.rests_for)
    return LinkRow(**told)
