"""From a wish to be erased to nothing left, in small steps; what is kept goes when nothing keeps it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from sqlalchemy import Connection, Select, select

from hoede.accounts import erasures
from hoede.core.orders import ENDED, TargetKind
from hoede.db import Database, Transaction, failpoints
from hoede.db.orders import ORDERS
from hoede.detection.store import EVENTS
from hoede.enforcement.store import DECISIONS
from hoede.evidence import EvidenceState, Vault, clock
from hoede.evidence import store as evidence
from hoede.evidence.rules import Why
from hoede.flow.erase.columns import Columns
from hoede.flow.erase.scopes import Whom, delete_account, delete_all, hanging_on
from hoede.flow.keeping import why_case_stays
from hoede.review import CaseRow
from hoede.review import store as review
from hoede.review.store import FILES

EVENTS_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class _Went:
    """What one step deleted."""

    rows: bool
    copies: tuple[str, ...] = ()
    kept: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Erase:
    """Erases accounts. Called again after any crash, it goes on from what is left."""

    db: Database
    vault: Vault
    columns: Columns
    forget: Callable[[str, str], None]  # what is kept in memory of an account
    unpair: Callable[[str, str], object]  # ends its pairings, so that guardians and the platform learn of it
    new_id: Callable[[str], str] = field(repr=False)

    def ask(self, service: str, account: str) -> str:
        """Erase an account as far as nothing keeps it; returns the id under which the rest is followed."""
        fresh = self.new_id("ers")
        self.unpair(service, account)
        erasure = self.db.commit(lambda tx: erasures.ask(tx, fresh, service, account))
        self._go_on(erasure)
        self.forget(service, account)
        return erasure

    def once(self) -> int:
        """Go on with every wish under way; how many there were."""
        waiting = self.db.read(erasures.all_under_way)
        for one in waiting:
            self._go_on(one)
        return len(waiting)

    def _go_on(self, erasure: str) -> None:
        while (went := self.db.commit(lambda tx: self._step(tx, erasure))).rows:
            failpoints.here("erase.step")
            for copy in went.copies:
                self.vault.drop_object(copy)
                self.vault.drop_intake(copy)

    def _step(self, tx: Transaction, erasure: str) -> _Went:
        """Some events, or some cases with all that hangs on them, or, at the end, the account itself."""
        found = erasures.under_way(tx.conn, erasure)
        if found is None:
            return _Went(rows=False)
        whom = Whom(*found)
        free, kept = _cases(tx, whom)
        events = _events(tx.conn, whom, [case.id for case in free], [case.id for case in kept])
        if events or free:
            return self._delete(tx, erasure, events, [case.id for case in free])
        whys = sorted({why for why in kept.values() if why} | _busy(tx.conn, whom))
        if "still-judged" in whys or "orders-open" in whys or "not-decided-yet" in whys:
            erasures.keep_on(tx, erasure, whys[0])  # what is under way needs to know who it is about
            return _Went(rows=False)
        gone = delete_account(tx, self.columns, whom)
        erasures.note_step(tx, erasure, gone)
        if whys:
            erasures.keep_on(tx, erasure, whys[0])
        else:
            erasures.end(tx, erasure)
        return _Went(rows=False)

    def _delete(self, tx: Transaction, erasure: str, events: list[str], cases: list[str]) -> _Went:
        copies = [row for event in events for row in evidence.of_event(tx.conn, event)]
        for copy in copies:
            if copy.state is EvidenceState.SEALED:
                evidence.destroy(tx, copy.taken.id, Why.ERASURE)
        gone = delete_all(tx, self.columns, hanging_on(tx.conn, events, cases))
        erasures.note_step(tx, erasure, gone)
        return _Went(rows=True, copies=tuple(copy.taken.id for copy in copies))


def _cases(tx: Transaction, whom: Whom) -> tuple[list[CaseRow], dict[CaseRow, str | None]]:
    """Cases that may go and those that stay. One that follows another, or is followed, stays with it."""
    every = review.every_of_account(tx.conn, whom.service, whom.account)
    now = clock.surely(tx)  # a clock that jumps ahead ends no duty to keep
    whys = {case.id: why_case_stays(tx.conn, case, now) for case in every}
    links = [(case.id, case.earlier) for case in every if case.earlier in whys]
    for _ in every:  # as often as a chain can be long
        for one, other in links:
            either = whys[one] or whys[other or ""]
            whys[one] = whys[other or ""] = either
    kept = {case: whys[case.id] for case in every if whys[case.id]}
    return [case for case in every if case not in kept], kept


def _events(conn: Connection, whom: Whom, free: list[str], kept: list[str]) -> list[str]:
    """Events of the free cases, and some of those that belong to none and that nothing works on."""
    of_free = list(conn.execute(select(FILES.c.event).where(FILES.c.case_id.in_(free))).scalars())
    of_kept = select(FILES.c.event).where(FILES.c.case_id.in_(kept))
    c = EVENTS.c
    mine = (c.service == whom.service, c.account == whom.account)
    asked = select(c.id).where(*mine, c.id.not_in(of_kept), c.id.not_in(_worked_on()))
    if kept:
        asked = asked.where(c.id.not_in(_decided_in(kept)))
    some = conn.execute(asked.limit(EVENTS_AT_ONCE)).scalars()
    return list(dict.fromkeys([*of_free, *some]))


def _worked_on() -> Select[Any]:
    c = ORDERS.c
    return select(c.target_id).where(c.target_kind == TargetKind.EVENT, c.state.not_in(ENDED))


def _decided_in(cases: list[str]) -> Select[Any]:
    return select(DECISIONS.c.event).where(DECISIONS.c.case_id.in_(cases))


def _busy(conn: Connection, whom: Whom) -> set[str]:
    """Whether an event of the account is not decided yet."""
    c = EVENTS.c
    asked = select(c.id).where(c.service == whom.service, c.account == whom.account, c.id.in_(_worked_on()))
    return {"not-decided-yet"} if conn.execute(asked.limit(1)).first() else set()
