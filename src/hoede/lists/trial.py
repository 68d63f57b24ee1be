"""Trying new entries before they count: the harmless and the empty are found before they hurt anybody."""

from collections.abc import Iterator

import numpy as np
from sqlalchemy import Connection, select

from hoede.core.findings import DigestKind
from hoede.lists.banks import bank_of_list
from hoede.lists.index import BYTES, Hashes, Index, any_near
from hoede.lists.quarantine import Why
from hoede.lists.rules import THRESHOLD
from hoede.lists.tables import BANKS, DIGESTS, ENTRIES, IMPORTS, LISTS, in_force

# A fingerprint has a bit for every frequency above the median: half of 256, unless the picture is flat.
_FEWEST_BITS, _MOST_BITS = 64, 192


def trial(conn: Connection, import_id: str) -> dict[str, Why]:
    """Entries that belong into quarantine once this import is in force, and why.

    An import into a negative bank tries what is in force elsewhere; any other is tried itself.
    """
    name = conn.execute(select(IMPORTS.c.list).where(IMPORTS.c.id == import_id)).scalar_one()
    negative = bank_of_list(conn, name).negative
    new, old = _Side.of_import(conn, import_id), _Side.in_banks(conn, negative=not negative)
    suspects, harmless = (old, new) if negative else (new, old)
    found = dict.fromkeys(_same(conn, import_id, negative=negative), Why.HARMLESS)
    found |= dict.fromkeys(_near(suspects, harmless), Why.HARMLESS)
    return found | dict.fromkeys(suspects.flat(), Why.FLAT)


class _Side:
    """Perceptual fingerprints of one side of the comparison."""

    def __init__(self, rows: list[tuple[str, bytes]]) -> None:
        self.entries = [entry for entry, _ in rows]
        flat = np.frombuffer(b"".join(value for _, value in rows), np.uint8)
        self.hashes: Hashes = flat.reshape(len(rows), BYTES)

    @classmethod
    def of_import(cls, conn: Connection, import_id: str) -> "_Side":
        asked = select(DIGESTS.c.entry, DIGESTS.c.value).where(DIGESTS.c.import_id == import_id)
        rows = conn.execute(asked.where(DIGESTS.c.kind == DigestKind.PDQ))
        return cls([(row.entry, row.value) for row in rows])

    @classmethod
    def in_banks(cls, conn: Connection, *, negative: bool) -> "_Side":
        asked = in_force(select(ENTRIES.c.id, DIGESTS.c.value)).join(DIGESTS, DIGESTS.c.entry == ENTRIES.c.id)
        asked = asked.join(BANKS, BANKS.c.name == LISTS.c.bank)
        asked = asked.where(DIGESTS.c.kind == DigestKind.PDQ, BANKS.c.negative.is_(negative))
        return cls([(row.id, row.value) for row in conn.execute(asked)])

    def flat(self) -> Iterator[str]:
        """Entries whose fingerprint says nothing."""
        counted = np.bitwise_count(self.hashes).sum(axis=1)
        for place in np.nonzero((counted < _FEWEST_BITS) | (counted > _MOST_BITS))[0]:
            yield self.entries[place]


def _near(suspects: _Side, harmless: _Side) -> Iterator[str]:
    """Suspects within the usual threshold of something harmless."""
    near = any_near(suspects.hashes, Index(harmless.hashes), THRESHOLD)
    return (suspects.entries[row] for row in np.nonzero(near)[0])


def _same(conn: Connection, import_id: str, *, negative: bool) -> Iterator[str]:
    """Suspects that share an exact digest with something harmless."""
    other = DIGESTS.alias("other")
    new = (
        select(DIGESTS.c.entry.label("new"), other.c.entry.label("old"))
        .join(other, (other.c.value == DIGESTS.c.value) & (other.c.kind == DIGESTS.c.kind))
        .where(
            DIGESTS.c.import_id == import_id,
            DIGESTS.c.kind != DigestKind.PDQ,
            other.c.entry != DIGESTS.c.entry,
        )
        .subquery()
    )
    asked = in_force(select(new.c.new, new.c.old)).join(new, new.c.old == ENTRIES.c.id)
    asked = asked.join(BANKS, BANKS.c.name == LISTS.c.bank).where(BANKS.c.negative.is_(not negative))
    for row in conn.execute(asked):
        yield row.old if negative else row.new
