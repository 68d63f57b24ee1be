"""What has had its time goes: requests, links, fingerprints, shadows, sign-ins, stray intake files."""

from dataclasses import dataclass
from datetime import timedelta

from hoede.access.jobs import forget_sign_ins
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
    sign_ins: int
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
            intake=sweep(self.db, self.vault),
        )
