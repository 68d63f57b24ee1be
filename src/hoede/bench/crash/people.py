"""Those who judge in a simulated run. They send what their page says until somebody answers.

A process that is paused carries out what it was asked when it wakes, long after another one answered: so
whatever is sent names what it is about, as the forms of the console do.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from random import Random

from hoede.app.rehearsal import SERVICE
from hoede.bench.crash.process import Process
from hoede.bench.crash.scheduler import Scheduler
from hoede.flow.judge import Judged, Undone
from hoede.review import AccountIs, Answer, Refused, Why
from hoede.review import store as review
from hoede.review.claims import Taken

JUDGE, SECOND = "eva", "adam"
REASON = "As the list says."


@dataclass(frozen=True, slots=True)
class People:
    scheduler: Scheduler
    draw: Random
    troubles: Counter[str]
    ask: Callable[[str, Callable[[Process], object]], None]  # one process after the other, until it is done

    def judge(self, account: str, outcome: str) -> str:
        """Take the account's case, and judge it; the judgment."""
        judged: list[str] = []
        while not judged:
            pages: list[tuple[str, Answer]] = []
            self.ask(f"open {account}", partial(self._open, account, outcome, pages))
            if pages:
                self.ask(f"judge {account}", partial(self._judge, *pages[-1], judged))
            if not judged:
                self.scheduler.sleep(timedelta(seconds=self.draw.uniform(0.2, 2)))
        return judged[-1]

    def take_back(self, account: str, judgment: str) -> bool:
        """False when it was too late for it: a clock may have jumped ahead."""
        undone: list[bool] = []
        self.ask(f"undo {account}", partial(self._undo, judgment, undone))
        return any(undone)

    def check(self, account: str) -> None:
        """The second person's word, where the judgment needs one."""
        self.ask(f"check {account}", partial(_check, account))

    def _open(self, account: str, outcome: str, pages: list[tuple[str, Answer]], process: Process) -> None:
        case = process.db.read(lambda conn: review.latest_case(conn, SERVICE, account))
        taken = process.cases.take(case.id, JUDGE) if case is not None else None
        if not isinstance(taken, Taken):
            return
        files = process.db.read(lambda conn: review.files_of(conn, taken.case.id))
        answer = Answer(
            outcome=outcome,
            reason=REASON,
            shown=frozenset(one.evidence for one in files),
            account_is=AccountIs.OFFENDER if outcome == "confirmed_known" else None,
            claim=taken.claim,
        )
        pages.append((taken.case.id, answer))

    def _judge(self, case: str, answer: Answer, judged: list[str], process: Process) -> None:
        went = process.judge.judge(case, JUDGE, answer)
        if isinstance(went, Judged):
            judged.append(went.judgment.id)
        else:
            self.troubles[f"judge refused: {went.why}"] += 1

    def _undo(self, judgment: str, undone: list[bool], process: Process) -> None:
        if undone and not undone[-1]:
            return  # they were told that it is too late, and go on by that
        went = process.judge.undo(judgment, JUDGE)
        undone.append(isinstance(went, Undone) or (isinstance(went, Refused) and went.why is Why.ALREADY))


def _check(account: str, process: Process) -> None:
    case = process.db.read(lambda conn: review.latest_case(conn, SERVICE, account))
    if case is not None and isinstance(process.cases.take(case.id, SECOND), Taken):
        process.judge.check(case.id, SECOND, agrees=True, reason=REASON)
