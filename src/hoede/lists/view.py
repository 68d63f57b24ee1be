"""What detectors ask the lists, as they stand in one read transaction: the live snapshot."""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from hoede.core.findings import Category, DigestKind, Listed, Match
from hoede.core.media import Frame
from hoede.lists.nearby import Candidate, Nearby, Nearest
from hoede.lists.rules import Bank, Standing, certainty
from hoede.lists.tables import BANKS, DIGESTS, ENTRIES, LISTS, in_force, quarantined

QUORUM = 2
_AT_ONCE = 500  # candidates looked up together


class Lists:
    """The entries in force. Nearness comes from memory, and counts only as far as this moment confirms it."""

    def __init__(self, conn: Connection, nearby: Nearby | None = None, *, quorum: int = QUORUM) -> None:
        self._conn = conn
        self._nearby = nearby
        self._quorum = quorum

    def matches(self, kind: DigestKind, value: str) -> tuple[Listed, ...]:
        """The entries in force that hold this digest (hex); those of negative banks are no match."""
        asked = (
            in_force(select(ENTRIES.c.id, LISTS.c.name, LISTS.c.source, LISTS.c.standing, LISTS.c.category))
            .add_columns(quarantined().label("held"))
            .join(DIGESTS, DIGESTS.c.entry == ENTRIES.c.id)
            .join(BANKS, BANKS.c.name == LISTS.c.bank)
            .where(
                DIGESTS.c.value == bytes.fromhex(value), DIGESTS.c.kind == kind, BANKS.c.negative.is_(False)
            )
            .order_by(ENTRIES.c.id)
        )
        rows = self._conn.execute(asked).all()
        sources = len({row.source for row in rows if not row.held})
        return tuple(
            Listed(
                Match(row.name, row.id, kind),
                Category(row.category),
                certainty(
                    kind,
                    Standing(row.standing),
                    quarantined=row.held,
                    sources=sources,
                    quorum=self._quorum,
                ),
            )
            for row in rows
        )

    def near(self, frame: Frame) -> tuple[Listed, ...]:
        """The entries in force that this picture looks like, each bank's nearest ones.

        Nothing when a negative bank knows the picture to be harmless.
        """
        if self._nearby is None or not frame.pdq:
            return ()
        banks = [bank for bank in self._nearby.banks() if frame.quality >= bank.quality_floor]
        near = self._nearby.near(banks, frame.pdq)
        met = [bank for bank in banks if bank.name in near]
        for bank in met:
            if bank.negative and self._confirmed(near[bank.name], bank, frame, most=1):
                return ()
        found: list[Listed] = []
        for bank in met:
            if not bank.negative:
                found += self._confirmed(near[bank.name], bank, frame, most=bank.most_results)
        return tuple(found)

    def _confirmed(self, near: Nearest, bank: Bank, frame: Frame, *, most: int) -> list[Listed]:
        """The nearest candidates that are in force at this moment, at most so many."""
        found = self._first_in_force(near.candidates, bank, most)
        if len(found) >= most or near.complete or self._nearby is None:
            return found
        everything = self._nearby.near([bank], frame.pdq, most=None)[bank.name]
        return self._first_in_force(everything.candidates, bank, most)

    def _first_in_force(self, candidates: Sequence[Candidate], bank: Bank, most: int) -> list[Listed]:
        found: list[Listed] = []
        for start in range(0, len(candidates), _AT_ONCE):
            found += self._in_force(candidates[start : start + _AT_ONCE], bank)
            if len(found) >= most:
                break
        return found[:most]

    def _in_force(self, candidates: Sequence[Candidate], bank: Bank) -> list[Listed]:
        asked = in_force(select(ENTRIES.c.id, LISTS.c.name, LISTS.c.standing, LISTS.c.category))
        asked = asked.add_columns(quarantined().label("held"))
        ids = [one.entry for one in candidates]
        rows = self._conn.execute(asked.where(ENTRIES.c.id.in_(ids), LISTS.c.bank == bank.name))
        by_id = {row.id: row for row in rows}
        return [
            Listed(
                Match(row.name, row.id, DigestKind.PDQ, one.distance),
                Category(row.category),
                certainty(
                    DigestKind.PDQ,
                    Standing(row.standing),
                    quarantined=row.held,
                    sources=1,
                    quorum=self._quorum,
                ),
            )
            for one in candidates
            if (row := by_id.get(one.entry)) is not None
        ]
