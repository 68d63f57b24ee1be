"""What has had its time goes: requests, used links, fingerprints, shadows, intake files no row wants."""

from dataclasses import dataclass
from datetime import timedelta

from hoede.core.retention import Retention
from hoede.db import Database, idempotency
from hoede.detection import fingerprints
from hoede.enforcement import shadows
from hoede.evidence import Vault
from hoede.evidence.jobs import sweep
from hoede.review import notice_store as notices

USED_LINKS_KEPT = timedelta(days=1)  # far longer than a hand-over link lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """How much went, of each."""

    requests: int
    handovers: int
    fingerprints: int
    shadows: int
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
            intake=sweep(self.db, self.vault),
        )
