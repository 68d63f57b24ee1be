"""Lanes, due times, and how long one may object. Pure."""

import tomllib
from calendar import monthrange
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from types import MappingProxyType

from hoede.core.errors import HoedeError
from hoede.core.findings import Category

WHOLE = 100  # percent
JUDGED_OTHERWISE = "judged-otherwise"  # why an order ends that a judgment no longer asks for
OBJECTION_MONTHS = 6  # DSA art. 20(1), docs/sources.md#dsa-20


class Grounds(StrEnum):
    """What a case stands on."""

    KNOWN = "known"  # equal to verified material: nobody needs to look
    SUSPECTED = "suspected"  # a person judges
    SAMPLE = "sample"  # allowed, and drawn by chance: a person looks whether that was right
    OBJECTION = "objection"  # somebody objected against measures
    AGE = "age"  # somebody says that they are older than they are taken for
    PAIRING = "pairing"  # about a pairing: a person answers, nothing is judged

    @property
    def is_content(self) -> bool:
        """Whether it is about what somebody did; no file joins the others, and nothing in them is judged."""
        return self not in {Grounds.OBJECTION, Grounds.AGE, Grounds.PAIRING}


class LanesError(HoedeError):
    """The table of lanes is not one we can act on."""

    code = "lanes-invalid"


@dataclass(frozen=True, slots=True)
class Lane:
    name: str
    due: timedelta
    says: str
    share: int = 0  # percent of what people take, reserved while something waits here
    first: bool = False  # taken before anything else


Lanes = Mapping[str, Lane]


def parse_lanes(text: str) -> Lanes:
    """Read `lanes.toml` in its order; an unknown key is an error."""
    try:
        tables = tomllib.loads(text)
        lanes = {name: _lane(name, **table) for name, table in tables.items()}
        if sum(lane.share for lane in lanes.values()) > WHOLE:
            raise ValueError("the shares of all lanes are more than 100 percent")
    except (TypeError, ValueError) as error:
        raise LanesError(str(error)) from error
    return MappingProxyType(lanes)


def _lane(name: str, *, due_minutes: int, says: str, share: int = 0, first: bool = False) -> Lane:
    if due_minutes < 1:
        raise ValueError(f"{name}: due_minutes must be at least 1")
    if not isinstance(share, int) or not 0 <= share <= WHOLE:
        raise ValueError(f"{name}: share is a whole percent from 0 to 100")
    if not isinstance(first, bool):
        raise TypeError(f"{name}: first is true or false, without quotes")
    return Lane(name, timedelta(minutes=due_minutes), says, share, first)


def lane_of(categories: Iterable[Category], *, adult: bool) -> str:
    """The lane a decision's case goes to: child safety by who the uploader is, blindness apart."""
    if Category.CSEA not in set(categories):
        return "unseen"
    return "child_safety" if adult else "minors"


def objection_until(sent_on: date) -> date:
    """The last day on which one may object: six months later, or that month's last day."""
    months = sent_on.month - 1 + OBJECTION_MONTHS
    year, month = sent_on.year + months // 12, months % 12 + 1
    return date(year, month, min(sent_on.day, monthrange(year, month)[1]))
