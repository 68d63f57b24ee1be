"""From a wish to be erased to nothing left, in small steps; what is kept goes when nothing keeps it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from hoede.accounts import erasures
from hoede.db import Database, Transaction, failpoints, lock_kept
from hoede.evidence import Vault
from hoede.evidence import store as evidence
from hoede.evidence.rules import Why
from hoede.flow.erase.columns import Columns, Scope
from hoede.flow.erase.scopes import Whom, delete_account, delete_all, hanging_on
from hoede.flow.erase.waiting import Waiting, waiting

# What is under way needs to know who it is about, and what a hold is on stays as it is.
STOPS: Final = frozenset({"legal-hold", "may-be-undone", "not-decided-yet", "orders-open", "still-judged"})


@dataclass(frozen=True, slots=True)
class _Went:
    """What one step deleted."""

    rows: bool
    copies: tuple[str, ...] = ()


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
        lock_kept(tx)
        found = erasures.under_way(tx.conn, erasure)
        if found is None:
            return _Went(rows=False)
        whom = Whom(*found)
        left = waiting(tx, whom)
        if left.events or left.cases:
            return self._delete(tx, erasure, left)
        if stops := sorted(left.whys & STOPS):
            erasures.keep_on(tx, erasure, stops[0])
            return _Went(rows=False)
        gone = delete_account(tx, self.columns, whom, left.kept)
        erasures.note_step(tx, erasure, gone)
        if left.whys:
            erasures.keep_on(tx, erasure, min(left.whys))
        else:
            erasures.end(tx, erasure)
        return _Went(rows=False)

    def _delete(self, tx: Transaction, erasure: str, left: Waiting) -> _Went:
        ids = hanging_on(tx.conn, left.events, left.cases, left.kept)
        copies = [row for one in ids[Scope.EVIDENCE] if (row := evidence.find(tx.conn, one))]
        for copy in copies:
            evidence.destroy(tx, copy.taken.id, Why.ERASURE)
        erasures.note_step(tx, erasure, delete_all(tx, self.columns, ids))
        return _Went(rows=True, copies=tuple(copy.taken.id for copy in copies))
