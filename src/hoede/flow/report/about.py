"""What a report of a case is about: copies of what is to be reported, and what there is no copy of."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection

from hoede.core.errors import HoedeError
from hoede.core.orders import Order, Target, TargetKind
from hoede.db import orders
from hoede.detection import EventRow
from hoede.detection import store as events
from hoede.enforcement import DecisionRow
from hoede.enforcement import store as decisions
from hoede.evidence import EvidenceRow, EvidenceState
from hoede.evidence import store as evidence
from hoede.review import JudgmentRow, judgments
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.rules import JUDGED_OTHERWISE

LEAST_WRITTEN = 2  # texts that become one transcript; a single one goes as it is
MOST_WRITTEN = 1000
_THERE = frozenset({EvidenceState.INTAKE, EvidenceState.SEALED})


class NothingStands(HoedeError):
    """Nothing this report stood on is still so; the detail is a code for what fell away."""

    code = "nothing-stands"


@dataclass(frozen=True, slots=True)
class Reported:
    """One upload that the report is about."""

    decision: DecisionRow | None  # None: somebody reported it, and a person judged
    event: EventRow
    copy: EvidenceRow
    classification: str | None = None  # as a person judged it
    outcome: str | None = None  # likewise


@dataclass(frozen=True, slots=True)
class Missed:
    """What a person wants reported though there is no copy of it, with whatever told of it."""

    at: datetime
    content: str | None  # None: somebody reported the account, and named nothing
    found_by: tuple[str, ...]
    event: EventRow | None = None
    decision: DecisionRow | None = None


@dataclass(frozen=True, slots=True)
class Subject:
    """All that a report is about; never nothing."""

    uploads: tuple[Reported, ...]
    missed: tuple[Missed, ...] = ()

    @property
    def events(self) -> tuple[EventRow, ...]:
        told = (*(one.event for one in self.uploads), *(one.event for one in self.missed))
        return tuple(one for one in told if one is not None)

    @property
    def decisions(self) -> tuple[DecisionRow, ...]:
        asked = (*(one.decision for one in self.uploads), *(one.decision for one in self.missed))
        return tuple(one for one in asked if one is not None)

    @property
    def moments(self) -> tuple[datetime, ...]:
        """When the platform was told, or told us, of each."""
        return (*(one.event.at for one in self.uploads), *(one.at for one in self.missed))

    @property
    def texts(self) -> tuple[Reported, ...]:
        """What was written, where it is enough for a transcript; its copies are whole."""
        found = [one for one in self.uploads if _is_text(one)]
        return tuple(found[:MOST_WRITTEN]) if len(found) >= LEAST_WRITTEN else ()


@dataclass(frozen=True, slots=True)
class About:
    """Says what is to be reported. `stands` gives a code for what fell away under a decision, or None."""

    stands: Callable[[Connection, DecisionRow], str | None]

    def of_case(self, conn: Connection, case_id: str) -> Subject:
        """As things are now. Raises `NothingStands`."""
        judged = judgments.in_force(conn, case_id)
        return self.judged(conn, judged) if judged else self._automatic(conn, case_id)

    def judged(self, conn: Connection, judged: JudgmentRow) -> Subject:
        """What a person judged to be reported: media, and what was written. Raises `NothingStands`."""
        decided = {one.event: one for one in decisions.of_case(conn, judged.case_id)}
        copies = _uploads(conn, judged.case_id, decided)
        missed = _missed(conn, judged, decided, copies) if judged.without_copy else ()
        reported = [
            replace(one, classification=said.classification, outcome=said.outcome)
            for one in copies
            if (said := judged.file(one.copy.taken.id)) and said.reported
        ]
        subject = Subject(tuple(reported), missed)
        if subject.texts:
            return subject
        with_media = {one.event.id for one in reported if one.copy.part == "media"}
        uploads = [one for one in reported if one.copy.part == "media" or one.event.id not in with_media]
        if not uploads and not missed:
            raise NothingStands(JUDGED_OTHERWISE)
        return Subject(tuple(uploads), missed)

    def _automatic(self, conn: Connection, case_id: str) -> Subject:
        """What is known, and still stands; what is only suspected stays behind. Raises `NothingStands`."""
        asked = [one for one in decisions.of_case(conn, case_id) if "report" in one.measures]
        whys = {one.event: self.stands(conn, one) for one in asked}
        stand = {one.event: one for one in asked if whys[one.event] is None}
        copies = [one for one in _uploads(conn, case_id, stand) if one.decision]
        uploads = [one for one in copies if one.copy.part == "media"]
        if not uploads:
            raise NothingStands(next((why for why in whys.values() if why), JUDGED_OTHERWISE))
        return Subject(tuple(uploads))


def _missed(
    conn: Connection, judged: JudgmentRow, decided: Mapping[str, DecisionRow], copies: Iterable[Reported]
) -> tuple[Missed, ...]:
    """Each content of which the platform has nothing more to send; without any, what people told."""
    there = {one.event.content for one in copies}
    told = [event for one in decided if (event := events.find(conn, one)) is not None]
    if told or there:
        first = {one.content: one for one in reversed(told)}  # of each what told of it first
        gone = [event for content, event in first.items() if content not in there]
        return tuple(_of_event(conn, one, decided[one.id]) for one in gone)
    # A judgment that wants it reported is never about nothing.
    return tuple(_told_by_people(conn, judged.case_id)) or (Missed(judged.at, None, ()),)


def _of_event(conn: Connection, event: EventRow, decision: DecisionRow) -> Missed:
    found_by = tuple(one.why for one in events.findings_of(conn, event.id))
    return Missed(event.at, event.content, found_by, event, decision)


def _told_by_people(conn: Connection, case_id: str) -> Iterator[Missed]:
    """By content what somebody reported, and what was asked of the platform for a sample."""
    by_content: dict[str | None, list[notices.NoticeRow]] = {}
    for row in reversed(notices.of_case(conn, case_id)):
        by_content.setdefault(row.notice.content, []).append(row)
    for content, rows in by_content.items():
        mine = [row.notice for row in rows]
        whys = dict.fromkeys(f"Somebody reported to the provider: {one.reason}" for one in mine)
        yield Missed(min(one.at for one in mine), content, tuple(whys))
    for seen in orders.views(conn, cause=case_id):
        if seen.order.measure == "want" and seen.order.target.id not in by_content:
            yield Missed(seen.opened_at, seen.order.target.id, ())


def texts_reported(conn: Connection, case_id: str) -> tuple[Reported, ...]:
    """What was written in a case that a judgment in force wants reported; its copies are whole."""
    judged = judgments.in_force(conn, case_id)
    if judged is None:
        return ()
    decided = {one.event: one for one in decisions.of_case(conn, case_id)}
    wanted = {one.evidence for one in judged.files if one.reported}
    texts = [one for one in _uploads(conn, case_id, decided) if one.copy.taken.id in wanted]
    return tuple(one for one in texts if _is_text(one))[:MOST_WRITTEN]


def transcript_of(conn: Connection, order: Order, texts: Iterable[Reported]) -> EvidenceRow | None:
    """The transcript of exactly these texts that was made for this report; None when none was."""
    wanted = sources_of(texts)
    for row in evidence.of_event(conn, order.id):
        seal = _sources_told(conn, order, row)
        if seal == wanted:
            return row
    return None


def sources_of(texts: Iterable[Reported]) -> str:
    """The copies a transcript is made from, as its order names them."""
    return " ".join(sorted(one.copy.taken.id for one in texts))


def _sources_told(conn: Connection, order: Order, row: EvidenceRow) -> str | None:
    """What the order that seals a transcript says it is made from."""
    for seen in orders.views(conn, cause=order.id):
        if seen.order.target == Target(TargetKind.EVIDENCE, row.taken.id):
            return seen.order.values.get("sources")
    return None


def _is_text(one: Reported) -> bool:
    return one.copy.part == "text" and one.copy.state in _THERE


def _uploads(conn: Connection, case_id: str, asked: Mapping[str, DecisionRow]) -> list[Reported]:
    """The copies of a case, with the decision about the event each came with."""
    found = []
    for file in review.files_of(conn, case_id):
        copy, event = evidence.find(conn, file.evidence), events.find(conn, file.event)
        if copy is not None and event is not None:
            found.append(Reported(asked.get(file.event), event, copy))
    return found
