"""States of an object. Pure."""

from enum import StrEnum


class EvidenceState(StrEnum):
    INTAKE = "intake"  # taken before the hold was answered
    SEALED = "sealed"
    IMPOSSIBLE = "impossible"  # could not be sealed; the reason is in its row
    DROPPED = "dropped"  # nothing was found: its key is destroyed
    DESTROYED = "destroyed"  # judged to be no violation, and objecting is over: likewise


GONE = frozenset({EvidenceState.DROPPED, EvidenceState.DESTROYED})
