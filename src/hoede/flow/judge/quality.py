"""Finished case to golden case; disagreement to a third person's word, and to guidance; calibration."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import Connection

from hoede.db import Database, Transaction
from hoede.flow.judge.blind import before, snapshot, usable
from hoede.flow.judge.facts import facts
from hoede.review import (
    CaseRow,
    Grounds,
    Lanes,
    Outcomes,
    Refused,
    Why,
    blind,
    calibration,
    claims,
    fits,
    guidance,
    judgments,
)
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.asked import LONGEST_TEXT, SHORTEST_REASON
from hoede.review.blind import BlindCase, Golden, Kind
from hoede.review.calibration import LONGEST_TITLE, Calibration
from hoede.review.claims import Taken

DISAGREED = "disagreed"  # why a lead is called: two people said two things


class Rules(StrEnum):
    """How a disagreement is settled."""

    FIRST = "first"  # the first judgment stands
    SECOND = "second"  # the case is judged anew by a lead


@dataclass(frozen=True, slots=True, kw_only=True)
class Quality:
    """What leads do so that people judge alike and right. Whoever may not is refused with a reason."""

    db: Database
    outcomes: Outcomes
    lanes: Lanes
    new_id: Callable[[str], str]

    def make_golden(self, case_id: str, person: str, outcome: str, why: str) -> Golden | Refused:
        """A finished case, its right answer and why; nothing of whom it was about is kept in it."""
        if not _fits(why):
            return Refused(Why.REASON)
        return self.db.commit(lambda tx: self._make_golden(tx, case_id, person, outcome, why.strip()))

    def retire(self, golden_id: str) -> Refused | None:
        """It is not mixed in any more."""
        done = self.db.commit(lambda tx: blind.retire(tx, golden_id, "by-a-lead"))
        return None if done else Refused(Why.ALREADY)

    def resolve(
        self, case_id: str, person: str, how: Rules, *, note: str, outcome: str | None = None
    ) -> Refused | None:
        """A third person settles it; the note is shown from now on at the outcome it is about.

        When the second one is right, the case comes back to the queue for a lead; what was done stands
        until it is judged anew.
        """
        if not _fits(note):
            return Refused(Why.REASON)
        return self.db.commit(
            lambda tx: self._resolve(tx, case_id, person, how, note=note.strip(), outcome=outcome)
        )

    def advise(self, outcome: str, text: str, person: str, about: str | None = None) -> Refused | None:
        """Write guidance that came of talking, not of one disagreement."""
        if outcome not in self.outcomes:
            return Refused(Why.OUTCOME)
        if not _fits(text):
            return Refused(Why.REASON)
        advice = self.new_id("gui")
        self.db.commit(lambda tx: guidance.write(tx, advice, outcome, text.strip(), person, about=about))
        return None

    def end_advice(self, guidance_id: str) -> Refused | None:
        return None if self.db.commit(lambda tx: guidance.end(tx, guidance_id)) else Refused(Why.ALREADY)

    def calibrate(self, title: str, person: str, golden: Sequence[str]) -> str | Refused:
        """Open a calibration over these golden cases; its id."""
        if not SHORTEST_REASON <= len(title.strip()) <= LONGEST_TITLE:
            return Refused(Why.REASON)
        calibration_id = self.new_id("cal")
        return self.db.commit(lambda tx: _calibrate(tx, calibration_id, title.strip(), person, golden))

    def next_of(self, calibration_id: str, person: str) -> Taken | Refused | None:
        """The next case of a calibration for this person; None when they judged all of it."""
        return self.db.commit(lambda tx: self._next_of(tx, calibration_id, person))

    def close(self, calibration_id: str) -> Refused | None:
        """Nobody answers any more, and everybody who took part sees what was answered."""
        done = self.db.commit(lambda tx: calibration.close(tx, calibration_id))
        return None if done else Refused(Why.ALREADY)

    def _make_golden(
        self, tx: Transaction, case_id: str, person: str, outcome: str, why: str
    ) -> Golden | Refused:
        case = review.lock_case(tx, case_id)
        if case is None or case.blind or case.grounds is not Grounds.SUSPECTED:
            return Refused(Why.GONE)
        judged = judgments.in_force(tx.conn, case_id)
        if case.state != review.JUDGED or judged is None:
            return Refused(Why.OPEN)
        right = self.outcomes.get(outcome)
        if right is None or right.age is not None or right.keeps:
            return Refused(Why.OUTCOME)
        is_made = blind.golden_of(tx.conn, case_id) is not None
        # What people wrote is about somebody real: a golden case cannot show it, and would be told by that.
        if is_made or notices.of_case(tx.conn, case_id, most=1):
            return Refused(Why.ALREADY if is_made else Why.REPORTED)
        first = next(one for one in judgments.of_case(tx.conn, case_id) if not one.keeps)
        found = facts(tx.conn, case, first.at)
        seen = snapshot(tx.conn, before(found, first.at), first.at)
        if not usable(tx.conn, seen) or not seen.told:
            return Refused(Why.FILE)
        return blind.make_golden(
            tx,
            self.new_id("gol"),
            case,
            seen,
            lane=first.lane or "child_safety",
            outcome=outcome,
            why=why,
            by=person,
        )

    def _resolve(
        self, tx: Transaction, case_id: str, person: str, how: Rules, *, note: str, outcome: str | None
    ) -> Refused | None:
        own = blind.find(tx.conn, case_id)
        if own is None or own.kind is not Kind.DOUBLE or own.outcome is None or own.agrees:
            return Refused(Why.GONE)
        source = review.lock_case(tx, own.source)  # nobody judges, checks or undoes while this is settled
        if person in _took_part(tx.conn, own):
            return Refused(Why.OWN)
        about = outcome or (own.expected if how is Rules.FIRST else own.outcome)
        if about not in self.outcomes:
            return Refused(Why.OUTCOME)
        if source is None or not _counts(tx.conn, own.first):
            return Refused(Why.ALREADY)  # an objection, a check or its own judge was quicker
        if not blind.resolve(tx, case_id, person, first_stands=how is Rules.FIRST):
            return Refused(Why.ALREADY)
        guidance.write(tx, self.new_id("gui"), about, note, person, about=case_id)
        if how is Rules.SECOND:
            self._judged_anew(tx, source, own)
        return None

    def _judged_anew(self, tx: Transaction, source: CaseRow, own: BlindCase) -> None:
        """A lead judges it, also when somebody was to check the first judgment, which counts until then."""
        here = self.lanes.get(source.lane or "")
        if here is not None and here.first and source.state != review.JUDGED:
            # A child is in danger now: it stays with who has it, or waits for whoever is quickest.
            review.goes_on(tx, source.id, review.OPEN, here.name, source.due_at, called=source.needs_human)
            return
        claims.give_back(tx, source.id)
        lane = self.lanes.get(own.lane) or self.lanes["second"]
        review.goes_on(tx, source.id, review.OPEN, lane.name, tx.now + lane.due, called=DISAGREED)

    def _next_of(self, tx: Transaction, calibration_id: str, person: str) -> Taken | Refused | None:
        session = calibration.find(tx.conn, calibration_id)
        if session is None:
            return Refused(Why.GONE)
        if session.closed_at is not None:
            return Refused(Why.ALREADY)
        for mine in blind.begun(tx.conn, calibration_id, person):
            taken = claims.take_own(tx, mine, person, claim_id=self.new_id("clm"))
            if taken != Refused(Why.KNOWS):  # they said so since: the next one is theirs
                return taken
        golden = self._not_yet(tx.conn, session, person)
        if golden is None:
            return None
        case_id, lane = self.new_id("case"), self.lanes.get(golden.lane) or self.lanes["second"]
        blind.open_golden(tx, case_id, golden, lane, calibration=calibration_id, for_=person)
        return claims.take_own(tx, case_id, person, claim_id=self.new_id("clm"))

    def _not_yet(self, conn: Connection, session: Calibration, person: str) -> Golden | None:
        """One they were not given in it; left out are those that are gone, or of an account they know."""
        had = blind.had(conn, session.id, person)
        for one in session.golden:
            golden = blind.find_golden(conn, one)
            if golden is None or one in had or not usable(conn, golden.snapshot):
                continue
            source = review.find_case(conn, golden.source)
            if source is None or not fits.knows_party(conn, person, source):
                return golden
        return None


def _calibrate(
    tx: Transaction, calibration_id: str, title: str, person: str, golden: Sequence[str]
) -> str | Refused:
    chosen = tuple(dict.fromkeys(golden))
    found = [blind.find_golden(tx.conn, one) for one in chosen]
    if not chosen or any(one is None or one.retired_at is not None for one in found):
        return Refused(Why.GONE)
    calibration.open_(tx, calibration_id, title, person, chosen)
    return calibration_id


def _took_part(conn: Connection, own: BlindCase) -> set[str]:
    """Who said either of the two, or checked the first."""
    first = judgments.find(conn, own.first) if own.first else None
    checked_by = judgments.checked_by(conn, own.first) if own.first else None
    return {one for one in (own.answered_by, first.person if first else None, checked_by) if one}


def _counts(conn: Connection, judgment_id: str | None) -> bool:
    found = judgments.find(conn, judgment_id) if judgment_id else None
    return found is not None and found.undone_at is None


def _fits(text: str) -> bool:
    return SHORTEST_REASON <= len(text.strip()) <= LONGEST_TEXT
