"""What must stay, and why: holds, judgments still to come, duties. Whatever destroys asks here first."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from hoede.core.orders import ENDED
from hoede.db.orders import ORDERS
from hoede.detection import store as events
from hoede.enforcement import store as decisions
from hoede.evidence import EvidenceState, holds
from hoede.evidence import store as evidence
from hoede.evidence.holds import Kept
from hoede.review import CaseRow, judgments
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.store import FILES, JUDGED, LETTERS

MOST_NOTICES = 100_000


def why_case_stays(conn: Connection, case: CaseRow, now: datetime) -> str | None:
    """A code for what keeps a case with all that belongs to it; None when nothing does."""
    files = [file.evidence for file in review.files_of(conn, case.id)]
    judged = judgments.in_force(conn, case.id)
    asked = case.state != JUDGED and (case.lane is not None or case.needs_human is not None)
    whys = {
        "legal-hold": _on_hold(conn, case, files, now),
        "still-judged": asked,
        "orders-open": _unfinished(conn, causes_of(conn, case.id)),
        "may-be-undone": judged is not None and judged.undo_until > now,
        "may-be-objected-to": _may_object(conn, case.id, now),
        "retention": any(_has_time(conn, one, now) for one in files),
    }
    return next((why for why, so in whys.items() if so), None)


def free(conn: Connection, copies: Sequence[str], now: datetime) -> list[str]:
    """Those of these copies that neither a person, nor a hold, nor an unfinished report wants."""
    wanted = review.wanted_by_people(conn, copies) | holds.among(conn, Kept.COPY, copies, now)
    return [one for one in copies if one not in wanted and not _belongs_to_kept(conn, one, now)]


def causes_of(conn: Connection, case_id: str) -> list[str]:
    """Ids of all that may have asked for orders in this case."""
    causes = [case_id, *(one.id for one in decisions.of_case(conn, case_id))]
    causes += [one.id for one in judgments.of_case(conn, case_id)]
    return causes + [one.id for one in notices.of_case(conn, case_id, MOST_NOTICES)]


def _belongs_to_kept(conn: Connection, copy: str, now: datetime) -> bool:
    cases = conn.execute(select(FILES.c.case_id).where(FILES.c.evidence == copy)).scalars().all()
    if holds.among(conn, Kept.CASE, cases, now):
        return True
    row = evidence.find(conn, copy)
    event = events.find(conn, row.event) if row else None
    if row and event and holds.on_account(conn, row.service, event.account, now):
        return True
    return any(_unfinished(conn, causes_of(conn, case), by="authority") for case in cases)


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
    if row is None or row.state not in {EvidenceState.SEALED, EvidenceState.INTAKE}:
        return False
    return row.keep_until is not None and not row.over(now)


def _may_object(conn: Connection, case_id: str, now: datetime) -> bool:
    asked = select(LETTERS.c.order_id).where(LETTERS.c.case_id == case_id, LETTERS.c.until >= now.date())
    return conn.execute(asked.limit(1)).first() is not None
