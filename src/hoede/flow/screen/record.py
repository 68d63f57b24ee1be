"""Writing an event down: in one transaction state, orders, leaves and what the caller keeps, or nothing."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from hoede import accounts
from hoede.core.events import Answer
from hoede.core.findings import Finding
from hoede.core.orders import Order, Target, TargetKind, order_id
from hoede.db import Transaction, orders
from hoede.detection import Coverage, fingerprints
from hoede.detection import store as events
from hoede.enforcement import Decision, Rulebook, orders_of, shadows
from hoede.enforcement import store as decisions
from hoede.evidence import Taken
from hoede.evidence import store as evidence
from hoede.flow.screen.looking import Look
from hoede.flow.screen.standing import Judged
from hoede.flow.screen.told import EventAnswer, Told
from hoede.lists import quarantine, rescans
from hoede.lists.versions import held_version
from hoede.review import CaseRow, Grounds, Lanes, alikes, lane_of, pressing, rank_of
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.fits import language_of

BREAKER_WINDOW = timedelta(minutes=10)

Also = Callable[[Transaction, EventAnswer], None]  # what the caller keeps in the same transaction
Copies = Mapping[str, Taken]  # by part: media, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Record:
    """Writes one event and everything that follows from it."""

    names: bytes
    book: Rulebook
    lanes: Lanes
    authorities: tuple[str, ...]
    breaker_accounts: int
    new_id: Callable[[str], str]

    def allowed(self, tx: Transaction, told: Told, look: Look, judged: Judged, also: Also) -> EventAnswer:
        """The event was let through; its fingerprints are kept, so that a list that learns late finds it.

        A list that learned while we looked may be past these fingerprints already: it is sent back to them.
        """
        answer, new = self._answered(tx, told, look.looked.coverage, also, held=False)
        if new:
            self._let_through(tx, told, look, judged)
        return answer

    def reported(
        self, tx: Transaction, told: Told, look: Look, judged: Judged, *, copies: Copies, also: Also
    ) -> EventAnswer:
        """Nothing was found, but somebody reported it: it is let through, and its copies are in the case."""
        answer, new = self._answered(tx, told, look.looked.coverage, also, held=False, keeps=True)
        if new:
            self._let_through(tx, told, look, judged)
            self._keep(tx, told, copies)
            _keep_looks(tx, look, copies)
            if not self._give_to_case(tx, told, copies):
                self._dropped(tx, told)  # judged meanwhile: nobody needs it any more
        return answer

    def held(
        self, tx: Transaction, told: Told, look: Look, judged: Judged, *, copies: Copies, also: Also
    ) -> EventAnswer:
        """The event is held, and a decision says what follows."""
        answer, new = self._answered(tx, told, look.looked.coverage, also, held=True)
        if new:
            self._keep(tx, told, copies)
            self.settled(tx, told, look, judged, copies=copies)
        return answer

    def held_unseen(self, tx: Transaction, told: Told, *, copies: Copies, also: Also) -> EventAnswer:
        """The event is held because the look took too long; it goes on as an order."""
        answer, new = self._answered(tx, told, Coverage.PENDING, also, held=True)
        if new:
            self._keep(tx, told, copies)
            self._open(tx, told, "hold", Target(TargetKind.CONTENT, told.event.content))
            self._open(tx, told, "look", Target(TargetKind.EVENT, told.event_id(self.names)))
        return answer

    def settled(self, tx: Transaction, told: Told, look: Look, judged: Judged, *, copies: Copies) -> None:
        """What was found, and what it asks for; nothing found after a hold is a release."""
        event_id, decision = told.event_id(self.names), judged.decision
        events.set_coverage(tx, event_id, look.looked.coverage)
        if decision is None:
            self._let_through(tx, told, look, judged)
            if not self._give_to_case(tx, told, copies):
                self._dropped(tx, told)
            # After the hold's receipt: a hold that arrives behind its release would stay for ever.
            content = Target(TargetKind.CONTENT, told.event.content)
            self._open(tx, told, "release", content, after=(told.hold_id(self.names),))
            return
        events.add_findings(tx, event_id, look.looked.findings)
        _keep_looks(tx, look, copies)
        self._count_shadow(tx, told, judged)
        self._break(tx, look.looked.findings)
        case_id = self._case(tx, told, decision, copies, adult=judged.standing.adult)
        decisions.save_decision(
            tx,
            told.decision_id(self.names),
            decision,
            service=told.service,
            event=event_id,
            account=told.event.account,
            case_id=case_id,
            entries=judged.standing.acting,
        )
        for order in self._orders(told, decision, case_id, copies):
            orders.open_order(tx, order)
        self._give_to_case(tx, told, copies)  # what a decision asked to preserve already is the same order

    def refused(self, tx: Transaction, told: Told, why: str) -> None:
        """A held file turned out to be none that is taken: the platform tells its uploader."""
        event_id = told.event_id(self.names)
        events.set_coverage(tx, event_id, Coverage.LOOKED)
        self._dropped(tx, told)
        content = Target(TargetKind.CONTENT, told.event.content)
        self._open(tx, told, "refuse", content, after=(told.hold_id(self.names),), why=why)

    def found_earlier(self, tx: Transaction, told: Told, look: Look, judged: Judged) -> bool:
        """What was let through is held now, and a decision says what follows; false when it was before."""
        event_id = told.event_id(self.names)
        if judged.decision is None or not events.hold_now(tx, event_id, told.hold_id(self.names)):
            return False
        fingerprints.forget_event(tx, event_id)
        self.settled(tx, told, look, judged, copies={})
        return True

    def _let_through(self, tx: Transaction, told: Told, look: Look, judged: Judged) -> None:
        event_id = told.event_id(self.names)
        events.add_findings(tx, event_id, look.looked.findings)
        self._count_shadow(tx, told, judged)
        if told.media is not None and look.looked.coverage is Coverage.LOOKED:
            frames = look.seen.frames if look.seen else ()
            first, last = fingerprints.keep(tx, event_id, told.media.digests, frames)
            if held_version(tx) > look.as_of:
                rescans.reopen(tx, look.as_of, first, last)

    def _count_shadow(self, tx: Transaction, told: Told, judged: Judged) -> None:
        if judged.shadow is not None:
            shadows.save_shadow(tx, told.event_id(self.names), self.book.version, judged.shadow)

    def _dropped(self, tx: Transaction, told: Told) -> None:
        """Nothing was found: neither the copies nor the address they came from are of any use any more."""
        evidence.drop(tx, told.event_id(self.names))
        events.forget_address(tx, told.event_id(self.names))

    def _break(self, tx: Transaction, findings: tuple[Finding, ...]) -> None:
        """The breaker: an entry that hits more accounts than it can goes into quarantine (DESIGN 5)."""
        for entry in {finding.match.entry for finding in findings if finding.match}:
            since = max(
                tx.now - BREAKER_WINDOW, quarantine.last_released(tx.conn, entry) or tx.now - BREAKER_WINDOW
            )
            if events.accounts_hit(tx.conn, entry, since) > self.breaker_accounts:
                quarantine.put(tx, [entry], quarantine.Why.TOO_MANY)

    def _answered(
        self,
        tx: Transaction,
        told: Told,
        coverage: Coverage,
        also: Also,
        *,
        held: bool,
        keeps: bool = False,
    ) -> tuple[EventAnswer, bool]:
        """The answer, and whether it is the first: what was told before is answered as it was then."""
        hold = told.hold_id(self.names) if held else None
        new = events.add_event(
            tx,
            told.event_id(self.names),
            told.service,
            told.event,
            request=told.request,
            coverage=coverage,
            hold=hold,
            keeps=keeps,
        )
        answer = EventAnswer(Answer.HOLD if held else Answer.ALLOW, hold)
        if not new:
            answer = told.answered(events.known(tx.conn, told.service, told.event.id))
        also(tx, answer)
        return answer, new

    def _keep(self, tx: Transaction, told: Told, copies: Copies) -> None:
        """From here on the copies count: their wrapped keys are in the same transaction as the hold."""
        for part, taken in copies.items():
            evidence.add_taken(
                tx,
                taken,
                service=told.service,
                event=told.event_id(self.names),
                part=part,
                media_type=told.event.media_type if part == "media" else "text/plain; charset=utf-8",
            )

    def _case(
        self, tx: Transaction, told: Told, decision: Decision, copies: Copies, *, adult: bool
    ) -> str | None:
        """The account's open case, or a new one; files come to it until its report is composed."""
        if not {"preserve", "review"} & set(decision.measures):
            return None
        case_id = self._joined(tx, told, decision, adult=adult)
        for taken in copies.values():
            review.add_file(tx, case_id, taken.id, told.event_id(self.names))
        return case_id

    def _give_to_case(self, tx: Transaction, told: Told, copies: Copies) -> bool:
        """Seal these for the open case that asked for them because of a notice; false when none did."""
        asked = notices.case_that_asked(tx.conn, told.service, told.event.content, told.event.because)
        case = review.lock_case(tx, asked) if asked and copies else None
        if case is None or case.state != "open":
            return False
        case_id = case.id if case.takes_files else self._next_case(tx, case)
        for taken in copies.values():
            review.add_file(tx, case_id, taken.id, told.event_id(self.names))
            target = Target(TargetKind.EVIDENCE, taken.id)
            self._open(tx, told, "preserve", target, case=case_id, ground="suspected")
        return True

    def _next_case(self, tx: Transaction, case: CaseRow) -> str:
        """Where files go that come after a case's report was composed."""
        latest = review.lock_latest_case(tx, case.service, case.account)
        if latest is not None and latest.takes_files:
            return latest.id
        lane, case_id = self.lanes[case.lane or "child_safety"], self.new_id("case")
        new = review.open_case(
            tx,
            case_id,
            service=case.service,
            account=case.account,
            grounds=Grounds.SUSPECTED,
            lane=lane.name,
            due_at=tx.now + lane.due,
            earlier=case.id,
            language=case.language,
        )
        return case_id if new else self._next_case(tx, case)

    def _joined(self, tx: Transaction, told: Told, decision: Decision, *, adult: bool) -> str:
        latest = review.lock_latest_case(tx, told.service, told.event.account)
        lane = self.lanes[lane_of((one.category for one in decision.because), adult=adult)]
        alone = decision.acts_alone
        rank_at = rank_of(tx.now, pressing(decision.because))
        if latest is not None and latest.takes_files:
            if not alone:
                review.join_lane(tx, latest, lane.name, tx.now + lane.due, rank_at)
            return latest.id
        case_id = self.new_id("case")
        new = review.open_case(
            tx,
            case_id,
            service=told.service,
            account=told.event.account,
            grounds=Grounds.KNOWN if alone else Grounds.SUSPECTED,
            lane=None if alone else lane.name,
            due_at=None if alone else tx.now + lane.due,
            earlier=latest.id if latest else None,
            rank_at=rank_at,
            language=language_of(accounts.account(tx.conn, told.service, told.event.account).locale),
        )
        # Another process may have opened one since we looked: then the files go there.
        return case_id if new else self._joined(tx, told, decision, adult=adult)

    def _orders(
        self, told: Told, decision: Decision, case_id: str | None, copies: Copies
    ) -> tuple[Order, ...]:
        return orders_of(
            decision,
            self.book.measures,
            key=self.names,
            service=told.service,
            cause=told.decision_id(self.names),
            targets={
                TargetKind.CONTENT: (told.event.content,),
                TargetKind.ACCOUNT: (told.event.account,),
                TargetKind.EVIDENCE: tuple(taken.id for taken in copies.values()),
                TargetKind.CASE: (case_id or "",),
                TargetKind.AUTHORITY: self.authorities,
                TargetKind.EVENT: (told.event_id(self.names),),
            },
            causes={"report": case_id or ""},  # one report per case and authority, whoever asked first
            values=self._values(told)
            | {"case": case_id or "", "ground": "known" if decision.acts_alone else "suspected"},
        )

    def _open(
        self,
        tx: Transaction,
        told: Told,
        measure: str,
        target: Target,
        *,
        after: tuple[str, ...] = (),
        **more: str,
    ) -> None:
        cause = told.decision_id(self.names)
        order = Order(
            id=order_id(self.names, cause, measure, target),
            service=told.service,
            cause=cause,
            measure=measure,
            target=target,
            by=self.book.measures[measure].by,
            after=after,
            values=self._values(told) | more,
        )
        orders.open_order(tx, order)

    def _values(self, told: Told) -> dict[str, str]:
        return {"account": told.event.account, "event": told.event_id(self.names)}


def _keep_looks(tx: Transaction, look: Look, copies: Copies) -> None:
    """What a picture that people may judge looks like, so that one of its near copies is enough to see."""
    if "media" in copies and look.seen is not None:
        alikes.keep_looks(tx, copies["media"].id, look.seen.frames)
