"""What was reported is kept for as long as is due from the moment its report is finished."""

from typing import Final

from hoede.core.retention import Retention
from hoede.db import Transaction
from hoede.evidence import clock
from hoede.evidence import store as evidence
from hoede.reporting import Draft

GROUND: Final = "reported"  # in evidence/retention.toml


def keep_reported(tx: Transaction, draft: Draft, retention: Retention) -> None:
    """Keep the files of a report that was just finished, and what a transcript was made of."""
    copies = {copy for file in draft.files for copy in (file.evidence, *file.stands_on)}
    evidence.keep_at_least(tx, copies, retention.until(GROUND, clock.from_when(tx)))
