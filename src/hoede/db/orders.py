"""The outbox: orders are opened with the state that asked for them, and carried out exactly once."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    Connection,
    ForeignKey,
    Index,
    Integer,
    Row,
    String,
    Table,
    Text,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    update,
)

from hoede.core.leaves import Leaf
from hoede.core.orders import ENDED, Order, OrderState, OrderView, Target, TargetKind
from hoede.db.columns import METADATA, Moment
from hoede.db.engine import Transaction
from hoede.db.leases import TOO_FAR, longest
from hoede.db.rows import change, insert_new, one_row

IDS_AT_ONCE = 500
RESTORED = "restored"  # why an order waits that may have been carried out before a restore

ORDERS = Table(
    "orders",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("service", String(64), nullable=False),
    Column("cause", String(64), nullable=False, index=True),
    Column("measure", String(40), nullable=False),
    Column("target_kind", String(16), nullable=False),
    Column("target_id", String(255), nullable=False),
    Column("carried_by", String(16), nullable=False),
    Column("more", Text, nullable=False),  # JSON: ids the job needs besides, no content
    Column("may_fall_away", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("outcome", String(64)),
    Column("reason", String(64)),  # a code, why it has not ended yet
    Column("tries", Integer, nullable=False, default=0),
    Column("needs_human", Boolean, nullable=False, default=False),
    Column("opened_at", Moment, nullable=False),
    Column("due_at", Moment, nullable=False),
    Column("lease_by", String(64)),
    Column("lease_until", Moment),
    Column("waited_at", Moment),  # when its ground fell away
    Column("ended_at", Moment),
    Index("ix_orders_due", "state", "carried_by", "due_at"),
    Index("ix_orders_target", "service", "target_kind", "target_id"),
)

AFTER = Table(
    "order_after",
    METADATA,
    Column("id", String(40), ForeignKey("orders.id"), primary_key=True),
    Column("after", String(40), ForeignKey("orders.id"), primary_key=True),
)

_FORMER = ORDERS.alias("former")
_IN_NO_HANDS: Mapping[str, Any] = {"lease_by": None, "lease_until": None}

_ASKED: Mapping[str, Any] = {"by": String, "now": Moment, "far": Moment, "longest": Moment}


def _claimable() -> tuple[Any, ...]:
    """Open, due, in nobody's hands, and behind nothing that has not ended.

    What a clock that ran ahead put off, or leased, is due and in nobody's hands once the clock is right.
    """
    by, now, far, held = (bindparam(name, type_=kind) for name, kind in _ASKED.items())
    blocked = exists().where(
        AFTER.c.id == ORDERS.c.id, AFTER.c.after == _FORMER.c.id, _FORMER.c.state.not_in(ENDED)
    )
    c = ORDERS.c
    return (
        c.state == OrderState.OPEN,
        c.carried_by == by,
        or_(c.due_at <= now, c.due_at > far),
        or_(c.lease_until.is_(None), c.lease_until < now, c.lease_until > held),
        ~blocked,
    )


def _ended(now: Any, outcome: Any) -> dict[str, Any]:
    return {"state": OrderState.DONE, "outcome": outcome, "ended_at": now, "reason": None, **_IN_NO_HANDS}


# Put together once: every idle worker asks them again and again.
_DUE = select(ORDERS.c.id).where(*_claimable()).limit(1)
_CLAIMED = (
    select(ORDERS)
    .where(*_claimable())
    .order_by(ORDERS.c.due_at, ORDERS.c.id)
    .limit(1)
    .with_for_update(skip_locked=True)
)
_ENDED_BY_RECEIPT = (
    update(ORDERS)
    .where(ORDERS.c.id == bindparam("order"), ORDERS.c.state.in_((OrderState.OPEN, OrderState.WAITING)))
    .values(_ended(bindparam("now", type_=Moment), bindparam("came_of", type_=String)))
)


@dataclass(frozen=True, slots=True)
class Claim:
    """An order in the hands of one worker, until the lease ends."""

    order: Order
    holder: str
    tries: int
    lease: timedelta


def open_order(tx: Transaction, order: Order) -> bool:
    """Open an order unless the same one was opened before; tells whether it is new."""
    new = insert_new(
        tx.conn,
        ORDERS,
        {
            "id": order.id,
            "service": order.service,
            "cause": order.cause,
            "measure": order.measure,
            "target_kind": order.target.kind,
            "target_id": order.target.id,
            "carried_by": order.by,
            "more": json.dumps(dict(order.values), sort_keys=True),
            "may_fall_away": order.may_fall_away,
            "state": OrderState.OPEN,
            "opened_at": tx.now,
            "due_at": tx.now,
        },
    )
    if new:
        tx.leaf(Leaf("order.opened", order.id))
        tx.opened_orders = True
    for former in order.after:
        insert_new(tx.conn, AFTER, {"id": order.id, "after": former})
    return new


def any_due(conn: Connection, by: str, now: datetime, lease: timedelta) -> bool:
    """Whether it is worth claiming: a plain read, so that idle workers do not take the write lock."""
    return conn.execute(_DUE, _asked(by, now, lease)).first() is not None


def claim(tx: Transaction, *, by: str, holder: str, lease: timedelta) -> Claim | None:
    """Take the order of this kind that is due longest, on database time; an expired lease is anyone's."""
    row = tx.conn.execute(_CLAIMED, _asked(by, tx.now, lease)).one_or_none()
    if row is None:
        return None
    change(tx.conn, ORDERS, {"lease_by": holder, "lease_until": tx.now + lease}, id=row.id)
    return Claim(_order(row), holder, row.tries, lease)


