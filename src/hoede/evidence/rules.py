"""States of an object. Pure."""

from enum import StrEnum


class EvidenceState(StrEnum):
    INTAKE = "intake"  # taken before the hold was answered
    SEALED = "sealed"
    IMPOSSIBLE = "impossible"  # could not be sealed; the reason is in its row
    DROPPED = "dropped"  # nothing was found: its key is destroyed
    DESTROYED = "destroyed"  # its time is over: likewise


class Why(StrEnum):
    """Why a copy was destroyed."""

    JUDGED = "judged"  # no violation, and objecting is over
    RETENTION = "retention"  # it was kept as long as it must be
    ERASURE = "erasure"  # the account was erased, and nothing kept it


GONE = frozenset({EvidenceState.DROPPED, EvidenceState.DESTROYED})
