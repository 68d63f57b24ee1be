"""From a case to what its report says, once; from then on later files open a new case."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from hoede import accounts
from hoede.core.errors import HoedeError
from hoede.core.events import Channel
from hoede.core.orders import Order, Target, TargetKind, order_id
from hoede.db import Transaction, restores
from hoede.detection import EventRow
from hoede.detection import store as events
from hoede.enforcement import DecisionRow
from hoede.enforcement import store as decisions
from hoede.evidence import EvidenceRow, EvidenceState
from hoede.evidence import store as evidence
from hoede.flow.report.about import About, NothingStands, Reported, Subject, texts_reported, transcript_of
from hoede.flow.report.batch import BATCH, LEAST, rows_of, told_of_all
from hoede.flow.report.named import closed_at, people_of, suspect_of
from hoede.flow.victims import countries_of
from hoede.lists import store as lists
from hoede.reporting import (
    Draft,
    DraftFile,
    Involved,
    IpEvent,
    Mark,
    Place,
    Role,
    SagaState,
    Suspect,
    WithoutCopy,
    batches,
)
from hoede.reporting import facts as told
from hoede.reporting import store as reports
from hoede.reporting.facts import Facts
from hoede.reporting.store import ReportRow
from hoede.review import AccountIs, CaseRow, JudgmentRow, Outcomes, judgments, views
from hoede.review import store as review
from hoede.review.rules import JUDGED_OTHERWISE

OF_THE_CASE = frozenset({Mark.SEXTORTION, Mark.SOLICITATION})  # the others are of single files
CORRECTS = "corrects"  # so the value of an order is called that has a judgment to tell after a report
UNDONE = "judgment-undone"  # why what adds to a report waits: it is for the next judgment to say
TRANSCRIPT = "transcript"  # so the value of an order is called whose supplementary report has one


class NotSealedYet(HoedeError):
    """A file of this report is still being sealed."""

    code = "not-sealed-yet"


class MayBeFiled(HoedeError):
    """It is about something older than a restore that was told after it: it may have been filed before."""

    code = "may-be-filed"

    def __init__(self, restore: str) -> None:
        super().__init__(restore=restore)
        self.restore = restore


@dataclass(frozen=True, slots=True, kw_only=True)
class Compose:
    """Composes drafts."""

    about: About
    service_names: Mapping[str, str]
    outcomes: Outcomes
    urls: Mapping[str, str]  # by authority: its numbers mean nothing at another address

    def __call__(self, tx: Transaction, order: Order) -> ReportRow:
        """Compose and save, or give the report saved before; anew when somebody judged since.

        Raises `NothingStands`, `NotSealedYet` or `MayBeFiled`.
        """
        saved = reports.find(tx.conn, order.id)
        if saved is not None and not self.is_due(tx.conn, order.id):
            return saved
        draft, authority = self._draft(tx, order), order.target.id
        if saved is None:
            reports.add_report(tx, order.id, authority, draft, self.urls[authority])
        else:
            reports.compose_anew(tx, order.id, draft)
        return reports.find(tx.conn, order.id) or _lost(order)

    def is_due(self, conn: Connection, order_id: str) -> bool:
        """Whether it is still to be composed, or once more."""
        saved = reports.find(conn, order_id)
        return saved is None or (saved.saga.state is SagaState.DRAFT and self.is_outdated(conn, saved))

    def is_outdated(self, conn: Connection, row: ReportRow) -> bool:
        """Whether somebody judged since this was composed: whom it accuses may be untrue by now."""
        if row.draft.batch:  # its members' own drafts tell
            return False
        judged = judgments.in_force(conn, row.case_id)
        return row.draft.judgment != (judged.id if judged else None)

    def _draft(self, tx: Transaction, order: Order) -> Draft:
        if BATCH in order.values:
            return self._of_all(tx, order)
        adds_to = order.values.get("supplements")
        return self._supplement(tx, order, adds_to) if adds_to else self._first(tx, order)

    def _of_all(self, tx: Transaction, order: Order) -> Draft:
        """One report of all cases of a batch that still stand; of fewer than two each goes by itself."""
        rows = rows_of(tx.conn, order.id)
        standing = self._standing(tx.conn, rows)
        batches.leave(tx, {one.order_id for one in rows} - {one.order_id for one in standing})
        return told_of_all(standing, tx.now)

    def _standing(self, conn: Connection, rows: Iterable[ReportRow]) -> list[ReportRow]:
        """Members of a batch that it may tell of as they were composed. Raises `NothingStands`."""
        standing = [one for one in rows if self._as_composed(conn, one)]
        if len(standing) < LEAST:
            raise NothingStands(JUDGED_OTHERWISE)
        return standing

    def _as_composed(self, conn: Connection, row: ReportRow) -> bool:
        return not self.why_not(conn, row) and not self.is_outdated(conn, row)

    def texts(self, conn: Connection, order: Order) -> tuple[Reported, ...]:
        """What was written and is to be reported, if it is enough for a transcript; nothing once composed."""
        judged = judgments.in_force(conn, _case_of(order))
        if judged is None or not self.is_due(conn, order.id):
            return ()
        if "supplements" in order.values:
            return texts_reported(conn, _case_of(order)) if TRANSCRIPT in order.values else ()
        try:
            return self.about.judged(conn, judged).texts
        except NothingStands:
            return ()  # composing says so

    def _first(self, tx: Transaction, order: Order) -> Draft:
        case_id, conn = _case_of(order), tx.conn
        case = review.lock_case(tx, case_id)  # no file joins, and nobody judges, while we read
        judged = judgments.in_force(conn, case_id)
        subject = self.about.of_case(conn, case_id)
        texts = subject.texts
        made = transcript_of(conn, order, texts) if texts else None
        if any(one.copy.state is EvidenceState.INTAKE for one in subject.uploads) or (
            texts and (made is None or made.state is EvidenceState.INTAKE)
        ):
            raise NotSealedYet(case=case_id)  # it joined, or was judged, after this order was claimed
        _refuse_twice(conn, order, subject.moments)
        review.close_to_files(tx, case_id)
        whole = made if made is not None and made.state is EvidenceState.SEALED else None
        return self._said(tx, order, case, judged, subject, whole)  # without it each text goes as it is

    def _said(  # noqa: PLR0917 - what a draft is made of
        self,
        tx: Transaction,
        order: Order,
        case: CaseRow | None,
        judged: JudgmentRow | None,
        subject: Subject,
        made: EvidenceRow | None,
    ) -> Draft:
        conn, now, uploads = tx.conn, tx.now, subject.uploads
        person = accounts.account(conn, order.service, order.values["account"])
        found = _facts(tx, order)
        causes = [one.id for one in subject.decisions] + ([judged.id] if judged else [])
        suspect = suspect_of(
            conn,
            person,
            ip_events=tuple(ip for one in subject.events if (ip := _ip(one, now))),
            causes=causes,
            judged=judged,
            facts=found or Facts(),
            prior_reports=self._prior(conn, order, person.id),
            now=now,
        )
        people = people_of(conn, person, subject.events, judged, now)
        files = self._files(conn, subject, made, now)
        account_is = judged.account_is if judged else AccountIs.OFFENDER
        marks = [one for one in self._marks(judged.outcome if judged else None) if one in OF_THE_CASE]
        if account_is is AccountIs.OFFENDER and suspect.minor:
            minors = any(one.minor for one in people if one.role is Role.VICTIM)
            marks += [Mark.BETWEEN_MINORS] if minors else []
        return Draft(
            case_id=_case_of(order),
            service=order.service,
            service_name=self.service_names[order.service],
            incident_at=min(_past(at, now) for at in subject.moments),
            composed_at=now,
            suspect=suspect,
            files=files,
            not_preserved=sum(one.copy.state is not EvidenceState.SEALED for one in uploads),
            rehearsal=any(_rehearsal(conn, one) for one in subject.decisions),
            follows=case.earlier if case else None,
            # Without a judgment only an adult by evidence is reported, as the one who did it.
            account_is=account_is,
            incident=judged.incident if judged else "csam",
            high_priority=case.danger if case else None,
            judged=judged is not None,
            people=people,
            places=_places(subject.events),
            marks=tuple(marks),
            victims_in=_victims_elsewhere(conn, _case_of(order), suspect, account_is, people),
            stands_on=tuple(dict.fromkeys(one.copy.taken.id for one in uploads)),
            platform_told=found is not None,
            judgment=judged.id if judged else None,
            without_copy=tuple(WithoutCopy(one.content, one.at, one.found_by) for one in subject.missed),
        )

    def _files(
        self, conn: Connection, subject: Subject, made: EvidenceRow | None, now: datetime
    ) -> tuple[DraftFile, ...]:
        """Each sealed copy, and in place of many texts their transcript."""
        sealed = [one for one in subject.uploads if one.copy.state is EvidenceState.SEALED]
        texts = subject.texts
        as_they_are = [one for one in sealed if made is None or one not in texts]
        files = tuple(self._file(conn, one, now) for one in as_they_are)
        return files if made is None else (*files, _transcript(conn, made, texts, now))

    def _file(self, conn: Connection, one: Reported, now: datetime) -> DraftFile:
        entries = set(one.decision.entries) if one.decision else set[str]()
        found = events.findings_of(conn, one.event.id)
        acted = [finding for finding in found if finding.match and finding.match.entry in entries]
        marks = tuple(mark for mark in self._marks(one.outcome) if mark not in OF_THE_CASE)
        return DraftFile(
            evidence=one.copy.taken.id,
            media_type=one.copy.media_type,
            size=one.copy.taken.size,
            md5=one.copy.taken.md5,
            sha256=one.copy.taken.sha256,
            uploaded_at=_past(one.event.at, now),
            ip_event=_ip(one.event, now),
            viewed=views.was_opened_whole(conn, one.copy.taken.id),
            found_by=tuple(finding.why for finding in acted),
            classification=one.classification,
            marks=marks,
        )

    def _marks(self, outcome: str | None) -> tuple[Mark, ...]:
        known = self.outcomes.get(outcome) if outcome else None
        return tuple(Mark(one.value) for one in known.marks) if known else ()

    def _prior(self, conn: Connection, order: Order, account: str) -> tuple[str, ...]:
        """The authority's numbers of what was reported of this account before."""
        cases = [one.id for one in review.of_account(conn, order.service, account)]
        authority = order.target.id
        return reports.numbers_of(conn, cases, authority=authority, url=self.urls[authority])

    def _supplement(self, tx: Transaction, order: Order, adds_to: str) -> Draft:
        """What came after a report was finished: a report of its own that names the first."""
        first, new = _added(tx.conn, order, adds_to)
        _refuse_twice(tx.conn, order, [first.draft.composed_at])
        texts = self.texts(tx.conn, order)
        made = transcript_of(tx.conn, order, texts) if texts else None
        if texts and (made is None or made.state is EvidenceState.INTAKE):
            raise NotSealedYet(case=first.case_id)
        added = told_more(tx.conn, first, new, tx.now)
        if CORRECTS in order.values:
            judged = judgments.in_force(tx.conn, first.case_id)
            return replace(added, corrects=True, withdraws=judged is None or not judged.wants("report"))
        if made is None:
            return added
        if made.state is not EvidenceState.SEALED:
            return replace(added, not_preserved=1)
        return replace(added, files=(_transcript(tx.conn, made, texts, tx.now),))

    def why_nothing(self, conn: Connection, order: Order) -> str | None:
        """A code for why nothing is to be reported under this order any more, composed or not; or None."""
        row = reports.find(conn, order.id)
        if row is not None and not self.is_due(conn, order.id):
            return self.why_not(conn, row)
        try:
            if BATCH in order.values:
                self._standing(conn, rows_of(conn, order.id))
            elif "supplements" in order.values:
                _added(conn, order, order.values["supplements"])
            else:
                self.about.of_case(conn, _case_of(order))
        except NothingStands as nothing:
            return nothing.detail
        return None

    def why_not(self, conn: Connection, row: ReportRow) -> str | None:
        """A code for what fell away under any copy of a composed report, or None while all of it stands."""
        if row.draft.batch:  # one that fell away would be told of: each of the others goes by itself
            fell = not all(self._as_composed(conn, one) for one in rows_of(conn, row.order_id))
            return JUDGED_OTHERWISE if fell else None
        judged = judgments.in_force(conn, row.case_id)
        if row.draft.corrects:
            return None if judged and judged.id == row.draft.judgment else JUDGED_OTHERWISE
        if row.draft.supplements and row.draft.judgment and judged is None:
            return UNDONE
        if row.draft.without_copy and not (judged and judged.without_copy):
            return JUDGED_OTHERWISE
        asked = {one.event: one for one in decisions.of_case(conn, row.case_id)}
        for one in (*row.draft.stands_on, *_all_copies(row.draft)):
            copy = evidence.find(conn, one)
            decision = asked.get(copy.event) if copy else None
            if gone := self._fell_away(conn, judged, decision, one):
                return gone
        return None

    def _fell_away(
        self, conn: Connection, judged: JudgmentRow | None, decision: DecisionRow | None, copy: str
    ) -> str | None:
        """Why this file is to be reported no more: a judgment counts before the decision it judged."""
        if judged is not None:
            said = judged.file(copy)
            return None if said and said.reported else JUDGED_OTHERWISE
        if decision is None:
            return "decision-unknown"
        if "report" not in decision.measures:
            return JUDGED_OTHERWISE  # a judgment asked for it, and counts no more
        return self.about.stands(conn, decision)