def renew(tx: Transaction, claimed: Claim) -> bool:
    """Hold on to a claim for another lease; false when it is somebody else's by now.

    Whoever writes state for a claim does it in the same transaction, so that a worker that slept
    through its lease cannot write over what its successor did.
    """
    return change(tx.conn, ORDERS, {"lease_until": tx.now + claimed.lease}, **_held(claimed)) == 1


def end(tx: Transaction, claimed: Claim, outcome: str) -> bool:
    """End a claimed order as done; false when the claim was lost meanwhile."""
    ended = change(tx.conn, ORDERS, _ended(tx.now, outcome), **_held(claimed))
    return _note_end(tx, claimed.order.id, outcome, ended)


def end_by_receipt(tx: Transaction, order: str, outcome: str = "receipt") -> bool:
    """End an order because its receipt came, whoever holds the claim; false when it had ended."""
    asked = {"order": order, "came_of": outcome, "now": tx.now}
    return _note_end(tx, order, outcome, tx.conn.execute(_ENDED_BY_RECEIPT, asked).rowcount)


def try_again(tx: Transaction, claimed: Claim, *, wait: timedelta, reason: str, call_after: int) -> None:
    """Give a claim back for a later try. From `call_after` tries on a person is called; tries go on."""
    tries = claimed.tries + 1
    calls = tries >= call_after
    given = change(
        tx.conn,
        ORDERS,
        {"tries": tries, "reason": reason, "due_at": tx.now + wait, **_IN_NO_HANDS},
        **_held(claimed),
    )
    if given and calls:
        call_a_person(tx, claimed.order.id)


def not_yet(tx: Transaction, claimed: Claim, *, wait: timedelta) -> None:
    """Give a claim back because its time has not come; this is no try."""
    change(tx.conn, ORDERS, {"due_at": tx.now + wait, **_IN_NO_HANDS}, **_held(claimed))


def call_a_person(tx: Transaction, order: str, reason: str | None = None) -> None:
    """Mark that an order needs a person; it stays due."""
    more: dict[str, Any] = {"reason": reason} if reason else {}
    called = tx.conn.execute(
        update(ORDERS)
        .where(ORDERS.c.id == order, ORDERS.c.needs_human.is_(False), ORDERS.c.state == OrderState.OPEN)
        .values(needs_human=True, **more)
    )
    if called.rowcount:
        tx.leaf(Leaf("order.needs_human", order))


