"""Accounts as policy sees them: loaded together, and kept for a moment so that the next permit is quick."""

import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection

from hoede import accounts, pairing, usage
from hoede.accounts import Account
from hoede.accounts.rules import best
from hoede.core.ages import band_of
from hoede.db import Database, orders
from hoede.enforcement import Measure, MeasuresError
from hoede.enforcement.measures import Measures
from hoede.flow.attempt.families import SILENT, Said, said
from hoede.policy import Restriction, Side, Step, Vocabulary, zones_at
from hoede.policy.rules.compiled import Compiled, Seat
from hoede.policy.rules.sides import days_at, days_begin
from hoede.policy.rules.vocabulary import ANYTHING

KEPT_S = 0.25  # what another process wrote counts here after this long at the latest
MOST_KEPT = 50_000
MOST_ALONG = 200  # accounts that are read again along with one that has to be read
ALL = "*"
FamiliesOf = Callable[[Connection, str, Collection[str]], Mapping[str, pairing.Family]]


@dataclass(frozen=True, slots=True)
class Facts:
    """What was told and decided of an account; nothing in it depends on the time."""

    account: Account
    choices: Mapping[str, Step]
    restrictions: tuple[Restriction, ...]
    use: usage.Kept = field(default_factory=usage.Kept)
    said: Said = SILENT  # by guardians


@dataclass(slots=True)
class Known:
    """An account that was loaded just now: as policy saw it then, and compiled once it is asked for again."""

    facts: Facts
    side: Side
    born: date | None  # the birthday that counts, so that words can tell a day
    loaded_at: float  # on the clock of `Sides`
    seat: Seat | None = None
    seat_of: Compiled | None = None
    again: bool = False  # it was asked for again since

    def seated(self, tables: Compiled, now: datetime) -> Seat:
        """Compiled for these tables."""
        if self.seat is None or self.seat_of is not tables:
            self.seat, self.seat_of = tables.seat(self.side, now), tables
        return self.seat


def side_at(facts: Facts, now: datetime) -> Side:
    """The account as policy sees it at a moment."""
    told = facts.account
    zones = zones_at(told.zone, told.zone_before, told.zone_changed_at, now)
    today = days_at(now, zones)[0]
    age = accounts.age_at(told.age_evidence, now, today)
    place: dict[str, Any] = {"country": told.country, "region": told.region, "zones": zones}
    own: dict[str, Any] = {
        "choices": facts.choices,
        "restrictions": facts.restrictions,
        "minutes_today": usage.minutes_since(facts.use.used, days_begin(now, zones)),
        "minutes_in_a_row": facts.use.used.minutes_in_a_row,
        "break_until": facts.use.used.break_until,
        "extra_minutes": facts.said.extra_minutes(now),
        "own_extra_minutes": facts.use.extra_at(now),
        "locks": facts.said.locks_at(now),
        "approved": facts.said.approved_at(now),
        "assured_guardian": facts.said.is_assured_at(now),
    }
    if age is None:
        return Side(**place, **own)
    since = min(days_at(told.age_known_at, zones)[0], today) if told.age_known_at else today
    then = accounts.age_then(told.age_evidence, now, today, since)
    settled = band_of(age if then is None else then)
    return Side(
        band=band_of(age),
        known=True,
        age=age,
        settled=None if settled is band_of(age) else settled,
        **place,
        **own,
    )


def _born(account: Account, now: datetime) -> date | None:
    found = best(account.age_evidence, now, now.date())
    return found.born if found is not None else None


