"""Weeks of people with three devices, drawn by chance: when they really used them, and what was heard of it.

Beats are lost, doubled, late and out of order; devices hold them back for minutes; apps are killed without a
word. Nobody in it is real.
"""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hoede.usage import Beat, Mark, Used, take
from hoede.usage.rules import Interval, joined

SECOND, MINUTE, HOUR = 1000, 60_000, 3_600_000
DAY, QUARTER = 24 * HOUR, 15 * MINUTE
DAYS = 7
BEGIN = 20_000 * DAY  # any midnight
DEVICES = ("phone", "tablet", "laptop")
SESSIONS = 9  # a day, on each device
BEAT, BATCH = 30 * SECOND, 10 * SECOND


@dataclass(frozen=True, slots=True, kw_only=True)
class Faults:
    """How often what goes wrong; of beats, but for what is said of a session."""

    lost: float = 0.05
    doubled: float = 0.05
    delayed: float = 0.03  # by up to a minute and a half: out of order
    killed: float = 0.05  # sessions that end without a word
    held_back: float = 0.02  # sessions whose beats of some minutes come at once


@dataclass(frozen=True, slots=True)
class Week:
    """When somebody used anything, and the batches that came: when, and what was in them."""

    used: tuple[Interval, ...]
    batches: tuple[tuple[int, tuple[Beat, ...]], ...]

    def minutes(self, day: int) -> float:
        """The truth of a day."""
        start = BEGIN + day * DAY
        pieces = (min(end, start + DAY) - max(begin, start) for begin, end in self.used)
        return sum(piece for piece in pieces if piece > 0) / MINUTE

    def counted(self) -> Iterator[float]:
        """What the rules make of what came, day by day, as it stands when the day has just ended."""
        used, day = Used(), 0
        for now, beats in (*self.batches, (BEGIN + DAYS * DAY + HOUR, ())):
            while day < DAYS and now >= BEGIN + (day + 1) * DAY + 20 * MINUTE:
                yield self._of_day(used, day)
                day += 1
            used = take(used, beats, now)[0]

    @staticmethod
    def _of_day(used: Used, day: int) -> float:
        start, end = BEGIN + day * DAY, BEGIN + (day + 1) * DAY
        return sum(ms for at, ms in used.quarters.items() if start <= at * QUARTER < end) / MINUTE


def drawn(seed: int, faults: Faults) -> Week:
    """The week of one person."""
    chance = random.Random(seed)  # noqa: S311 - a week drawn for a bench
    used: list[Interval] = []
    came: list[tuple[int, Beat]] = []
    for device in DEVICES:
        sessions = list(_sessions(chance))
        used += sessions
        came += _beats(device, sessions, chance, faults)
    return Week(tuple(joined(used)), tuple(_batches(came)))


def _sessions(chance: random.Random) -> Iterator[Interval]:
    """From seven in the morning to after midnight, of some seconds to an hour."""
    free = BEGIN
    for day in range(DAYS):
        starts = sorted(chance.randrange(7 * HOUR, 24 * HOUR) for _ in range(SESSIONS))
        for start in starts:
            begin = max(free, BEGIN + day * DAY + start)
            end = begin + int(min(HOUR, chance.lognormvariate(5.4, 1.1) * SECOND))
            yield begin, end
            free = end + chance.randrange(2 * SECOND, 30 * MINUTE)


def _beats(
    device: str, sessions: Sequence[Interval], chance: random.Random, faults: Faults
) -> Iterator[tuple[int, Beat]]:
    """When each beat reached the platform, if it did."""
    seq = 0
    for begin, end in sessions:
        sent = [(begin, Mark.BEGIN), *((at, Mark.ON) for at in range(begin + BEAT, end, BEAT))]
        if chance.random() >= faults.killed:
            sent.append((end, Mark.END))
        hold = chance.random() < faults.held_back
        until = begin + chance.randrange(MINUTE, 8 * MINUTE) if hold else begin
        for at, mark in sent:
            seq += 1
            if chance.random() < faults.lost:
                continue
            late = chance.random() < faults.delayed
            delay = chance.randrange(5 * SECOND, 90 * SECOND) if late else chance.randrange(50, 1500)
            for _ in range(1 + (chance.random() < faults.doubled)):
                reached = max(at, until) + delay + chance.randrange(300)
                yield reached, Beat(device=device, seq=seq, mark=mark, at=reached)


def _batches(came: Sequence[tuple[int, Beat]]) -> Iterator[tuple[int, tuple[Beat, ...]]]:
    """The platform passes on every ten seconds what it got, in no order."""
    batches: dict[int, list[Beat]] = {}
    for reached, beat in came:
        batches.setdefault(reached // BATCH + 1, []).append(beat)
    for number in sorted(batches):
        yield number * BATCH, tuple(batches[number])
