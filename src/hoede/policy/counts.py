"""Recorded counts: how often each attempt was made, by band and country; never by whom or with whom."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from hoede.core.ages import AgeBand
from hoede.core.errors import HoedeError
from hoede.policy.people import BANDS, UNKNOWN, parts_of
from hoede.policy.rules.effective import Policy
from hoede.policy.rules.permits import Answer, decide
from hoede.policy.rules.places import check_place
from hoede.policy.rules.sides import Attempt, Side
from hoede.policy.rules.vocabulary import ANYTHING, Vocabulary
from hoede.policy.simulation import Figure

HEADS = ["capability", "band", "country", "count"]
MOST_ROWS = 1_000_000


class CountsError(HoedeError):
    """The file of counts is not one we can read."""

    code = "counts-invalid"


@dataclass(frozen=True, slots=True)
class Count:
    what: str  # an attempt, or a setting
    band: str  # of BANDS
    place: str | None
    count: int


def read_counts(text: str, vocabulary: Vocabulary) -> tuple[Count, ...]:
    """Rows of a CSV with the heads of `HEADS`; `CountsError` names the first line that is wrong."""
    rows = csv.reader(io.StringIO(text))
    if next(rows, None) != HEADS:
        raise CountsError(f"line 1: the first line must be {','.join(HEADS)}")
    found = []
    for row in rows:
        try:
            found.append(_count(row, vocabulary))
        except ValueError as error:
            raise CountsError(f"line {rows.line_num}: {error}") from error
        if len(found) > MOST_ROWS:
            raise CountsError(f"more than {MOST_ROWS:,} lines; add up the counts of one row each")
    return tuple(found)


def _count(row: list[str], vocabulary: Vocabulary) -> Count:
    if len(row) != len(HEADS):
        raise ValueError(f"{len(row)} fields; there must be {len(HEADS)}")
    what, band, place, count = row
    if what not in vocabulary.attempts:
        raise ValueError(f"{what} is no capability; see docs/reference/settings.md")
    if band not in BANDS:
        raise ValueError(f"{band} is no band; there are {', '.join(BANDS)}")
    if not (count.isascii() and count.isdigit()):
        raise ValueError(f"{count} is no count; write a whole number from 0 on")
    return Count(what, band, None if place == UNKNOWN else check_place(place), int(count))


def weigh(counts: tuple[Count, ...], before: Policy, after: Policy, now: datetime) -> tuple[Figure, ...]:
    """The figures of recorded counts. An attempt with others is asked for one's own side only."""
    found: dict[tuple[str, str], list[int]] = {}
    for one in counts:
        was, becomes = (_answer(policy, one, now) for policy in (before, after))
        numbers = found.setdefault((one.what, one.band), [0] * 8)
        refused = was is Answer.REFUSED, becomes is Answer.REFUSED
        asks = was is Answer.ASK, becomes is Answer.ASK
        new = refused[1] and not refused[0], refused[0] and not refused[1]
        for at, counted in enumerate((True, *refused, *asks, *new, was is not becomes)):
            numbers[at] += one.count * counted
    return tuple(_figure(what, band, numbers) for (what, band), numbers in sorted(found.items()))


def _figure(what: str, band: str, numbers: list[int]) -> Figure:
    asked, refused_before, refused_after, asks_before, asks_after, newly_refused, newly_open, different = (
        numbers
    )
    return Figure(
        what=what,
        band=band,
        asked=asked,
        refused_before=refused_before,
        refused_after=refused_after,
        asks_before=asks_before,
        asks_after=asks_after,
        newly_refused=newly_refused,
        newly_open=newly_open,
        different=different,
    )


def _answer(policy: Policy, one: Count, now: datetime) -> Answer:
    """The strictest answer to one's own part of it: counts hold no other side."""
    country, region = parts_of(one.place)
    side = Side(country=country, region=region, zones=("UTC",))
    if one.band != UNKNOWN:
        side = Side(band=AgeBand(one.band), known=True, country=country, region=region, zones=("UTC",))
    answers = [
        decide(policy, side, Attempt(what=what), now).answer for what in _own(policy.vocabulary, one.what)
    ]
    return min(answers, key=(Answer.REFUSED, Answer.ASK, Answer.GRANTED).index)


def _own(vocabulary: Vocabulary, what: str) -> Iterator[str]:
    gate = vocabulary.gates.get(what)
    if gate is None or not gate.needs_other:
        yield what
        return
    yield "use"
    yield from (one.name for one in gate.own if one.attempt != ANYTHING)