class Sides:
    """Loads accounts; what was loaded less than a quarter of a second ago is not asked for again.

    Whoever is asked about again and again is read along with the next account that has to be read: one
    reading of many takes little more than one of one, and all of it is of that moment.
    What this process writes itself counts at once: `forget` after a write about one account,
    `forget_all` when orders were opened.
    """

    def __init__(
        self,
        db: Database,
        measures: Measures,
        vocabulary: Vocabulary,
        *,
        clock: Callable[[], float] = time.monotonic,
        families: FamiliesOf = pairing.families_of,
    ) -> None:
        self._db = db
        self._undoes = {one.name: one.inverse for one in measures.values() if one.closes}
        self._closed = {one.name: closed_names(one, vocabulary) for one in measures.values() if one.closes}
        self._vocabulary = vocabulary
        self._clock = clock
        self._families = families
        self._kept: dict[tuple[str, str], Known] = {}
        self._often: dict[tuple[str, str], None] = {}  # those asked for again since they were loaded
        self._writing = threading.Lock()
        self._forgotten = 0
        db.on_new_orders(self.forget_all)

    def fresh(self, service: str, ids: Collection[str]) -> dict[str, Known] | None:
        """The accounts, if all of them were loaded just now."""
        not_before = self._clock() - KEPT_S
        found = {}
        for one in ids:
            kept = self._kept.get((service, one))
            if kept is None or kept.loaded_at < not_before:
                return None
            if not kept.again:
                kept.again = True
                self._often[service, one] = None
            found[one] = kept
        return found

    def load(self, service: str, ids: Collection[str], now: datetime) -> dict[str, Known]:
        """The accounts as the database has them, all of one moment; and those that are asked for often."""
        at, forgotten = self._clock(), self._forgotten
        every = {*ids, *self._along(service)}
        facts = self._db.read(lambda conn: self._facts(conn, service, every))
        found = {one: self._known(service, one, told, now, at) for one, told in facts.items()}
        with self._writing:
            if len(self._kept) + len(found) > MOST_KEPT:
                self._kept.clear()
            if forgotten == self._forgotten:  # else it may be of before the write
                self._kept.update({(service, one): known for one, known in found.items()})
        return found

    def _known(self, service: str, account: str, facts: Facts, now: datetime, at: float) -> Known:
        """It as of now; as long as policy sees the same in it, it is not compiled anew."""
        side, before = side_at(facts, now), self._kept.get((service, account))
        known = Known(facts, side, _born(facts.account, now), at)
        if before is not None and before.side == side:
            known.seat, known.seat_of = before.seat, before.seat_of
        return known

    def _along(self, service: str) -> list[str]:
        """Whom to read as well."""
        with self._writing:
            often, self._often = self._often, {}
        return [account for of, account in often if of == service][:MOST_ALONG]

    def at(self, conn: Connection, service: str, account: str, now: datetime) -> Side:
        """An account as this very connection sees it; nothing is kept."""
        return side_at(self._facts(conn, service, (account,))[account], now)

    def forget(self, service: str, account: str) -> None:
        with self._writing:
            self._forgotten += 1
            self._kept.pop((service, account), None)

    def forget_all(self) -> None:
        with self._writing:
            self._forgotten += 1
            self._kept.clear()

    def _facts(self, conn: Connection, service: str, ids: Collection[str]) -> dict[str, Facts]:
        told = accounts.several(conn, service, ids)
        chosen = accounts.choices(conn, service, ids)
        closed = orders.standing(conn, service, ids, self._undoes)
        used = usage.several(conn, service, ids)
        families = self._families(conn, service, ids)
        return {
            one: Facts(
                told[one],
                self._steps(chosen[one]),
                tuple(Restriction(order=order, names=self._closed[name]) for name, order in closed[one]),
                used[one],
                said(families[one], self._vocabulary) if one in families else SILENT,
            )
            for one in told
        }

    def _steps(self, chosen: Mapping[str, Any]) -> Mapping[str, Step]:
        """Choices as steps; one that is no step any more counts as the strictest that can be written."""
        steps: dict[str, Step] = {}
        for name, raw in chosen.items():
            setting = self._vocabulary.settings.get(name)
            if setting is None:
                continue  # nothing is governed by it any more
            try:
                steps[name] = setting.kind.read(raw)
            except ValueError:
                if setting.ladder:
                    steps[name] = setting.ladder[0]
        return MappingProxyType(steps)


def closed_names(measure: Measure, vocabulary: Vocabulary) -> frozenset[str]:
    """What a measure closes, and the settings of one's own that govern nothing else.

    Raises `MeasuresError` for an attempt there is not.
    """
    if ALL in measure.closes:
        return frozenset(vocabulary.gates)
    if strange := sorted(set(measure.closes) - set(vocabulary.gates)):
        raise MeasuresError(f"{measure.name} closes {strange[0]}, which is no attempt; see settings.toml")
    own = (one for name in measure.closes for one in vocabulary.gates[name].own)
    return frozenset({*measure.closes, *(one.name for one in own if one.attempt != ANYTHING)})
