"""Usage: how long an account is used, counted here from heartbeats, over all its devices together.

A device says twice a minute that it is in use, and numbers what it says. Its clock counts for nothing, and
what is lost, doubled or late changes next to nothing. Two devices at once are one person: the minutes are
those in which any of them was in use. Of what somebody does nothing is kept, and of when they do it no more
than a table says (`retention.toml`). The rules need no server:

    used = take(Used(), [Beat(device="a", seq=1, mark=Mark.BEGIN, at=ms)])[0]

How heartbeats become minutes, and why so: docs/decisions/0027-minutes.md.
"""

from hoede.usage.rules import (
    BEAT,
    LATE,
    MARKS,
    Beat,
    Came,
    Kinds,
    KindsError,
    Mark,
    Part,
    Used,
    fold,
    minutes_since,
    parse_kinds,
    parts,
    take,
)
from hoede.usage.shipped import shipped_kinds
from hoede.usage.store import (
    Extra,
    Kept,
    add_extra,
    day_parts,
    due,
    fold_old,
    forget,
    forget_old,
    locked,
    save,
    several,
    weeks,
)

__all__ = [
    "BEAT",
    "LATE",
    "MARKS",
    "Beat",
    "Came",
    "Extra",
    "Kept",
    "Kinds",
    "KindsError",
    "Mark",
    "Part",
    "Used",
    "add_extra",
    "day_parts",
    "due",
    "fold",
    "fold_old",
    "forget",
    "forget_old",
    "locked",
    "minutes_since",
    "parse_kinds",
    "parts",
    "save",
    "several",
    "shipped_kinds",
    "take",
    "weeks",
]