def let_wait(tx: Transaction, order: str, reason: str) -> bool:
    """Park an open order whose ground fell away; only a judgment moves it again."""
    values = {"state": OrderState.WAITING, "reason": reason, "waited_at": tx.now, **_IN_NO_HANDS}
    parked = change(tx.conn, ORDERS, values, id=order, state=OrderState.OPEN)
    if parked:
        tx.leaf(Leaf("order.waiting", order))
    return bool(parked)


def supersede(tx: Transaction, order: str) -> bool:
    """End an order because a judgment took its place; false when it had ended."""
    gone = tx.conn.execute(
        update(ORDERS)
        .where(ORDERS.c.id == order, ORDERS.c.state.not_in(ENDED))
        .values(state=OrderState.SUPERSEDED, ended_at=tx.now, **_IN_NO_HANDS)
    )
    if gone.rowcount:
        tx.leaf(Leaf("order.superseded", order))
    return bool(gone.rowcount)


def resume(tx: Transaction, order: str) -> bool:
    """Carry out what waited for a judgment, now that one asks for it; false when it did not wait for one.

    What waits because of a restore waits on: a judge cannot know whether it was done.
    """
    waits = (ORDERS.c.state == OrderState.WAITING, func.coalesce(ORDERS.c.reason, "") != RESTORED)
    resumed = tx.conn.execute(
        update(ORDERS)
        .where(ORDERS.c.id == order, *waits)
        .values(state=OrderState.OPEN, reason=None, due_at=tx.now, may_fall_away=False)
    )
    tx.opened_orders |= bool(resumed.rowcount)
    return bool(resumed.rowcount)


def lock(tx: Transaction, causes: Iterable[str]) -> None:
    """Let no worker begin or end an order of these causes before this transaction ends."""
    asked = select(ORDERS.c.id).where(ORDERS.c.cause.in_(list(causes)), ORDERS.c.state.not_in(ENDED))
    tx.conn.execute(asked.order_by(ORDERS.c.id).with_for_update()).all()


def view(conn: Connection, order: str) -> OrderView | None:
    row = one_row(conn, ORDERS, id=order)
    return None if row is None else _view(row)


def known(conn: Connection, ids: Collection[str]) -> set[str]:
    """Those of these ids that are orders."""
    return set(conn.execute(select(ORDERS.c.id).where(ORDERS.c.id.in_(ids))).scalars())


def views(conn: Connection, *, cause: str | None = None) -> tuple[OrderView, ...]:
    """All orders, or those of one cause, oldest first."""
    asked = select(ORDERS).order_by(ORDERS.c.opened_at, ORDERS.c.id)
    if cause is not None:
        asked = asked.where(ORDERS.c.cause == cause)
    return tuple(_view(row) for row in conn.execute(asked))


def standing(
    conn: Connection, service: str, accounts: Collection[str], undoes: Mapping[str, str | None]
) -> dict[str, list[tuple[str, str]]]:
    """By account, measure and order of those of `undoes` that the last word left in force.

    `undoes` names what takes each measure back. An order counts from when it is opened, carried out or
    not: what is asked of a platform is no longer allowed here.
    """
    c = ORDERS.c
    names = {*undoes, *(one for one in undoes.values() if one)}
    asked = select(c.target_id, c.measure, c.id).where(
        c.service == service,
        c.target_kind == TargetKind.ACCOUNT,
        c.target_id.in_(accounts),
        c.measure.in_(names),
        c.state.in_((OrderState.OPEN, OrderState.DONE)),
    )
    found: dict[str, dict[str, str]] = {one: {} for one in accounts}
    for row in conn.execute(asked.order_by(c.opened_at, c.id)):
        mine = found[row.target_id]
        if row.measure in undoes:
            mine[row.measure] = row.id
        for measure, inverse in undoes.items():
            if row.measure == inverse:
                mine.pop(measure, None)
    return {one: list(mine.items()) for one, mine in found.items()}


