"""What must stay, and why: holds, judgments still to come, duties. Whatever destroys asks here first."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import Connection, select

from hoede.core.orders import ENDED
from hoede.db import orders
from hoede.db.orders import ORDERS
from hoede.detection import store as events
from hoede.enforcement import store as decisions
from hoede.evidence import EvidenceRow, holds
from hoede.evidence import store as evidence
from hoede.evidence.holds import Kept
from hoede.evidence.rules import GONE
from hoede.evidence.store import WRITTEN
from hoede.reporting import facts
from hoede.reporting.store import REPORTS
from hoede.review import CaseRow, judgments
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.store import FILES, JUDGED, LETTERS

MOST_NOTICES = 100_000
REPORT: Final = "report"  # the measure


def why_case_stays(conn: Connection, case: CaseRow, now: datetime) -> str | None:
    """A code for what keeps a case with all that belongs to it; None when nothing does."""
    copies = copies_of(conn, case.id)
    judged = judgments.in_force(conn, case.id)
    asked = case.state != JUDGED and (case.lane is not None or case.needs_human is not None)
    whys = {
        "legal-hold": _on_hold(conn, case, copies, now),
        "still-judged": asked,
        "orders-open": _unfinished(conn, causes_of(conn, case.id)),
        "may-be-undone": judged is not None and judged.undo_until > now,
        "may-be-objected-to": _may_object(conn, [case.id], now),
        "retention": any(_has_time(conn, one, now) for one in copies),
    }
    return next((why for why, so in whys.items() if so), None)


def free(conn: Connection, copies: Sequence[str], now: datetime) -> list[str]:
    """Those of these copies that neither a person, nor a hold, nor an unfinished report wants."""
    held = holds.among(conn, Kept.COPY, copies, now)
    return [one for one in copies if one not in held and not _belongs_to_kept(conn, one, now)]


def copies_of(conn: Connection, case_id: str) -> list[str]:
    """All copies that belong to a case: its files, and the transcripts that its reports are made of."""
    files = [file.evidence for file in review.files_of(conn, case_id)]
    return [*files, *transcripts_of(conn, [case_id])]


def transcripts_of(conn: Connection, cases: Collection[str]) -> list[str]:
    """What was put together for the reports of these cases from what was written; no files to judge."""
    reports = reports_of(conn, cases)
    found = (row for one in reports for row in evidence.of_event(conn, one) if row.part == WRITTEN)
    return [row.taken.id for row in found]


def reports_of(conn: Connection, cases: Collection[str]) -> list[str]:
    """The orders of all reports of these cases, composed or not, also of those that add to another."""
    causes = [cause for case in cases for cause in _causes(conn, case)]
    asked = select(ORDERS.c.id).where(ORDERS.c.cause.in_(causes), ORDERS.c.measure == REPORT)
    composed = select(REPORTS.c.order_id).where(REPORTS.c.case_id.in_(cases))
    found = (*conn.execute(asked).scalars(), *conn.execute(composed).scalars())
    return list(dict.fromkeys(found))


def causes_of(conn: Connection, case_id: str) -> list[str]:
    """Ids of all that may have asked for orders in this case."""
    return [*_causes(conn, case_id), *(one.id for one in notices.of_case(conn, case_id, MOST_NOTICES))]


def _causes(conn: Connection, case_id: str) -> list[str]:
    """Those that may have asked for a report: a notice alone asks for none."""
    causes = [case_id, *(one.id for one in decisions.of_case(conn, case_id))]
    causes += [one.id for one in judgments.of_case(conn, case_id)]
    return causes + facts.of_case(conn, case_id)


def _belongs_to_kept(conn: Connection, copy: str, now: datetime) -> bool:
    row = evidence.find(conn, copy)
    if row is None:
        return False
    cases = _cases_of(conn, row)
    if review.waited_for(conn, cases) or _may_object(conn, cases, now):
        return True
    if any(_on_hold(conn, one, (), now) for case in cases for one in _with_later(conn, case)):
        return True
    if any(_unfinished(conn, _causes(conn, case), by="authority") for case in cases):
        return True
    event = events.find(conn, row.event)
    return event is not None and holds.on_account(conn, row.service, event.account, now)


def _with_later(conn: Connection, case_id: str) -> list[CaseRow]:
    """The case, and those that follow it, as an objection does."""
    case = review.find_case(conn, case_id)
    if case is None:
        return []
    found, every = {case_id: case}, review.every_of_account(conn, case.service, case.account)
    for _ in every:  # as often as a chain can be long
        found |= {one.id: one for one in every if one.earlier in found}
    return list(found.values())


def _cases_of(conn: Connection, copy: EvidenceRow) -> list[str]:
    """Cases it is a file of; of a transcript the one whose report it was made for."""
    cases = list(conn.execute(select(FILES.c.case_id).where(FILES.c.evidence == copy.taken.id)).scalars())
    report = orders.view(conn, copy.event) if copy.part == WRITTEN else None
    if report is not None:
        cases.append(report.order.values.get("case", report.order.cause))
    return cases


def _on_hold(conn: Connection, case: CaseRow, files: Collection[str], now: datetime) -> bool:
    return bool(
        holds.on_account(conn, case.service, case.account, now)
        or holds.among(conn, Kept.CASE, [case.id], now)
        or holds.among(conn, Kept.COPY, files, now)
    )


def _unfinished(conn: Connection, causes: Iterable[str], by: str | None = None) -> bool:
    c = ORDERS.c
    asked = select(c.id).where(c.cause.in_(list(causes)), c.state.not_in(ENDED))
    if by is not None:
        asked = asked.where(c.carried_by == by)
    return conn.execute(asked.limit(1)).first() is not None


def _has_time(conn: Connection, copy: str, now: datetime) -> bool:
    """Whether a copy is to be kept for longer than now."""
    row = evidence.find(conn, copy)
    if row is None or row.state in GONE:
        return False
    return row.keep_until is not None and not row.over(now)


def _may_object(conn: Connection, cases: Collection[str], now: datetime) -> bool:
    asked = select(LETTERS.c.order_id).where(LETTERS.c.case_id.in_(cases), LETTERS.c.until >= now.date())
    return conn.execute(asked.limit(1)).first() is not None
