"""What is known about a case, in text: read at once, as one moment has it. No words of anybody are in it."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from hoede import accounts
from hoede.core.ages import AgeBand
from hoede.core.findings import Finding
from hoede.detection import EventRow
from hoede.detection import store as events
from hoede.evidence import EvidenceRow
from hoede.flow.judge import Whole, whole
from hoede.flow.judge.facts import Facts
from hoede.flow.victims import countries_of
from hoede.review import CaseRow, Grounds, JudgmentRow, Objection, age_store, claims, judgments
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.age_store import AgeAppeal
from hoede.review.notice_store import NoticeGroup
from hoede.web.console.desk import name_of


@dataclass(frozen=True, slots=True)
class Seen:
    """A content of the case: what was told of it, what detectors say, and our copies."""

    event: EventRow
    findings: tuple[Finding, ...]
    copies: tuple[EvidenceRow, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    case: CaseRow
    facts: Facts  # of the case itself, or of the one an objection is against
    account: accounts.Account
    band: AgeBand
    contents: tuple[Seen, ...]
    holder: tuple[str, datetime] | None  # who has it, by id, and until when
    claim: str | None  # under which whoever looks has it
    names: dict[str, str]  # of people here
    note: str | None
    judgments: tuple[JudgmentRow, ...]
    objection: Objection | None
    age: AgeAppeal | None
    reported: NoticeGroup | None
    victims_in: tuple[str, ...]  # countries, as far as anybody said

    @property
    def evidence(self) -> tuple[str, ...]:
        return self.facts.evidence

    @property
    def to_judge(self) -> bool:
        return self.case.state == review.OPEN and self.case.grounds.is_content

    @property
    def mine(self) -> bool:
        return self.claim is not None

    @property
    def to_check(self) -> JudgmentRow | None:
        """The judgment a second person is asked about."""
        in_force = [one for one in self.judgments if one.undone_at is None and not one.keeps]
        return in_force[-1] if self.case.state == review.SECOND and in_force else None

    def may_undo(self, person: str, now: datetime) -> JudgmentRow | None:
        """One's own judgment that can still be taken back: the newest one only."""
        last = self.judgments[-1] if self.judgments else None
        mine = last is not None and last.person == person and last.undone_at is None
        return last if last and mine and now < last.undo_until else None


def known(conn: Connection, case_id: str, person: str, now: datetime) -> Known | None:
    """All of it; None when there is no such case."""
    case = review.find_case(conn, case_id)
    if case is None:
        return None
    subject, holder = _subject(conn, case), claims.holder(conn, case_id, now)
    who = whole(conn, subject, now)
    judged = judgments.of_case(conn, subject.id)
    people = {one.person for one in judged} | ({holder[0]} if holder else set())
    return Known(
        case=case,
        facts=who.facts,
        account=who.account,
        band=who.band,
        contents=_contents(conn, who),
        holder=holder,
        claim=claims.claim_of(conn, case_id, person, now),
        names={one: name_of(conn, one) for one in people},
        note=claims.note_of(conn, case_id, person),
        judgments=judged,
        objection=review.objection_of(conn, case_id),
        age=age_store.of_case(conn, case_id),
        reported=notices.group_of(conn, who.notices_of),
        victims_in=tuple(sorted(countries_of(conn, [subject.id])[subject.id])),
    )


def _subject(conn: Connection, case: CaseRow) -> CaseRow:
    """An objection is about the case it is against."""
    earlier = review.find_case(conn, case.earlier) if case.earlier else None
    return earlier if earlier is not None and case.grounds is Grounds.OBJECTION else case


def _contents(conn: Connection, who: Whole) -> tuple[Seen, ...]:
    told = [(who.told(one), one) for one in who.facts.contents]
    return tuple(
        Seen(event, events.findings_of(conn, event.id), one.copies)
        for event, one in told
        if event is not None
    )
