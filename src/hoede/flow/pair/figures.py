"""Counts for families from what we keep anyway: how often somebody reported, as a number."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection

from hoede.core.ages import AgeBand
from hoede.flow.pair.views import WeekFigures
from hoede.pairing.rules.seeing import CountsSeen, PartsSeen, WeekSeen
from hoede.review import notice_store as notices

A_WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class ReportFigures:
    """No minutes: nobody counts them here. Connections and blocks are the platform's, and not told yet."""

    def time(
        self,
        conn: Connection,  # noqa: ARG002 - as the protocol has it
        service: str,  # noqa: ARG002 - likewise
        account: str,  # noqa: ARG002 - likewise
        band: AgeBand,  # noqa: ARG002 - likewise
        now: datetime,  # noqa: ARG002 - likewise
    ) -> PartsSeen | WeekSeen | None:
        return None

    def counts(self, conn: Connection, service: str, account: str, since: datetime) -> CountsSeen | None:
        made = notices.made_by(conn, service, (account,), since, since + A_WEEK)
        return CountsSeen(connections=None, blocks=None, reports=made.get(account, 0))

    def weeks(
        self, conn: Connection, service: str, accounts: Collection[str], begins: datetime
    ) -> Mapping[str, WeekFigures]:
        made = notices.made_by(conn, service, accounts, begins, begins + A_WEEK)
        return {
            one: WeekFigures(counts=CountsSeen(connections=None, blocks=None, reports=reports))
            for one, reports in made.items()
        }
