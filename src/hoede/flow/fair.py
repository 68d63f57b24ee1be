"""Judgments and orders to figures: how often a measure was wrong, for whom, and how long it lasted. Reads."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hoede import accounts
from hoede.accounts import Account
from hoede.db import Database, orders
from hoede.detection import store as events
from hoede.enforcement import store as decisions
from hoede.review import Outcomes, acted, blind, samples
from hoede.review.acted import CaseActed
from hoede.review.blind import Kind
from hoede.review.fairness import Acted, Fairness, Missed, fairness, missed
from hoede.review.measured import Measured, drifts, measured, shown

SINCE = timedelta(days=90)
NONE = "none"  # no detector found anything: somebody reported it
UNKNOWN = "unknown"  # nobody told which language
LIMITS = {"restrict_account": "lift", "close_account": "reopen"}


@dataclass(frozen=True, slots=True)
class Figures:
    """All that a page of quality and fairness shows, and since when it counts."""

    since: datetime
    judged: Measured
    fair: Fairness
    missed: Missed
    drifts: tuple[str, ...]
    unresolved: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Fair:
    db: Database
    outcomes: Outcomes
    shown_from: int
    golden_floor: float
    agreement_floor: float

    def figures(self, since: datetime | None = None) -> Figures:
        """Of the last ninety days, or since then."""
        return self.db.read(lambda conn: self.read(conn, since or self.db.time(conn) - SINCE))

    def read(self, conn: Connection, since: datetime) -> Figures:
        judged = self._judged(conn, since)
        which = acted.judged_since(conn, since) | decisions.alone_since(conn, since)
        cases = acted.cases(conn, which, decisions.alone_in(conn, sorted(which)))
        drawn = samples.sampled(conn, since, self._allows)
        return Figures(
            since=since,
            judged=shown(judged, self.shown_from),
            fair=fairness(
                tuple(_acted(conn, cases)), tuple(_limited(conn, cases)), shown_from=self.shown_from
            ),
            missed=missed(drawn.drawn, drawn.judged, drawn.missed, shown_from=self.shown_from),
            drifts=self._drifts(judged),
            unresolved=len(blind.disagreements(conn)),
        )

    def drifting(self) -> int:
        """In how many lanes judging is surely worse than it should be."""
        return self.db.read(lambda conn: len(self._drifts(self._judged(conn, self.db.time(conn) - SINCE))))

    def _judged(self, conn: Connection, since: datetime) -> Measured:
        return measured(blind.pairs(conn, Kind.GOLDEN, since), blind.pairs(conn, Kind.DOUBLE, since))

    def _drifts(self, judged: Measured) -> tuple[str, ...]:
        return drifts(judged, right=self.golden_floor, agreement=self.agreement_floor)

    @property
    def _allows(self) -> tuple[str, ...]:
        return tuple(name for name, one in self.outcomes.items() if one.undoes)


def _acted(conn: Connection, cases: tuple[CaseActed, ...]) -> Iterator[Acted]:
    """Cases in which something was done, by whom it was done to."""
    done = [one for one in cases if one.acted_at is not None]
    told = decisions.events_of_cases(conn, [one.id for one in done])
    found = events.gravest(conn, [event for those in told.values() for event in those])
    people = _people(conn, done)
    for one in done:
        who = people[one.service, one.account]
        categories = [found[event] for event in told.get(one.id, ()) if event in found]
        yield Acted(
            category=min(categories, default=NONE),
            band=accounts.age_band(who.age_evidence, one.acted_at or one.opened_at, who.zone),
            language=(who.locale or UNKNOWN).split("-")[0].lower(),
            wrong=one.wrong,
        )


def _limited(conn: Connection, cases: tuple[CaseActed, ...]) -> Iterator[timedelta]:
    """For how long accounts of people who had done nothing were limited; of those that are free again."""
    cleared = [one for one in cases if one.cleared_at is not None]
    for service in sorted({one.service for one in cleared}):
        mine = [one for one in cleared if one.service == service]
        names = sorted({one.account for one in mine})
        done = orders.done_on(conn, service, names, {*LIMITS, *LIMITS.values()})
        yield from spans_of(mine, done)


def spans_of(
    cleared: Iterable[CaseActed], done: Mapping[str, list[tuple[str, datetime]]]
) -> Iterator[timedelta]:
    """How long limits lasted; two cases of an account may be cleared of one, which is waited for once."""
    spans = {(one.account, span) for one in cleared if (span := _span(one, done.get(one.account, [])))}
    yield from (ended - began for _, (began, ended) in sorted(spans))


def _span(case: CaseActed, done: list[tuple[str, datetime]]) -> tuple[datetime, datetime] | None:
    """The first limit between opening the case and clearing it, and its end."""
    until = case.cleared_at or case.opened_at
    began = next((at for one, at in done if one in LIMITS and case.opened_at <= at <= until), None)
    if began is None:
        return None
    ended = next((at for measure, at in done if measure in LIMITS.values() and at >= began), None)
    return None if ended is None else (began, ended)


def _people(conn: Connection, cases: list[CaseActed]) -> Mapping[tuple[str, str], Account]:
    found: dict[tuple[str, str], Account] = {}
    for service in {one.service for one in cases}:
        ids = sorted({one.account for one in cases if one.service == service})
        for at in range(0, len(ids), 500):
            several = accounts.several(conn, service, ids[at : at + 500])
            found |= {(service, name): who for name, who in several.items()}
    return found
