"""What a case stands on of which nothing comes: as it was seen once, not as anything stands now.

The same facts as of any case, so that its page, its preview and its refusals are the same, too.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hoede import accounts
from hoede.accounts import Account
from hoede.core.ages import BANDS, AgeBand, AgeEvidence, Assurance, youngest_of
from hoede.core.orders import OrderState, OrderView
from hoede.db import Transaction
from hoede.detection import EventRow
from hoede.detection import store as events
from hoede.evidence import EvidenceState
from hoede.evidence import store as evidence
from hoede.flow.judge.facts import Content, Facts, facts, is_adult
from hoede.flow.judge.plan import Plan
from hoede.review import CaseRow, blind
from hoede.review import store as review
from hoede.review.blind import BlindCase, Kind
from hoede.review.snapshot import Asked, Snapshot, Told, Who, asked, shown


@dataclass(frozen=True, slots=True, kw_only=True)
class Whole:
    """All that a page of a case stands on, whether anything comes of the case or not."""

    facts: Facts
    account: Account
    band: AgeBand
    notices_of: str  # the case that people reported
    events: Mapping[str, EventRow]  # by content

    def told(self, content: Content) -> EventRow | None:
        return self.events.get(content.id)


def whole(conn: Connection, case: CaseRow, now: datetime) -> Whole:
    """Of this case as it stands; of one of which nothing comes, as it was seen once."""
    if case.blind:
        return _as_seen(conn, case, now)
    found, account = facts(conn, case, now), accounts.account(conn, case.service, case.account)
    told = {one.id: events.find(conn, one.event) for one in found.contents}
    return Whole(
        facts=found,
        account=account,
        band=accounts.age_band(account.age_evidence, now, account.zone),
        notices_of=case.id,
        events={content: event for content, event in told.items() if event is not None},
    )


def _as_seen(conn: Connection, case: CaseRow, now: datetime) -> Whole:
    own = of_case(conn, case.id)
    told = {one.id: told_of(conn, case, one) for one in own.snapshot.told}
    return Whole(
        facts=blind_facts(conn, case, now),
        account=who_of(case, own.snapshot, now),
        band=own.snapshot.who.band,
        notices_of=own.source if own.kind is Kind.DOUBLE else case.id,
        events={content: event for content, event in told.items() if event is not None},
    )


def blind_facts(conn: Connection, case: CaseRow, now: datetime) -> Facts:
    """The facts of such a case, as its page shows them now."""
    own = of_case(conn, case.id)
    seen = own.snapshot
    return Facts(
        case=case,
        adult=seen.who.adult,
        contents=tuple(_content(conn, one) for one in seen.told),
        orders=tuple(_shown(one, case, seen, now) for one in own.orders),
        elsewhere=frozenset(seen.elsewhere),
        composed=frozenset(),
        awaited=False,
        receivers=frozenset(to for one in seen.told for to in one.receivers) - {seen.who.id},
    )


def of_case(conn: Connection, case_id: str) -> BlindCase:
    found = blind.find(conn, case_id)
    if found is None:
        raise LookupError(f"{case_id} says that nothing comes of it, and nobody knows why")
    return found


def who_of(case: CaseRow, seen: Snapshot, now: datetime) -> Account:
    """The account as its page shows it."""
    who = seen.who
    return Account(
        service=case.service,
        id=who.id,
        country=who.country,
        screen_name=who.screen_name,
        age_evidence=(_age(who, now),) if who.age_known else (),
    )


def told_of(conn: Connection, case: CaseRow, one: Told) -> EventRow | None:
    """The event of a content as its page shows it; None when it is gone."""
    event = events.find(conn, one.event)
    if event is None:
        return None
    at = case.opened_at - timedelta(seconds=one.before_s)
    return replace(event, account=case.account, content=one.id, at=at, receivers=one.receivers, ip=None)


def snapshot(conn: Connection, seen: Facts, now: datetime) -> Snapshot:
    """What somebody sees who judges it now."""
    case = seen.case
    person = accounts.account(conn, case.service, case.account)
    opened, ranked = case.opened_at, case.rank_at or case.opened_at
    return Snapshot(
        who=Who(
            id=case.account,
            band=accounts.age_band(person.age_evidence, now, person.zone),
            adult=is_adult(conn, case, now),
            age_known=bool(person.age_evidence),
            country=person.country,
            screen_name=person.screen_name,
            language=case.language,
        ),
        told=tuple(one for content in seen.contents if (one := _told(conn, content, opened))),
        orders=tuple(asked(one, opened) for one in seen.orders),
        rank_s=(opened - ranked).total_seconds(),
        elsewhere=tuple(sorted(seen.elsewhere)),
    )


def before(seen: Facts, judged_at: datetime) -> Facts:
    """The facts as they were before a judgment: what was asked since is gone, what ended since is open."""
    then = (one for one in seen.orders if one.opened_at < judged_at)
    orders = tuple(_then(one, judged_at) for one in then if not one.order.cause.startswith("jud_"))
    return replace(seen, orders=orders)


def pretend(tx: Transaction, seen: Facts, todo: Plan, *, ends: str | None = None) -> None:
    """Let the page of the case show what would be done now; nothing of it is asked of anybody.

    `ends` is the outcome for which nobody is asked to look any more.
    """
    case, opened = seen.case, seen.case.opened_at
    dropped = {one.order.id for one in todo.supersedes}
    now_s = (tx.now - opened).total_seconds()
    orders: list[Asked] = []
    for view in seen.orders:
        one = asked(view, opened)
        if view.order.id in dropped:
            one = replace(one, state=OrderState.SUPERSEDED, ended_s=now_s)
        elif ends is not None and one.measure == "review" and one.state is OrderState.OPEN:
            one = replace(one, state=OrderState.DONE, outcome=ends, ended_s=now_s)
        orders.append(one)
    for order in todo.opens:
        new = OrderView(
            order=order,
            state=OrderState.OPEN,
            outcome=None,
            reason=None,
            tries=0,
            needs_human=False,
            opened_at=tx.now,
            ended_at=None,
        )
        orders.append(asked(new, opened))
    blind.judged(tx, case.id, orders)


_THERE = frozenset({EvidenceState.INTAKE, EvidenceState.SEALED})


def usable(conn: Connection, seen: Snapshot) -> bool:
    """Whether all that is shown of it is still there."""
    copies = (evidence.find(conn, copy) for copy, _ in seen.copies)
    return all(one is not None and one.state in _THERE for one in copies)


def _content(conn: Connection, one: Told) -> Content:
    rows = (evidence.find(conn, copy) for copy in one.copies)
    return Content(one.id, one.event, tuple(row for row in rows if row is not None), frozenset(one.decided))


def _shown(one: Asked, case: CaseRow, seen: Snapshot, now: datetime) -> OrderView:
    return shown(one, service=case.service, who=seen.who.id, case=case.id, opened_at=case.opened_at, now=now)


def _told(conn: Connection, content: Content, opened_at: datetime) -> Told | None:
    event = events.find(conn, content.event)
    if event is None:
        return None
    return Told(
        id=content.id,
        event=content.event,
        kind=event.kind,
        channel=event.channel,
        before_s=(opened_at - event.at).total_seconds(),
        findings=events.findings_of(conn, content.event),
        copies=tuple(one.taken.id for one in content.copies),
        decided=tuple(sorted(content.decided)),
        receivers=event.receivers,
    )


def _then(one: OrderView, at: datetime) -> OrderView:
    if one.ended_at is None or one.ended_at < at:
        return one
    return replace(one, state=OrderState.OPEN, outcome=None, reason=None, ended_at=None)


def _age(who: Who, now: datetime) -> AgeEvidence:
    """So much of an age as a band says."""
    older = BANDS[BANDS.index(who.band) + 1 :]
    return AgeEvidence(
        method="declared",
        assurance=Assurance.DECLARED,
        issuer=who.id,
        as_of=now.date(),
        lower=youngest_of(who.band),
        upper=youngest_of(older[0]) - 1 if older else None,
    )


def only_shown(conn: Connection, order: str, now: datetime) -> OrderView | None:
    """An order that such a case shows, by its id; None when it is of none."""
    case_id = blind.showing(conn, order)
    case = review.find_case(conn, case_id) if case_id else None
    if case is None:
        return None
    return next((one for one in blind_facts(conn, case, now).orders if one.order.id == order), None)
