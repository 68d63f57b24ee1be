"""Every family's week, once: one text. The guardian gets it by mail, the teen reads the same."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Connection

from hoede import accounts
from hoede.db import Database, Transaction
from hoede.flow.pair.views import Figures, WeekFigures
from hoede.pairing import LinkRow, digests, guardians, mails
from hoede.pairing.guardians import GuardianRow
from hoede.pairing.rules.digest import Digest, Week, digest, week_of
from hoede.policy import Vocabulary
from hoede.words import best_locale, catalogue

PAGE = 500  # families a step
A_WEEK = timedelta(days=7)
KEPT_FOR = timedelta(days=5)  # how long its mail is tried
_NOTHING = WeekFigures()


@dataclass(slots=True)
class Weekly:
    """Writes digests page by page; what one process wrote, another finds written."""

    db: Database
    figures: Figures
    vocabulary: Vocabulary
    new_id: Callable[[str], str]
    _done: date | None = None
    _after: str = ""

    def once(self) -> bool:
        """One page of families; true while there are more. From Monday on it is about the week before."""
        week = week_of(self.db.now().date()) - A_WEEK
        if self._done == week:
            return False
        after = self._after
        last = self.db.commit(lambda tx: self._page(tx, week, after))
        self._after, self._done = (last, self._done) if last else ("", week)
        return bool(last)

    def _page(self, tx: Transaction, week: date, after: str) -> str:
        """The id of the last family written; "" when there was none left."""
        links = digests.page(tx.conn, after, PAGE)
        if not links:
            return ""
        there = digests.digested(tx.conn, [one.id for one in links], week)
        ends = datetime.combine(week + A_WEEK, time(0), UTC)
        wanted = [one for one in links if one.id not in there and one.started_at and one.started_at < ends]
        told = list(self._told(tx.conn, wanted, week)) if wanted else []
        digests.keep(tx, [(link.id, week, locale, text) for link, _, locale, text in told])
        mails.add_all(tx, [self._mail(tx, guardian, text) for _, guardian, _, text in told])
        return links[-1].id

    def _told(
        self, conn: Connection, links: list[LinkRow], week: date
    ) -> Iterator[tuple[LinkRow, GuardianRow, str, Digest]]:
        begins = datetime.combine(week, time(0), UTC)
        facts = _facts(conn, links, begins, self.figures)
        names = {
            locale: {one.name: one.say("name", locale) for one in self.vocabulary.settings.values()}
            for locale in ("en", "nl")
        }
        for link in links:
            guardian = facts.guardians.get(link.guardian or "")
            if guardian is None:
                continue
            key = (link.service or "", link.account or "")
            locale = best_locale([facts.locales.get(key) or guardian.locale])
            figures = facts.figures.get(key, _NOTHING)
            answers = facts.answers.get(link.id, Counter())
            told = Week(
                begins=week,
                guardian=guardian.name,
                minutes=figures.minutes,
                minutes_before=figures.minutes_before,
                most_in=figures.most_in,
                settings=tuple(facts.settings.get(link.id, ())),
                asked=sum(answers.values()),
                answers=answers,
                counts=figures.counts,
                looks=facts.looks.get(link.id, 0),
            )
            yield link, guardian, locale, digest(told, catalogue(locale), names[locale])

    def _mail(self, tx: Transaction, guardian: GuardianRow, text: Digest) -> dict[str, Any]:
        return {
            "id": self.new_id("mail"),
            "person": guardian.person,
            "to": guardian.mail,
            "subject": text.title,
            "body": text.text,
            "until": tx.now + KEPT_FOR,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Facts:
    """All that a page of digests is written from, asked for together."""

    guardians: Mapping[str, GuardianRow]
    locales: Mapping[tuple[str, str], str | None]
    figures: Mapping[tuple[str, str], WeekFigures]
    settings: Mapping[str, list[str]]
    answers: Mapping[str, Counter[str]]
    looks: Mapping[str, int]


def _facts(conn: Connection, links: list[LinkRow], begins: datetime, figures: Figures) -> _Facts:
    ids, until = [one.id for one in links], begins + A_WEEK
    by_service: dict[str, set[str]] = defaultdict(set)
    for one in links:
        by_service[one.service or ""].add(one.account or "")
    locales: dict[tuple[str, str], str | None] = {}
    numbers: dict[tuple[str, str], WeekFigures] = {}
    for service, those in by_service.items():
        for name, told in accounts.several(conn, service, those).items():
            locales[service, name] = told.locale
        for name, found in figures.weeks(conn, service, those, begins).items():
            numbers[service, name] = found
    answers: dict[str, Counter[str]] = defaultdict(Counter)
    for link, stands in digests.asked(conn, ids, begins, until):
        answers[link][stands.value] += 1
    return _Facts(
        guardians=guardians.several(conn, {one.guardian for one in links if one.guardian}),
        locales=locales,
        figures=numbers,
        settings=digests.settings_changed(conn, ids, begins, until),
        answers=answers,
        looks=digests.looked(conn, ids, begins, until),
    )
