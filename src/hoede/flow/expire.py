"""What has had its time goes: requests, links, fingerprints, shadows, sign-ins, use, copies, stray files."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from hoede import accounts, usage
from hoede.access.jobs import forget_sign_ins
from hoede.core.retention import Retention
from hoede.db import Database, Transaction, failpoints, idempotency, lock_kept
from hoede.detection import fingerprints
from hoede.enforcement import shadows
from hoede.evidence import Vault, clock
from hoede.evidence import store as evidence
from hoede.evidence.jobs import sweep
from hoede.evidence.rules import Why
from hoede.flow.keeping import free
from hoede.review import alikes, exposure
from hoede.review import notice_store as notices

USED_LINKS_KEPT = timedelta(days=1)  # far longer than a hand-over link lasts


@dataclass(frozen=True, slots=True, kw_only=True)
class Expired:
    """How much went, of each."""

    requests: int
    handovers: int
    fingerprints: int
    shadows: int
    seen: int  # what people were served, and what looks alike
    sign_ins: int
    use: int  # days that became weeks, weeks and extra time that went
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
            seen=self._seen(now),
            sign_ins=self.db.commit(forget_sign_ins),
            use=self._less_of_use(now),
            evidence=self._destroy(),
            intake=sweep(self.db, self.vault),
        )

    def _seen(self, now: datetime) -> int:
        served, looks = self.kept.since("exposure", now), self.kept.since("fingerprints", now)
        return self.db.commit(lambda tx: exposure.forget_before(tx, served) + alikes.forget_before(tx, looks))

    def _less_of_use(self, now: datetime) -> int:
        """Days that are over become minutes by part of the day, in some steps so that nobody waits long."""
        while due := self.db.read(lambda conn: usage.due(conn, now)):
            for service, ids in _by_service(due).items():
                self.db.commit(partial(_folded, service, ids))
        days, weeks = (self.kept.since(one, now).date() for one in ("day_parts", "weeks"))
        return self.db.commit(lambda tx: usage.forget_old(tx, days_before=days, weeks_before=weeks))

    def _destroy(self) -> int:
        """Copies whose time is over: key and leaf, then the object, sealed or not.

        A kill in between leaves an object that nobody can read.
        """
        gone = self.db.commit(_keys_destroyed)
        if gone:
            failpoints.here("expire.destroyed")
        for one in gone:
            self.vault.drop_object(one)
            self.vault.drop_intake(one)
        return len(gone)


def _by_service(due: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for service, account in due:
        found.setdefault(service, []).append(account)
    return found


def _folded(service: str, ids: Collection[str], tx: Transaction) -> int:
    told = accounts.several(tx.conn, service, ids)
    return usage.fold_old(tx, service, {one: told[one].zone for one in ids})


def _keys_destroyed(tx: Transaction) -> list[str]:
    """Ids of the copies that were destroyed; what a person, a hold or a report still wants stays."""
    lock_kept(tx)
    now, after = clock.believed(tx), ""
    if now is None:
        return []
    while over := evidence.to_destroy(tx.conn, now, after):
        if gone := free(tx.conn, over, now):
            for one in gone:
                evidence.destroy(tx, one, _why(tx, one, now))
            return gone
        after = over[-1]  # all of these are kept: others may not be
    return []


def _why(tx: Transaction, copy: str, now: datetime) -> Why:
    row = evidence.find(tx.conn, copy)
    allowed = row is not None and row.destroy_after is not None and row.destroy_after < now
    return Why.JUDGED if allowed else Why.RETENTION
