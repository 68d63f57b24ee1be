"""People at the desk: what tests judge with, in few words."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from tests.journeys.scene import DECLARED, Scene
from tests.parts import fresh

from hoede.app.rehearsal import SERVICE
from hoede.client import Channel, Event, EventKind
from hoede.core.orders import OrderState
from hoede.flow.judge import Checked, Judged, Plan, Undone
from hoede.review import Answer, JudgmentRow, Refused, judgments
from hoede.review import store as review
from hoede.review.claims import Taken
from hoede.review.notices import Notice, Reason, Source

REASON = "Seen in the image."


@dataclass(frozen=True)
class Desk:
    """Everybody who judges in one scene."""

    play: Scene

    def take(self, account: str, person: str, *, lead: bool = False) -> Taken:
        taken = self.play.hoede.cases.take(self.play.case(account).id, person, lead=lead)
        assert isinstance(taken, Taken), taken
        return taken

    def answer(self, account: str, outcome: str, **more: Any) -> Answer:
        """About everything the case holds now."""
        case = self.play.case(account)
        files = self.play.hoede.db.read(lambda conn: review.files_of(conn, case.id))
        needs = self.play.hoede.tables.outcomes[outcome].classification == "required"
        said = {"reason": REASON, "classification": "A1" if needs else None} | more
        return Answer(outcome=outcome, shown=frozenset(one.evidence for one in files), **said)

    def try_judge(self, account: str, person: str, outcome: str, **more: Any) -> Judged | Refused:
        answer = self.answer(account, outcome, **more)
        return self.play.hoede.judge.judge(self.play.case(account).id, person, answer)

    def judge(self, account: str, person: str, outcome: str, **more: Any) -> JudgmentRow:
        """Take the case and judge it."""
        self.take(account, person, lead=more.pop("lead", False))
        went = self.try_judge(account, person, outcome, **more)
        assert isinstance(went, Judged), went
        return went.judgment

    def preview(self, account: str, outcome: str, **more: Any) -> Plan:
        case = self.play.case(account)
        found = self.play.hoede.judge.preview(case.id, self.answer(account, outcome, **more))
        assert isinstance(found, Plan), found
        return found

    def check(self, account: str, person: str, *, agrees: bool) -> Checked:
        """Take the case and say the second word."""
        self.take(account, person)
        went = self.play.hoede.judge.check(self.play.case(account).id, person, agrees=agrees, reason=REASON)
        assert isinstance(went, Checked), went
        return went

    def undo(self, judgment: JudgmentRow) -> Undone:
        went = self.play.hoede.judge.undo(judgment.id, judgment.person)
        assert isinstance(went, Undone), went
        return went

    def judgments(self, account: str) -> tuple[JudgmentRow, ...]:
        case = self.play.case(account)
        return self.play.hoede.db.read(lambda conn: judgments.of_case(conn, case.id))

    def done(self, account: str) -> list[str]:
        """Measures that were carried out by machines, in the order in which they were asked."""
        return [
            one.order.measure
            for one in self.play.views(account)
            if one.state is OrderState.DONE and one.order.by != "person"
        ]


def written(desk: Desk, to: str, *lines: str) -> str:
    """The account of an adult who wrote these lines to somebody, who reported each of them."""
    account = desk.play.person(DECLARED)
    for line in lines:
        content = fresh("message")
        desk.play.hoede.notice.take(
            Notice(
                service=SERVICE,
                source=Source.PERSON,
                subject=account,
                reason=Reason.PRESSURE,
                at=datetime.now(UTC),
                content=content,
                reporter=to,
            )
        )
        event = Event(
            id=fresh("event"),
            kind=EventKind.MESSAGE,
            channel=Channel.PRIVATE,
            account=account,
            content=content,
            at=datetime.now(UTC),
            to=(to,),
            text=line,
            ip="192.0.2.7",
            because=desk.play.case(account).id,
        )
        desk.play.client.send_event(event)
    desk.play.settle()
    return account
