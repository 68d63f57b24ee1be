"""Waiting case to called case: found when nobody here may take it, so that somebody sees to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial

from sqlalchemy import Connection

from hoede.access import Permission, Roles
from hoede.access.people import Person, all_people
from hoede.db import Database, Transaction
from hoede.review import CaseRow, blind, claims
from hoede.review import store as review


@dataclass(frozen=True, slots=True, kw_only=True)
class Stuck:
    db: Database
    roles: Roles

    def once(self) -> bool:
        """Call each case that nobody may take any more; blind cases that waited too long are withdrawn."""
        self.db.commit(blind.withdraw_old)
        for case_id in self.db.read(self._found):
            self.db.commit(partial(self._call, case_id=case_id))
        return False

    def _found(self, conn: Connection) -> list[str]:
        maybe = claims.may_be_stuck(conn)
        return [one for one in maybe if self._stuck(conn, review.find_case(conn, one)) is not None]

    def _call(self, tx: Transaction, case_id: str) -> None:
        case = self._stuck(tx.conn, review.lock_case(tx, case_id))
        if case is not None:
            code = review.NO_LEAD if case.needs_human in claims.LEAD_ONLY else review.NOBODY
            review.goes_on(tx, case.id, case.state, case.lane, case.due_at, called=code)

    def _stuck(self, conn: Connection, case: CaseRow | None) -> CaseRow | None:
        """The case, when there are people who take cases and none of them may take this one."""
        people = self._people(conn)
        if case is None or not people or case.state == review.JUDGED:
            return None
        return None if any(self._may(conn, case, one) for one in people) else case

    def _people(self, conn: Connection) -> list[Person]:
        here = (one for one in all_people(conn) if not one.is_disabled)
        return [one for one in here if Permission.CASE_CLAIM in self._permitted(one.roles)]

    def _may(self, conn: Connection, case: CaseRow, person: Person) -> bool:
        lead = Permission.CASE_LEAD in self._permitted(person.roles)
        return claims.may_not(conn, case, person.id, lead=lead) is None

    def _permitted(self, roles: Iterable[str]) -> frozenset[Permission]:
        return self.roles.permitted(roles)
