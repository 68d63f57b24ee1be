"""Every authority a case is for: which and why, a package for each, and that somebody handed it over."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, select

from hoede.accounts.store import ACCOUNTS
from hoede.core.errors import HoedeError
from hoede.core.leaves import Leaf
from hoede.core.orders import OrderState, TargetKind
from hoede.db import Database, orders
from hoede.db.orders import ORDERS
from hoede.evidence import EvidenceRow, EvidenceState, Vault
from hoede.evidence import store as evidence
from hoede.flow.victims import countries_of, say_victims
from hoede.reporting import SagaState, hand_overs
from hoede.reporting import store as reports
from hoede.reporting.archive import Enclosed, Packed, pack
from hoede.reporting.hand_overs import HandOverRow
from hoede.reporting.routing import Duty, Facts, Kind, Offices, Routed, route
from hoede.reporting.store import REPORTS, ReportRow
from hoede.review.store import CASES

CASES_AT_ONCE: Final = 500


class CaseNotReported(HoedeError):
    """There is no such case, or nothing of it was decided or judged to be reported."""

    code = "case-not-reported"


class NotDueThere(HoedeError):
    """This case is not for that office; `hoede handover show CASE` names those it is for, and why."""

    code = "not-due-there"


class NotComposedYet(HoedeError):
    """The report of this case is not composed yet: its files are still being sealed. Try again soon."""

    code = "not-composed-yet"


class NoRecipient(HoedeError):
    """No key of this office is configured: set `recipient` in `[hand_overs.NAME]` to the one it gave you."""

    code = "no-recipient"


class TestEntryLeaves(HoedeError):
    """This case rests on test entries, and the deployment is production: it goes to nobody."""

    code = "test-entry-leaves"
    __test__ = False  # no test, whatever pytest thinks of the name


@dataclass(frozen=True, slots=True)
class Stand:
    """An office that a case is for, and how far that is."""

    routed: Routed
    reported: str | None  # filed there, or at another office whose report counts here
    handed: HandOverRow | None

    @property
    def settled(self) -> bool:
        return self.reported is not None or (self.handed is not None and self.handed.handed_at is not None)

    @property
    def due(self) -> bool:
        """Whether a law asks for it and it is not done."""
        return self.routed.route.duty is Duty.MUST and not self.settled


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    db: Database
    vault: Vault
    offices: Offices
    recipients: Mapping[str, str]  # by office, the age key it gave
    home: str | None
    production: bool

    def due(self) -> tuple[tuple[str, tuple[Stand, ...]], ...]:
        """Cases that are due somewhere and not there yet, the oldest first."""
        return self.db.read(lambda conn: tuple(self._due(conn)))

    def stands(self, case_id: str) -> tuple[Stand, ...]:
        """Every office a case is for. Raises `CaseNotReported`."""
        return self.db.read(lambda conn: self._stands(conn, case_id))

    def victims(self, case_id: str) -> frozenset[str]:
        """Countries where children live whom a case is about, as far as anybody said."""
        return self.db.read(lambda conn: countries_of(conn, [case_id])[case_id])

    def say_victims(self, case_id: str, countries: Collection[str], *, by: str) -> None:
        """Note what a person says of that. Raises `CaseNotReported`."""
        self.stands(case_id)
        self.db.commit(lambda tx: say_victims(tx, case_id, countries, by))

    def pack(self, case_id: str, office: str, target: Path, *, by: str) -> Packed:
        """Write the package for an office, encrypted to its key; each file that is opened gets its leaf.

        Raises `CaseNotReported`, `NotDueThere`, `NotComposedYet`, `NoRecipient`, `TestEntryLeaves`,
        `Unreadable`, or `FileExistsError`.
        """
        stand = self._stand(case_id, office)
        if (recipient := self.recipients.get(office)) is None:
            raise NoRecipient(office=office)
        report, copies = self.db.read(lambda conn: composed(conn, case_id))
        if report.draft.rehearsal and self.production:
            raise TestEntryLeaves
        why, now = _why(stand.routed), self.db.now()
        about = {
            "office": stand.routed.office.title,
            "case": case_id,
            "why": why,
            "source": stand.routed.route.source,
            "packed_at": now.isoformat(),
        }
        enclosed = [self._enclosed(one, office) for one in copies]
        packed = pack(target, recipient, about, report.draft, enclosed)
        self.db.commit(
            lambda tx: hand_overs.note_packed(tx, case_id, office, why, by, packed.sha256, packed.size)
        )
        return packed

    def record(self, case_id: str, office: str, *, by: str, how: str, reference: str | None) -> None:
        """Note that a person handed it over. Raises `CaseNotReported`, `NotDueThere`, `AlreadyHanded`."""
        why = _why(self._stand(case_id, office).routed)
        self.db.commit(lambda tx: hand_overs.note_handed(tx, case_id, office, why, by, how, reference))

    def _stand(self, case_id: str, office: str) -> Stand:
        for one in self.stands(case_id):
            if one.routed.office.name == office and one.routed.office.kind is Kind.PACKAGE:
                return one
        raise NotDueThere(office=office)

    def _due(self, conn: Connection) -> Iterator[tuple[str, tuple[Stand, ...]]]:
        for case, stands in self._every(conn, list(_to_be_reported(conn))):
            due = tuple(one for one in stands if one.due)
            if due:
                yield case, due

    def _stands(self, conn: Connection, case_id: str) -> tuple[Stand, ...]:
        found = dict(self._every(conn, list(_to_be_reported(conn, case_id))))
        if case_id not in found:
            raise CaseNotReported
        return found[case_id]

    def _every(self, conn: Connection, cases: list[str]) -> Iterator[tuple[str, tuple[Stand, ...]]]:
        """Of each of these cases every office it is for; a few questions for some hundred cases."""
        for at in range(0, len(cases), CASES_AT_ONCE):
            some = cases[at : at + CASES_AT_ONCE]
            filed, handed = _filed(conn, some), hand_overs.of_cases(conn, some)
            victims = countries_of(conn, some)
            for row in _facts(conn, some):
                facts = Facts(
                    home=self.home, account=row.country, danger=bool(row.danger), victims=victims[row.id]
                )
                routed = route(facts, self.offices, row.opened_at.date())
                yield row.id, tuple(_stand(one, filed[row.id], handed[row.id]) for one in routed)

    def _enclosed(self, copy: EvidenceRow, office: str) -> Enclosed:
        return Enclosed(
            name=f"files/{copy.taken.id}",
            size=copy.taken.size,
            sha256=copy.taken.sha256,
            content=partial(self._open, copy, office),
        )

    def _open(self, copy: EvidenceRow, office: str) -> Iterator[bytes]:
        """The machine's door to evidence, with its leaf: only the office can open what comes of it."""
        about = Leaf("evidence.opened", copy.taken.id, f"hand-over {office}")
        self.db.commit(lambda tx: tx.leaf(about))
        yield from self.vault.open(copy.taken)


