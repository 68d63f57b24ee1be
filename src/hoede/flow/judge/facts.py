"""What a judgment stands on: contents and copies, every order about the case. Reads only."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hoede import accounts
from hoede.accounts import AgeGround, age_ground
from hoede.core.orders import OrderState, OrderView
from hoede.db import Transaction, orders
from hoede.db.orders import RESTORED
from hoede.detection import store as events
from hoede.enforcement import DecisionRow
from hoede.enforcement import store as decisions
from hoede.evidence import EvidenceRow
from hoede.evidence import store as evidence
from hoede.reporting import facts as told
from hoede.reporting import store as reports
from hoede.review import CaseRow, JudgmentRow, judgments
from hoede.review import store as review


@dataclass(frozen=True, slots=True)
class Content:
    """One thing the platform hosts, with the event that told of it and our copies of it."""

    id: str
    event: str
    copies: tuple[EvidenceRow, ...]
    decided: frozenset[str]  # what the decisions about it asked for


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    case: CaseRow
    adult: bool  # by the best evidence, declared adults too
    contents: tuple[Content, ...]
    orders: tuple[OrderView, ...]  # oldest first
    elsewhere: frozenset[str]  # measures that other cases ask for on this account
    composed: frozenset[str]  # report orders whose report is composed
    awaited: bool  # the platform was asked for a content and has not answered
    receivers: frozenset[str] = frozenset()  # accounts to whom something of it was sent
    supplements: tuple[OrderView, ...] = ()  # what still waits to add to a finished report

    @property
    def evidence(self) -> tuple[str, ...]:
        return tuple(copy.taken.id for one in self.contents for copy in one.copies)

    @property
    def lacks_copies(self) -> bool:
        """Whether there is anything of which the platform sent nothing, or nothing but what somebody told."""
        return not all(one.copies for one in self.contents) or not self.contents

    @property
    def decided(self) -> frozenset[str]:
        return frozenset[str]().union(*(one.decided for one in self.contents))


def facts(conn: Connection, case: CaseRow, now: datetime) -> Facts:
    """Everything about a case as this connection sees it."""
    decided = decisions.of_case(conn, case.id)
    views = [one for cause in causes(conn, case.id) for one in orders.views(conn, cause=cause)]
    views.sort(key=lambda one: (one.opened_at, one.order.cause.startswith("jud_")))
    wanted = (one for one in views if one.order.measure == "want" and one.state is OrderState.OPEN)
    contents = _contents(conn, case, decided)
    there = {one.id for one in contents if one.copies}
    return Facts(
        case=case,
        adult=is_adult(conn, case, now),
        contents=contents,
        orders=tuple(views),
        elsewhere=_elsewhere(conn, case),
        composed=frozenset(
            one.order.id
            for one in views
            if one.order.measure == "report" and reports.find(conn, one.order.id) is not None
        ),
        awaited=any(one.order.target.id not in there for one in wanted),
        receivers=_receivers(conn, case, decided),
        supplements=tuple(_waiting_supplements(conn, case.id)),
    )


def causes(conn: Connection, case_id: str) -> tuple[str, ...]:
    """Everything that may have asked for an order about this case."""
    decided = (one.id for one in decisions.of_case(conn, case_id))
    judged = (one.id for one in judgments.of_case(conn, case_id))
    return (*decided, case_id, *judged)


def lock_orders(tx: Transaction, case_id: str) -> None:
    """No worker begins or ends an order about this case before the transaction ends."""
    orders.lock(tx, [*causes(tx.conn, case_id), *told.of_case(tx.conn, case_id)])


def _waiting_supplements(conn: Connection, case_id: str) -> Iterator[OrderView]:
    """Those whose ground fell away; what corrects a report is for its own judgment alone."""
    for cause in told.of_case(conn, case_id):
        for one in orders.views(conn, cause=cause):
            adds = "supplements" in one.order.values and "corrects" not in one.order.values
            if adds and one.state is OrderState.WAITING and one.reason != RESTORED:
                yield one


def is_adult(conn: Connection, case: CaseRow, now: datetime) -> bool:
    person = accounts.account(conn, case.service, case.account)
    return age_ground(person.age_evidence, now, person.zone) is not AgeGround.MINOR


def _contents(conn: Connection, case: CaseRow, decided: tuple[DecisionRow, ...]) -> tuple[Content, ...]:
    """By content, whichever events told of it; a content without a copy is one, too."""
    asked: dict[str, set[str]] = {}
    first: dict[str, str] = {}
    told = {one.event: one for one in decided}
    files = review.files_of(conn, case.id)
    copies: dict[str, list[EvidenceRow]] = {}
    for event_id in dict.fromkeys((*told, *(one.event for one in files))):
        event = events.find(conn, event_id)
        if event is None:
            continue
        first.setdefault(event.content, event_id)
        asked.setdefault(event.content, set()).update(told[event_id].measures if event_id in told else ())
        rows = (evidence.find(conn, one.evidence) for one in files if one.event == event_id)
        copies.setdefault(event.content, []).extend(row for row in rows if row is not None)
    return tuple(
        Content(content, event_id, tuple(copies[content]), frozenset(asked[content]))
        for content, event_id in first.items()
    )


def _receivers(conn: Connection, case: CaseRow, decided: tuple[DecisionRow, ...]) -> frozenset[str]:
    told = {*(one.event for one in decided), *(one.event for one in review.files_of(conn, case.id))}
    found = (events.find(conn, one) for one in told)
    return frozenset(to for event in found if event is not None for to in event.receivers) - {case.account}


def _elsewhere(conn: Connection, case: CaseRow) -> frozenset[str]:
    """What the account's other cases ask for: by their judgment, or by their decisions while they wait."""
    found: set[str] = set()
    for other in review.of_account(conn, case.service, case.account):
        if other.id == case.id or not other.grounds.is_content:
            continue
        judged: JudgmentRow | None = judgments.in_force(conn, other.id)
        if judged is not None:
            found.update(judged.account_measures)
            continue
        for decision in decisions.of_case(conn, other.id):
            found.update(decision.measures)
    return frozenset(found)
