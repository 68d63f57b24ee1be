"""People's data to eyes: what a page says of somebody and what people wrote; each page with its leaf."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from hoede.db import Database, Transaction
from hoede.pairing import exits
from hoede.pairing.exits import ExitRow
from hoede.reporting import store as reports
from hoede.reporting.store import ReportRow
from hoede.review import CaseRow, Grounds, age_store, blind, claims
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.notice_store import NoticeRow
from hoede.review.readings import Page, note_reading
from hoede.review.waiting import objection_text

MOST_NOTICES: Final = 20  # more say hardly more, and nobody reads them
OVERSEE: Final = "oversee"  # what a case is read for by who has not got it
FILED: Final = "report"  # what a report is read for


@dataclass(frozen=True, slots=True)
class Written:
    """What people wrote, for who has the case; nothing for anybody else."""

    purpose: str = OVERSEE  # what the page is read for
    notices: tuple[NoticeRow, ...] = ()  # the newest
    objected: str | None = None
    pairing: ExitRow | None = None  # what somebody asked about a pairing

    def ids(self, objection: str | None) -> tuple[str, ...]:
        """Whose words these are."""
        told = [one.id for one in self.notices]
        if objection and self.objected is not None:
            told.append(objection)
        if self.pairing is not None:
            told.append(self.pairing.case_id)
        return tuple(told)


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """Opens pages for people. That somebody reads one is written down before the first byte goes out."""

    db: Database
    new_id: Callable[[str], str]

    def case(self, case_id: str, person: str) -> Written | None:
        """What people wrote about it; None when there is no such case."""
        view_id = self.new_id("vie")
        return self.db.commit(lambda tx: _case(tx, view_id, case_id, person))

    def report(self, order: str, person: str) -> ReportRow | None:
        """What was said to an authority; None when nothing is composed under this order."""
        view_id = self.new_id("vie")
        return self.db.commit(lambda tx: _report(tx, view_id, order, person))


def _case(tx: Transaction, view_id: str, case_id: str, person: str) -> Written | None:
    case = review.find_case(tx.conn, case_id)
    if case is None:
        return None
    holder = claims.holder(tx.conn, case_id, tx.now)
    mine = holder is not None and holder[0] == person
    written = _written(tx, case) if mine else Written()
    objection = review.objection_of(tx.conn, case_id) or age_store.of_case(tx.conn, case_id)
    note_reading(
        tx,
        view_id,
        Page.CASE,
        about=case_id,
        person=person,
        purpose=written.purpose,
        words=written.ids(objection.number if objection else None),
    )
    return written


def _written(tx: Transaction, case: CaseRow) -> Written:
    """An objection is judged by what people wrote of the case it is against, too."""
    about = case.earlier if case.grounds is Grounds.OBJECTION and case.earlier else case.id
    if (again := blind.find(tx.conn, case.id)) is not None and again.kind is blind.Kind.DOUBLE:
        about = again.source
    told = notices.of_case(tx.conn, about, MOST_NOTICES)
    age = age_store.of_case(tx.conn, case.id)
    objected = age.words if age else objection_text(tx.conn, case.id)
    return Written(_purpose(case), told, objected, exits.find(tx.conn, case.id))


def _purpose(case: CaseRow) -> str:
    """What who has the case reads it for; the names are those a look at a file has."""
    if case.danger:
        return "danger"
    if not case.grounds.is_content:
        return "objection"
    return "check" if case.state == review.SECOND else "judge"


def _report(tx: Transaction, view_id: str, order: str, person: str) -> ReportRow | None:
    report = reports.find(tx.conn, order)
    if report is not None:
        note_reading(tx, view_id, Page.REPORT, about=order, person=person, purpose=FILED, words=())
    return report
