"""Notice to case: what somebody reported waits for a person, and what it is about is asked for."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from hoede import accounts
from hoede.accounts import Account, AgeGround, age_ground
from hoede.core.handover import Handover
from hoede.core.orders import Order, Target, TargetKind, opaque, order_id
from hoede.db import Database, Transaction, orders
from hoede.detection import store as events
from hoede.enforcement.measures import Measures
from hoede.review import Grounds, Lane, Lanes, rank_by
from hoede.review import notice_store as notices
from hoede.review import store as review
from hoede.review.fits import language_of
from hoede.review.notice_store import NoticeRow
from hoede.review.notices import (
    FULL,
    Notice,
    NoticeAnswer,
    Reason,
    Reasons,
    Source,
    State,
    answer_by,
    lane_of_notice,
    voice_of,
)
from hoede.review.store import CaseRow

MOST_WANTED = 50  # things asked for per case because of notices; whoever judges may ask for more
LONGEST_LINK = 64  # characters; ours have 26

AlsoNotice = Callable[[Transaction, "NoticeReceipt"], None]  # what the caller keeps in the same transaction


class UsedMeanwhileError(Exception):
    """Another process used the same link: what this one wrote is undone, and asked again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NoticeReceipt:
    """What whoever reported may know: that it is here, how far it is, what came of it."""

    id: str
    number: str  # for people to quote
    state: State
    outcome: NoticeAnswer | None
    received_on: date
    answer_by: date
    url: str  # of the receipt's page
    locale: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeNotice:
    """Takes notices, and knows their receipts."""

    db: Database
    names: bytes
    measures: Measures
    lanes: Lanes
    reasons: Reasons
    public_url: str
    new_id: Callable[[str], str]
    new_number: Callable[[], str]

    def take(self, notice: Notice, also: AlsoNotice = lambda _tx, _receipt: None) -> NoticeReceipt:
        """The receipt of a notice; the same reporter saying the same again gets the first one's."""

        def step(tx: Transaction) -> NoticeReceipt:
            receipt = self.receipt_of(self.keep(tx, notice))
            also(tx, receipt)
            return receipt

        return self.db.commit(step)

    def take_handed_over(
        self, handed: Handover, reason: Reason, words: str | None, locale: str
    ) -> NoticeReceipt | None:
        """The receipt of what was reported by a hand-over link; None when it was used for something else.

        The same sent twice, by a second tap, is answered as the first time.
        """
        notice = Notice(
            service=handed.service,
            source=Source.PERSON,
            subject=handed.subject,
            reason=reason,
            at=self.db.now(),
            reporter=handed.reporter,
            content=handed.content,
            words=words,
            locale=locale,
            since=handed.since,
            linked=handed.linked,
        )

        def step(tx: Transaction) -> NoticeRow | None:
            used = notices.used_for(tx.conn, handed.service, handed.once)
            if used is not None:
                return used if used.notice.reason is reason else None
            row = self.keep(tx, notice)
            if not notices.use_handover(tx, handed.service, handed.once, row.id):
                raise UsedMeanwhileError
            return row

        try:
            row = self.db.commit(step)
        except UsedMeanwhileError:
            row = self.db.commit(step)
        return None if row is None else self.receipt_of(row)

    def was_used(self, handed: Handover) -> bool:
        return self.db.read(lambda conn: notices.used_for(conn, handed.service, handed.once)) is not None

    def receipt(self, link: str) -> NoticeReceipt | None:
        """The receipt behind a link; None when it is none of ours."""
        if len(link) > LONGEST_LINK:
            return None
        row = self.db.read(lambda conn: notices.behind_link(conn, link))
        return None if row is None else self.receipt_of(row)

    def receipt_for(self, service: str, source: Source, notice_id: str) -> NoticeReceipt | None:
        """The receipt of a notice that this source told for this service."""
        row = self.db.read(lambda conn: notices.find(conn, notice_id))
        if row is None or (row.notice.service, row.notice.source) != (service, source):
            return None
        return self.receipt_of(row)

    def keep(self, tx: Transaction, notice: Notice) -> NoticeRow:
        """Write a notice down with all that follows from it: its case, its voice, what is asked for.

        Nothing else follows, however many there are: a notice is no judgment.
        """
        subject = accounts.account(tx.conn, notice.service, notice.subject)
        adult = age_ground(subject.age_evidence, tx.now, subject.zone) is not AgeGround.MINOR
        lane = self.lanes[lane_of_notice(notice, self.reasons, adult=adult)]
        case_id = self._case(tx, notice, lane)
        if before := notices.same_notice(tx.conn, case_id, notice):
            if notice.victim_country is not None:
                notices.learn_country(tx, before.id, notice.victim_country)
            return before
        notice_id = self.new_id("ntc")
        kept = notices.add_notice(
            tx,
            notice_id,
            notice,
            case_id=case_id,
            number=self.new_number(),
            link=self._link(notice_id),
            voice=voice_of(notice, known=_is_known(tx.conn, notice)),
            severity=self.reasons[notice.reason].severity,
            wanted=self._want(tx, notice, case_id),
        )
        _press(tx, case_id)
        return kept

    def _case(self, tx: Transaction, notice: Notice, lane: Lane) -> str:
        """The subject's open case, or a new one; a flood about one account is one case."""
        latest = review.lock_latest_case(tx, notice.service, notice.subject)
        due_at = tx.now + lane.due
        if latest is not None and latest.takes_files:
            if _is_sooner(latest, lane, tx):
                review.join_lane(tx, latest, lane.name, due_at)
            return latest.id
        case_id = self.new_id("case")
        new = review.open_case(
            tx,
            case_id,
            service=notice.service,
            account=notice.subject,
            grounds=Grounds.SUSPECTED,
            lane=lane.name,
            due_at=due_at,
            earlier=latest.id if latest else None,
            language=language_of(accounts.account(tx.conn, notice.service, notice.subject).locale),
        )
        # Another process may have opened one since we looked: then this notice is of that case.
        return case_id if new else self._case(tx, notice, lane)

    def _want(self, tx: Transaction, notice: Notice, case_id: str) -> str | None:
        """Ask the platform for what the notice is about, once per case; None when nothing is asked for."""
        if notice.content is None:
            return None
        target = Target(TargetKind.CONTENT, notice.content)
        want = order_id(self.names, case_id, "want", target)
        if orders.view(tx.conn, want) is not None:
            return want
        has_all = notices.contents_wanted(tx.conn, case_id) >= MOST_WANTED
        if has_all or _has(tx.conn, case_id, notice.content):
            return None
        order = Order(
            id=want,
            service=notice.service,
            cause=case_id,
            measure="want",
            target=target,
            by=self.measures["want"].by,
            values={"account": notice.subject, "case": case_id, "ground": "suspected"},
        )
        orders.open_order(tx, order)
        return want

    def receipt_of(self, row: NoticeRow) -> NoticeReceipt:
        came_on = row.came_at.date()
        return NoticeReceipt(
            id=row.id,
            number=row.number,
            state=row.state,
            outcome=row.outcome,
            received_on=came_on,
            answer_by=answer_by(came_on),
            url=f"{self.public_url}/report/{self._link(row.id)}",
            locale=row.notice.locale,
        )

    def _link(self, notice_id: str) -> str:
        """The receipt's link follows from the notice and is kept nowhere, like that of a letter."""
        return opaque(self.names, f"notice\x1f{notice_id}")


def _press(tx: Transaction, case_id: str) -> None:
    """The case ranks by what its notices weigh together, if that is more than it weighed without them."""
    case, group = review.find_case(tx.conn, case_id), notices.group_of(tx.conn, case_id)
    if case is not None and group is not None:
        review.raise_rank(tx, case_id, rank_by(case.opened_at, group.urgency / FULL))


def _is_sooner(case: CaseRow, lane: Lane, tx: Transaction) -> bool:
    """Whether this notice brings an open case to a person sooner; else the case stays as it is."""
    return case.lane is None or case.due_at is None or tx.now + lane.due < case.due_at


def _is_known(conn: Connection, notice: Notice) -> bool:
    """Whether the platform ever told who the reporter is."""
    if notice.reporter is None:
        return False
    told = accounts.account(conn, notice.service, notice.reporter)
    return told != Account(service=notice.service, id=notice.reporter)


def _has(conn: Connection, case_id: str, content: str) -> bool:
    """Whether a copy of this content is in the case already."""
    told = (events.find(conn, one.event) for one in review.files_of(conn, case_id))
    return any(event is not None and event.content == content for event in told)
