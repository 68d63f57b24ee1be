"""A new entry meets what was let through before: in steps, its progress kept, by one process at a time."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache, partial

import numpy as np
from sqlalchemy import Connection

from hoede.core.findings import DigestKind, Finding, Listed
from hoede.core.media import Frame
from hoede.db import Database
from hoede.db.leases import give_back, take_lease
from hoede.detection import Coverage, Looked, fingerprints
from hoede.detection.fingerprints import Print
from hoede.lists import Lists, Nearby, rescans
from hoede.lists.index import BYTES, Index, any_near
from hoede.lists.rescans import RescanRow
from hoede.lists.rules import WIDEST
from hoede.lists.store import exact_digests, fingerprints_of

PRINTS_A_STEP = 2000
LEASE = timedelta(minutes=5)

Earlier = Callable[[str, Looked], bool]  # writes down what was found of an earlier event; false when it knew


@dataclass(frozen=True, slots=True, kw_only=True)
class Rescan:
    """Holds kept fingerprints against new entries, and what is near to one against all lists."""

    db: Database
    nearby: Nearby
    quorum: int
    earlier: Earlier
    holder: str

    def once(self) -> bool:
        """Take one step of the oldest rescan that is due; false when there is none, or somebody is at it."""
        due = self.db.read(rescans.unfinished)
        return bool(due) and self.step(due[0])

    def step(self, row: RescanRow) -> bool:
        """Look at the next fingerprints; false when another process is at this rescan."""
        lease = f"rescan:{row.import_id}"
        if not self.db.commit(lambda tx: take_lease(tx, lease, self.holder, LEASE)):
            return False
        self.nearby.refresh()
        begun = self.db.commit(lambda tx: rescans.begin(tx, row.import_id, fingerprints.newest))
        up_to = begun.up_to or 0
        prints = self.db.read(lambda conn: fingerprints.between(conn, begun.after, up_to, PRINTS_A_STEP))
        near = self._candidates(row.import_id, prints)
        found = self.db.read(lambda conn: self._confirmed(conn, near))
        count = sum(self.earlier(event, Looked(Coverage.LOOKED, seen)) for event, seen in found.items())
        after = prints[-1].id if len(prints) == PRINTS_A_STEP else up_to
        self.db.commit(partial(rescans.note, row=begun, after=after, looked=len(prints), found=count))
        self.db.commit(lambda tx: give_back(tx, lease, self.holder))
        return True

    def _candidates(self, import_id: str, prints: tuple[Print, ...]) -> list[Print]:
        """Those of these fingerprints that something of the import is equal or near to."""
        exact = {one.values[0]: one for one in prints if one.kind is not DigestKind.PDQ}
        equal = self.db.read(lambda conn: exact_digests(conn, import_id, list(exact)))
        found = [exact[value] for value in equal]
        pictures = [one for one in prints if one.kind is DigestKind.PDQ]
        values = np.frombuffer(b"".join(value for one in pictures for value in one.values), np.uint8)
        owners = np.repeat(np.arange(len(pictures)), [len(one.values) for one in pictures])
        among = _index_of(self.db, import_id)
        if len(among) and len(values):
            near = any_near(values.reshape(-1, BYTES), among, WIDEST // 2)
            found += [pictures[place] for place in np.unique(owners[near])]
        return found

    def _confirmed(self, conn: Connection, prints: Iterable[Print]) -> dict[str, tuple[Finding, ...]]:
        """By event, what the lists say of its fingerprints today."""
        lists = Lists(conn, self.nearby, quorum=self.quorum)
        found: dict[str, tuple[Finding, ...]] = {}
        for one in prints:
            for listed in _listed(lists, one):
                found[one.event] = (*found.get(one.event, ()), _finding(one.kind, listed))
        return found


@lru_cache(maxsize=1)
def _index_of(db: Database, import_id: str) -> Index:
    """The import's perceptual fingerprints; what an import brought never changes."""
    values = db.read(lambda conn: fingerprints_of(conn, import_id))
    return Index(np.frombuffer(b"".join(values), np.uint8).reshape(-1, BYTES))


def _listed(lists: Lists, one: Print) -> tuple[Listed, ...]:
    if one.kind is DigestKind.PDQ:
        return lists.near(Frame(width=0, height=0, pdq=one.values, quality=one.quality))
    return lists.matches(one.kind, one.values[0].hex())


def _finding(kind: DigestKind, listed: Listed) -> Finding:
    why = f"the {kind} fingerprint kept of it is on {listed.match.list_name} now"
    return Finding(kind.value, listed.category, listed.certainty, why, listed.match)
