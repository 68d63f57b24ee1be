"""What comes late, from the platform or a person, becomes a supplementary report."""

from collections.abc import Callable
from dataclasses import dataclass

from hoede.core.errors import HoedeError
from hoede.core.orders import Order, Target, TargetKind, order_id
from hoede.db import Database, Transaction, orders
from hoede.enforcement.measures import Measures
from hoede.reporting import SagaState, facts
from hoede.reporting import store as reports
from hoede.reporting.facts import Facts
from hoede.reporting.store import ReportRow

LONGEST_WORDS = 3000  # characters


class NotFinished(HoedeError):
    """There is no finished report under this order. `hoede report show` names those there are."""

    code = "report-not-finished"


class WordsInvalid(HoedeError):
    """What is added to a report has 3 to 3000 characters."""

    code = "report-words-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeFacts:
    """Takes what a platform tells of an account when it was asked for more."""

    measures: Measures

    def __call__(self, tx: Transaction, ask: Order, told: Facts) -> None:
        """Keep it for the report that is still to be composed, or open one that adds to those that are."""
        case = ask.values["case"]
        new = facts.keep(tx, ask.id, case, facts.until(told, tx.now), service=ask.service)
        if not new or not told.says_something:
            return
        for row in reports.of_case(tx.conn, case):
            if not row.draft.platform_told:
                orders.open_order(tx, _supplement(tx, row, ask.service, ask.id, self.measures))


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplement:
    """A person adds words to a finished report."""

    db: Database
    measures: Measures
    new_id: Callable[[str], str]

    def __call__(self, order: str, words: str, by: str) -> str:
        """The order of the supplementary report. Raises `NotFinished` or `WordsInvalid`."""
        if not 3 <= len(words.strip()) <= LONGEST_WORDS:  # noqa: PLR2004 - as a judge's reason
            raise WordsInvalid
        cause = self.new_id("sup")
        return self.db.commit(lambda tx: self._open(tx, order, words.strip(), by, cause))

    def _open(self, tx: Transaction, order: str, words: str, by: str, cause: str) -> str:
        row = reports.find(tx.conn, order)
        if row is None or row.saga.state is not SagaState.FINISHED:
            raise NotFinished
        service = row.draft.service
        facts.keep(tx, cause, row.case_id, Facts(words=words), service=service, by=by)
        supplement = _supplement(tx, row, service, cause, self.measures)
        orders.open_order(tx, supplement)
        return supplement.id


def _supplement(tx: Transaction, row: ReportRow, service: str, cause: str, measures: Measures) -> Order:
    """The order of a report that adds to another, once that one is finished."""
    target = Target(TargetKind.AUTHORITY, row.authority)
    return Order(
        id=order_id(tx.key, f"{cause}\x1f{row.order_id}", "report", target),
        service=service,
        cause=cause,
        measure="report",
        target=target,
        by=measures["report"].by,
        after=(row.order_id,),
        values={
            "account": row.draft.suspect.account,
            "case": row.case_id,
            "ground": "suspected",
            "supplements": row.order_id,
        },
    )
