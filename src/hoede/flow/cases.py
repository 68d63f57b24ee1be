"""Queue to desk: who gets which case, for how long, and where it goes when it is not judged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection

from hoede import accounts
from hoede.access.people import disabled
from hoede.core.orders import OrderState
from hoede.db import Database, Transaction, orders
from hoede.evidence import EvidenceState
from hoede.evidence import store as evidence
from hoede.review import CaseRow, Lane, Lanes, Refused, Why, blind, claims, exposure, fits, next_lane
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.asked import LONGEST_TEXT, SHORTEST_REASON
from hoede.review.claims import Taken
from hoede.review.helplines import Helpline, Kind, ShownHelpline, shown
from hoede.review.priority import offered
from hoede.review.wellness import Severity, Wellness

TRIES = 20  # when others are quicker, one after the other
KNOWS = "know_someone"  # then no case about this account comes to them again
SKIP_REASONS = (KNOWS, "too_heavy", "language", "other")  # words under `judge.skip`


@dataclass(frozen=True, slots=True)
class Danger:
    """What happens about a child in danger now, and whom to call."""

    due_at: datetime
    report: str  # "will": its report says so; "late": it was composed before, so call
    contacts: tuple[ShownHelpline, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cases:
    """Gives cases to people. Whoever asks for what is not theirs is refused with a reason."""

    db: Database
    lanes: Lanes
    wellness: Wellness
    helplines: tuple[Helpline, ...]
    demo: bool
    new_id: Callable[[str], str]
    golden_percent: int = 0  # of the cases people take, how often a golden one comes into the queue

    def next(self, person: str, *, lead: bool = False) -> Taken | None:
        """The next case for this person, by shares of lanes, then by what is most pressing. None: no work.

        What they were trained for, what they read and whom they know count, and so does what they saw today.
        """
        return self.db.commit(lambda tx: self._next(tx, person, lead=lead))

    def take(self, case_id: str, person: str, *, lead: bool = False) -> Taken | Refused:
        """This very case; one person has it, anybody else is told who and until when."""
        claim = self.new_id("clm")
        return self.db.commit(lambda tx: _give(tx, case_id, person, claim, lead=lead))

    def renew(self, case_id: str, person: str) -> Taken | Refused:
        return self.db.commit(lambda tx: claims.renew(tx, case_id, person))

    def note(self, case_id: str, person: str, text: str) -> Refused | None:
        """Keep a note; it outlives the lease."""
        if len(text) > LONGEST_TEXT:
            return Refused(Why.REASON)
        return self.db.commit(lambda tx: _note(tx, case_id, person, text))

    def skip(self, case_id: str, person: str, reason: str) -> Refused | None:
        """Give it back; it does not come to this person again soon."""
        if reason not in SKIP_REASONS:
            return Refused(Why.REASON)
        return self.db.commit(lambda tx: _with(tx, case_id, person, lambda held: _skip(tx, held, reason)))

    def hand_over(self, case_id: str, person: str, to: str, *, lead: bool = False) -> Taken | Refused:
        """Give it to a colleague, who has it at once. `lead`: whether the colleague is one."""
        claim = self.new_id("clm")
        return self.db.commit(lambda tx: _hand_over(tx, case_id, person, to, claim, lead=lead))

    def escalate(self, case_id: str, person: str) -> Refused | None:
        """Leave it to a lead: from now on only leads may take it."""
        return self.db.commit(lambda tx: _with(tx, case_id, person, lambda held: _escalate(tx, held)))

    def danger(self, case_id: str, person: str, why: str, today: date) -> Danger | Refused:
        """A child is in danger now: an hour, before all else, and the report asks for high priority."""
        if not SHORTEST_REASON <= len(why.strip()) <= LONGEST_TEXT:
            return Refused(Why.REASON)
        return self.db.commit(lambda tx: self._danger(tx, case_id, person, why, today))

    def _next(self, tx: Transaction, person: str, *, lead: bool, tries: int = TRIES) -> Taken | None:
        heads = self._heads(tx, person, lead=lead)
        ranks = {name: case.rank_at or case.opened_at for name, case in heads.items()}
        ranks = self._bearable(tx, person, ranks)
        lane = next_lane(ranks, claims.lanes_taken(tx.conn), self.lanes)
        if lane is None:
            return None
        taken = _give(tx, heads[lane].id, person, self.new_id("clm"), lead=lead)
        if isinstance(taken, Taken):
            self._mix_in(tx, taken.claim)
            return taken
        # Another process was quicker; then what comes first for us is another case.
        return self._next(tx, person, lead=lead, tries=tries - 1) if tries else None

    def _heads(self, tx: Transaction, person: str, *, lead: bool) -> dict[str, CaseRow]:
        """The first case of each lane that is theirs; of a lane of others only when it is late."""
        gone = disabled(tx.conn)
        theirs = fits.lanes_for(tx.conn, person, self.lanes.values(), gone)
        found = {}
        for name in self.lanes:
            first = claims.first_for(tx.conn, person, tx.now, lane=name, lead=lead, gone=gone)
            if first is not None and (name in theirs or _is_late(first, tx.now)):
                found[name] = first
        return found

    def _mix_in(self, tx: Transaction, claim: str) -> None:
        """Now and then a golden case comes in like any other: at its own time, not when somebody asks."""
        if not blind.falls(tx.key, claim, self.golden_percent):
            return
        golden = blind.draw(tx.conn, tx.key, claim)
        if golden is None:
            return
        if not all(_is_there(tx.conn, copy) for copy, _ in golden.snapshot.copies):
            blind.retire(tx, golden.id, "material-gone")
            return
        lane = self.lanes.get(golden.lane)
        if lane is not None and not lane.first:
            blind.open_golden(tx, self.new_id("case"), golden, lane)

    def _bearable(self, tx: Transaction, person: str, heads: dict[str, datetime]) -> dict[str, datetime]:
        """Without what this person saw enough of for now."""
        told, now = self.wellness, tx.now
        seen = exposure.seen_by(tx.conn, person, told.counts_from(now))
        own_until = exposure.own(tx.conn, person).break_until
        return offered(
            heads,
            self.lanes,
            [name for name in self.lanes if told.severity_of(name) is Severity.SEVERE],
            closed=told.closed(seen, Severity.SEVERE, now, full=True, own_until=own_until) is not None,
            between=told.between(seen, now),
            had=claims.lanes_taken_by(tx.conn, person, told.day_began(now)),
        )

    def _danger(self, tx: Transaction, case_id: str, person: str, why: str, today: date) -> Danger | Refused:
        held = claims.hold(tx, case_id, person)
        if isinstance(held, Refused):
            return held
        lane = self.lanes["now"]
        due_at = tx.now + lane.due
        if held.case.blind:
            return self._danger_of_blind(tx, held, why, lane, today)
        review.in_danger(tx, case_id, why, lane.name, due_at)
        return self._whom_to_call(tx, held.case, due_at, today)

    def _danger_of_blind(
        self, tx: Transaction, held: Taken, why: str, lane: Lane, today: date
    ) -> Danger | Refused:
        """Nobody calls for help about a golden case; of a second look the real case goes before all else."""
        own = blind.find(tx.conn, held.case.id)
        real = review.lock_case(tx, own.source) if own is not None and own.kind is blind.Kind.DOUBLE else None
        if real is None:
            return Refused(Why.PRACTICE)
        due_at = tx.now + lane.due
        review.call_a_person(tx, real.id, "danger", lane.name, due_at)
        review.in_danger(tx, real.id, why, lane.name, due_at)
        return self._whom_to_call(tx, real, due_at, today)

    def _whom_to_call(self, tx: Transaction, case: CaseRow, due_at: datetime, today: date) -> Danger:
        country = accounts.account(tx.conn, case.service, case.account).country
        report = "late" if _composed(tx.conn, case) else "will"
        lines = shown(self.helplines, country, today=today, demo=self.demo)
        return Danger(due_at, report, tuple(one for one in lines if one.line.kind is Kind.EMERGENCY))


def _give(tx: Transaction, case_id: str, person: str, claim: str, *, lead: bool) -> Taken | Refused:
    """The case in this person's hands; from then on those who reported it read that somebody looks."""
    taken = claims.take(tx, case_id, person, claim_id=claim, lead=lead)
    if isinstance(taken, Taken):
        notices.looking(tx, case_id)
    return taken


