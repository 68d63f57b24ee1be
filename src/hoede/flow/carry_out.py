"""Order to end: claim, do, write down how it went. An order is never dropped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from threading import get_ident
from typing import TypeVar

import structlog
from sqlalchemy import Connection

from hoede.core.errors import HoedeError
from hoede.core.jobs import AskFirst, Done, FellAway, Later, NotYet, Result
from hoede.core.orders import Order, OrderState, Target, TargetKind, order_id
from hoede.db import Database, DiskFull, Transaction, failpoints, orders, restores
from hoede.db.orders import Claim
from hoede.reporting.facts import Facts
from hoede.review import Lanes
from hoede.review import store as review
from hoede.review.rules import JUDGED_OTHERWISE

log = structlog.get_logger()

GONE = "gone"  # the platform's word for content that it does not have any more

Job = Callable[[Claim], Result]
T = TypeVar("T")


class FactsUnasked(HoedeError):
    """Facts come with the receipt of `order.tell_more`, and only when it is done."""

    code = "facts-unasked"


TakesFacts = Callable[[Transaction, Order, Facts], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """How long until the next try, and when a person is called."""

    first: timedelta
    longest: timedelta
    call_after: int  # tries
    lease: timedelta

    def after(self, tries: int) -> timedelta:
        """Doubling from `first` up to `longest`; the exponent is capped, `timedelta` is not endless."""
        doubled: timedelta = self.first * 2 ** min(tries, 20)
        return min(doubled, self.longest)

    def again(self, tries: int, later: Later) -> timedelta:
        """How long until a try is made again: what they ask for counts up to `longest`, ours before that."""
        asked = max(self.after(tries), later.least or timedelta())
        return max(min(asked, self.longest, later.most or self.longest), timedelta())


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryOut:
    """Carries orders out; `jobs` is by measure, `why_not` says why an order may no longer stand."""

    db: Database
    jobs: Mapping[str, Job]
    why_not: Callable[[Connection, Order], str | None]
    waits: Waits
    lanes: Lanes
    holder: str

    def one(self, by: str) -> bool:
        """Claim one order of this kind and see it through; false when none is due."""
        if not self.db.read(lambda conn: orders.any_due(conn, by, self.db.time(conn), self.waits.lease)):
            return False
        claimed = self.db.commit(
            lambda tx: orders.claim(tx, by=by, holder=self._me(), lease=self.waits.lease)
        )
        if claimed is None:
            return False
        failpoints.here("claim.after")
        result = self._do(claimed)
        failpoints.here("job.after")
        self.db.commit(partial(self._write_down, claimed=claimed, result=result))
        order = claimed.order
        log.info("order.went", order=order.id, measure=order.measure, went=type(result).__name__)
        return True

    def _me(self) -> str:
        """Threads hold claims apart: one that slept through its lease must not pass for another."""
        return f"{self.holder}-{get_ident()}"

    def _do(self, claimed: Claim) -> Result:
        order = claimed.order
        # A report checks its ground itself, before each call: once finish was asked it must go on.
        if order.may_fall_away and order.by != "authority":
            gone = self.db.read(lambda conn: self.why_not(conn, order))
            if gone is not None:
                return FellAway(gone)
        try:
            return self.jobs[order.measure](claimed)
        except DiskFull:
            raise  # the worker makes room; the order comes back when its lease ends
        except Exception as error:  # noqa: BLE001 - the order fence: whatever broke, the order stays open
            kind = type(error).__name__  # no traceback: values in it may be personal
            log.error("order.broke", order=order.id, measure=order.measure, error=kind)  # noqa: TRY400 - likewise
            return Later("broke")

    def _write_down(self, tx: Transaction, *, claimed: Claim, result: Result) -> None:
        match result:
            case Done(outcome):
                orders.end(tx, claimed, outcome)
            case NotYet(wait):
                orders.not_yet(tx, claimed, wait=wait)
            case FellAway():
                self._let_wait(tx, claimed)
            case AskFirst(restore):
                self._ask_first(tx, claimed, restore)
            case Later(reason, person):
                wait = self.waits.again(claimed.tries, result)
                call_after = 0 if person else self.waits.call_after
                orders.try_again(tx, claimed, wait=wait, reason=reason, call_after=call_after)

    def _let_wait(self, tx: Transaction, claimed: Claim) -> None:
        """Neither carried out nor dropped: the content stays held, and a person is called to judge.

        Whether it fell away is asked again here, where nobody can judge meanwhile: who judged it anew while
        a call was made, or an open report was taken back, found it open and relies on it.
        """
        order = claimed.order
        if not orders.renew(tx, claimed):
            return
        reason = self.why_not(tx.conn, order)
        if reason is None:
            orders.not_yet(tx, claimed, wait=self.waits.first)
        elif reason == JUDGED_OTHERWISE:  # a person has judged: nobody is called to judge it again
            orders.supersede(tx, order.id)
        elif orders.let_wait(tx, order.id, reason):
            if order.by == "authority":
                # Later files get a case, and a report, of their own.
                review.close_to_files(tx, order.values["case"])
            lane = self.lanes["child_safety"]
            review.call_a_person(tx, order.values["case"], reason, lane.name, tx.now + lane.due)

    def _ask_first(self, tx: Transaction, claimed: Claim, restore: str) -> None:
        """Neither carried out nor dropped, until a person has looked at the other side."""
        order = claimed.order
        if orders.renew(tx, claimed) and restores.park(tx, order.id, restore):
            review.close_to_files(tx, order.values["case"])  # likewise


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveReceipt:
    """The platform says that an order is done, or that it cannot be; and tells more where it was asked to."""

    db: Database
    lanes: Lanes
    take_facts: TakesFacts

    def __call__(
        self,
        service: str,
        order_id: str,
        *,
        done: bool,
        reason: str | None = None,
        facts: Facts | None = None,
        also: Callable[[Transaction, OrderState], T],
    ) -> T | None:
        """What `also` makes of the order's state after the receipt; None when this service has no such order.

        A receipt that it cannot be done calls a person; the order stays open and is tried again. But what
        was wanted and is gone will never come: then preserving it ends, as impossible.
        """
        failpoints.here("receipt.before")

        def step(tx: Transaction) -> T | None:
            seen = orders.view(tx.conn, order_id)
            if seen is None or seen.order.service != service or seen.order.by != "platform":
                return None
            if facts is not None and (not done or seen.order.measure != "tell_more"):
                raise FactsUnasked
            if done:
                if facts is not None:
                    self.take_facts(tx, seen.order, facts)
                orders.end_by_receipt(tx, order_id)
            elif (seen.order.measure, reason) == ("want", GONE):
                self._not_preserved(tx, seen.order)
            else:
                orders.call_a_person(tx, order_id, "platform-cannot")
            now = orders.view(tx.conn, order_id)
            return also(tx, now.state if now else seen.state)

        return self.db.commit(step)

    def _not_preserved(self, tx: Transaction, want: Order) -> None:
        """Nobody can send this content any more: say so in the log, and call a person to its case."""
        if not orders.end_by_receipt(tx, want.id, GONE):
            return
        target = Target(TargetKind.CONTENT, want.target.id)
        preserve = Order(
            id=order_id(tx.key, want.id, "preserve", target),
            service=want.service,
            cause=want.id,
            measure="preserve",
            target=target,
            by="vault",
            values=want.values,
        )
        orders.open_order(tx, preserve)
        orders.end_by_receipt(tx, preserve.id, f"impossible: {GONE}")
        case = review.find_case(tx.conn, want.values["case"])
        lane = self.lanes[(case and case.lane) or "child_safety"]
        review.call_a_person(tx, want.values["case"], "not-preserved", lane.name, tx.now + lane.due)
