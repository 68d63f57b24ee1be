"""The look-ups before the pure steps: may we look, and what a decision needs to know. Reads only."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Connection

from hoede import accounts
from hoede.accounts import AgeGround, age_ground
from hoede.core.findings import Category, DigestKind, Finding
from hoede.detection import Looked
from hoede.enforcement import (
    Decision,
    DecisionStanding,
    Rulebook,
    ShadowDecision,
    decide,
    decide_in_shadow,
)
from hoede.flow.screen.told import Told
from hoede.lists import Standing, strong
from hoede.lists import store as lists
from hoede.policy import LookingLaw, may_look


@dataclass(frozen=True, slots=True)
class Judged:
    """What was decided, if anything, the standing it was decided on, and what shadows would have added."""

    decision: Decision | None
    standing: DecisionStanding
    shadow: ShadowDecision | None = None


def looking_allowed(conn: Connection, told: Told, laws: Iterable[LookingLaw], now: datetime) -> bool:
    """By the law of sender and receivers today: it is today that we look, whenever it happened."""
    event = told.event
    people = [accounts.account(conn, told.service, who) for who in (event.account, *event.to)]
    return may_look(event.channel, [one.country for one in people], now.astimezone(UTC).date(), laws)


def judge(
    conn: Connection,
    told: Told,
    looked: Looked,
    book: Rulebook,
    *,
    switched_on: frozenset[str],
    shadows: frozenset[str],
    now: datetime,
    earlier: bool = False,
) -> Judged:
    """The decision these findings ask for; those of detectors in shadow (`shadows`) only count."""
    in_shadow = looked.of(shadows)
    findings = tuple(one for one in looked.findings if one not in in_shadow)
    person = accounts.account(conn, told.service, told.event.account)
    ground = age_ground(person.age_evidence, now, person.zone)
    standing = DecisionStanding(
        verified_adult=ground is AgeGround.VERIFIED_ADULT,
        adult=ground is not AgeGround.MINOR,
        acting=frozenset(acting_entries(conn, findings, switched_on)),
        earlier=earlier,
    )
    would = decide_in_shadow(findings, in_shadow, standing, book)
    return Judged(decide(findings, standing, book), standing, would)


def acting_entries(
    conn: Connection, findings: Iterable[Finding], switched_on: frozenset[str]
) -> Iterable[str]:
    """The entries that may act without a person (DESIGN 5): every condition but the uploader's age."""
    kinds: dict[str, set[DigestKind]] = {}
    for finding in findings:
        if finding.match is not None and finding.category is Category.CSEA:
            kinds.setdefault(finding.match.entry, set()).add(finding.match.kind)
    for entry_id, matched in kinds.items():
        entry = lists.entry(conn, entry_id)
        if entry is None or not entry.counts or not strong(matched):
            continue
        if entry.facts.standing is Standing.VERIFYING_AUTHORITY and entry.facts.name in switched_on:
            yield entry_id