def _skip(tx: Transaction, held: Taken, reason: str) -> None:
    claims.skip(tx, held, reason)
    if reason == KNOWS:
        fits.knows(tx, held.person, held.case)
        claims.give_back_known(tx, held.person)  # nor do they keep another one about the account


def _note(tx: Transaction, case_id: str, person: str, text: str) -> Refused | None:
    if review.find_case(tx.conn, case_id) is None:
        return Refused(Why.GONE)
    claims.note(tx, case_id, person, text)
    return None


def _with(tx: Transaction, case_id: str, person: str, do: Callable[[Taken], None]) -> Refused | None:
    """Do it with the case in this person's hands, or say why not."""
    held = claims.hold(tx, case_id, person)
    if isinstance(held, Refused):
        return held
    do(held)
    return None


def _hand_over(
    tx: Transaction, case_id: str, person: str, to: str, claim: str, *, lead: bool
) -> Taken | Refused:
    held = claims.hold(tx, case_id, person)
    if isinstance(held, Refused):
        return held
    if why := claims.may_not(tx.conn, held.case, to, lead=lead):
        return Refused(why)
    claims.end(tx, held.claim, "handed_over")
    return _give(tx, case_id, to, claim, lead=lead)


def _escalate(tx: Transaction, held: Taken) -> None:
    case = held.case
    review.goes_on(tx, case.id, case.state, case.lane, case.due_at, called="escalated")
    claims.end(tx, held.claim, "escalated")


def _is_there(conn: Connection, copy: str) -> bool:
    found = evidence.find(conn, copy)
    return found is not None and found.state in {EvidenceState.INTAKE, EvidenceState.SEALED}


def _is_late(case: CaseRow, now: datetime) -> bool:
    return case.due_at is not None and case.due_at < now


def _composed(conn: Connection, case: CaseRow) -> bool:
    """Whether its report says already what it says, or was sent."""
    asked = orders.views(conn, cause=case.id)
    reports = [one for one in asked if one.order.measure == "report"]
    return case.composed_at is not None and any(one.state is not OrderState.SUPERSEDED for one in reports)
