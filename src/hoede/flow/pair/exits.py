"""A safe way out: a person decides within a day, and nobody outside learns that it was asked for."""

from dataclasses import dataclass

from sqlalchemy import Connection

from hoede.core.errors import HoedeError
from hoede.db import Transaction
from hoede.flow.pair.clock import rest
from hoede.flow.pair.desk import PairDesk, Teen
from hoede.pairing import By, Cause, LinkRow, State, codes, guardians, store
from hoede.pairing import exits as rows
from hoede.pairing.exits import FITS, Decided, ExitRow, Reach
from hoede.pairing.rules.reach import unrelated
from hoede.review import Grounds, Refused, Why, claims
from hoede.review import store as review
from hoede.review.asked import LONGEST_TEXT, SHORTEST_REASON

LANE = "safe_exit"
MOST_TEXT = 10 * LONGEST_TEXT  # of all that somebody writes before a person answers


class ExitTooLong(HoedeError):
    """What you wrote is too long. Shorten it to 3,000 characters."""

    code = "exit-too-long"


class ExitFull(HoedeError):
    """No more words fit; what you wrote before is kept, and how to reach you was taken. A person reads it."""

    code = "exit-full"


@dataclass(frozen=True, slots=True)
class Exits:
    """Takes what teens ask, and what people decide about it."""

    desk: PairDesk

    def ask(self, teen: Teen, *, words: str = "", reach: Reach | None = None) -> ExitRow:
        """Home is not safe: one tap is enough. Asked again while nobody answered, it is the same case.

        What is written then is put below the words before, and how to reach them is as they said last;
        who never said it is not reached. Raises `ExitTooLong`, or `ExitFull`, which takes how to reach them.
        """
        if len(words) > LONGEST_TEXT:
            raise ExitTooLong
        case_id = self.desk.new_id("case")
        row, fits = self.desk.db.commit(lambda tx: self._ask(tx, teen, words.strip(), reach, case_id))
        if not fits:
            raise ExitFull
        return row

    def told(self, teen: Teen) -> ExitRow | None:
        """What came of it, for who wants to read it in the app; nothing where they said: not at all."""
        row = self.desk.db.read(lambda conn: rows.newest_of(conn, teen.service, teen.account))
        return row if row is not None and row.reach is Reach.APP else None

    def answer(self, case_id: str, person: str, decided: Decided, *, reason: str) -> ExitRow | Refused:
        """Decide a case one has. The reason is for colleagues; nobody else ever reads it."""
        if not SHORTEST_REASON <= len(reason.strip()) <= LONGEST_TEXT:
            return Refused(Why.REASON)
        done = self.desk.db.commit(lambda tx: self._answer(tx, case_id, person, decided, reason))
        if isinstance(done, Refused):
            return done
        for link in self.desk.db.read(lambda conn: _touched(conn, done)):
            if link.service and link.account:
                self.desk.forget(link.service, link.account)
        return done

    def _ask(
        self, tx: Transaction, teen: Teen, words: str, reach: Reach | None, case_id: str
    ) -> tuple[ExitRow, bool]:
        """The case, and whether the words were taken."""
        there = rows.open_of(tx, teen.service, teen.account)
        if there is not None:
            if f"\n\n{there.words}".endswith(f"\n\n{words}"):
                words = ""  # sent twice
            fits = len(there.words) + len(words) <= MOST_TEXT
            if rows.add_words(tx, there, words if fits else "", reach):
                return _there(tx, there.case_id), fits
        lane = self.desk.lanes[LANE]
        review.open_case(
            tx,
            case_id,
            service=teen.service,
            account=teen.account,
            grounds=Grounds.PAIRING,
            lane=lane.name,
            due_at=tx.now + lane.due,
        )
        reached = Reach.NOT if reach is None else reach
        rows.add_exit(tx, case_id, service=teen.service, account=teen.account, words=words, reach=reached)
        return _there(tx, case_id), True

    def _answer(
        self, tx: Transaction, case_id: str, person: str, decided: Decided, reason: str
    ) -> ExitRow | Refused:
        held = claims.hold(tx, case_id, person)
        if isinstance(held, Refused):
            return held
        row = rows.find(tx.conn, case_id)
        if held.case.grounds is not Grounds.PAIRING or row is None:
            return Refused(Why.GONE)
        if decided not in FITS[row.about]:
            return Refused(Why.OUTCOME)
        if not rows.answer(tx, case_id, decided, person=person, reason=reason):
            return Refused(Why.ALREADY)
        self._follow(tx, row, decided)
        review.goes_on(tx, case_id, review.JUDGED, held.case.lane, held.case.due_at)
        claims.end(tx, held.claim, "judged")
        return _there(tx, case_id)

    def _follow(self, tx: Transaction, row: ExitRow, decided: Decided) -> None:
        if decided is Decided.ENDS and row.service and row.account:
            self._rest_all(tx, store.of_account(tx.conn, row.service, row.account), Cause.SAFE_EXIT)
        if row.guardian is None:
            return
        mine = store.of_guardian(tx.conn, row.guardian)
        if decided is Decided.CLEARS:
            teens = [(one.service, one.account) for one in mine if one.service and one.account]
            found = unrelated(teens, store.guardians_beside(tx.conn, teens, row.guardian))
            guardians.cleared(tx, row.guardian, max(found, len(set(teens))) + 1)
        elif decided is Decided.SHUTS_OUT:
            guardians.shut_out(tx, row.guardian)
            self._rest_all(tx, mine, Cause.SHUT_OUT)

    def _rest_all(self, tx: Transaction, links: tuple[LinkRow, ...], cause: Cause) -> None:
        """What counts rests from now on; what has not begun never does, as if its time were over."""
        for one in links:
            if one.counts:
                rest(tx, self.desk, store.lock(tx, one.id), cause, By.PERSON)
            elif one.state is State.FROZEN:
                store.note(tx, store.lock(tx, one.id), "stays", by=By.PERSON, rests_for=cause)
            elif one.state is not State.ENDED:
                codes.end(tx, one.id)
                store.note(tx, store.lock(tx, one.id), "stays", by=By.PERSON, until=tx.now)


def _touched(conn: Connection, row: ExitRow) -> tuple[LinkRow, ...]:
    """The pairings an answer may have changed."""
    if row.guardian is not None:
        return store.of_guardian(conn, row.guardian)
    return store.of_account(conn, row.service or "", row.account or "")


def _there(tx: Transaction, case_id: str) -> ExitRow:
    row = rows.find(tx.conn, case_id)
    if row is None:
        raise LookupError(f"{case_id} was written and is not there")
    return row
