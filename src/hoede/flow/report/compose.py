"""From a case to what its report says, once; from then on later files open a new case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hoede import accounts
from hoede.core.errors import HoedeError
from hoede.core.orders import Order, OrderState
from hoede.db import Transaction, orders, restores
from hoede.detection import EventRow
from hoede.detection import store as events
from hoede.enforcement import DecisionRow
from hoede.enforcement import store as decisions
from hoede.evidence import EvidenceRow, EvidenceState
from hoede.evidence import store as evidence
from hoede.lists import store as lists
from hoede.reporting import Draft, DraftFile, IpEvent, Suspect
from hoede.reporting import store as reports
from hoede.reporting.store import ReportRow
from hoede.review import store as review


class NothingStands(HoedeError):
    """Nothing this report stood on is still so; the detail is a code for what fell away."""

    code = "nothing-stands"


class NotSealedYet(HoedeError):
    """A file of this report is still being sealed."""

    code = "not-sealed-yet"


class MayBeFiled(HoedeError):
    """It is about something older than a restore that was told after it: it may have been filed before."""

    code = "may-be-filed"

    def __init__(self, restore: str) -> None:
        super().__init__(restore=restore)
        self.restore = restore


@dataclass(frozen=True, slots=True)
class _Reported:
    """One upload that the report is about."""

    decision: DecisionRow
    event: EventRow
    copy: EvidenceRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Compose:
    """Composes drafts. `stands` gives a code for what fell away under a decision, or None."""

    stands: Callable[[Connection, DecisionRow], str | None]
    service_names: Mapping[str, str]

    def __call__(self, tx: Transaction, order: Order) -> ReportRow:
        """Compose and save, or give the report saved before.

        Raises `NothingStands`, `NotSealedYet` or `MayBeFiled`.
        """
        case_id, conn = order.cause, tx.conn
        if (saved := reports.find(conn, order.id)) is not None:
            return saved
        case = review.lock_case(tx, case_id)  # no file joins while we read
        asked = [one for one in decisions.of_case(conn, case_id) if "report" in one.measures]
        whys = {one.event: self.stands(conn, one) for one in asked}
        uploads = self._uploads(conn, case_id, {one.event: one for one in asked if whys[one.event] is None})
        if not uploads:
            raise NothingStands(next((why for why in whys.values() if why), None))
        if any(one.copy.state is EvidenceState.INTAKE for one in uploads):
            raise NotSealedYet(case=case_id)  # it joined after this order was claimed
        _refuse_twice(conn, order, uploads)
        sealed = [one for one in uploads if one.copy.state is EvidenceState.SEALED]
        draft = Draft(
            case_id=case_id,
            service=order.service,
            service_name=self.service_names[order.service],
            incident_at=min(_past(one.event.at, tx.now) for one in uploads),
            composed_at=tx.now,
            suspect=_suspect(conn, order, uploads, tx.now),
            files=tuple(_file(conn, one, tx.now) for one in sealed),
            not_preserved=len(uploads) - len(sealed),
            rehearsal=any(_rehearsal(conn, one.decision) for one in uploads),
            follows=case.earlier if case else None,
        )
        review.close_to_files(tx, case_id)
        reports.add_report(tx, order.id, order.target.id, draft)
        return reports.find(conn, order.id) or _lost(order)

    def why_not(self, conn: Connection, row: ReportRow) -> str | None:
        """A code for what fell away under any file of a composed report, or None while all of it stands."""
        asked = {one.event: one for one in decisions.of_case(conn, row.case_id)}
        for file in row.draft.files:
            copy = evidence.find(conn, file.evidence)
            decision = asked.get(copy.event) if copy else None
            if decision is None:
                return "decision-unknown"
            if gone := self.stands(conn, decision):
                return gone
        return None

    def _uploads(self, conn: Connection, case_id: str, asked: Mapping[str, DecisionRow]) -> list[_Reported]:
        """The media of these decisions, by event; what is only suspected stays behind."""
        found = []
        for file in review.files_of(conn, case_id):
            copy, event = evidence.find(conn, file.evidence), events.find(conn, file.event)
            if file.event in asked and copy is not None and event is not None and copy.part == "media":
                found.append(_Reported(asked[file.event], event, copy))
        return found


def _refuse_twice(conn: Connection, order: Order, uploads: list[_Reported]) -> None:
    """After a restore platforms tell anew what we forgot, and we may have reported that already."""
    restore = restores.newest(conn)
    if restore is None or restores.was_parked(conn, order.id, restore.id):
        return
    if any(one.event.at <= restore.at for one in uploads):
        raise MayBeFiled(restore=restore.id)


def _suspect(conn: Connection, order: Order, uploads: list[_Reported], now: datetime) -> Suspect:
    account = uploads[0].decision.account
    return Suspect(
        account=account,
        screen_name=accounts.account(conn, order.service, account).screen_name,
        ip_events=tuple(event for one in uploads if (event := _ip(one, now))),
        closed_at=_closed_at(conn, uploads),
    )


def _closed_at(conn: Connection, uploads: list[_Reported]) -> datetime | None:
    """When the platform's receipt said that the account is closed: what is true now, not what is asked."""
    for one in uploads:
        for seen in orders.views(conn, cause=one.decision.id):
            if seen.order.measure == "close_account" and seen.state is OrderState.DONE:
                return seen.ended_at
    return None


def _file(conn: Connection, one: _Reported, now: datetime) -> DraftFile:
    entries = set(one.decision.entries)
    found = events.findings_of(conn, one.event.id)
    acted = [finding for finding in found if finding.match and finding.match.entry in entries]
    return DraftFile(
        evidence=one.copy.taken.id,
        media_type=one.copy.media_type,
        size=one.copy.taken.size,
        md5=one.copy.taken.md5,
        sha256=one.copy.taken.sha256,
        uploaded_at=_past(one.event.at, now),
        ip_event=_ip(one, now),
        viewed=False,  # nobody can open evidence yet; from then on the log of views decides
        found_by=tuple(finding.why for finding in acted),
    )


def _ip(one: _Reported, now: datetime) -> IpEvent | None:
    return IpEvent(one.event.ip, _past(one.event.at, now)) if one.event.ip else None


def _past(at: datetime, now: datetime) -> datetime:
    """A platform's clock may run ahead; the authority takes no time that has not come."""
    return min(at, now)


def _rehearsal(conn: Connection, decision: DecisionRow) -> bool:
    entries = (lists.entry(conn, entry) for entry in decision.entries)
    return any(entry is not None and entry.facts.rehearsal for entry in entries)


def _lost(order: Order) -> ReportRow:
    raise RuntimeError(f"the report of {order.id} was saved and is not there")
