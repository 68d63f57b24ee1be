"""A platform's own archive of fingerprints, held against a list: a file of any size, read once."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hoede import _native
from hoede.core.errors import HoedeError
from hoede.db import Database
from hoede.lists import store
from hoede.lists.banks import bank_of_list
from hoede.lists.index import BYTES
from hoede.lists.jobs import ListUnknown

MOST_AT_ONCE = 65_536  # entries that one reading of the archive takes along
MOST_MET = 10_000_000  # of one reading; an archive with more of a list in it needs another answer than a file


class ArchiveUnusable(HoedeError):
    """An archive is a file of PDQ fingerprints, 32 bytes each, with nothing between them."""

    code = "archive-unusable"


@dataclass(frozen=True, slots=True)
class Met:
    row: int  # of the archive, from 0
    entry: str
    distance: int


def scan(db: Database, list_name: str, archive: Path, *, threads: int = 1) -> Iterator[Met]:
    """Every row that is near to an entry in force, exactly, by the threshold of the list's bank.

    In the order of the rows, as long as the list has no more than `MOST_AT_ONCE` fingerprints.
    An archive has no qualities, so poor pictures are met as well.
    Raises `ListUnknown`, or `ArchiveUnusable` for a file that is none or that meets too much.
    """
    if db.read(lambda conn: store.find_list(conn, list_name)) is None:
        raise ListUnknown(f"There is no list {list_name}.")
    bank = db.read(lambda conn: bank_of_list(conn, list_name))
    known = db.read(lambda conn: store.fingerprints_in_force(conn, list_name))
    for start in range(0, len(known), MOST_AT_ONCE):
        some = known[start : start + MOST_AT_ONCE]
        asked = np.frombuffer(b"".join(value for _, value in some), np.uint8).reshape(-1, BYTES)
        try:
            rows, which, distances, more = _native.meet(
                str(archive), asked, bank.threshold, MOST_MET, threads=threads
            )
        except (OSError, ValueError) as error:
            raise ArchiveUnusable(f"{archive} cannot be looked through: {error}.") from error
        if more:
            raise ArchiveUnusable(f"{archive} meets the list more than {MOST_MET} times.")
        for row, place, distance in zip(rows.tolist(), which.tolist(), distances.tolist(), strict=True):
            yield Met(row, some[place][0], distance)