def told_more(conn: Connection, first: ReportRow, new: Facts, now: datetime) -> Draft:
    """What a report says that adds this to a finished one; without a transcript."""
    number, causes = first.saga.remote_id or "", _causes(conn, first.case_id)
    draft = _as_judged(first.draft, judgments.in_force(conn, first.case_id))
    stands_on = dict.fromkeys((*draft.stands_on, *_all_copies(draft)))
    return replace(
        draft,
        composed_at=now,
        suspect=replace(
            draft.suspect,
            told=new.told,
            ip_events=new.ip_events,
            closed_at=closed_at(conn, causes),
            prior_reports=(number,),
        ),
        files=(),
        not_preserved=0,
        follows=None,
        high_priority=None,
        supplements=number,
        words=new.words,
        stands_on=tuple(stands_on),
        platform_told=True,
    )


def _added(conn: Connection, order: Order, adds_to: str) -> tuple[ReportRow, Facts]:
    """The finished report that a supplement adds to, and what it adds. Raises `NothingStands`."""
    first, new = reports.find(conn, adds_to), told.find(conn, order.cause)
    if first is None or new is None or first.saga.state is not SagaState.FINISHED:
        raise NothingStands(JUDGED_OTHERWISE)
    judged, wanted = judgments.in_force(conn, first.case_id), order.values.get(CORRECTS)
    if wanted is not None and (judged is None or judged.id != wanted):
        raise NothingStands(JUDGED_OTHERWISE)
    if judged is None and first.draft.judgment is not None:
        raise NothingStands(UNDONE)
    return first, new


