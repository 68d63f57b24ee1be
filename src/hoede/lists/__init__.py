"""Lists of fingerprints that others verified: where from, what they are worth, what was taken back.

Exact digests are looked up in the database; perceptual ones in memory, and confirmed in the database.
Nothing new counts before it was tried against what is known to be harmless.
"""

from hoede.lists.kept import ListsFolder
from hoede.lists.nearby import Nearby
from hoede.lists.quarantine import Quarantined
from hoede.lists.reader import Line, ListFileError, read_lines
from hoede.lists.rules import Bank, ListFacts, Standing, strong
from hoede.lists.store import Entry, Imported, Overview
from hoede.lists.view import QUORUM, Lists

__all__ = [
    "QUORUM",
    "Bank",
    "Entry",
    "Imported",
    "Line",
    "ListFacts",
    "ListFileError",
    "Lists",
    "ListsFolder",
    "Nearby",
    "Overview",
    "Quarantined",
    "Standing",
    "read_lines",
    "strong",
]
