"""How heartbeats become time: an account's devices together, minute by minute of our own clock. Pure.

A device in use sends a beat when it begins, one every half a minute, and one when it ends. Each has the next
number of the device: one that is lost leaves a gap, one that comes twice or late is known. A moment is
milliseconds since 1970 on our clock: when a beat came, less how long the platform held it.
"""

import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from hoede.core.errors import HoedeError
from hoede.core.times import BREAK

MS = timedelta(milliseconds=1)
BEAT = timedelta(seconds=30)  # between two beats of a device that is in use
LATE = timedelta(minutes=15)  # a beat may come so long after it was sent
SLACK = timedelta(seconds=15)  # how much later than it should a beat may come and be taken as on time
JITTER = timedelta(seconds=2)  # between two beats on their way; less says nothing
DELAY = timedelta(minutes=2)  # how much later it may come and still tell of the time since the one before
MOST_LOST = 20  # beats in a row whose time still counts when a later one tells of them
MOST_DEVICES = 20
DEVICE_KEPT = timedelta(hours=24)
FOLD_AFTER = timedelta(hours=48)  # by then the day is over everywhere
QUARTER = timedelta(minutes=15)  # every day there is begins with one

_BEAT, _LATE, _SLACK, _DELAY, _JITTER = (one // MS for one in (BEAT, LATE, SLACK, DELAY, JITTER))
_QUARTER, _BREAK = QUARTER // MS, BREAK // MS
_PAUSE = 2  # a beat this many numbers further on cannot hide a pause: that takes an end and a begin besides
_HALF = _BEAT // 2  # where nobody knows: as often too much as too little
_WINDOW = _LATE + MOST_LOST * _BEAT  # what may still be added to
_DEVICE_KEPT = DEVICE_KEPT // MS
_MINUTE = timedelta(minutes=1) // MS


class KindsError(HoedeError):
    """The table of kinds of time is not one we can act on."""

    code = "time-kinds-invalid"


class Mark(StrEnum):
    """Where in a stretch of use a beat stands."""

    BEGIN = "begin"
    ON = "on"  # half a minute of use since the one before
    END = "end"  # less than that


class Came(StrEnum):
    """What became of a beat, for counting."""

    COUNTED = "counted"
    KNOWN = "known"  # its number, or a later one whose time it is in, came before
    TOO_LATE = "too_late"
    RESTARTED = "restarted"  # the device began its numbers anew


class Part(StrEnum):
    """A part of the day, as people call it."""

    NIGHT = "night"
    MORNING = "morning"
    AFTERNOON = "afternoon"
    EVENING = "evening"


MARKS: Mapping[str, Mark] = MappingProxyType({one.value: one for one in Mark})
Kinds = Mapping[str, "Kind"]  # by name
Interval = tuple[int, int]
ByPart = Mapping[tuple[date, Part], int]  # milliseconds


@dataclass(frozen=True, slots=True)
class Kind:
    """What time may go to, and whether it counts."""

    counts: bool
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Beat:
    """A heartbeat as it came."""

    device: str
    seq: int
    mark: Mark
    at: int
    counts: bool = True


@dataclass(frozen=True, slots=True)
class Heard:
    """The last beat of a device."""

    seq: int
    at: int
    mark: Mark


@dataclass(frozen=True, slots=True, kw_only=True)
class Used:
    """What is kept of an account's use as long as its day may last."""

    devices: Mapping[str, Heard] = field(default_factory=dict)
    covered: tuple[Interval, ...] = ()  # of the last minutes, in order and apart: what is counted already
    quarters: Mapping[int, int] = field(default_factory=dict)  # since 1970, and how much of each
    in_a_row: int = 0  # since the last break
    used_at: int | None = None  # the end of the last use

    @property
    def minutes_in_a_row(self) -> int:
        return self.in_a_row // _MINUTE

    @property
    def break_until(self) -> datetime | None:
        """When it is a break since the last use, if there is no more until then."""
        return None if self.used_at is None else _moment(self.used_at + _BREAK)


def parse_kinds(text: str) -> Kinds:
    """Read `kinds.toml`; raises `KindsError` naming the table that is wrong."""
    try:
        return MappingProxyType({name: _kind(name, **table) for name, table in tomllib.loads(text).items()})
    except (TypeError, ValueError) as error:
        raise KindsError(str(error)) from error


def _kind(name: str, /, *, counts: bool, says: str) -> Kind:
    if not isinstance(counts, bool) or not says:
        raise ValueError(f"{name}: counts is true or false, without quotes, and says what it is")
    return Kind(counts, says)


def take(used: Used, beats: Iterable[Beat], now: int) -> tuple[Used, Counter[Came]]:
    """What is kept after these beats, and how many came how; in which order they came changes nothing."""
    came: Counter[Came] = Counter()
    devices, added = dict(used.devices), list[Interval]()
    for device, theirs in _by_device(beats).items():
        for beat in _placed(theirs, now, came):
            heard = devices.get(device)
            if heard is not None and _is_old(beat, heard, came):
                continue
            if heard is not None and beat.seq < heard.seq:
                came[Came.RESTARTED] += 1
                heard = None
            came[Came.COUNTED] += 1
            interval = _interval(beat, heard)
            at = beat.at
            if interval is not None and beat.mark is not Mark.BEGIN:
                at = interval[1]
            if beat.counts and interval is not None and interval[0] < interval[1]:
                added.append(interval)
            devices[device] = Heard(beat.seq, at if heard is None else max(at, heard.at), beat.mark)
    if not came[Came.COUNTED]:
        return used, came
    return _add(replace(used, devices=_few(devices, now)), sorted(added), now), came


def _by_device(beats: Iterable[Beat]) -> dict[str, list[Beat]]:
    found: dict[str, list[Beat]] = {}
    for beat in beats:
        found.setdefault(beat.device, []).append(beat)
    return found


def _placed(beats: Sequence[Beat], now: int, came: Counter[Came]) -> list[Beat]:
    """One device's beats by number, each once, and when it was sent as far as that can be told.

    What a device held back comes at once: a beat that goes on was sent half a minute after the one before.
    """
    once: dict[int, Beat] = {}
    for beat in beats:
        at = min(beat.at, now)
        if at < now - _LATE:
            came[Came.TOO_LATE] += 1
        elif beat.seq in once:
            came[Came.KNOWN] += 1
            at = min(at, once[beat.seq].at)
            once[beat.seq] = replace(once[beat.seq], at=at)
        else:
            once[beat.seq] = beat if at == beat.at else replace(beat, at=at)
    placed: list[Beat] = []
    for seq in sorted(once, reverse=True):
        beat = once[seq]
        if placed:
            latest = placed[-1].at - _between(beat, placed[-1])
            beat = beat if beat.at <= latest else replace(beat, at=latest)
        placed.append(beat)
    return placed[::-1]


def _is_old(beat: Beat, heard: Heard, came: Counter[Came]) -> bool:
    """Whether its time is counted already. A number far below, or after long silence, is a new beginning."""
    back = heard.seq - beat.seq
    near = back <= MOST_LOST and beat.at - heard.at <= _LATE
    known = back == 0 or (back > 0 and (near or beat.at <= heard.at))
    if known:
        came[Came.KNOWN] += 1
    return known


def _between(one: Beat, later: Beat) -> int:
    """How long after one beat of a device a later one was sent, at least, if all in between was use."""
    if later.mark is Mark.BEGIN:
        return 0
    steps = min(later.seq - one.seq, MOST_LOST) - (one.mark is Mark.END) - (later.mark is Mark.END)
    return steps * _BEAT


def _interval(beat: Beat, heard: Heard | None) -> Interval | None:
    """The use that a beat tells of, after what was heard before; it ends when the beat was sent.

    A pause takes two numbers, its end and its begin. Where that many are not lacking, the numbers say how
    long it was, and a beat that is late was sent earlier. Where they are, and the numbers go on as fast as
    time does, there was none worth the name; else there was use for as long as the numbers say, at most.
    """
    if heard is None:
        return None if beat.mark is Mark.BEGIN else (beat.at - _lasted(beat.mark, 1), beat.at)
    steps, gap = min(beat.seq - heard.seq, MOST_LOST), beat.at - heard.at
    was_on = heard.mark is not Mark.END
    if beat.mark is Mark.BEGIN:
        # Its end was never heard of: the beats that are lacking but one, and half of one.
        end = heard.at + _lasted(Mark.END, steps - 1)
        return (heard.at, min(end, beat.at)) if was_on else None
    if was_on and gap <= steps * _BEAT + (_SLACK if steps > _PAUSE else _DELAY):
        return _going_on(beat, heard.at, steps)
    return max(heard.at, beat.at - _lasted(beat.mark, max(1, steps - 1))), beat.at


def _going_on(beat: Beat, since: int, steps: int) -> Interval:
    """The use since a beat, where there was no pause."""
    longest = steps * _BEAT
    if beat.at - since > longest + _SLACK:
        return since, since + _lasted(beat.mark, steps)
    if beat.mark is Mark.ON and steps <= _PAUSE and beat.at - since < longest - _JITTER:
        return beat.at - longest, beat.at  # the one before was late
    return since, beat.at if beat.mark is Mark.ON else min(beat.at, since + longest)


def _lasted(mark: Mark, beats: int) -> int:
    """How long there was use, so many beats after its begin."""
    return beats * _BEAT if mark is Mark.ON else max(0, beats - 1) * _BEAT + _HALF


def _few(devices: dict[str, Heard], now: int) -> dict[str, Heard]:
    """Those that were heard of within a day, and no more of them than somebody has."""
    kept = {name: one for name, one in devices.items() if one.at > now - _DEVICE_KEPT}
    while len(kept) > MOST_DEVICES:
        del kept[min(kept, key=lambda name: kept[name].at)]
    return kept


def _add(used: Used, intervals: Iterable[Interval], now: int) -> Used:
    """Count what is not counted yet of each interval."""
    covered, quarters = list(used.covered), dict(used.quarters)
    in_a_row, used_at = used.in_a_row, used.used_at
    for interval in intervals:
        for start, end in _new(covered, interval):
            _count(quarters, start, end)
            in_a_row = end - start + (0 if used_at is None or start - used_at >= _BREAK else in_a_row)
            used_at = end if used_at is None else max(used_at, end)
        covered = joined([*covered, interval])
    return Used(
        devices=used.devices,
        covered=tuple(one for one in covered if one[1] > now - _WINDOW),
        quarters=quarters,
        in_a_row=in_a_row,
        used_at=used_at,
    )


def _new(covered: Iterable[Interval], interval: Interval) -> list[Interval]:
    """The pieces of an interval that nothing covers."""
    start, end = interval
    pieces = []
    for one in covered:
        if one[1] <= start or one[0] >= end:
            continue
        if start < one[0]:
            pieces.append((start, one[0]))
        start = one[1]
    return [*pieces, (start, end)] if start < end else pieces


def joined(intervals: Iterable[Interval]) -> list[Interval]:
    joined: list[Interval] = []
    for start, end in sorted(intervals):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def _count(quarters: dict[int, int], start: int, end: int) -> None:
    while start < end:
        number = start // _QUARTER
        stop = min(end, (number + 1) * _QUARTER)
        quarters[number] = quarters.get(number, 0) + stop - start
        start = stop


def minutes_since(used: Used, begins: Iterable[datetime]) -> int:
    """Whole minutes of the day; of days that began at different moments, the one with the most."""
    return max((_since(used, int(one.timestamp() * 1000)) for one in begins), default=0) // _MINUTE


def _since(used: Used, begin: int) -> int:
    return sum(ms for number, ms in used.quarters.items() if number >= begin // _QUARTER)


def parts(quarters: Mapping[int, int], zone: str | None) -> ByPart:
    """By day and part of the day there, milliseconds; where no zone is known, in UTC."""
    found: Counter[tuple[date, Part]] = Counter()
    there = ZoneInfo(zone or "UTC")
    for number, ms in quarters.items():
        local = _moment(number * _QUARTER).astimezone(there)
        found[local.date(), tuple(Part)[local.hour // 6]] += ms
    return found


def due_at(used: Used, now: datetime) -> datetime:
    """When something of it has had its time."""
    if not used.quarters:
        return now + DEVICE_KEPT
    return _moment((min(used.quarters) + 1) * _QUARTER) + FOLD_AFTER


def fold(used: Used, zone: str | None, now: datetime) -> tuple[Used, ByPart]:
    """Without the quarters whose day is over, and what they come to by part of the day."""
    before = int((now - FOLD_AFTER).timestamp() * 1000) // _QUARTER
    old = {number: ms for number, ms in used.quarters.items() if number < before}
    left = {number: ms for number, ms in used.quarters.items() if number >= before}
    ms_now = int(now.timestamp() * 1000)
    devices = {name: one for name, one in used.devices.items() if one.at > ms_now - _DEVICE_KEPT}
    covered = tuple(one for one in used.covered if one[1] > ms_now - _WINDOW)
    fresh = used.used_at is not None and used.used_at > ms_now - _BREAK
    return (
        Used(
            devices=devices,
            covered=covered,
            quarters=left,
            in_a_row=used.in_a_row if fresh else 0,
            used_at=used.used_at if fresh else None,
        ),
        parts(old, zone),
    )


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, _UTC)


_UTC = ZoneInfo("UTC")
