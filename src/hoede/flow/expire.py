"""What has had its time goes: requests, links, fingerprints, shadows, sign-ins, copies, stray files."""

from dataclasses import dataclass
from datetime import timedelta

from hoede.access.jobs import forget_sign_ins
from hoede.core.retention import Retention
from hoede.db import Database, Transaction, idempotency
from hoede.detection import fingerprints
from hoede.enforcement import shadows
from hoede.evidence import Vault, clock
from hoede.evidence import store as evidence
from hoede.evidence.jobs import sweep
from hoede.evidence.rules import Why
from hoede.flow.keeping import free
from hoede.review import notice_store as notices

USED_LINKS_KEPT = timedelta(days=1)  # far longer than a hand-over link lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """How much went, of each."""

    requests: int
    handovers: int
    fingerprints: int
    shadows: int
    sign_ins: int
    evidence: int
    intake: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Expire:
    db: Database
    vault: Vault
    kept: Retention

    def once(self) -> Expired:
        now = self.db.now()
        return Expired(
            requests=self.db.commit(lambda tx: idempotency.forget_old(tx, tx.now)),
            handovers=self.db.commit(lambda tx: notices.forget_handovers(tx, tx.now - USED_LINKS_KEPT)),
            fingerprints=self.db.commit(
                lambda tx: fingerprints.forget_before(tx, self.kept.since("fingerprints", now))
            ),
            shadows=self.db.commit(lambda tx: shadows.forget_before(tx, self.kept.since("shadow", now))),
            sign_ins=self.db.commit(forget_sign_ins),
            evidence=self._destroy(),
            intake=sweep(self.db, self.vault),
        )

    def _destroy(self) -> int:
        """Copies whose time is over: key and leaf, then the object.

        A kill in between leaves an object that nobody can read.
        """
        gone = self.db.commit(_keys_destroyed)
        for one in gone:
            self.vault.drop_object(one)
        return len(gone)


def _keys_destroyed(tx: Transaction) -> list[str]:
    """Ids of the copies that were destroyed; what a person, a hold or a report still wants stays."""
    now = clock.believed(tx)
    if now is None:
        return []
    gone = free(tx.conn, evidence.to_destroy(tx.conn, now), now)
    for one in gone:
        row = evidence.find(tx.conn, one)
        judged = row is not None and row.destroy_after is not None
        evidence.destroy(tx, one, Why.JUDGED if judged else Why.RETENTION)
    return gone