def _as_judged(draft: Draft, judged: JudgmentRow | None) -> Draft:
    """What a report said, but for what was judged since: it says less rather than something untrue."""
    if draft.judgment == (judged.id if judged else None):
        return draft
    is_reported = judged is not None and judged.wants("report")
    return replace(
        draft,
        account_is=judged.account_is if judged and is_reported else AccountIs.NOBODY,
        incident=judged.incident if judged and is_reported else draft.incident,
        suspect=replace(draft.suspect, guardian=None),
        people=(),
        marks=(),
        victims_in=(),
        judged=judged is not None,
        judgment=judged.id if judged else None,
    )


def _transcript(conn: Connection, made: EvidenceRow, texts: tuple[Reported, ...], now: datetime) -> DraftFile:
    return DraftFile(
        evidence=made.taken.id,
        media_type=made.media_type,
        size=made.taken.size,
        md5=made.taken.md5,
        sha256=made.taken.sha256,
        uploaded_at=now,
        ip_event=None,
        viewed=all(views.was_opened_whole(conn, one.copy.taken.id) for one in texts),
        found_by=(),
        supplemental=True,
        stands_on=tuple(one.copy.taken.id for one in texts),
    )


def _all_copies(draft: Draft) -> tuple[str, ...]:
    return tuple(copy for file in draft.files for copy in file.stands_on or (file.evidence,))


