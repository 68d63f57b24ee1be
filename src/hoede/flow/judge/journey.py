"""Judging on one screen: preview, judge, check, undo. One transaction each, and nothing runs twice."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Protocol

from sqlalchemy import Connection

from hoede.core.orders import OrderState, opaque
from hoede.db import Database, Transaction, orders
from hoede.enforcement import Measure
from hoede.evidence import clock
from hoede.evidence import store as evidence
from hoede.flow.judge.blind import blind_facts, pretend, snapshot
from hoede.flow.judge.facts import Facts, facts, lock_orders
from hoede.flow.judge.plan import Plan, Wants, plan, wants_before, wants_of
from hoede.flow.keeping import copies_of, transcripts_of
from hoede.flow.victims import say_victims
from hoede.reporting import Correction
from hoede.reporting import store as reports
from hoede.review import (
    AccountIs,
    Answer,
    CaseRow,
    FileSays,
    Grounds,
    JudgmentRow,
    Lanes,
    Outcome,
    Outcomes,
    Refused,
    Said,
    Verdict,
    Why,
    alikes,
    blind,
    calibration,
    claims,
    judgments,
    objection_until,
    understand,
)
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.asked import LONGEST_TEXT, SHORTEST_REASON, followed
from hoede.review.blind import Kind
from hoede.review.claims import Taken

CHECKED_WITHIN = timedelta(hours=24)  # DESIGN 5


@dataclass(frozen=True, slots=True)
class Judged:
    judgment: JudgmentRow
    plan: Plan | None  # None: it was judged before, by the same form sent twice


@dataclass(frozen=True, slots=True)
class Checked:
    judgment: JudgmentRow
    agrees: bool
    plan: Plan  # what was undone; empty when they agree


@dataclass(frozen=True, slots=True)
class Undone:
    judgment: JudgmentRow
    plan: Plan


class Corrects(Protocol):
    """Tells an authority what is judged otherwise than it was told."""

    def would(self, conn: Connection, case_id: str, verdict: Verdict) -> tuple[Correction, ...]: ...

    def __call__(self, tx: Transaction, judged: JudgmentRow) -> None: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Writes what people judge. Whoever may not is refused with a reason, and their notes are kept."""

    db: Database
    names: bytes
    measures: Mapping[str, Measure]
    outcomes: Outcomes
    lanes: Lanes
    authorities: tuple[str, ...]
    undo_within: timedelta
    new_id: Callable[[str], str]
    correct: Corrects
    double_percent: int = 0  # of judgments that somebody else gives once more, without knowing the first

    def preview(self, case_id: str, answer: Answer) -> Plan | Refused:
        """What the judgment would do if it were given now. Writes nothing."""
        return self.db.read(lambda conn: self._preview(conn, case_id, answer))

    def judge(self, case_id: str, person: str, answer: Answer) -> Judged | Refused:
        """Judge a case one has: judgment, orders, what they take the place of, and the leaf, or nothing."""
        return self.db.commit(lambda tx: self._judge(tx, case_id, person, answer))

    def check(self, case_id: str, person: str, *, agrees: bool, reason: str) -> Checked | Refused:
        """The second person's word. Who disagrees undoes what can be undone, and a lead decides."""
        return self.db.commit(lambda tx: self._check(tx, case_id, person, agrees=agrees, reason=reason))

    def undo(self, judgment_id: str, person: str) -> Undone | Refused:
        """Take back one's own judgment for a short while; the case waits again where it did."""
        return self.db.commit(lambda tx: self._undo(tx, judgment_id, person))

    def _preview(self, conn: Connection, case_id: str, answer: Answer) -> Plan | Refused:
        case = review.find_case(conn, case_id)
        if case is None:
            return Refused(Why.GONE)
        seen = _facts(conn, case, self.db.time(conn))
        said = self._understood(conn, answer, seen)
        return said if isinstance(said, Refused) else self._plan(conn, seen, said, "jud_preview")

    def _judge(self, tx: Transaction, case_id: str, person: str, answer: Answer) -> Judged | Refused:
        held = _held_still(tx, case_id, person, answer.claim)
        if isinstance(held, Refused):
            before = self._judged_before(tx.conn, case_id, person, answer.claim)
            return before or _with_notes_kept(tx, case_id, person, answer.reason, held)
        judgment_id = self._id(held.claim)
        # To be checked, not judged; or judged by way of an objection; or what people said of it is shown.
        if held.case.state != review.OPEN or _is_closed(tx.conn, held.case):
            return Refused(Why.ALREADY)
        lock_orders(tx, case_id)
        seen = _facts(tx.conn, held.case, tx.now)
        said = self._understood(tx.conn, answer, seen)
        if isinstance(said, Refused):
            return said
        todo = self._plan(tx.conn, seen, said, judgment_id)
        if not said.outcome.keeps and (former := judgments.in_force(tx.conn, case_id)) is not None:
            judgments.undo(tx, former.id, judgments.ANEW)  # it counted until somebody judged anew
            blind.forget(tx, former.id)
        self._write(tx, judgment_id, said, case=held.case, person=person, reason=answer.reason)
        if held.case.blind:
            decides = not said.outcome.keeps or held.case.blind == Kind.CALIBRATION
            _only_show(tx, seen, todo, said, (judgment_id, person) if decides else None)
        else:
            say_victims(tx, case_id, answer.victims_in, person)
            self._done(tx, seen, todo, judgment_id, said)
            if not said.outcome.keeps:
                self.correct(tx, _there(tx.conn, judgment_id))
        self._goes_on(tx, held.case, said)
        claims.end(tx, held.claim, "judged")
        return Judged(_there(tx.conn, judgment_id), todo)

    def _judged_before(self, conn: Connection, case_id: str, person: str, claim: str | None) -> Judged | None:
        """What somebody judged who has the case no more: the same form may be sent twice."""
        claim = claim or claims.last_of(conn, case_id, person)
        before = judgments.find(conn, self._id(claim)) if claim is not None else None
        if before is None or (before.case_id, before.person) != (case_id, person) or before.undone_at:
            return None
        return Judged(before, None)

    def _id(self, claim: str) -> str:
        """One judgment for each time a person has a case."""
        return "jud_" + opaque(self.names, f"judgment\x1f{claim}")

    def _done(self, tx: Transaction, seen: Facts, todo: Plan, judgment_id: str, said: Said) -> None:
        """What the judgment asks; and of a share of them somebody else judges the case once more."""
        lane = self.lanes[seen.case.lane or "second"]
        # Nothing that is looked at twice stands before a child who is in danger now.
        twice = not said.outcome.keeps and not lane.first
        if twice and blind.falls(tx.key, judgment_id, self.double_percent):
            again, found = self.new_id("case"), snapshot(tx.conn, seen, tx.now)
            blind.open_double(tx, again, seen.case, found, lane, first=judgment_id, said=said.outcome.name)
        _do(tx, todo)
        if not said.outcome.keeps:
            _end_reviews(tx, seen, said.outcome.name)

    def _understood(self, conn: Connection, answer: Answer, seen: Facts) -> Said | Refused:
        if not seen.case.grounds.is_content:
            return Refused(Why.OUTCOME)  # an objection, or what a pairing asks, is answered, not judged
        answer = followed(answer, alikes.clusters(conn, seen.evidence))
        said = understand(answer, self.outcomes, seen.evidence, adult=seen.adult, receivers=seen.receivers)
        if isinstance(said, Refused):
            return said
        if seen.awaited and (said.outcome.report or said.outcome.content):
            return Refused(Why.PRESERVE)
        return replace(said, without_copy=said.outcome.report and seen.lacks_copies)

    def _plan(self, conn: Connection, seen: Facts, said: Said, cause: str) -> Plan:
        if said.outcome.keeps:
            return Plan()
        corrects = self.correct.would(conn, seen.case.id, said.verdict)
        return replace(self._to(seen, wants_of(seen, said), cause), corrects=corrects)

    def _to(self, seen: Facts, wants: Wants, cause: str) -> Plan:
        return plan(seen, wants, cause, self.measures, self.authorities, self.names)

    def _write(
        self,
        tx: Transaction,
        judgment_id: str,
        said: Said,
        *,
        case: CaseRow,
        person: str,
        reason: str,
        undo_within: timedelta | None = None,
    ) -> None:
        new = judgments.save_judgment(
            tx,
            judgment_id,
            said,
            case=case,
            person=person,
            reason=reason,
            undo_until=tx.now + (self.undo_within if undo_within is None else undo_within),
            check_until=tx.now + CHECKED_WITHIN if said.outcome.second else None,
        )
        if not new:
            raise RuntimeError(f"{judgment_id} was judged before")  # else its orders would stand on another
        if case.blind:
            return
        until = self._kept_until(clock.from_when(tx), case)
        allowed = {one.evidence for one in said.files if one.outcome.undoes}
        evidence.destroy_after(tx, allowed - self._kept_elsewhere(tx.conn, allowed, case), until)
        kept = [one.evidence for one in said.files if not one.outcome.undoes and not one.outcome.keeps]
        evidence.destroy_after(tx, kept, None)
        of_several = transcripts_of(tx.conn, [case.id])  # of texts: it goes when nothing of them is wanted
        evidence.destroy_after(tx, of_several, None if kept or not allowed else until)
        evidence.destroy_no_sooner(tx, reports.told_in(tx.conn, case.id))

    def _kept_elsewhere(self, conn: Connection, copies: set[str], case: CaseRow) -> set[str]:
        """Those of these that are files of another case too, whose judgment did not allow them."""
        others = [one for one in judgments.earlier(conn, copies) if one.case_id != case.id]
        known = {one.evidence: self.outcomes.get(one.outcome) for one in others}
        return {copy for copy, outcome in known.items() if outcome is None or not outcome.undoes}

    def _kept_until(self, now: datetime, case: CaseRow) -> datetime:
        """A copy of what was allowed: until nobody can object, or only undo where nothing was done."""
        return now + self.undo_within if case.grounds is Grounds.SAMPLE else _objecting_over(now)

    def _goes_on(self, tx: Transaction, case: CaseRow, said: Said) -> None:
        outcome = said.outcome
        if case.blind == Kind.CALIBRATION:  # nobody checks it, or looks after this person
            review.goes_on(tx, case.id, review.JUDGED, None, None)
            return
        if outcome.keeps:
            lane = self.lanes[outcome.lane or "second"]
            review.goes_on(tx, case.id, review.OPEN, lane.name, tx.now + lane.due, called=case.needs_human)
            return
        review.close_to_files(tx, case.id)
        if outcome.second:
            review.goes_on(tx, case.id, review.SECOND, "second", tx.now + CHECKED_WITHIN)
        else:
            review.goes_on(tx, case.id, review.JUDGED, case.lane, case.due_at)
            _tell_reporters(tx, case.id, outcome)

    def _check(
        self, tx: Transaction, case_id: str, person: str, *, agrees: bool, reason: str
    ) -> Checked | Refused:
        if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_TEXT:
            return Refused(Why.REASON)
        held = claims.hold(tx, case_id, person)
        if isinstance(held, Refused):
            return _with_notes_kept(tx, case_id, person, reason, held)
        judged = judgments.in_force(tx.conn, case_id)
        if held.case.state != review.SECOND or judged is None:
            return Refused(Why.ALREADY)
        if not judgments.save_check(tx, judged.id, person, agrees=agrees, reason=reason):
            return Refused(Why.ALREADY)
        claims.end(tx, held.claim, "checked")
        if agrees:
            review.goes_on(tx, case_id, review.JUDGED, held.case.lane, held.case.due_at)
            _tell_reporters(tx, case_id, self.outcomes[judged.outcome])
            return Checked(judged, agrees=True, plan=Plan())
        todo = self._take_back(tx, held.case, judged, judgments.DISAGREED, called="disagreed")
        return Checked(_there(tx.conn, judged.id), agrees=False, plan=todo)

    def _undo(self, tx: Transaction, judgment_id: str, person: str) -> Undone | Refused:
        judged = judgments.find(tx.conn, judgment_id)
        if judged is None or judged.person != person:
            return Refused(Why.GONE)
        case = review.lock_case(tx, judged.case_id)
        judged = _there(tx.conn, judgment_id)  # as it stands now that nobody else changes it
        if case is None or judged.undone_at is not None:
            return Refused(Why.ALREADY)
        if tx.now >= judged.undo_until:
            return Refused(Why.LATE)
        newest = judgments.of_case(tx.conn, case.id)[-1]
        if newest.id != judgment_id:
            return Refused(Why.ALREADY)  # somebody judged it since
        if (other := claims.holder(tx.conn, case.id, tx.now)) and other[0] != person:
            return Refused(Why.TAKEN, *other)
        called = case.needs_human or judged.called  # whom it waited for, it waits for again
        todo = self._take_back(tx, case, judged, judgments.UNDONE, called=called)
        return Undone(_there(tx.conn, judgment_id), todo)

    def reinstate(self, tx: Transaction, case: CaseRow, person: str, judgment_id: str, reason: str) -> Plan:
        """Somebody was right to object: everything is undone, by a judgment that takes the former's place."""
        lock_orders(tx, case.id)
        seen = facts(tx.conn, case, tx.now)
        if (former := judgments.in_force(tx.conn, case.id)) is not None:
            judgments.undo(tx, former.id, judgments.REINSTATED)
            blind.forget(tx, former.id)
        allowed = next(one for one in self.outcomes.values() if one.undoes)
        files = tuple(FileSays(one, allowed, None) for one in seen.evidence)
        said = Said(allowed, AccountIs.NOBODY, files)
        todo = self._plan(tx.conn, seen, said, judgment_id)
        now = timedelta(0)  # the letter says that everything is undone: it is not taken back
        self._write(tx, judgment_id, said, case=case, person=person, reason=reason, undo_within=now)
        _do(tx, todo)
        _end_reviews(tx, seen, allowed.name)
        self._goes_on(tx, case, said)
        self.correct(tx, _there(tx.conn, judgment_id))
        return todo

    def _take_back(
        self, tx: Transaction, case: CaseRow, judged: JudgmentRow, how: str, *, called: str | None
    ) -> Plan:
        """Undo what can be undone, and let the case wait again where it did."""
        lock_orders(tx, case.id)
        seen = _facts(tx.conn, case, tx.now)
        todo = Plan() if judged.keeps else self._to(seen, wants_before(seen), judged.id)
        judgments.undo(tx, judged.id, how)
        if case.blind:
            pretend(tx, seen, todo)
            if how == judgments.UNDONE:
                blind.take_back(tx, judged.id)
        else:
            _do(tx, todo)
            evidence.destroy_after(tx, copies_of(tx.conn, case.id), None)
            blind.forget(tx, judged.id)
        if case.blind == Kind.CALIBRATION:
            review.goes_on(tx, case.id, review.OPEN, None, None)
            return todo
        lane = self.lanes[judged.lane or "child_safety"]
        review.goes_on(tx, case.id, review.OPEN, lane.name, tx.now + lane.due, called=called)
        return todo


