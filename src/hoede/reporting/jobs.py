"""What a person decides about a report that may have been filed before a restore."""

import re
from collections.abc import Callable

from hoede.core.errors import HoedeError
from hoede.db import Database, Transaction, restores
from hoede.reporting import store
from hoede.reporting.rules import after_restore
from hoede.reporting.store import ReportRow

_RECEIPT = re.compile(r"[!-~]{1,64}")


class NotWaiting(HoedeError):
    """This order does not wait for a decision after a restore. `hoede report show` names those that do."""

    code = "order-not-waiting"


class ReceiptInvalid(HoedeError):
    """A receipt is the authority's own id: at most 64 printable characters without a space."""

    code = "receipt-invalid"


def resend(db: Database, order: str, why: str) -> None:
    """It was not filed: file it, building anew what was open. Raises `NotWaiting`."""

    def step(tx: Transaction) -> None:
        if not restores.resend(tx, order, why):
            raise NotWaiting
        if (report := store.find(tx.conn, order)) is not None:
            store.save(tx, order, after_restore(report.saga))

    db.commit(step)


def settle(
    db: Database, order: str, receipt: str, why: str, also: Callable[[Transaction, ReportRow], object]
) -> None:
    """It was filed, under this id: note it, and file nothing. Raises `NotWaiting` or `ReceiptInvalid`.

    `also` does what else follows from a finished report.
    """
    if not _RECEIPT.fullmatch(receipt):
        raise ReceiptInvalid

    def step(tx: Transaction) -> None:
        if not restores.settle(tx, order, receipt, why):
            raise NotWaiting
        store.settle(tx, order, receipt)
        if (report := store.find(tx.conn, order)) is not None:
            also(tx, report)

    db.commit(step)
