"""A case as somebody saw it before it was judged: kept as JSON, shown again to who must not know. Pure."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from hoede.core.ages import AgeBand
from hoede.core.events import Channel, EventKind
from hoede.core.findings import Category, Certainty, DigestKind, Finding, Match
from hoede.core.orders import Order, OrderState, OrderView, Target, TargetKind
from hoede.review.alike import alike

# How long a machine of ours usually takes: after that an order that is only shown is shown as done.
TAKES = {"vault": timedelta(seconds=2), "platform": timedelta(seconds=4), "authority": timedelta(seconds=60)}
ENDS = {"vault": "sealed", "platform": "receipt", "authority": "finished"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Who:
    """The account, as much as a page of a case says of it."""

    id: str
    band: AgeBand
    adult: bool  # by the best evidence, declared adults too
    age_known: bool
    country: str | None = None
    screen_name: str | None = None
    language: str | None = None  # as the case has it: somebody who reads it judges


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A content with what was told of it and found in it; `before_s` seconds before the case opened."""

    id: str
    event: str  # ours; never shown
    kind: EventKind
    channel: Channel
    before_s: float
    findings: tuple[Finding, ...]
    copies: tuple[str, ...]  # evidence
    decided: tuple[str, ...]
    receivers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """An order as it stood; seconds are counted from when the case opened."""

    id: str
    cause: str
    measure: str
    kind: TargetKind
    target: str
    by: str
    state: OrderState
    outcome: str | None
    opened_s: float
    ended_s: float | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    who: Who
    told: tuple[Told, ...]
    orders: tuple[Asked, ...]
    rank_s: float = 0.0  # how much earlier it ranks than it opened
    elsewhere: tuple[str, ...] = ()

    @property
    def copies(self) -> tuple[tuple[str, str], ...]:
        """Evidence with the event it is of."""
        return tuple((copy, one.event) for one in self.told for copy in one.copies)

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False)

    def of_nobody(self, key: str, name: Callable[[str], str]) -> "Snapshot":
        """The same about somebody who is not there; `name` makes ids of our own kind."""
        self_ = self.who

        def other(text: str) -> str:
            return alike(text, key)

        who = replace(
            self_, id=other(self_.id), screen_name=other(self_.screen_name) if self_.screen_name else None
        )
        told = tuple(
            replace(one, id=other(one.id), receivers=tuple(map(other, one.receivers))) for one in self.told
        )
        orders = tuple(
            replace(one, target=other(one.target) if one.kind in _THEIRS else one.target)
            for one in self.orders
        )
        return replace(self, who=who, told=told, orders=orders).of_no_order(name)

    def of_no_order(self, name: Callable[[str], str]) -> "Snapshot":
        """The same by orders that nobody gave: the page of a real one says what became of it."""
        orders = (replace(one, id=_ours(one.id, name), cause=_ours(one.cause, name)) for one in self.orders)
        # In the order in which a page lists them: by when, and then by an id, which says nothing.
        return replace(self, orders=tuple(sorted(orders, key=lambda one: (one.opened_s, one.id))))


_THEIRS = frozenset({TargetKind.CONTENT, TargetKind.ACCOUNT})  # whose ids are the platform's own


def _ours(id_: str, name: Callable[[str], str]) -> str:
    """Another id of the same kind and form."""
    kind, _, rest = id_.partition("_")
    return f"{kind}_{name(id_)[: len(rest)]}" if rest else id_


def from_json(text: str) -> Snapshot:
    """What `to_json` wrote."""
    read = json.loads(text)
    return Snapshot(
        who=Who(**read["who"] | {"band": AgeBand(read["who"]["band"])}),
        told=tuple(_told(one) for one in read["told"]),
        orders=asked_from_json(read["orders"]),
        rank_s=read["rank_s"],
        elsewhere=tuple(read["elsewhere"]),
    )


def asked_from_json(rows: list[dict[str, Any]]) -> tuple[Asked, ...]:
    return tuple(
        Asked(**one | {"kind": TargetKind(one["kind"]), "state": OrderState(one["state"])}) for one in rows
    )


def asked_to_json(orders: tuple[Asked, ...]) -> str:
    return json.dumps([asdict(one) for one in orders], ensure_ascii=False)


def asked(view: OrderView, opened_at: datetime) -> Asked:
    """An order as it stands, by seconds from when the case opened."""
    order = view.order
    return Asked(
        id=order.id,
        cause=order.cause,
        measure=order.measure,
        kind=order.target.kind,
        target=order.target.id,
        by=order.by,
        state=view.state,
        outcome=view.outcome,
        opened_s=(view.opened_at - opened_at).total_seconds(),
        ended_s=(view.ended_at - opened_at).total_seconds() if view.ended_at else None,
        tries=view.tries,
    )


def shown(one: Asked, *, service: str, who: str, case: str, opened_at: datetime, now: datetime) -> OrderView:
    """As its page shows it now: what a machine would have ended by now is shown as done."""
    at = opened_at + timedelta(seconds=one.opened_s)
    ended = None if one.ended_s is None else opened_at + timedelta(seconds=one.ended_s)
    state, outcome, tries = one.state, one.outcome, one.tries
    takes = TAKES.get(one.by)
    if state is OrderState.OPEN and takes is not None and now >= at + takes:
        state, outcome, ended, tries = OrderState.DONE, ENDS[one.by], at + takes, max(tries, 1)
    order = Order(
        id=one.id,
        service=service,
        cause=one.cause,
        measure=one.measure,
        target=Target(one.kind, case if one.kind is TargetKind.CASE else one.target),
        by=one.by,
        values={"account": who, "case": case, "ground": "suspected"},
    )
    return OrderView(
        order=order,
        state=state,
        outcome=outcome,
        reason=None,
        tries=tries,
        needs_human=False,
        opened_at=at,
        ended_at=ended,
    )


def _told(read: dict[str, Any]) -> Told:
    lists = ("copies", "decided", "receivers")
    return Told(
        **read
        | {name: tuple(read[name]) for name in lists}
        | {
            "kind": EventKind(read["kind"]),
            "channel": Channel(read["channel"]),
            "findings": tuple(_finding(one) for one in read["findings"]),
        }
    )


def _finding(read: dict[str, Any]) -> Finding:
    match = read["match"]
    return Finding(
        read["detector"],
        Category(read["category"]),
        Certainty(read["certainty"]),
        read["why"],
        None if match is None else Match(**match | {"kind": DigestKind(match["kind"])}),
    )
