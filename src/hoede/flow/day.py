"""A judge's day: what is left of it, breaks, leaving with one's cases in good hands; a team's in figures."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from sqlalchemy import Connection

from hoede.access.people import note
from hoede.db import Database, Transaction
from hoede.flow.view import How
from hoede.review import Refused, claims, exposure, fits, judgments
from hoede.review.asked import LONGEST_TEXT
from hoede.review.claims import LEASE, Taken
from hoede.review.exposure import Own
from hoede.review.fits import Skill, Skills
from hoede.review.wellness import Budget, Severity, Wellness

TEAM_DAYS: Final = 28
LEAST_PEOPLE: Final = 3  # whose figures are a team's; of fewer they would be a person's
PER: Final = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Today:
    """What one person is shown of their own day; nobody else is."""

    used: Mapping[Severity, Budget]
    most: Mapping[Severity, Budget]
    rests_until: datetime | None  # by the rule, or their own
    own_break: bool  # only their own: they may end it
    ends: datetime
    cases: tuple[tuple[str, datetime], ...]  # in their hands, and until when
    first: str  # how they begin to look

    @property
    def is_used(self) -> bool:
        """Whether nothing severe is shown to them in full any more today."""
        return self.used[Severity.SEVERE].full >= self.most[Severity.SEVERE].full


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """Where one's cases went."""

    handed: int  # to the colleague
    back: int  # to the queue


@dataclass(frozen=True, slots=True, kw_only=True)
class Team:
    """How much people were shown, all together; empty where so few work that it would be about one."""

    people: int
    views: int  # of severe material, in full
    decisions: int
    days_at_budget: int  # on which somebody used all of it

    @property
    def per_thousand(self) -> float | None:
        """Severe full views per 1,000 decisions."""
        return None if not self.decisions else self.views * PER / self.decisions

    @property
    def is_shown(self) -> bool:
        return self.people >= LEAST_PEOPLE


@dataclass(frozen=True, slots=True, kw_only=True)
class Days:
    """What people do with their own day, and what a lead may know of everybody's."""

    db: Database
    wellness: Wellness
    new_id: Callable[[str], str]

    def today(self, person: str) -> Today:
        return self.db.read(lambda conn: self._today(conn, person))

    def rest(self, person: str) -> datetime:
        """A break of their own begins, as long as any; their cases stay theirs. Returns until when."""
        return self.db.commit(lambda tx: self._rest(tx, person))

    def go_on(self, person: str) -> None:
        """Their own break is over; one that is due goes on."""
        self.db.commit(lambda tx: exposure.take_break(tx, person, None))

    def keep(self, case_id: str, person: str, until: datetime) -> None:
        """While a break keeps something closed, the case stays in their hands."""
        self.db.commit(lambda tx: _keep(tx, case_id, person, until))

    def leave(self, person: str, to: str | None = None, *, lead: bool = False, says: str = "") -> Left:
        """Every case in their hands to a colleague who may have it, else back to its lane; notes are kept.

        `lead`: whether the colleague is one; `says` is what the colleague should know.
        """
        return self.db.commit(lambda tx: self._leave(tx, person, to, lead=lead, says=says[:LONGEST_TEXT]))

    def choose(self, person: str, first: str) -> None:
        """How they begin to look; what is none of ours stays as it was."""
        if first in set(How):
            self.db.commit(lambda tx: exposure.choose_first(tx, person, first))

    def team(self) -> Team:
        return self.db.read(self._team)

    def skills(self, people: Collection[str]) -> dict[str, Skills]:
        return self.db.read(lambda conn: {one: fits.skills_of(conn, one) for one in people})

    def set_skills(self, person: str, lanes: Collection[str], languages: Collection[str], *, by: str) -> None:
        """What somebody was trained for and what they read. Raises `PersonUnknown`."""

        def step(tx: Transaction) -> None:
            fits.set_skills(tx, person, Skill.LANE, lanes)
            fits.set_skills(tx, person, Skill.LANGUAGE, languages)
            told = " ".join([*sorted(set(lanes)), *sorted(set(languages))])
            note(tx, person, "person.skills", by=by, detail=told)

        self.db.commit(step)

    def _today(self, conn: Connection, person: str) -> Today:
        now, told = self.db.time(conn), self.wellness
        seen, own = exposure.seen_by(conn, person, told.counts_from(now)), exposure.own(conn, person)
        return Today(
            used={one: told.used(seen, one, now) for one in told.budgets},
            most=told.budgets,
            rests_until=told.resting(seen, now, own.break_until),
            own_break=told.rest_until(seen, now) is None and _is_on(own, now),
            ends=told.day_ends(now),
            cases=claims.held_by(conn, person, now),
            first=own.first or How.SMALL,
        )

    def _rest(self, tx: Transaction, person: str) -> datetime:
        until = tx.now + self.wellness.rest.length
        for case_id, _ in claims.held_by(tx.conn, person, tx.now):
            _keep(tx, case_id, person, until)
        exposure.take_break(tx, person, until)
        return until

    def _leave(self, tx: Transaction, person: str, to: str | None, *, lead: bool, says: str) -> Left:
        handed = back = 0
        for case_id, _ in sorted(claims.held_by(tx.conn, person, tx.now)):
            held = claims.hold(tx, case_id, person)
            if isinstance(held, Refused):
                continue
            takes = to is not None and claims.may_not(tx.conn, held.case, to, lead=lead) is None
            claims.end(tx, held.claim, "handed_over" if takes else "given_back")
            if to is not None and takes:
                self._hand(tx, held, to, lead=lead, says=says)
            handed, back = handed + takes, back + (not takes)
        return Left(handed=handed, back=back)

    def _hand(self, tx: Transaction, held: Taken, to: str, *, lead: bool, says: str) -> None:
        claims.take(tx, held.case.id, to, claim_id=self.new_id("clm"), lead=lead)
        if says.strip() and claims.note_of(tx.conn, held.case.id, to) is None:
            claims.note(tx, held.case.id, to, says)

    def _team(self, conn: Connection) -> Team:
        now, told = self.db.time(conn), self.wellness
        began = told.day_began(now)
        days = [began - timedelta(days=ago) for ago in range(TEAM_DAYS)]
        most = told.budgets[Severity.SEVERE].full
        at_budget = partial(exposure.at_budget, conn, most=most)
        return Team(
            people=exposure.people_since(conn, days[-1]),
            views=exposure.severe_since(conn, days[-1]),
            decisions=judgments.count_since(conn, days[-1]),
            days_at_budget=sum(at_budget(since=one, until=one + timedelta(days=1)) for one in days),
        )


def _keep(tx: Transaction, case_id: str, person: str, until: datetime) -> None:
    held = claims.hold(tx, case_id, person)
    if isinstance(held, Taken):
        claims.prolong(tx, held.claim, max(held.until, until + LEASE))


def _is_on(own: Own, now: datetime) -> bool:
    return own.break_until is not None and own.break_until > now
