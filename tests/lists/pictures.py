"""Fingerprints of made-up pictures, and lists of them."""

import hashlib

from hoede.core.findings import Category, DigestKind
from hoede.core.media import Frame
from hoede.db import Database
from hoede.lists import Bank, ListFacts, Standing
from hoede.lists.banks import set_bank
from hoede.lists.jobs import import_lines
from hoede.lists.reader import Line
from hoede.lists.store import Imported, entry_id


def picture(number: int, *, flips: int = 0) -> bytes:
    """A fingerprint far from every other number's, `flips` bits off."""
    base = int.from_bytes(hashlib.sha256(number.to_bytes(4)).digest())
    return (base ^ ((1 << flips) - 1)).to_bytes(32)


def frame(*hashes: bytes, quality: int = 100) -> Frame:
    return Frame(width=64, height=64, pdq=hashes, quality=quality)


def facts(name: str = "north", *, bank: str = "pictures", standing: Standing | None = None) -> ListFacts:
    return ListFacts(
        name=name,
        source=f"{name}ern authority",
        standing=standing or Standing.VERIFYING_AUTHORITY,
        category=Category.CSEA,
        rehearsal=False,
        bank=bank,
    )


def lines(*fingerprints: bytes) -> list[Line]:
    return [Line(place, {DigestKind.PDQ: one.hex()}, None) for place, one in enumerate(fingerprints, 1)]


def entry_of(fingerprint: bytes, name: str = "north") -> str:
    return entry_id(name, lines(fingerprint)[0])


def bring(db: Database, of: ListFacts, *fingerprints: bytes, import_id: str = "imp_1") -> Imported:
    return import_lines(db, of, lines(*fingerprints), import_id=import_id, file_sha256="0" * 64)


def harmless(db: Database, *fingerprints: bytes, import_id: str = "imp_harmless") -> Imported:
    """A list in a negative bank."""
    db.commit(lambda tx: set_bank(tx, Bank(name="harmless", negative=True)))
    known = facts("harmless", bank="harmless", standing=Standing.OWN)
    return bring(db, known, *fingerprints, import_id=import_id)
