"""What of an account may go now, and what of it stays and why: cases, and events with their copies."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, or_, select

from hoede.core.orders import OrderState, TargetKind
from hoede.db import Transaction
from hoede.db.orders import ORDERS
from hoede.detection.store import EVENTS
from hoede.enforcement.store import DECISIONS
from hoede.evidence import clock, holds
from hoede.evidence.holds import Kept
from hoede.evidence.store import EVIDENCE
from hoede.flow.erase.scopes import Whom
from hoede.flow.keeping import why_case_stays
from hoede.review import CaseRow
from hoede.review import store as review
from hoede.review.store import FILES

EVENTS_AT_ONCE: Final = 200
_UNFINISHED = (OrderState.OPEN, OrderState.WAITING)


@dataclass(frozen=True, slots=True, kw_only=True)
class Waiting:
    """Everything about an account, as far as one step looks."""

    cases: list[str]  # that may go
    events: list[str]  # some of those that may go
    kept: list[str]  # cases that stay
    whys: set[str] = field(default_factory=set)  # all there are, once nothing may go


def waiting(tx: Transaction, whom: Whom) -> Waiting:
    """What may go now; nothing of an account that a hold is on."""
    if holds.on_account(tx.conn, whom.service, whom.account, clock.surely(tx)):
        return Waiting(cases=[], events=[], kept=[], whys={"legal-hold"})
    free, kept = _cases(tx, whom)
    events, whys = _events(tx, whom, [case.id for case in kept])
    whys |= {why for why in kept.values() if why} | _busy(tx.conn, whom)
    return Waiting(
        cases=[case.id for case in free], events=events, kept=[case.id for case in kept], whys=whys
    )


def _cases(tx: Transaction, whom: Whom) -> tuple[list[CaseRow], dict[CaseRow, str | None]]:
    """Cases that may go and those that stay. One that follows another, or is followed, stays with it."""
    every = review.every_of_account(tx.conn, whom.service, whom.account)
    now = clock.surely(tx)  # a clock that jumps ahead ends no duty to keep
    whys = {case.id: why_case_stays(tx.conn, case, now) for case in every}
    links = [(case.id, case.earlier) for case in every if case.earlier in whys]
    for _ in every:  # as often as a chain can be long
        for one, other in links:
            either = whys[one] or whys[other or ""]
            whys[one] = whys[other or ""] = either
    kept = {case: whys[case.id] for case in every if whys[case.id]}
    return [case for case in every if case not in kept], kept


def _events(tx: Transaction, whom: Whom, kept: list[str]) -> tuple[list[str], set[str]]:
    """Some of the account's own events that nothing keeps, and what keeps those that were looked at."""
    after, whys = "", set[str]()
    while some := _next_events(tx.conn, whom, kept, after):
        stay = _copies_stay(tx, whom, some)
        whys |= set(stay.values())
        if may_go := [one for one in some if one not in stay]:
            return may_go, whys
        after = some[-1]
    return [], whys


def _next_events(conn: Connection, whom: Whom, kept: list[str], after: str) -> list[str]:
    """Events that belong to no case that stays, and that nothing works on."""
    c = EVENTS.c
    asked = select(c.id).where(*_mine(whom), c.id > after, ~_worked_on(whom))
    if kept:
        in_kept = select(FILES.c.event).where(FILES.c.case_id.in_(kept))
        decided = select(DECISIONS.c.event).where(DECISIONS.c.case_id.in_(kept))
        asked = asked.where(c.id.not_in(in_kept), c.id.not_in(decided))
    return list(conn.execute(asked.order_by(c.id).limit(EVENTS_AT_ONCE)).scalars())


def _copies_stay(tx: Transaction, whom: Whom, events: Sequence[str]) -> dict[str, str]:
    """By event, what keeps a copy of it: a hold, or a case about somebody else that it is a file of."""
    joined = EVIDENCE.outerjoin(FILES, FILES.c.evidence == EVIDENCE.c.id)
    asked = select(EVIDENCE.c.id, EVIDENCE.c.event, FILES.c.case_id).select_from(joined)
    rows = tx.conn.execute(asked.where(EVIDENCE.c.event.in_(events))).all()
    held = holds.among(tx.conn, Kept.COPY, {row.id for row in rows}, clock.surely(tx))
    elsewhere = {one: _why_elsewhere(tx, whom, one) for one in {row.case_id for row in rows} if one}
    whys = {row.event: why for row in rows if (why := elsewhere.get(row.case_id))}
    return whys | {row.event: "legal-hold" for row in rows if row.id in held}


def _why_elsewhere(tx: Transaction, whom: Whom, case_id: str) -> str | None:
    """What keeps a case about somebody else; one about the account itself is asked for itself."""
    case = review.find_case(tx.conn, case_id)
    if case is None or (case.service, case.account) == (whom.service, whom.account):
        return None
    _, kept = _cases(tx, Whom(case.service, case.account))
    return kept.get(case)


def _busy(conn: Connection, whom: Whom) -> set[str]:
    """Whether an event is not decided yet, or something is still to be done about one or the account."""
    on_account = _targets(whom, TargetKind.ACCOUNT).where(ORDERS.c.target_id == whom.account)
    found = {"orders-open"} if conn.execute(on_account.limit(1)).first() else set[str]()
    for why, works_on in (("not-decided-yet", _looked_at(whom)), ("orders-open", _acted_on(whom))):
        asked = select(EVENTS.c.id).where(*_mine(whom), works_on).limit(1)
        if conn.execute(asked).first():
            found.add(why)
    return found


def _mine(whom: Whom) -> tuple[ColumnElement[bool], ...]:
    return EVENTS.c.service == whom.service, EVENTS.c.account == whom.account


def _worked_on(whom: Whom) -> ColumnElement[bool]:
    return or_(_looked_at(whom), _acted_on(whom))


def _looked_at(whom: Whom) -> ColumnElement[bool]:
    return EVENTS.c.id.in_(_targets(whom, TargetKind.EVENT))


def _acted_on(whom: Whom) -> ColumnElement[bool]:
    """Events whose content or copies an order that has not ended is about."""
    copies = EVIDENCE.c.id.in_(_targets(whom, TargetKind.EVIDENCE))
    return or_(
        EVENTS.c.content.in_(_targets(whom, TargetKind.CONTENT)),
        EVENTS.c.id.in_(select(EVIDENCE.c.event).where(copies)),
    )


def _targets(whom: Whom, kind: TargetKind) -> Select[Any]:
    c = ORDERS.c
    mine = (c.service == whom.service, c.target_kind == kind)
    return select(c.target_id).where(*mine, c.state.in_(_UNFINISHED))