def _why(routed: Routed) -> str:
    return f"{routed.route.id}: {routed.route.basis}"


def _to_be_reported(conn: Connection, case_id: str | None = None) -> Iterator[str]:
    """Cases for which a report was asked and not taken back, the oldest first."""
    c = ORDERS.c
    asked = select(c.more, c.opened_at).where(
        c.measure == "report", c.target_kind == TargetKind.AUTHORITY, c.state != OrderState.SUPERSEDED
    )
    if case_id is not None:
        asked = asked.where(c.more.contains(case_id, autoescape=True))
    rows = conn.execute(asked.order_by(c.opened_at, c.id)).all()
    cases = (json.loads(row.more).get("case") for row in rows)
    yield from dict.fromkeys(case for case in cases if case)


def _stand(routed: Routed, filed: Collection[str], handed: Mapping[str, HandOverRow]) -> Stand:
    name = routed.office.name
    return Stand(routed, name if name in filed else routed.counts_elsewhere(filed), handed.get(name))


def _facts(conn: Connection, cases: Sequence[str]) -> Sequence[Any]:
    """What decides to whom a case goes, the oldest first."""
    lives = (ACCOUNTS.c.service == CASES.c.service) & (ACCOUNTS.c.id == CASES.c.account)
    asked = (
        select(CASES.c.id, CASES.c.opened_at, CASES.c.danger, ACCOUNTS.c.country)
        .select_from(CASES.outerjoin(ACCOUNTS, lives))
        .where(CASES.c.id.in_(cases))
    )
    return conn.execute(asked.order_by(CASES.c.opened_at, CASES.c.id)).all()


def _filed(conn: Connection, cases: Sequence[str]) -> defaultdict[str, list[str]]:
    """By case, authorities that have a finished report of it."""
    c, found = REPORTS.c, defaultdict[str, list[str]](list)
    asked = select(c.case_id, c.authority).where(c.case_id.in_(cases), c.state == SagaState.FINISHED)
    for row in conn.execute(asked):
        found[row.case_id].append(row.authority)
    return found


def composed(conn: Connection, case_id: str) -> tuple[ReportRow, list[EvidenceRow]]:
    """What the report says, and its copies. Raises `NotComposedYet`."""
    report = next((one for one in reversed(reports.of_case(conn, case_id)) if _is_own(conn, one)), None)
    if report is None:
        raise NotComposedYet
    return report, list(_sealed(conn, (file.evidence for file in report.draft.files)))


def _is_own(conn: Connection, report: ReportRow) -> bool:
    """Whether it is the case's own report as it still is.

    That of a batch says nothing but whose accounts shared a file, a supplement only what came later, and
    what a judgment took back says what nobody stands by.
    """
    seen = orders.view(conn, report.order_id)
    taken_back = seen is not None and seen.state is OrderState.SUPERSEDED
    return not (report.draft.batch or report.draft.supplements or taken_back)


def _sealed(conn: Connection, copies: Iterable[str]) -> Iterator[EvidenceRow]:
    for one in copies:
        row = evidence.find(conn, one)
        if row is not None and row.state is EvidenceState.SEALED:
            yield row