def _case_of(order: Order) -> str:
    return order.values.get("case", order.cause)


def _facts(tx: Transaction, order: Order) -> Facts | None:
    """What the platform told when it was asked for more, if it did in time."""
    target = Target(TargetKind.ACCOUNT, order.values["account"])
    return told.find(tx.conn, order_id(tx.key, _case_of(order), "tell_more", target))


def _causes(conn: Connection, case_id: str) -> list[str]:
    judged = judgments.in_force(conn, case_id)
    decided = [one.id for one in decisions.of_case(conn, case_id)]
    return decided + ([judged.id] if judged else [])


def _places(told: Iterable[EventRow]) -> tuple[Place, ...]:
    private = {one.channel is Channel.PRIVATE for one in told}
    return tuple(place for place, is_so in ((Place.CHAT, True), (Place.PAGE, False)) if is_so in private)


def _victims_elsewhere(
    conn: Connection, case: str, suspect: Suspect, account_is: AccountIs, people: Iterable[Involved]
) -> tuple[str, ...]:
    """Countries of children it harms who are not among the accounts it names."""
    named = {one.country for one in people if one.role is Role.VICTIM}
    named |= {suspect.country} if account_is is AccountIs.VICTIM else set()
    return tuple(sorted(countries_of(conn, [case])[case] - named))


def _refuse_twice(conn: Connection, order: Order, moments: Iterable[datetime]) -> None:
    """After a restore platforms tell anew what we forgot, and we may have reported that already."""
    restore = restores.newest(conn)
    if restore is None or restores.was_parked(conn, order.id, restore.id):
        return
    if any(at <= restore.at for at in moments):
        raise MayBeFiled(restore=restore.id)


def _ip(event: EventRow, now: datetime) -> IpEvent | None:
    return IpEvent(event.ip, _past(event.at, now)) if event.ip else None


def _past(at: datetime, now: datetime) -> datetime:
    """A platform's clock may run ahead; the authority takes no time that has not come."""
    return min(at, now)


def _rehearsal(conn: Connection, decision: DecisionRow) -> bool:
    entries = (lists.entry(conn, entry) for entry in decision.entries)
    return any(entry is not None and entry.facts.rehearsal for entry in entries)


def _lost(order: Order) -> ReportRow:
    raise RuntimeError(f"the report of {order.id} was saved and is not there")
