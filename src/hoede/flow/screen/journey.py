"""The journey on one screen."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from pathlib import Path

from sqlalchemy import Connection

from hoede.core.jobs import Done, Later, NotYet, Result
from hoede.core.leaves import Leaf
from hoede.db import Database, Transaction, orders
from hoede.db.orders import Claim
from hoede.detection import Coverage, EventRow, Looked
from hoede.detection import store as events
from hoede.evidence import EvidenceRow, Vault
from hoede.evidence import store as evidence
from hoede.flow.screen.copies import bare_again, told_again
from hoede.flow.screen.looking import Look, Looking
from hoede.flow.screen.record import Also, Copies, Record
from hoede.flow.screen.standing import Judged, judge
from hoede.flow.screen.told import EventAnswer, Told
from hoede.media import MediaRefused
from hoede.review import notice_store as notices

WHILE_ILL = timedelta(seconds=15)  # until a look that met an ill detector is tried again
TRIES_BLIND = 3  # after so many a file that a healthy detector fails on is a case


@dataclass(frozen=True, slots=True, kw_only=True)
class Screening:
    """Everything a screening needs; built once by `app`."""

    db: Database
    vault: Vault
    record: Record
    looking: Looking
    switched_on: frozenset[str]  # lists that may act without a person, in writing
    shadows: frozenset[str]  # detectors that only count
    spool_folder: Path
    holds_after_s: float  # no hold is written down sooner, whatever was found and however quickly

    def screen(self, told: Told, also: Also) -> EventAnswer:
        """Answer an event. What is told twice is answered as the first time, or raises `EventDiffers`.

        The answer is durable when this returns, and so are the copies, the orders and what `also` keeps.
        Raises `MediaRefused` when the uploader must be told that this file is not taken; nothing is kept.
        """
        began = time.monotonic()
        if before := self.db.read(lambda conn: events.told(conn, told.service, told.event.id)):
            told.answered(before)  # refuses another event under this id before anything is looked at
        look = self.looking.within(told)
        if look.looked.coverage is Coverage.PENDING:
            copies = self._take(told, began)
            return self._held(copies, lambda tx: self.record.held_unseen(tx, told, copies=copies, also=also))
        judged, asked = self.db.read(
            lambda conn: (self._judge(conn, told, look.looked), _was_asked(conn, told))
        )
        if judged.decision is None and not asked:
            return self.db.commit(lambda tx: self.record.allowed(tx, told, look, judged, also))
        copies = self._take(told, began)
        if judged.decision is None:
            return self._held(
                copies, lambda tx: self.record.reported(tx, told, look, judged, copies=copies, also=also)
            )
        return self._held(
            copies, lambda tx: self.record.held(tx, told, look, judged, copies=copies, also=also)
        )

    def look_again(self, claimed: Claim) -> Result:
        """Finish a look that took too long or met an ill detector.

        What it finds joins the hold, nothing found releases it, and a file that cannot be taken is refused.
        """
        event_id = claimed.order.target.id
        row, kept = self.db.read(
            lambda conn: (events.find(conn, event_id), evidence.of_event(conn, event_id))
        )
        if row is None or row.coverage is not Coverage.PENDING:
            return Done("looked")
        for one in kept:
            self._opened(one)
        told = told_again(row, kept, self.vault, self.spool_folder)
        try:
            look = self.looking.again(told, beat=lambda: self.db.commit(lambda tx: orders.renew(tx, claimed)))
        except MediaRefused as refused:
            return self._settled(claimed, row, partial(self.record.refused, told=told, why=refused.code))
        if self.looking.is_blind(look.looked):
            return NotYet(WHILE_ILL)
        if look.looked.failed and claimed.tries < TRIES_BLIND:
            return Later("could-not-look")
        judged = self.db.read(lambda conn: self._judge(conn, told, look.looked))
        copies = {one.part: one.taken for one in kept}
        return self._settled(
            claimed, row, lambda tx: self.record.settled(tx, told, look, judged, copies=copies)
        )

    def earlier(self, event_id: str, looked: Looked) -> bool:
        """Hold what was let through, because of what is known of it now; false when that was done before."""
        row = self.db.read(lambda conn: events.find(conn, event_id))
        if row is None or row.hold is not None:
            return False
        told = bare_again(row)
        judged = self.db.read(lambda conn: self._judge(conn, told, looked, earlier=True))
        return self.db.commit(lambda tx: self.record.found_earlier(tx, told, Look(looked), judged))

    def _settled(self, claimed: Claim, row: EventRow, write: Callable[[Transaction], None]) -> Result:
        """Write down how a look ended, if it is still ours to write."""

        def step(tx: Transaction) -> bool:
            still = events.find(tx.conn, row.id)
            mine = orders.renew(tx, claimed) and still is not None and still.coverage is Coverage.PENDING
            if mine:
                write(tx)
            return mine

        return Done("looked") if self.db.commit(step) else Later("lease-lost")

    def _judge(self, conn: Connection, told: Told, looked: Looked, *, earlier: bool = False) -> Judged:
        return judge(
            conn,
            told,
            looked,
            self.record.book,
            switched_on=self.switched_on,
            shadows=self.shadows,
            now=self.db.time(conn),
            earlier=earlier,
        )

    def _opened(self, copy: EvidenceRow) -> None:
        """The machine's door to evidence: a leaf each time."""
        about = Leaf("evidence.opened", copy.taken.id, f"look {copy.event}")
        self.db.commit(lambda tx: tx.leaf(about))

    def _held(self, copies: Copies, write: Callable[[Transaction], EventAnswer]) -> EventAnswer:
        """What was written down, unless the copies it counts on are gone: then it is told again."""

        def step(tx: Transaction) -> EventAnswer:
            answer = write(tx)
            self.vault.must_hold(copies.values())
            return answer

        return self.db.commit(step)

    def _take(self, told: Told, began: float) -> Copies:
        """An encrypted copy of every part, durable before anything is committed.

        It begins at a time of its own: what is known is held no sooner than what could not be looked at,
        because how much time is left until the answer would tell why.
        """
        time.sleep(max(0.0, began + self.holds_after_s - time.monotonic()))
        taken = {}
        if told.media is not None:
            taken["media"] = self.vault.take(self.record.new_id("evi"), told.media.chunks())
        if told.event.text:
            taken["text"] = self.vault.take(self.record.new_id("evi"), [told.event.text.encode()])
        return taken


def _was_asked(conn: Connection, told: Told) -> bool:
    """Whether this is told because a case asked for it: somebody reported it, and a person will look."""
    event = told.event
    return event.because is not None and (
        notices.case_that_asked(conn, told.service, event.content, event.because) is not None
    )
