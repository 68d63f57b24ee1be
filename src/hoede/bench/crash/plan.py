"""What befalls one seed: blows at failpoints, lost answers, a full disk, a clock that jumps. Pure."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from hoede.db import failpoints

ANYWHERE = "anywhere"  # at no failpoint: between any two turns
PLACES = (*failpoints.NAMES, *failpoints.LATER, ANYWHERE)
_SOON = (*failpoints.NAMES, ANYWHERE)  # places that every run passes


class Act(StrEnum):
    """What happens to a process at a place."""

    KILL = "kill"  # it ends; what it wrote and did not sync is still there
    CUT = "cut"  # the power goes: every process ends, and what was not synced may be lost
    PAUSE = "pause"  # it sleeps through its leases and goes on, knowing nothing


ACTS = tuple(Act)
# How often a place is passed before something interesting; the nth pass is drawn up to this.
PASSES = {"commit.before": 40, "commit.after": 40, "claim.after": 14, "job.after": 14, "number.before": 3}
PASSES |= {"report.before_call": 5, "report.after_call": 5, "platform.sent": 6, "receipt.before": 5}
PASSES |= {ANYWHERE: 400}
# What a person judges, and what they may judge instead.
ANEW: Mapping[str, tuple[str | None, ...]] = {
    "confirmed_known": (None, "victim", "no_violation"),
    "no_violation": (None, "confirmed_known"),
}
_JUMPS = (timedelta(minutes=10), timedelta(hours=-1), timedelta(days=400), timedelta(days=-400))


@dataclass(frozen=True, slots=True)
class Blow:
    place: str
    nth: int
    act: Act


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """All that is drawn before a run begins."""

    seed: int
    processes: int
    blows: tuple[Blow, ...]  # one after the other; the later ones meet recovery
    late: Blow | None  # when accounts are erased and copies go; None: that is not played
    uploads: tuple[int, ...]  # of verified adults: how many files each uploads
    doubtful: tuple[str | None, ...]  # accounts of unknown age, and what a person judges of each
    anew: str | None  # what they judge after they took that back; None: they do not
    wire_fails: float  # share of calls that something happens to
    outage_calls: int  # to the authority, all of which find nobody
    full_after: int | None  # turns until the disk is full for a while
    jump: timedelta | None  # of our clock, not of the authority's
    jump_after: int  # turns

    @property
    def misdates(self) -> bool:
        """Whether a report may be composed with dates far ahead."""
        return self.jump is not None and self.jump > timedelta(days=1)


def plan_of(seed: int) -> Plan:
    """The same for the same seed. The first blow goes through all places and acts in turn."""
    draw = random.Random(f"plan {seed}")  # noqa: S311 - repeatable
    places = len(PLACES)
    first = _blow(draw, PLACES[seed % places], ACTS[seed // places % len(ACTS)])
    is_late = first.place in failpoints.LATER
    blows = [] if is_late else [first]
    blows += [_blow(draw, draw.choice(_SOON), draw.choice(ACTS)) for _ in range(draw.choice((0, 1, 1, 2, 3)))]
    return Plan(
        seed=seed,
        processes=draw.choice((2, 2, 2, 3, 3, 4, 8)),
        blows=tuple(blows),
        late=first if is_late else None,
        uploads=draw.choice(((1,), (1,), (2,), (2,), (1, 1))),
        doubtful=(doubtful := draw.choice(((), (), (), (), (None,), *((one,) for one in ANEW)))),
        wire_fails=draw.choice((0.0, 0.1, 0.1, 0.3)),
        outage_calls=draw.choice((0, 0, 0, 0, 0, 0, 0, 14)),
        full_after=draw.randint(20, 300) if draw.random() < 0.08 else None,
        jump=draw.choice(_JUMPS) if draw.random() < 0.1 else None,
        jump_after=draw.randint(20, 300),
        anew=draw.choice(ANEW.get(doubtful[0] or "", (None,))) if doubtful else None,
    )


def _blow(draw: random.Random, place: str, act: Act) -> Blow:
    return Blow(place, draw.randint(1, PASSES.get(place, 1)), act)