def _held_still(tx: Transaction, case_id: str, person: str, claim: str | None) -> Taken | Refused:
    """The case in their hands; an answer that comes late says nothing about what they took since."""
    held = claims.hold(tx, case_id, person)
    stale = isinstance(held, Taken) and claim not in {None, held.claim}
    return Refused(Why.LEASE) if stale else held


def _facts(conn: Connection, case: CaseRow, now: datetime) -> Facts:
    return blind_facts(conn, case, now) if case.blind else facts(conn, case, now)


def _is_closed(conn: Connection, case: CaseRow) -> bool:
    """Whether the case is of a calibration that takes no answer any more."""
    own = blind.find(conn, case.id) if case.blind == Kind.CALIBRATION else None
    session = calibration.find(conn, own.calibration) if own is not None and own.calibration else None
    return session is not None and session.closed_at is not None


def _only_show(tx: Transaction, seen: Facts, todo: Plan, said: Said, by: tuple[str, str] | None) -> None:
    """Nothing of it is asked; the page shows what it would show, and what it was called is kept.

    `by` is the judgment and the person who decided it; None when it goes on to somebody else.
    """
    pretend(tx, seen, todo, ends=said.outcome.name if by else None)
    if by is not None:
        judgment, person = by
        blind.answer(tx, seen.case.id, judgment, said.outcome.name, person)


