"""A safe way out: a person decides within a day, and nobody outside learns that it was asked for."""

from dataclasses import dataclass

from sqlalchemy import Connection

from hoede.core.errors import HoedeError
from hoede.db import Transaction
from hoede.flow.pair.clock import rest
from hoede.flow.pair.desk import PairDesk, Teen
from hoede.pairing import By, Cause, LinkRow, families, guardians, store
from hoede.pairing import exits as rows
from hoede.pairing.exits import FITS, Decided, ExitRow, Reach
from hoede.pairing.rules.reach import unrelated
from hoede.review import Grounds, Refused, Why, claims
from hoede.review import store as review
from hoede.review.asked import LONGEST_TEXT, SHORTEST_REASON

LANE = "safe_exit"
MOST_TEXT = 10 * LONGEST_TEXT  # of one case


class ExitTooLong(HoedeError):
    """What you wrote is too long. Shorten it to 3,000 characters."""

    code = "exit-too-long"


@dataclass(frozen=True, slots=True)
class Exits:
    """Takes what teens ask, and what people decide about it."""

    desk: PairDesk

    def ask(self, teen: Teen, *, words: str = "", reach: Reach = Reach.UNSAID) -> ExitRow:
        """Home is not safe: one tap is enough. Asked again while nobody answered, it is the same case.

        What is written then is put below the words before; what does not fit there is another case, and
        nobody is told so: who holds the phone later reads the same, whether somebody wrote before or not.
        Raises `ExitTooLong`.
        """
        if len(words) > LONGEST_TEXT:
            raise ExitTooLong
        case_id = self.desk.new_id("case")
        return self.desk.db.commit(lambda tx: self._ask(tx, teen, words.strip(), reach, case_id))

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

    def _ask(self, tx: Transaction, teen: Teen, words: str, reach: Reach, case_id: str) -> ExitRow:
        there = rows.open_of(tx, teen.service, teen.account)
        if there is not None:
            if f"\n\n{there.words}".endswith(f"\n\n{words}"):
                words = ""  # sent twice
            fits = len(there.words) + len(words) <= MOST_TEXT
            if fits and rows.add_words(tx, there, words, reach):
                return _there(tx, there.case_id)
            reach = rows.said_first(there.reach, reach)
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
        rows.add_exit(tx, case_id, service=teen.service, account=teen.account, words=words, reach=reach)
        return _there(tx, case_id)

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
            self._rest_all(tx, row.service, row.account, Cause.SAFE_EXIT)
        if row.guardian is None:
            return
        mine = store.of_guardian(tx.conn, row.guardian)
        teens = [(one.service, one.account) for one in mine if one.service and one.account]
        if decided is Decided.CLEARS:
            found = unrelated(teens, store.guardians_beside(tx.conn, teens, row.guardian))
            guardians.cleared(tx, row.guardian, max(found, len(set(teens))) + 1)
        elif decided is Decided.SHUTS_OUT:
            guardians.shut_out(tx, row.guardian)
            for service, account in sorted(set(teens)):
                self._rest_all(tx, service, account, Cause.SHUT_OUT, of=row.guardian)

    def _rest_all(
        self, tx: Transaction, service: str, account: str, cause: Cause, *, of: str | None = None
    ) -> None:
        """What counts of this teen rests from now on; of one guardian, where that is all it is about.

        What has not begun is left alone, as after any other rest, and begins no sooner than that.
        """
        for one in store.of_account(tx.conn, service, account):
            store.lock(tx, one.id)  # one that begins in this very moment has begun, or is too late
        families.lock(tx, service, account)
        for one in store.standing_of(tx.conn, service, account):
            if one.counts and of in {None, one.guardian}:
                rest(tx, self.desk, store.lock(tx, one.id), cause, By.PERSON)


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
