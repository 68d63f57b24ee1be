"""How long something is kept, as dated data. Pure."""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

from hoede.core.errors import HoedeError


class RetentionError(HoedeError):
    """A retention table is not one we can act on."""

    code = "retention-invalid"


@dataclass(frozen=True, slots=True)
class Retention:
    """Days to keep, by ground."""

    days: Mapping[str, int]

    def until(self, ground: str, since: datetime) -> datetime:
        """When the time is over for what began then; an unknown ground is an error, never zero."""
        return since + self._kept(ground)

    def since(self, ground: str, now: datetime) -> datetime:
        """What began before this has had its time."""
        return now - self._kept(ground)

    def _kept(self, ground: str) -> timedelta:
        if ground not in self.days:
            raise RetentionError(f"no retention for {ground}")
        return timedelta(days=self.days[ground])


def parse_retention(text: str) -> Retention:
    """Read a retention table; an unknown key or a ground without days, basis or date is an error."""
    try:
        rows = tomllib.loads(text)
        return Retention(MappingProxyType({ground: _days(ground, **row) for ground, row in rows.items()}))
    except (TypeError, ValueError) as error:
        raise RetentionError(str(error)) from error


def _days(ground: str, *, days: Any, basis: str, as_of: Any) -> int:
    if not isinstance(days, int) or days < 1:
        raise ValueError(f"{ground}: days must be a whole number of at least 1")
    if not basis or not as_of:
        raise ValueError(f"{ground}: says neither why nor as of when")
    return days
