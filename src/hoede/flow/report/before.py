"""Before a report is composed: the platform is asked for more, and what was written is put together."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from hoede.core.leaves import Leaf
from hoede.core.orders import Order, OrderState, Target, TargetKind, order_id
from hoede.db import TOO_FAR, Database, Transaction, orders
from hoede.db.orders import Claim
from hoede.enforcement.measures import Measures
from hoede.evidence import EvidenceState, Vault
from hoede.evidence import store as evidence
from hoede.evidence.store import WRITTEN
from hoede.flow.report.about import Reported, sources_of, transcript_of
from hoede.flow.report.batch import BATCH, closes_at
from hoede.flow.report.compose import Compose
from hoede.reporting.transcripts import MEDIA_TYPE, Written, transcript

SEALING_TAKES = timedelta(milliseconds=200)
LOOK_AGAIN = timedelta(milliseconds=200)  # while the platform has time to tell more
ASK = "tell_more"


@dataclass(frozen=True, slots=True, kw_only=True)
class Before:
    """Says how long a report must still wait to be composed; its absence of more never stops one."""

    db: Database
    vault: Vault
    compose: Compose
    measures: Measures
    new_id: Callable[[str], str]
    within: Mapping[str, timedelta]  # by service: how long it has to tell more; zero: it is not asked

    def __call__(self, claimed: Claim) -> timedelta | None:
        """How long to wait before trying again; None when nothing is to be waited for."""
        if "supplements" in claimed.order.values:
            return self._put_together(claimed)  # nothing, unless a transcript is wanted
        if BATCH in claimed.order.values:
            return self.db.commit(lambda tx: _gathers(tx, claimed.order))
        waits = [self._asked(claimed.order), self._put_together(claimed)]
        return max((one for one in waits if one is not None), default=None)

    def _asked(self, report: Order) -> timedelta | None:
        within = self.within.get(report.service, timedelta())
        if not within:
            return None
        return self.db.commit(lambda tx: self._ask(tx, report, within))

    def _ask(self, tx: Transaction, report: Order, within: timedelta) -> timedelta | None:
        order = ask_of(tx.key, report, self.measures)
        orders.open_order(tx, order)
        seen = orders.view(tx.conn, order.id)
        if seen is None or seen.state is not OrderState.OPEN:
            return None
        left = seen.opened_at + within - tx.now
        return min(left, LOOK_AGAIN) if timedelta() < left <= within else None  # a clock may have run ahead

    def _put_together(self, claimed: Claim) -> timedelta | None:
        """One file of everything that was written and is to be reported, sealed like any other."""
        texts = self.db.read(lambda conn: self.compose.texts(conn, claimed.order))
        if not texts:
            return None
        made = self.db.read(lambda conn: transcript_of(conn, claimed.order, texts))
        if made is not None:
            return SEALING_TAKES if made.state is EvidenceState.INTAKE else None
        if any(one.copy.state is EvidenceState.INTAKE for one in texts):
            return SEALING_TAKES
        body = transcript(self._written(claimed.order, one) for one in texts)
        taken = self.vault.take(self.new_id("evi"), [body])

        def keep(tx: Transaction) -> None:
            if not orders.renew(tx, claimed):
                return  # another worker makes its own; this copy has no row and is swept
            evidence.add_taken(
                tx,
                taken,
                service=claimed.order.service,
                event=claimed.order.id,
                part=WRITTEN,
                media_type=MEDIA_TYPE,
            )
            orders.open_order(tx, self._seal(tx.key, claimed.order, taken.id, sources_of(texts)))

        self.db.commit(keep)
        return SEALING_TAKES

    def _seal(self, names: bytes, report: Order, copy: str, sources: str) -> Order:
        target = Target(TargetKind.EVIDENCE, copy)
        return Order(
            id=order_id(names, report.id, "preserve", target),
            service=report.service,
            cause=report.id,
            measure="preserve",
            target=target,
            by=self.measures["preserve"].by,
            values={
                "account": report.values["account"],
                "case": case_of(report),
                "ground": "suspected",
                "sources": sources,
            },
        )

    def _written(self, report: Order, one: Reported) -> Written:
        """The machine's door to evidence, with a leaf each time."""
        about = Leaf("evidence.opened", one.copy.taken.id, f"report {report.id}")
        self.db.commit(lambda tx: tx.leaf(about))
        event = one.event
        return Written(
            at=event.at,
            sender=event.account,
            receivers=event.receivers,
            channel=event.channel.value,
            content=event.content,
            text=b"".join(self.vault.open(one.copy.taken)).decode(errors="replace"),
        )


def _gathers(tx: Transaction, batch: Order) -> timedelta | None:
    """How long a batch still gathers cases."""
    until = closes_at(tx.conn, batch.id)
    left = timedelta() if until is None else until - tx.now
    return left if timedelta() < left <= TOO_FAR else None  # a clock may have run ahead


def ask_of(names: bytes, report: Order, measures: Measures) -> Order:
    """The order by which a platform is asked for more about the account of a case, once."""
    target = Target(TargetKind.ACCOUNT, report.values["account"])
    case = case_of(report)
    return Order(
        id=order_id(names, case, ASK, target),
        service=report.service,
        cause=case,
        measure=ASK,
        target=target,
        by=measures[ASK].by,
        values={"account": report.values["account"], "case": case, "ground": "suspected"},
    )


def case_of(report: Order) -> str:
    return report.values.get("case", report.cause)
