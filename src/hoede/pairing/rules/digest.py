"""A family's week in at most seven lines: one text, and both read the same. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from hoede.pairing.rules.seeing import CountsSeen
from hoede.words import Catalogue

MOST_LINES = 7
STARTERS = 24
_MOST_NAMED = 4  # settings by name; more are counted
_MONDAY = date(2024, 1, 1)
_HOUR = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """What happened, in numbers and names of settings. No field for anything a guardian may not see."""

    begins: date
    guardian: str
    minutes: int | None = None
    minutes_before: int | None = None
    most_in: str | None = None  # a part of the day, as a key of words; 13 to 15 only
    settings: tuple[str, ...] = ()
    asked: int = 0
    answers: Mapping[str, int] = field(default_factory=dict)  # approved, countered, declined
    counts: CountsSeen | None = None
    looks: int = 0


@dataclass(frozen=True, slots=True)
class Digest:
    title: str
    lines: tuple[str, ...]

    @property
    def text(self) -> str:
        return "\n".join((self.title, "", *self.lines))


def week_of(day: date) -> date:
    """The Monday of a day's week."""
    return day - timedelta(days=day.weekday())


def digest(week: Week, words: Catalogue, names: Mapping[str, str]) -> Digest:
    """The week in words: only lines with something to tell, and one thing to talk about."""
    title = words.say(
        "digest.title", begins=words.day(week.begins), ends=words.day(week.begins + timedelta(days=6))
    )
    lines = [one for one in (*_time(week, words), *_what(week, words, names)) if one is not None]
    starter = words.say(f"starter.{(week.begins - _MONDAY).days // 7 % STARTERS + 1}")
    return Digest(title, (*lines, words.say("digest.talk", starter=starter)))


def _time(week: Week, words: Catalogue) -> tuple[str | None, ...]:
    if week.minutes is None:
        return ()
    now, before = divmod(week.minutes, _HOUR), divmod(week.minutes_before or 0, _HOUR)
    told = words.say("digest.time", h=now[0], m=now[1], h2=before[0], m2=before[1])
    part = week.most_in and words.say("digest.parts", part=words.say(f"digest.part.{week.most_in}"))
    return told, part


def _what(week: Week, words: Catalogue, names: Mapping[str, str]) -> tuple[str | None, ...]:
    return (
        words.say("digest.settings", list=_named(week, words, names)) if week.settings else None,
        _requests(week, words) if week.asked else None,
        _counts(week.counts, words),
        words.say("digest.views", guardian=week.guardian, n=week.looks) if week.looks else None,
    )


def _named(week: Week, words: Catalogue, names: Mapping[str, str]) -> str:
    shown = [names[one] for one in dict.fromkeys(week.settings) if one in names]
    more = len(shown) - _MOST_NAMED
    if more > 0:
        return words.say("digest.more", list=", ".join(shown[:_MOST_NAMED]), n=more)
    return words.all_of(shown) if shown else words.say("digest.some")


def _requests(week: Week, words: Catalogue) -> str:
    told = week.answers
    return words.say(
        "digest.requests",
        n=week.asked,
        a=told.get("approved", 0),
        b=told.get("countered", 0),
        c=told.get("declined", 0),
    )


def _counts(counts: CountsSeen | None, words: Catalogue) -> str | None:
    if counts is None or not any((counts.connections, counts.blocks, counts.reports)):
        return None
    if counts.connections is None or counts.blocks is None:
        return words.say("digest.reports", r=counts.reports)
    return words.say("digest.counts", n=counts.connections, b=counts.blocks, r=counts.reports)