def _with_notes_kept(tx: Transaction, case_id: str, person: str, text: str, why: Refused) -> Refused:
    """The refusal; what was written meanwhile is kept as this person's note."""
    if why.why is not Why.GONE and text.strip():
        claims.note(tx, case_id, person, text[:LONGEST_TEXT])
    return why


def _do(tx: Transaction, todo: Plan) -> None:
    for one in todo.supersedes:
        orders.supersede(tx, one.order.id)
    for one in todo.resumes:
        orders.resume(tx, one.order.id)
    for order in todo.opens:
        orders.open_order(tx, order)


def _tell_reporters(tx: Transaction, case_id: str, outcome: Outcome) -> None:
    """What came of it, once nobody is to look again: the receipts of those who reported say so."""
    if outcome.tells is not None:
        notices.answer(tx, case_id, outcome.tells)


def _end_reviews(tx: Transaction, seen: Facts, outcome: str) -> None:
    """What asked for a person is done."""
    for one in seen.orders:
        if one.order.measure == "review" and one.state is OrderState.OPEN:
            orders.end_by_receipt(tx, one.order.id, outcome)


def _objecting_over(now: datetime) -> datetime:
    """The end of the last day on which one may object, wherever one lives."""
    last = objection_until(now.astimezone(UTC).date())
    return datetime.combine(last, time(0), UTC) + timedelta(days=2)


def _there(conn: Connection, judgment_id: str) -> JudgmentRow:
    found = judgments.find(conn, judgment_id)
    if found is None:
        raise LookupError(f"{judgment_id} was written and is not there")
    return found
