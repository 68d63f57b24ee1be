"""What an adapter for evidence of an age is: one shape of a raw claim, and what may be concluded from it.

Pure: an adapter fetches nothing, keeps nothing, and needs no clock.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, Any, ClassVar

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    StrictInt,
    StringConstraints,
)

from hoede.core.ages import AgeEvidence, Assurance

_WRITTEN = re.compile(r"\d{4}-\d{2}-\d{2}")
OLDEST = 150  # years


def _written(told: object) -> object:
    """A number could be seconds or milliseconds; nobody shall guess which."""
    if not isinstance(told, str) or not _WRITTEN.match(told):
        raise ValueError("a day or time is text that begins YYYY-MM-DD")
    return told


def _in_utc(told: datetime) -> datetime:
    try:
        return told.astimezone(UTC)
    except OverflowError:
        raise ValueError("no such time in UTC") from None


def whole(told: object) -> object:
    """To JSON 3.0 is an integer, too."""
    return int(told) if isinstance(told, float) and told.is_integer() else told


Id = Annotated[str, StringConstraints(min_length=1, max_length=255, pattern=r"^[^\x00-\x1f\x7f]+$")]
Day = Annotated[date, BeforeValidator(_written)]
Years = Annotated[StrictInt, Field(ge=0, le=OLDEST), BeforeValidator(whole)]
Moment = Annotated[AwareDatetime, BeforeValidator(_written), AfterValidator(_in_utc)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """A claim that comes with an adapter, and what it is worth; the contract tests feed it back."""

    claim: Mapping[str, Any]
    assurance: Assurance
    lower: int | None = None  # years, on the day of the statement; of a birth date: the age that day
    upper: int | None = None


class AgeClaim(BaseModel):
    """A raw claim, read strictly: a key that is not its own is refused. An adapter is a subclass.

    `evidence` gives no more assurance than the claim carries: what nobody checked is `declared`.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: ClassVar[str]  # never changes: it is stored as the method of evidence
    examples: ClassVar[tuple[Example, ...]]
    wrong: ClassVar[tuple[Mapping[str, Any], ...]]  # claims that it must not take

    def evidence(self) -> AgeEvidence:
        raise NotImplementedError
