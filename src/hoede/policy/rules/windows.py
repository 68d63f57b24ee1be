"""Times of the week at which something is closed. Pure."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
DAY = 24 * 60  # minutes
WEEK = 7 * DAY
_TEXT = re.compile(r"(?:(?P<days>[a-z,-]+) )?(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")

# From and until, in minutes of the week that begins on Monday; in order, apart, and not touching.
Windows = tuple[tuple[int, int], ...]


def minute_of(clock: str) -> int:
    """`21:30` as a minute of the day. ValueError for anything else."""
    read = _CLOCK.fullmatch(clock)
    if read is None:
        raise ValueError(f"{clock} is no time of day; write it like 21:30")
    return int(read[1]) * 60 + int(read[2])


def clock_of(minute: int) -> str:
    return f"{minute // 60 % 24:02}:{minute % 60:02}"


def union(*all_windows: Iterable[tuple[int, int]]) -> Windows:
    """Closed where any of them is closed."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(one for windows in all_windows for one in windows):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return tuple(joined)


def read_window(text: str) -> Windows:
    """`21:00-07:00`, `mon-fri 08:00-15:00` or `sat,sun 10:00-12:00`. ValueError says how to write it."""
    read = _TEXT.fullmatch(text)
    if read is None:
        raise ValueError(f'"{text}" is no window; write it like "21:00-07:00" or "mon-fri 08:00-15:00"')
    start, end = minute_of(read["start"]), minute_of(read["end"])
    if start == end:
        raise ValueError(f'"{text}" begins when it ends')
    length = (end - start) % DAY
    return union(*(_of_day(day, start, length) for day in _days(read["days"])))


def _of_day(day: int, start: int, length: int) -> list[tuple[int, int]]:
    first = day * DAY + start
    if first + length <= WEEK:
        return [(first, first + length)]
    return [(first, WEEK), (0, first + length - WEEK)]


def _days(text: str | None) -> set[int]:
    days: set[int] = set()
    for part in (text or "mon-sun").split(","):
        first, _, last = part.partition("-")
        if {first, last or first} - set(DAYS):
            raise ValueError(f'"{part}" names no days; write them like "mon", "mon-fri" or "sat,sun"')
        start, length = DAYS.index(first), DAYS.index(last or first) - DAYS.index(first)
        days |= {(start + more) % 7 for more in range(length % 7 + 1)}
    return days


def show_windows(windows: Windows) -> tuple[str, ...]:
    """As they are written; days with the same times stand together."""
    days: dict[tuple[int, int], list[str]] = {}
    for start, end in _starting(windows):
        days.setdefault((start % DAY, end - start), []).append(DAYS[start // DAY % 7])
    return tuple(_window(days[times], *times) for times in sorted(days))


def _starting(windows: Windows) -> list[tuple[int, int]]:
    """Each window from where it begins: one over Sunday's midnight is one, a day or more is cut in halves."""
    whole = list(windows)
    if len(whole) > 1 and whole[0][0] == 0 and whole[-1][1] == WEEK:
        over = whole.pop(0)
        whole[-1] = (whole[-1][0], WEEK + over[1])
    pieces = []
    for start, end in whole:
        piece = end - start if end - start < DAY else DAY // 2
        pieces += [(at, min(at + piece, end)) for at in range(start, end, piece)]
    return pieces


def _window(days: list[str], start: int, length: int) -> str:
    return f"{_named(days)}{clock_of(start)}-{clock_of(start + length)}"


def _named(days: list[str]) -> str:
    ordered = [day for day in DAYS if day in days]
    if len(ordered) == len(DAYS):
        return ""
    first = DAYS.index(ordered[0])
    in_a_row = tuple(ordered) == DAYS[first : first + len(ordered)]
    return f"{ordered[0]}-{ordered[-1]} " if in_a_row and len(ordered) > 1 else f"{','.join(ordered)} "


def closed_until(windows: Windows, local: datetime) -> datetime | None:
    """When it opens again, by the local clock; None when it is open now.

    Reads the clock on the wall: a window that begins in an hour that daylight saving skips is closed as
    soon as the hour is over, and an hour that comes twice is closed twice. Always closed: in a week.
    """
    minute = local.weekday() * DAY + local.hour * 60 + local.minute
    end = next((end for start, end in windows if start <= minute < end), None)
    if end is None:
        return None
    if end == WEEK and windows[0][0] == 0 and windows[0] != (0, WEEK):
        end += windows[0][1]
    midnight = local.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    return midnight + timedelta(minutes=end - local.weekday() * DAY)
