"""What every journey of a pairing needs, and the one way in which a pairing changes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection

from hoede import accounts
from hoede.core.ages import AgeBand, AgeEvidence
from hoede.core.orders import Order, Target, TargetKind, order_id
from hoede.db import Database, Transaction, orders
from hoede.enforcement.measures import Measures
from hoede.flow.pair import mailing
from hoede.pairing import By, LinkRow, State, families, guardians, limits, requests, store
from hoede.pairing.rules.adults import Adulthood, Asks, adulthood, asked_by
from hoede.pairing.rules.asking import Stands
from hoede.pairing.rules.limits import Preset, at_most
from hoede.pairing.rules.saying import Refusal, Why
from hoede.pairing.rules.states import COUNTS, STANDS, Acts, allows
from hoede.policy import InForce, Policy, Side, Step, Vocabulary, effective
from hoede.review import Lanes

LINKED_BY_LAW = "guardian_linked"  # the duty of a pack


@dataclass(frozen=True, slots=True, kw_only=True)
class Teen:
    """The teen's end: an account, handed over by its platform."""

    service: str
    account: str
    linked: str | None = None  # the same for accounts that are one hand
    wrote_first: datetime | None = None  # when this session wrote with somebody new, as the platform tells
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Guardian:
    """The guardian's end: a person who is signed in."""

    person: str
    address: str = ""


End = Teen | Guardian


@dataclass(frozen=True, slots=True, kw_only=True)
class PairDesk:
    """Built once by `app`."""

    db: Database
    names: bytes
    acts: Acts
    assurance: Mapping[str, Asks]
    presets: Mapping[str, Preset]
    vocabulary: Vocabulary
    policy: Callable[[], Policy]
    side: Callable[[Connection, str, str, datetime], Side]  # an account as policy sees it, in this step
    forget: Callable[[str, str], None]  # what was loaded of an account counts no more
    measures: Measures
    lanes: Lanes
    new_id: Callable[[str], str]
    random: Callable[[int], bytes]
    public_url: str
    service_names: Mapping[str, str] = field(default_factory=dict)


def by_of(end: End) -> By:
    return By.TEEN if isinstance(end, Teen) else By.GUARDIAN


def owns(end: End, link: LinkRow) -> bool:
    """Whether it is this end's pairing."""
    if isinstance(end, Teen):
        return (link.service, link.account) == (end.service, end.account)
    return link.guardian == end.person


def mine(tx: Transaction, end: End, link_id: str) -> LinkRow | None:
    """One's own pairing, locked; None for what is none of ours, whoever's it is."""
    link = store.lock_if_there(tx, link_id)
    return link if link is not None and owns(end, link) else None


def teen_of(link: LinkRow) -> tuple[str, str]:
    """Service and account; every pairing that was accepted has them."""
    if link.service is None or link.account is None:
        raise LookupError(f"{link.id} has no teen yet")
    return link.service, link.account


def move(
    tx: Transaction, desk: PairDesk, link: LinkRow, act: str, by: By, *, detail: str = "", **values: Any
) -> LinkRow | Refusal:
    """The pairing after an act, with all that follows from it; refused where the table has no such way."""
    to = allows(desk.acts, link.state, act, by, link.invited_by)
    if to is None:
        return Refusal(Why.NOT_NOW)
    if to is State.ENDED:
        values |= {"ended_at": tx.now, "ended_by": by, "until": None}
    after = store.note(tx, link, act, by=by, detail=detail, state=to, **values)
    if (link.state in COUNTS) != (after.state in COUNTS):
        settings_changed(tx, desk, after)
    if link.state in COUNTS and after.state not in COUNTS:
        _let_go(tx, desk, after)
    if after.state is State.ENDED and link.state in STANDS:
        _ended(tx, desk, after)
    return after


def settings_changed(tx: Transaction, desk: PairDesk, link: LinkRow) -> None:
    """What a guardian says counts from this step on; the platform is told to ask anew."""
    service, account = teen_of(link)
    families.retell(tx, service, account)
    tell_platform(tx, desk, link, "settings_changed")


def tell_platform(tx: Transaction, desk: PairDesk, link: LinkRow, measure: str) -> None:
    """One order, done by its receipt. It says what happened, never why."""
    service, account = teen_of(link)
    target = Target(TargetKind.ACCOUNT, account)
    cause = f"{link.id}/{store.known(tx.conn, link.id).changes}"
    order = Order(
        id=order_id(desk.names, cause, measure, target),
        service=service,
        cause=cause,
        measure=measure,
        target=target,
        by=desk.measures[measure].by,
        values={"account": account},
    )
    orders.open_order(tx, order)


def _let_go(tx: Transaction, desk: PairDesk, link: LinkRow) -> None:
    """What was limited goes to the start for the age, never looser: own choices beyond the start end.

    Questions that nobody else can answer end, too.
    """
    service, account = teen_of(link)
    side = desk.side(tx.conn, service, account, tx.now)
    start = effective(desk.policy(), replace(side, choices={}, locks=()), tx.now)
    for name in dict.fromkeys(one.setting for one in limits.locks_of(tx.conn, link.id)):
        chosen = side.choices.get(name)
        if chosen is not None and not at_most(start[name].setting.kind, chosen, start[name].step):
            accounts.choose(tx, service, account, name, None)
    if not any(one.counts for one in store.standing_of(tx.conn, service, account)):
        requests.end_open(tx, service, account, Stands.OVER)


def _ended(tx: Transaction, desk: PairDesk, link: LinkRow) -> None:
    """Both are told the same, and the platform. What was visible can be seen no more."""
    limits.end_all(tx, link.id)
    tell_platform(tx, desk, link, "link_ended")
    mailing.to_guardian(tx, desk, link, "ended")


def in_force(
    conn: Connection, desk: PairDesk, service: str, account: str, now: datetime
) -> dict[str, InForce]:
    """Everything that is in force for an account, in this very step."""
    return effective(desk.policy(), desk.side(conn, service, account, now), now)


def read_step(desk: PairDesk, setting: str, raw: object) -> Step | None:
    """A step as a form has it; None for a setting or a step that there is not."""
    found = desk.vocabulary.settings.get(setting)
    try:
        return None if found is None else found.kind.read(raw)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class TeenFacts:
    """What pairing needs to know of a teen's account now."""

    band: AgeBand
    age: int | None
    is_adult: bool
    by_law: bool  # a law asks for a pairing
    asks: Asks  # of a guardian


def teen_facts(conn: Connection, desk: PairDesk, service: str, account: str, now: datetime) -> TeenFacts:
    side = desk.side(conn, service, account, now)
    packs = desk.policy().acting(side, now)
    duties = (duty for pack in packs for duty in pack.duties)
    return TeenFacts(
        band=side.band,
        age=side.age,
        is_adult=side.is_adult,
        by_law=any(one.duty == LINKED_BY_LAW and side.band in one.bands for one in duties),
        asks=asked_by(desk.assurance, (one.id for one in packs)),
    )


def adult_by_proof(conn: Connection, person: str, asks: Asks, now: datetime) -> Adulthood:
    """What is known of a guardian's age: what was proved here, and what their own platforms know."""
    found = guardians.find(conn, person)
    evidence: list[AgeEvidence] = list(found.age_evidence) if found else []
    for service, account, _ in guardians.accounts_of(conn, person):
        evidence.extend(accounts.account(conn, service, account).age_evidence)
    return adulthood(evidence, asks.methods, now)