def done_on(
    conn: Connection, service: str, accounts: Sequence[str], measures: Collection[str]
) -> dict[str, list[tuple[str, datetime]]]:
    """By account, which of these measures the platform carried out on it, and when; the oldest first."""
    c = ORDERS.c
    found: dict[str, list[tuple[str, datetime]]] = {}
    for at in range(0, len(accounts), IDS_AT_ONCE):
        some = c.target_id.in_(accounts[at : at + IDS_AT_ONCE])
        on = (c.service == service, c.target_kind == TargetKind.ACCOUNT, some)
        asked = select(c.target_id, c.measure, c.ended_at)
        asked = asked.where(*on, c.measure.in_(measures), c.state == OrderState.DONE)
        for account, measure, ended_at in conn.execute(asked.order_by(c.ended_at, c.opened_at)):
            found.setdefault(account, []).append((measure, ended_at))
    return found


def unfinished_by(conn: Connection, by: str) -> list[Order]:
    """Every order that these carry out and that has not ended, due or not."""
    asked = select(ORDERS).where(ORDERS.c.state.not_in(ENDED), ORDERS.c.carried_by == by)
    return [_order(row) for row in conn.execute(asked.order_by(ORDERS.c.opened_at, ORDERS.c.id))]


@dataclass(frozen=True, slots=True)
class Backlog:
    """What is still to be carried out by a machine."""

    open: int
    waiting: int
    restored: int
    needs_human: int
    oldest_opened_at: datetime | None


def backlog(conn: Connection) -> Backlog:
    """Figures for the metrics; what a person judges is counted by its case, not here."""
    by_machine = ORDERS.c.carried_by != "person"
    waits = ORDERS.c.state == OrderState.WAITING
    restored = func.coalesce(ORDERS.c.reason, "") == RESTORED
    row = conn.execute(
        select(
            func.count().filter(and_(ORDERS.c.state == OrderState.OPEN, by_machine)).label("open"),
            func.count().filter(waits, ~restored).label("waiting"),
            func.count().filter(waits, restored).label("restored"),
            func.count()
            .filter(and_(ORDERS.c.needs_human.is_(True), ORDERS.c.state.not_in(ENDED)))
            .label("human"),
            func.min(ORDERS.c.opened_at)
            .filter(and_(ORDERS.c.state.not_in(ENDED), by_machine))
            .label("oldest"),
        )
    ).one()
    return Backlog(row.open, row.waiting, row.restored, row.human, row.oldest)


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    found = []
    for row in conn.execute(select(ORDERS)):
        happened = {
            "order.opened": True,
            "order.done": row.state == OrderState.DONE,
            "order.superseded": row.state == OrderState.SUPERSEDED,
            "order.waiting": row.waited_at is not None,
            "order.needs_human": row.needs_human,
        }
        found += [(act, row.id) for act, did in happened.items() if did]
    return found


def _asked(by: str, now: datetime, lease: timedelta) -> dict[str, Any]:
    return {"by": by, "now": now, "far": now + TOO_FAR, "longest": now + longest(lease)}


def _held(claimed: Claim) -> dict[str, Any]:
    return {"id": claimed.order.id, "lease_by": claimed.holder, "state": OrderState.OPEN}


def _note_end(tx: Transaction, order: str, outcome: str, ended: int) -> bool:
    if ended:
        tx.leaf(Leaf("order.done", order, outcome))
        tx.opened_orders = True  # what waited for it may now be claimed
    return bool(ended)


def _order(row: Row[Any]) -> Order:
    return Order(
        id=row.id,
        service=row.service,
        cause=row.cause,
        measure=row.measure,
        target=Target(TargetKind(row.target_kind), row.target_id),
        by=row.carried_by,
        values=json.loads(row.more),
        may_fall_away=row.may_fall_away,
    )


def _view(row: Row[Any]) -> OrderView:
    return OrderView(
        order=_order(row),
        state=OrderState(row.state),
        outcome=row.outcome,
        reason=row.reason,
        tries=row.tries,
        needs_human=row.needs_human,
        opened_at=row.opened_at,
        ended_at=row.ended_at,
        in_hands=row.lease_by is not None,
    )
