"""From a case to what its report says, once; from then on later files open a new case."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
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
from hoede.review import AccountIs, JudgmentRow, judgments, views
from hoede.review import store as review
from hoede.review.rules import JUDGED_OTHERWISE


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
    classification: str | None = None  # as a person judged it


@dataclass(frozen=True, slots=True, kw_only=True)
class Compose:
    """Composes drafts. `stands` gives a code for what fell away under a decision, or None."""

    stands: Callable[[Connection, DecisionRow], str | None]
    service_names: Mapping[str, str]

    def __call__(self, tx: Transaction, order: Order) -> ReportRow:
        """Compose and save, or give the report saved before.

        Raises `NothingStands`, `NotSealedYet` or `MayBeFiled`.
        """
        case_id, conn = order.values.get("case", order.cause), tx.conn
        if (saved := reports.find(conn, order.id)) is not None:
            return saved
        case = review.lock_case(tx, case_id)  # no file joins, and nobody judges, while we read
        judged = judgments.in_force(conn, case_id)
        uploads = self._judged(conn, judged) if judged else self._automatic(conn, case_id)
        if any(one.copy.state is EvidenceState.INTAKE for one in uploads):
            raise NotSealedYet(case=case_id)  # it joined after this order was claimed
        _refuse_twice(conn, order, uploads)
        causes = [one.decision.id for one in uploads] + ([judged.id] if judged else [])
        sealed = [one for one in uploads if one.copy.state is EvidenceState.SEALED]
        draft = Draft(
            case_id=case_id,
            service=order.service,
            service_name=self.service_names[order.service],
            incident_at=min(_past(one.event.at, tx.now) for one in uploads),
            composed_at=tx.now,
            suspect=_suspect(conn, order, uploads, causes, tx.now),
            files=tuple(_file(conn, one, tx.now) for one in sealed),
            not_preserved=len(uploads) - len(sealed),
            rehearsal=any(_rehearsal(conn, one.decision) for one in uploads),
            follows=case.earlier if case else None,
            # Without a judgment only an adult by evidence is reported, as the one who did it.
            account_is=judged.account_is if judged else AccountIs.OFFENDER,
            incident=judged.incident if judged else "csam",
            high_priority=case.danger if case else None,
        )
        review.close_to_files(tx, case_id)
        reports.add_report(tx, order.id, order.target.id, draft)
        return reports.find(conn, order.id) or _lost(order)

    def why_not(self, conn: Connection, row: ReportRow) -> str | None:
        """A code for what fell away under any file of a composed report, or None while all of it stands."""
        judged = judgments.in_force(conn, row.case_id)
        asked = {one.event: one for one in decisions.of_case(conn, row.case_id)}
        for file in row.draft.files:
            copy = evidence.find(conn, file.evidence)
            decision = asked.get(copy.event) if copy else None
            if decision is None:
                return "decision-unknown"
            if gone := self._fell_away(conn, judged, decision, file.evidence):
                return gone
        return None

    def _fell_away(
        self, conn: Connection, judged: JudgmentRow | None, decision: DecisionRow, copy: str
    ) -> str | None:
        """Why this file is to be reported no more: a judgment counts before the decision it judged."""
        if judged is not None:
            said = judged.file(copy)
            return None if said and said.reported else JUDGED_OTHERWISE
        if "report" not in decision.measures:
            return JUDGED_OTHERWISE  # a judgment asked for it, and counts no more
        return self.stands(conn, decision)

    def _automatic(self, conn: Connection, case_id: str) -> list[_Reported]:
        """What is known, and still stands; what is only suspected stays behind. Raises `NothingStands`."""
        asked = [one for one in decisions.of_case(conn, case_id) if "report" in one.measures]
        whys = {one.event: self.stands(conn, one) for one in asked}
        stand = {one.event: one for one in asked if whys[one.event] is None}
        uploads = [one for one in _uploads(conn, case_id, stand) if one.copy.part == "media"]
        if not uploads:
            fell = next((why for why in whys.values() if why), None)
            raise NothingStands(fell if asked else JUDGED_OTHERWISE)
        return uploads

    def _judged(self, conn: Connection, judged: JudgmentRow) -> list[_Reported]:
        """What a person judged to be reported: media, and text that had none. Raises `NothingStands`."""
        decided = {one.event: one for one in decisions.of_case(conn, judged.case_id)}
        copies = _uploads(conn, judged.case_id, decided)
        with_media = {one.event.id for one in copies if one.copy.part == "media"}
        uploads = [
            replace(one, classification=said.classification)
            for one in copies
            if (said := judged.file(one.copy.taken.id)) and said.reported
            if one.copy.part == "media" or one.event.id not in with_media
        ]
        if not uploads:
            raise NothingStands(JUDGED_OTHERWISE)
        return uploads


def _uploads(conn: Connection, case_id: str, asked: Mapping[str, DecisionRow]) -> list[_Reported]:
    """The copies of these decisions, by event."""
    found = []
    for file in review.files_of(conn, case_id):
        copy, event = evidence.find(conn, file.evidence), events.find(conn, file.event)
        if file.event in asked and copy is not None and event is not None:
            found.append(_Reported(asked[file.event], event, copy))
    return found


def _refuse_twice(conn: Connection, order: Order, uploads: list[_Reported]) -> None:
    """After a restore platforms tell anew what we forgot, and we may have reported that already."""
    restore = restores.newest(conn)
    if restore is None or restores.was_parked(conn, order.id, restore.id):
        return
    if any(one.event.at <= restore.at for one in uploads):
        raise MayBeFiled(restore=restore.id)


def _suspect(
    conn: Connection, order: Order, uploads: list[_Reported], causes: list[str], now: datetime
) -> Suspect:
    account = uploads[0].decision.account
    return Suspect(
        account=account,
        screen_name=accounts.account(conn, order.service, account).screen_name,
        ip_events=tuple(event for one in uploads if (event := _ip(one, now))),
        closed_at=_closed_at(conn, causes),
    )


def _closed_at(conn: Connection, causes: list[str]) -> datetime | None:
    """When the platform's receipt said that the account is closed: what is true now, not what is asked."""
    for cause in causes:
        for seen in orders.views(conn, cause=cause):
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
        viewed=views.was_opened_whole(conn, one.copy.taken.id),
        found_by=tuple(finding.why for finding in acted),
        classification=one.classification,
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
