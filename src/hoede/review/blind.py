"""Cases that people judge without anything coming of it: golden ones, second looks, calibration.

Each looks like any other case of its lane; who judges it is not told. What was judged is kept apart from
real cases: no order, no letter, no report and no figure of real cases is made of it.
docs/decisions/0037-judging-measured.md
"""

import hmac
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import (
    Boolean,
    Column,
    ColumnElement,
    Connection,
    ForeignKey,
    Row,
    String,
    Table,
    Text,
    and_,
    exists,
    func,
    insert,
    or_,
    select,
    update,
)

from hoede.core.leaves import Leaf
from hoede.core.orders import opaque
from hoede.db import METADATA, Moment, Transaction, insert_new
from hoede.review.judgments import CHECKS, JUDGMENTS, UNDONE
from hoede.review.measured import Pair
from hoede.review.rules import WHOLE, Grounds, Lane
from hoede.review.snapshot import Asked, Snapshot, asked_from_json, asked_to_json, from_json
from hoede.review.store import CASES, DOUBLE, FILES, JUDGED, OPEN, WAITS, CaseRow

OPEN_FOR = timedelta(days=7)  # what nobody could take by then is withdrawn

GOLDEN = Table(
    "golden",
    METADATA,
    Column("id", String(40), primary_key=True),
    Column("source", String(40), nullable=False, index=True),  # the finished case it was made of
    Column("service", String(64), nullable=False),
    Column("lane", String(32), nullable=False),
    Column("outcome", String(32), nullable=False),  # the right answer
    Column("why", Text, nullable=False),  # why it is right
    Column("snapshot", Text, nullable=False),  # what is shown; ids and name are nobody's
    Column("made_by", String(64), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("retired_at", Moment),
    Column("retired_why", String(32)),
)

BLIND = Table(
    "blind_case",
    METADATA,
    Column("case_id", String(40), ForeignKey("case_.id"), primary_key=True),
    Column("kind", String(16), nullable=False),  # golden, double or calibration
    Column("source", String(40), nullable=False, index=True),  # the real case it is of
    Column("golden", String(40), ForeignKey("golden.id"), index=True),
    Column("calibration", String(40), index=True),
    Column("given_to", String(64)),  # of a calibration: who judges it
    Column("lane", String(32), nullable=False),
    Column("first", String(40)),  # the judgment that is judged a second time
    Column("expected", String(32), nullable=False),  # the right answer, or what the first one said
    Column("snapshot", Text, nullable=False),
    Column("orders", Text),  # JSON: what its page shows since it was judged; nothing of it was asked
    Column("opened_at", Moment, nullable=False),
    Column("judgment", String(40)),
    Column("outcome", String(32)),
    Column("answered_by", String(64)),
    Column("answered_at", Moment, index=True),
    Column("resolved_by", String(64)),
    Column("resolved_at", Moment),
    Column("first_stands", Boolean),
    Column("withdrawn_at", Moment),
)


class Kind(StrEnum):
    """What a case is that looks like any other."""

    GOLDEN = "golden"  # its answer is known
    DOUBLE = DOUBLE  # somebody judged it already
    CALIBRATION = "calibration"  # of a set that several people judge, and then talk about


@dataclass(frozen=True, slots=True, kw_only=True)
class Golden:
    id: str
    source: str
    service: str
    lane: str
    outcome: str
    why: str
    snapshot: Snapshot
    made_by: str
    made_at: datetime
    retired_at: datetime | None
    retired_why: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BlindCase:
    case_id: str
    kind: Kind
    source: str
    golden: str | None
    calibration: str | None
    given_to: str | None
    lane: str
    first: str | None
    expected: str
    snapshot: Snapshot
    orders: tuple[Asked, ...]  # as its page shows them now
    opened_at: datetime
    judgment: str | None
    outcome: str | None
    answered_by: str | None
    answered_at: datetime | None
    resolved_by: str | None
    resolved_at: datetime | None
    first_stands: bool | None

    @property
    def agrees(self) -> bool:
        return self.outcome == self.expected


def falls(key: bytes, what: str, percent: int) -> bool:
    """Whether this one is among so many of a hundred: by chance, the same whenever it is asked."""
    return _roll(key, what) % WHOLE < percent


def make_golden(
    tx: Transaction,
    golden_id: str,
    source: CaseRow,
    snapshot: Snapshot,
    *,
    lane: str,
    outcome: str,
    why: str,
    by: str,
) -> Golden:
    """Keep a finished case, without whom it was about, with its right answer."""
    nobody = snapshot.of_nobody(golden_id, lambda old: opaque(tx.key, f"{golden_id}\x1f{old}"))
    row: dict[str, Any] = {"id": golden_id, "source": source.id, "service": source.service}
    row |= {"lane": lane, "outcome": outcome, "why": why}
    row |= {"snapshot": nobody.to_json(), "made_by": by, "made_at": tx.now}
    tx.conn.execute(insert(GOLDEN).values(**row))
    tx.leaf(Leaf("golden.made", golden_id, outcome))
    return Golden(**row | {"snapshot": nobody}, retired_at=None, retired_why=None)


def retire(tx: Transaction, golden_id: str, why: str) -> bool:
    """It is not mixed in any more, and what waits of it is withdrawn; false when it was not before."""
    mine = (GOLDEN.c.id == golden_id, GOLDEN.c.retired_at.is_(None))
    retired = tx.conn.execute(update(GOLDEN).where(*mine).values(retired_at=tx.now, retired_why=why))
    if retired.rowcount:
        tx.leaf(Leaf("golden.retired", golden_id, why))
        _withdraw(tx, BLIND.c.golden == golden_id)
    return bool(retired.rowcount)


def find_golden(conn: Connection, golden_id: str) -> Golden | None:
    row = conn.execute(select(GOLDEN).where(GOLDEN.c.id == golden_id)).one_or_none()
    return None if row is None else _golden(row)


def golden_of(conn: Connection, source: str) -> Golden | None:
    """The one that is in use of this case."""
    mine = (GOLDEN.c.source == source, GOLDEN.c.retired_at.is_(None))
    row = conn.execute(select(GOLDEN).where(*mine).limit(1)).one_or_none()
    return None if row is None else _golden(row)


def all_golden(conn: Connection) -> tuple[Golden, ...]:
    """Those in use first, then the others; the newest first."""
    order = (GOLDEN.c.retired_at.is_not(None), GOLDEN.c.made_at.desc(), GOLDEN.c.id)
    return tuple(_golden(row) for row in conn.execute(select(GOLDEN).order_by(*order)))


def draw(conn: Connection, key: bytes, what: str) -> Golden | None:
    """One by chance of those that are in use and of which nothing waits; None when there is none."""
    waits = exists().where(BLIND.c.golden == GOLDEN.c.id, BLIND.c.kind == Kind.GOLDEN, _WAITS)
    asked = select(GOLDEN.c.id).where(GOLDEN.c.retired_at.is_(None), ~waits).order_by(GOLDEN.c.id)
    ids = conn.execute(asked).scalars().all()
    return find_golden(conn, ids[_roll(key, f"draw\x1f{what}") % len(ids)]) if ids else None


def open_golden(
    tx: Transaction,
    case_id: str,
    golden: Golden,
    lane: Lane,
    *,
    calibration: str | None = None,
    for_: str | None = None,
) -> None:
    """Let it come into its lane like a case of its own, about somebody else each time.

    One for a calibration stands in no lane: it is there for one person, who is given it.
    """
    snapshot = golden.snapshot.of_nobody(case_id, lambda old: opaque(tx.key, f"{case_id}\x1f{old}"))
    _open(
        tx,
        case_id,
        Kind.CALIBRATION if calibration else Kind.GOLDEN,
        snapshot,
        lane,
        service=golden.service,
        source=golden.source,
        golden=golden.id,
        calibration=calibration,
        given_to=for_,
        expected=golden.outcome,
    )


def open_double(
    tx: Transaction, case_id: str, source: CaseRow, snapshot: Snapshot, lane: Lane, *, first: str, said: str
) -> None:
    """Let a second person judge a case as the first one found it, without a way to what came of it."""
    more = {"service": source.service, "source": source.id, "first": first, "expected": said}
    found = snapshot.of_no_order(lambda old: opaque(tx.key, f"{case_id}\x1f{old}"))
    _open(tx, case_id, Kind.DOUBLE, found, lane, **more)


def begun(conn: Connection, calibration: str, person: str) -> list[str]:
    """The cases of a calibration that this person was given and did not decide yet, the oldest first."""
    c = BLIND.c
    mine = (c.calibration == calibration, c.given_to == person, _WAITS)
    return list(conn.execute(select(c.case_id).where(*mine).order_by(c.opened_at, c.case_id)).scalars())


def had(conn: Connection, calibration: str, person: str) -> set[str]:
    """The golden cases this person was given in a calibration."""
    mine = (BLIND.c.calibration == calibration, BLIND.c.given_to == person)
    return set(conn.execute(select(BLIND.c.golden).where(*mine)).scalars())


def find(conn: Connection, case_id: str) -> BlindCase | None:
    row = conn.execute(select(BLIND).where(BLIND.c.case_id == case_id)).one_or_none()
    return None if row is None else _blind(row)


def showing(conn: Connection, order: str) -> str | None:
    """The case whose page shows this order."""
    c, said = BLIND.c, json.dumps(order)
    asked = select(c.case_id).where(
        or_(
            and_(c.orders.is_(None), c.snapshot.contains(said, autoescape=True)),
            c.orders.contains(said, autoescape=True),
        )
    )
    return conn.execute(asked.limit(1)).scalar_one_or_none()


def judged(tx: Transaction, case_id: str, orders: Iterable[Asked]) -> None:
    """What its page shows of orders from now on."""
    shown = asked_to_json(tuple(orders))
    tx.conn.execute(update(BLIND).where(BLIND.c.case_id == case_id).values(orders=shown))


def answer(tx: Transaction, case_id: str, judgment: str, outcome: str, person: str) -> None:
    """Keep what it was called; the first who decides it answers, whoever looks at it after that."""
    mine = (BLIND.c.case_id == case_id, BLIND.c.answered_at.is_(None))
    given = {"judgment": judgment, "outcome": outcome, "answered_by": person, "answered_at": tx.now}
    tx.conn.execute(update(BLIND).where(*mine).values(**given))


def take_back(tx: Transaction, judgment: str) -> None:
    """Who answered took it back: it was not answered."""
    nothing = dict.fromkeys(("judgment", "outcome", "answered_by", "answered_at"))
    tx.conn.execute(update(BLIND).where(BLIND.c.judgment == judgment).values(**nothing))


def forget(tx: Transaction, first: str) -> None:
    """The first judgment counts no more: a second look at it would be held against nothing."""
    _withdraw(tx, BLIND.c.first == first)


def withdraw_old(tx: Transaction) -> None:
    """What waited too long is no longer asked: everybody who could take it may know it.

    What was answered by then and still waits for a second person keeps its answer.
    """
    old = and_(BLIND.c.opened_at < tx.now - OPEN_FOR, BLIND.c.calibration.is_(None))
    _withdraw(tx, old)
    waits = select(CASES.c.id).join(BLIND, BLIND.c.case_id == CASES.c.id).where(WAITS, old)
    ids = list(tx.conn.execute(waits).scalars())
    tx.conn.execute(update(CASES).where(CASES.c.id.in_(ids)).values(state=JUDGED))


def barred(conn: Connection, case: CaseRow) -> frozenset[str]:
    """Who knows the case from elsewhere: judged or checked it or a second look at it, or made it."""
    own = find(conn, case.id) if case.blind else None
    if own is None:
        about = [one for one in (case.id, case.earlier if case.grounds is Grounds.OBJECTION else None) if one]
        return frozenset(_looked(conn, BLIND.c.source.in_(about)))
    judges = select(JUDGMENTS.c.person).where(JUDGMENTS.c.case_id == own.source)
    checks = (
        select(CHECKS.c.person)
        .join(JUDGMENTS, JUDGMENTS.c.id == CHECKS.c.judgment_id)
        .where(JUDGMENTS.c.case_id == own.source)
    )
    makers = select(GOLDEN.c.made_by).where(GOLDEN.c.source == own.source)
    people = {one for each in (judges, checks, makers) for one in conn.execute(each).scalars()}
    others = and_(BLIND.c.source == own.source, BLIND.c.case_id != case.id)
    return frozenset(people | _looked(conn, others))


def _looked(conn: Connection, which: ColumnElement[bool]) -> set[str]:
    """Who judged or checked such a case: whoever checks sees as much as who answers."""
    judges = select(JUDGMENTS.c.person).join(BLIND, BLIND.c.case_id == JUDGMENTS.c.case_id).where(which)
    checks = (
        select(CHECKS.c.person)
        .join(JUDGMENTS, JUDGMENTS.c.id == CHECKS.c.judgment_id)
        .join(BLIND, BLIND.c.case_id == JUDGMENTS.c.case_id)
        .where(which)
    )
    return {one for each in (judges, checks) for one in conn.execute(each).scalars()}


def knows(person: str) -> ColumnElement[bool]:
    """Likewise, as a condition on `CASES`."""
    mine, other = BLIND.alias("mine"), BLIND.alias("other")
    here = mine.c.case_id == CASES.c.id
    judges = exists().where(here, JUDGMENTS.c.case_id == mine.c.source, JUDGMENTS.c.person == person)
    checked = and_(JUDGMENTS.c.case_id == mine.c.source, CHECKS.c.judgment_id == JUDGMENTS.c.id)
    checks = exists().where(here, checked, CHECKS.c.person == person)
    again = and_(other.c.source == mine.c.source, other.c.case_id != mine.c.case_id)
    of_other = JUDGMENTS.c.case_id == other.c.case_id
    said = and_(of_other, JUDGMENTS.c.person == person)
    second = and_(of_other, CHECKS.c.judgment_id == JUDGMENTS.c.id, CHECKS.c.person == person)
    answers = or_(exists().where(here, again, said), exists().where(here, again, second))
    makers = exists().where(here, GOLDEN.c.source == mine.c.source, GOLDEN.c.made_by == person)
    objected = and_(CASES.c.grounds == Grounds.OBJECTION, other.c.source == CASES.c.earlier)
    about = or_(other.c.source == CASES.c.id, objected)
    looked = or_(exists().where(about, said), exists().where(about, second))
    is_blind = CASES.c.blind.is_not(None)
    return or_(and_(is_blind, or_(judges, checks, answers, makers)), and_(~is_blind, looked))


def of_sources(conn: Connection, cases: Iterable[str]) -> list[str]:
    """Cases of this kind that are made of these: they go with them."""
    asked = select(BLIND.c.case_id).where(BLIND.c.source.in_(list(cases)))
    return list(conn.execute(asked).scalars())


def answered(
    conn: Connection, kind: Kind, since: datetime, *, calibration: str | None = None
) -> tuple[BlindCase, ...]:
    """What was answered since then, the oldest first."""
    c = BLIND.c
    which = [c.kind == kind, c.answered_at >= since]
    if calibration is not None:
        which.append(c.calibration == calibration)
    rows = conn.execute(select(BLIND).where(*which).order_by(c.answered_at, c.case_id))
    return tuple(_blind(row) for row in rows)


def pairs(conn: Connection, kind: Kind, since: datetime) -> list[Pair]:
    """What was expected and what was said since then, without whom or what it is about.

    A first judgment that its judge took back was none.
    """
    c = BLIND.c
    none = exists().where(JUDGMENTS.c.id == c.first, JUDGMENTS.c.undone_how == UNDONE)
    asked = select(c.lane, c.expected, c.outcome).where(c.kind == kind, c.answered_at >= since, ~none)
    return [Pair(*row) for row in conn.execute(asked)]


def disagreements(conn: Connection) -> tuple[BlindCase, ...]:
    """Second looks that say something else than the first, and that nobody settled; the oldest first."""
    asked = select(BLIND).where(*_apart()).order_by(BLIND.c.answered_at, BLIND.c.case_id)
    return tuple(_blind(row) for row in conn.execute(asked))


def count_disagreements(conn: Connection) -> int:
    return int(conn.execute(select(func.count()).select_from(BLIND).where(*_apart())).scalar_one())


def _apart() -> tuple[ColumnElement[bool], ...]:
    c = BLIND.c
    counts = exists().where(JUDGMENTS.c.id == c.first, JUDGMENTS.c.undone_at.is_(None))
    return (c.kind == Kind.DOUBLE, c.outcome != c.expected, c.resolved_at.is_(None), counts)


def resolve(tx: Transaction, case_id: str, person: str, *, first_stands: bool) -> bool:
    """A third person says which of two it is; false when somebody did before."""
    c = BLIND.c
    mine = (c.case_id == case_id, c.outcome.is_not(None), c.resolved_at.is_(None))
    given = {"resolved_by": person, "resolved_at": tx.now, "first_stands": first_stands}
    done = tx.conn.execute(update(BLIND).where(*mine).values(**given))
    if done.rowcount:
        tx.leaf(Leaf("blind.resolved", case_id, "first" if first_stands else "second"))
    return bool(done.rowcount)


def changes(conn: Connection) -> list[tuple[str, str]]:
    """Act and id of every change that has a leaf."""
    made = conn.execute(select(GOLDEN.c.id, GOLDEN.c.retired_at)).all()
    found = [("golden.made", row.id) for row in made]
    found += [("golden.retired", row.id) for row in made if row.retired_at is not None]
    cases = conn.execute(select(BLIND.c.case_id, BLIND.c.resolved_at)).all()
    found += [("blind.opened", row.case_id) for row in cases]
    return found + [("blind.resolved", row.case_id) for row in cases if row.resolved_at is not None]


_WAITS = and_(BLIND.c.answered_at.is_(None), BLIND.c.withdrawn_at.is_(None))


def _open(
    tx: Transaction, case_id: str, kind: Kind, snapshot: Snapshot, lane: Lane, *, service: str, **more: Any
) -> None:
    in_queue = kind is not Kind.CALIBRATION
    tx.conn.execute(
        insert(CASES).values(
            id=case_id,
            service=service,
            account=snapshot.who.id,
            grounds=Grounds.SUSPECTED,
            lane=lane.name if in_queue else None,
            state=OPEN,
            opened_at=tx.now,
            due_at=tx.now + lane.due,
            composed_at=tx.now,  # it takes no files of anybody
            rank_at=tx.now - timedelta(seconds=snapshot.rank_s) if in_queue else None,
            blind=kind,
            language=snapshot.who.language,
        )
    )
    for copy, event in snapshot.copies:
        new = {"case_id": case_id, "evidence": copy, "event": event, "added_at": tx.now}
        insert_new(tx.conn, FILES, new)
    row = {"case_id": case_id, "kind": kind, "lane": lane.name, "snapshot": snapshot.to_json()}
    tx.conn.execute(insert(BLIND).values(**row, opened_at=tx.now, **more))
    tx.leaf(Leaf("blind.opened", case_id, kind))


def _withdraw(tx: Transaction, which: ColumnElement[bool]) -> None:
    cases = select(BLIND.c.case_id).where(_WAITS, which)
    ids = list(tx.conn.execute(cases).scalars())
    tx.conn.execute(update(CASES).where(CASES.c.id.in_(ids)).values(state=JUDGED))
    tx.conn.execute(update(BLIND).where(BLIND.c.case_id.in_(ids)).values(withdrawn_at=tx.now))


def _roll(key: bytes, what: str) -> int:
    return int.from_bytes(hmac.digest(key, f"blind\x1f{what}".encode(), "sha256")[:8])


def _golden(row: Row[Any]) -> Golden:
    fields = dict(row._mapping)  # noqa: SLF001 - the public way to a row's names
    return Golden(**fields | {"snapshot": from_json(row.snapshot)})


def _blind(row: Row[Any]) -> BlindCase:
    fields = {name: value for name, value in row._mapping.items() if name != "withdrawn_at"}  # noqa: SLF001 - likewise
    snapshot = from_json(row.snapshot)
    orders = snapshot.orders if row.orders is None else asked_from_json(json.loads(row.orders))
    return BlindCase(**fields | {"kind": Kind(row.kind), "snapshot": snapshot, "orders": orders})
