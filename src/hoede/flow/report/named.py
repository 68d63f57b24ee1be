"""Whom a report names, and what is known of them: the account, who received something, a child's guardian."""

from collections.abc import Iterable
from datetime import date, datetime

from sqlalchemy import Connection

from hoede import accounts
from hoede.accounts import Account, known_age, surely_minor
from hoede.accounts.rules import local_date
from hoede.core.ages import AgeEvidence
from hoede.core.orders import OrderState
from hoede.db import orders
from hoede.detection import EventRow
from hoede.reporting import Involved, IpEvent, Role, Suspect
from hoede.reporting.facts import Facts
from hoede.review import AccountIs, JudgmentRow, Named, PersonIs

MOST_NAMED = 50  # accounts of whom nobody said anything; a report with more helps nobody


def suspect_of(
    conn: Connection,
    person: Account,
    *,
    ip_events: tuple[IpEvent, ...],
    causes: Iterable[str],
    judged: JudgmentRow | None,
    facts: Facts,
    prior_reports: tuple[str, ...],
    now: datetime,
) -> Suspect:
    """The account the case is about, with what its platform told when it was asked."""
    return Suspect(
        account=person.id,
        screen_name=person.screen_name,
        ip_events=_once(*ip_events, *facts.ip_events),
        closed_at=closed_at(conn, causes),
        country=person.country,
        age=known_age(*_evidence(person, now)),
        minor=surely_minor(*_evidence(person, now)),
        told=facts.told,
        prior_reports=prior_reports,
        guardian=_guardian_of_itself(judged),
    )


def people_of(
    conn: Connection, person: Account, events: Iterable[EventRow], judged: JudgmentRow | None, now: datetime
) -> tuple[Involved, ...]:
    """Those to whom something was sent, each as the judge said, or as just that, but not too many."""
    said = {one.account: one for one in judged.people} if judged else {}
    told = [to for event in events for to in event.receivers if to != person.id]
    named = [said.get(one) or Named(one, PersonIs.RECIPIENT) for one in dict.fromkeys(told)]
    if judged is not None and judged.account_is is AccountIs.NOBODY:  # unless the judge said it, nobody is
        named = [one for one in named if one.account in said]
    kept = [one for one in named if one.account in said and one.role is not PersonIs.NOBODY]
    kept += [one for one in named if one.account not in said][:MOST_NAMED]
    known = accounts.several(conn, person.service, [one.account for one in kept])
    return tuple(_involved(one, known[one.account], now) for one in kept)


def _involved(one: Named, person: Account, now: datetime) -> Involved:
    return Involved(
        account=one.account,
        role=Role(one.role.value),
        screen_name=person.screen_name,
        country=person.country,
        age=known_age(*_evidence(person, now)),
        minor=surely_minor(*_evidence(person, now)),
        guardian=one.guardian,
    )


def _guardian_of_itself(judged: JudgmentRow | None) -> str | None:
    people = judged.people if judged else ()
    return next((one.guardian for one in people if one.role is PersonIs.ITSELF), None)


def _evidence(person: Account, now: datetime) -> tuple[tuple[AgeEvidence, ...], datetime, date]:
    return person.age_evidence, now, local_date(now, person.zone)


def _once(*events: IpEvent) -> tuple[IpEvent, ...]:
    return tuple(dict.fromkeys(events))


def closed_at(conn: Connection, causes: Iterable[str]) -> datetime | None:
    """When the platform's receipt said that the account is closed: what is true now, not what is asked."""
    for cause in causes:
        for seen in orders.views(conn, cause=cause):
            if seen.order.measure == "close_account" and seen.state is OrderState.DONE:
                return seen.ended_at
    return None
