"""How carrying out an order went. Pure."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Done:
    """The order is carried out; `outcome` is kept with it."""

    outcome: str


@dataclass(frozen=True, slots=True)
class Later:
    """Not yet: try again. `person` calls somebody at once, not only after the usual number of tries."""

    reason: str  # a code, no text of others
    person: bool = False
    least: timedelta | None = None  # they ask to be left alone for so long
    most: timedelta | None = None  # something must be seen to by then


@dataclass(frozen=True, slots=True)
class NotYet:
    """Its time has not come; this was no try."""

    wait: timedelta


@dataclass(frozen=True, slots=True)
class FellAway:
    """What the order stood on is no longer so; a judgment decides."""

    reason: str


@dataclass(frozen=True, slots=True)
class AskFirst:
    """It may have been done before a restore, in the time nobody remembers; a person looks first."""

    restore: str


Result = Done | Later | NotYet | FellAway | AskFirst
