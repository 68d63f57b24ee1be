"""Effects of the vault: sealing, and sweeping what no row knows."""

import time
from collections.abc import Callable
from datetime import datetime

from hoede.db import Database, orders
from hoede.db.orders import Claim
from hoede.evidence import clock, store
from hoede.evidence.rules import GONE, EvidenceState
from hoede.evidence.vault import Unreadable, Vault

SWEEP_AFTER_S = 3600  # an intake file younger than this may belong to an event still being answered


def seal(
    db: Database, vault: Vault, claimed: Claim, keep_until: Callable[[datetime], datetime]
) -> str | None:
    """Seal one object and say how it ended: `sealed`, or `impossible: reason`. Safe to repeat.

    `keep_until` tells, from when keeping begins, until when it stays. None when the claim was lost
    meanwhile: then another worker says how it ended.
    """
    evidence = claimed.order.target.id
    row = db.read(lambda conn: store.find(conn, evidence))
    if row is None or row.state in GONE:
        return "impossible: dropped"
    if row.state is EvidenceState.IMPOSSIBLE:
        return f"impossible: {row.reason}"
    if row.state is EvidenceState.SEALED:
        return "sealed"
    try:
        vault.seal(row.taken, at=db.now())
    except Unreadable:
        held = db.commit(
            lambda tx: (
                orders.renew(tx, claimed)
                and store.mark_impossible(tx, evidence, "damaged", keep_until(clock.from_when(tx)))
            )
        )
        return "impossible: damaged" if held else None
    held = db.commit(
        lambda tx: (
            orders.renew(tx, claimed) and store.mark_sealed(tx, evidence, keep_until(clock.from_when(tx)))
        )
    )
    return "sealed" if held else None


def sweep(db: Database, vault: Vault, now_s: Callable[[], float] = time.time) -> int:
    """Remove intake files that no row wants, an hour after their last change; returns how many."""
    old = [name for name, changed in vault.intake_names() if now_s() - changed > SWEEP_AFTER_S]
    rows = db.read(lambda conn: store.wanted(conn, [name.removesuffix(".part") for name in old]))
    loose = [name for name in old if name not in rows]
    for name in loose:
        vault.drop_intake(name)
    return len(loose)
