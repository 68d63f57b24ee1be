"""A deployment with many cases behind it, written through the stores: as the journey leaves them, but soon.

Most cases are reported and done. Of twenty, one report is open at the authority, one was asked to be
finished without an answer, and one case's copy is not sealed yet.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hoede import accounts
from hoede.accounts import Account
from hoede.app import Hoede, rehearsal
from hoede.bench.ground import ADULT
from hoede.core.events import Channel, Event, EventKind
from hoede.core.findings import Category, Certainty, DigestKind, Finding, Match
from hoede.core.orders import Order, TargetKind
from hoede.db import Transaction, orders
from hoede.detection import Coverage
from hoede.detection import store as events
from hoede.enforcement import Decision, orders_of
from hoede.enforcement import store as decisions
from hoede.evidence import LocalDisk, Taken, Vault
from hoede.evidence import store as evidence
from hoede.lists import store as lists
from hoede.reporting import (
    Draft,
    DraftFile,
    Reply,
    ReplyKind,
    Saga,
    SagaFile,
    SagaState,
    Step,
    StepKind,
    Suspect,
)
from hoede.reporting import store as reports
from hoede.review import Grounds
from hoede.review import store as review

AT_ONCE = 50  # cases in a transaction
IN_FLIGHT = 3  # of a score
SCORE = 20
MEASURES = ("hold", "preserve", "remove", "close_account", "report", "notify")
ANSWER = Reply(kind=ReplyKind.DONE, code="0", raw=b"<reportResponse/>", request_id="req")


class Unsynced(LocalDisk):
    """Writes as the real one does and waits for no disk: what is made here is made for measuring."""

    def sync_file(self, path: Path) -> None:
        pass

    def sync_folder(self, folder: Path) -> None:
        pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """One case to be written."""

    number: int
    taken: Taken
    at: datetime

    def id(self, kind: str) -> str:
        return f"{kind}_{self.number:08d}"

    @property
    def stands(self) -> int:
        """0: the report is open; 1: finish was asked; 2: not sealed; else done."""
        return self.number % SCORE

    @property
    def event(self) -> Event:
        return Event(
            id=self.id("told"),
            kind=EventKind.UPLOAD,
            channel=Channel.PUBLIC,
            account=self.id("account"),
            content=self.id("content"),
            at=self.at,
            ip="192.0.2.7",
        )


def grow(hoede: Hoede, count: int, *, object_bytes: int = 4096) -> int:
    """Write `count` cases over a prepared rehearsal; returns how many reports had not ended."""
    vault = Vault(hoede.config.data_folder / "vault", hoede.keys, Unsynced())
    entry = hoede.db.read(lambda conn: lists.entries_of(conn, rehearsal.LIST))[0]
    at = datetime.now(UTC) - timedelta(days=1)
    for first in range(0, count, AT_ONCE):
        some = [
            Made(number=number, taken=_take(vault, number, object_bytes), at=at)
            for number in range(first, min(first + AT_ONCE, count))
        ]
        hoede.db.commit(lambda tx, some=some: _write(tx, hoede, some, entry))  # type: ignore[misc] # a default binds it
        for one in some:
            if one.stands != IN_FLIGHT - 1:
                vault.seal(one.taken, at=at)
    while hoede.sequencer.run_once():
        pass
    return sum(number % SCORE < IN_FLIGHT for number in range(count))


def _take(vault: Vault, number: int, size: int) -> Taken:
    line = f"harmless {number}\n".encode()
    return vault.take(f"evi_{number:08d}", [(line * (size // len(line) + 1))[:size]])


def _write(tx: Transaction, hoede: Hoede, some: Iterable[Made], entry: str) -> None:
    for made in some:
        _happened(tx, made, entry)
        opened = {order.measure: order for order in _orders(hoede, made)}
        for order in opened.values():
            orders.open_order(tx, order)
        if made.stands != IN_FLIGHT - 1:
            evidence.mark_sealed(tx, made.taken.id, tx.now + timedelta(days=400))
            orders.end_by_receipt(tx, opened["preserve"].id, "sealed")
            _report(tx, made, opened["report"].id)
        if made.stands >= IN_FLIGHT:
            for measure in MEASURES:
                orders.end_by_receipt(tx, opened[measure].id, "receipt")


def _happened(tx: Transaction, made: Made, entry: str) -> None:
    """The upload, what was found, and the case it led to."""
    event, case, told = made.event, made.id("case"), made.id("evt")
    service = rehearsal.SERVICE
    accounts.put_account(tx, Account(service=service, id=event.account, country="US", age_evidence=(ADULT,)))
    events.add_event(
        tx, told, service, event, request="0" * 64, coverage=Coverage.LOOKED, hold=made.id("hold")
    )
    finding = Finding(
        "sha256",
        Category.CSEA,
        Certainty.KNOWN,
        f"the sha256 digest equals an entry of {rehearsal.LIST}",
        Match(rehearsal.LIST, entry, DigestKind.SHA256),
    )
    events.add_findings(tx, told, (finding,))
    evidence.add_taken(tx, made.taken, service=service, event=told, part="media", media_type="image/png")
    review.open_case(
        tx, case, service=service, account=event.account, grounds=Grounds.KNOWN, lane=None, due_at=None
    )
    review.add_file(tx, case, made.taken.id, told)
    decision = Decision("bench", ("known",), MEASURES, (finding,))
    decisions.save_decision(
        tx,
        made.id("dec"),
        decision,
        service=service,
        event=told,
        account=event.account,
        case_id=case,
        entries=frozenset({entry}),
    )


def _orders(hoede: Hoede, made: Made) -> tuple[Order, ...]:
    case = made.id("case")
    return orders_of(
        Decision("bench", ("known",), MEASURES, ()),
        hoede.tables.book.measures,
        key=hoede.keys.names,
        service=rehearsal.SERVICE,
        cause=made.id("dec"),
        targets={
            TargetKind.CONTENT: (made.event.content,),
            TargetKind.ACCOUNT: (made.event.account,),
            TargetKind.EVIDENCE: (made.taken.id,),
            TargetKind.AUTHORITY: tuple(hoede.config.authorities),
        },
        causes={"report": case},
        values={"account": made.event.account, "event": made.id("evt"), "case": case, "ground": "known"},
    )


def _report(tx: Transaction, made: Made, order: str) -> None:
    """The report as far as it went, one announced and noted call after the other."""
    reports.add_report(tx, order, "ncmec", _draft(made))
    review.close_to_files(tx, made.id("case"))
    saga = Saga(state=SagaState.DRAFT, files=(SagaFile(made.taken.id),))
    opened = replace(saga, state=SagaState.OPEN, remote_id=str(made.number), touched_at=tx.now)
    _called(tx, order, StepKind.SUBMIT, saga, opened)
    if made.stands == 0:
        return
    filled = replace(opened, files=(SagaFile(made.taken.id, f"f{made.number}", detailed=True),))
    _called(tx, order, StepKind.UPLOAD, opened, filled)
    asked = replace(filled, state=SagaState.FINISHING)
    if made.stands == 1:
        reports.announce(
            tx, order, replace(asked, calling=Step(StepKind.FINISH)), Step(StepKind.FINISH), b"f"
        )
        return
    _called(tx, order, StepKind.FINISH, asked, replace(asked, state=SagaState.FINISHED))


def _called(tx: Transaction, order: str, kind: StepKind, before: Saga, after: Saga) -> None:
    call = reports.announce(tx, order, before, Step(kind), kind.encode())
    reports.note(tx, order, call, after, ANSWER)


def _draft(made: Made) -> Draft:
    taken = made.taken
    file = DraftFile(
        evidence=taken.id,
        media_type="image/png",
        size=taken.size,
        md5=taken.md5,
        sha256=taken.sha256,
        uploaded_at=made.at,
        ip_event=None,
        viewed=False,
        found_by=(f"the sha256 digest equals an entry of {rehearsal.LIST}",),
    )
    return Draft(
        case_id=made.id("case"),
        service=rehearsal.SERVICE,
        service_name="Plein",
        incident_at=made.at,
        composed_at=made.at,
        suspect=Suspect(account=made.event.account, screen_name=None, ip_events=(), closed_at=None),
        files=(file,),
        not_preserved=0,
        rehearsal=True,
        follows=None,
    )
