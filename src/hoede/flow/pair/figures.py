"""Figures for families from what we keep anyway: minutes, and how often somebody reported, as numbers."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import Connection

from hoede import accounts, usage
from hoede.accounts import Account
from hoede.accounts.rules import local_date
from hoede.core.ages import AgeBand, band_of
from hoede.flow.pair.views import WeekFigures
from hoede.pairing.rules.seeing import CountsSeen, PartsSeen, WeekSeen
from hoede.review import notice_store as notices

A_WEEK = timedelta(days=7)
BY_PARTS = frozenset({AgeBand.UNDER_13, AgeBand.FROM_13})  # from 16 on a guardian sees weeks only


@dataclass(frozen=True, slots=True)
class KeptFigures:
    """Connections and blocks are the platform's, and not told yet."""

    def time(
        self, conn: Connection, service: str, account: str, band: AgeBand, now: datetime
    ) -> PartsSeen | WeekSeen | None:
        """Minutes of today by part of the day, or of this week and the last; None: none came."""
        told = accounts.several(conn, service, (account,))[account]
        today = local_date(now, told.zone)
        monday = today - timedelta(days=today.weekday())
        used = usage.day_parts(conn, service, account, told.zone, monday - A_WEEK)
        if not used:
            return None
        if band in BY_PARTS:
            return PartsSeen(**{part.value: used.get((today, part), 0) for part in usage.Part})
        return WeekSeen(_in_week(used, monday), _in_week(used, monday - A_WEEK))

    def counts(self, conn: Connection, service: str, account: str, since: datetime) -> CountsSeen | None:
        made = notices.made_by(conn, service, (account,), since, since + A_WEEK)
        return CountsSeen(connections=None, blocks=None, reports=made.get(account, 0))

    def weeks(
        self, conn: Connection, service: str, ids: Collection[str], begins: datetime
    ) -> Mapping[str, WeekFigures]:
        made = notices.made_by(conn, service, ids, begins, begins + A_WEEK)
        return {
            one: self._week(conn, told, begins, made.get(one, 0))
            for one, told in accounts.several(conn, service, ids).items()
        }

    def _week(self, conn: Connection, told: Account, begins: datetime, reports: int) -> WeekFigures:
        monday = begins.date()
        used = usage.day_parts(conn, told.service, told.id, told.zone, monday - A_WEEK)
        counts = CountsSeen(connections=None, blocks=None, reports=reports)
        if not used:
            return WeekFigures(counts=counts)
        age = accounts.age_at(told.age_evidence, begins + A_WEEK, monday + A_WEEK)
        by_parts = age is None or band_of(age) in BY_PARTS  # unknown is treated as 13 to 15
        return WeekFigures(
            minutes=_in_week(used, monday),
            minutes_before=_in_week(used, monday - A_WEEK),
            most_in=_most_in(used, monday) if by_parts else None,
            counts=counts,
        )


def _in_week(used: Mapping[tuple[date, usage.Part], int], monday: date) -> int:
    return sum(minutes for (day, _), minutes in used.items() if monday <= day < monday + A_WEEK)


def _most_in(used: Mapping[tuple[date, usage.Part], int], monday: date) -> str | None:
    """The part of the day with the most minutes of the week."""
    parts: Counter[usage.Part] = Counter()
    for (day, part), minutes in used.items():
        if monday <= day < monday + A_WEEK:
            parts[part] += minutes
    return max(parts, key=parts.__getitem__).value if sum(parts.values()) else None
