"""Cases in which something was done, and what was found of it since: from judgments, over all of them."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, select

from hoede.review.fairness import Found
from hoede.review.judgments import FILES, JUDGMENTS, REINSTATED, UNDONE
from hoede.review.rules import Grounds
from hoede.review.store import CASES, REAL

IDS_AT_ONCE = 500
_DECIDED = (Grounds.KNOWN, Grounds.SUSPECTED, Grounds.SAMPLE)
NOTHING = frozenset({"preserve", "notify"})  # measures that nobody is hit by


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseActed:
    """A case that was decided, and how."""

    id: str
    service: str
    account: str
    opened_at: datetime
    acted_at: datetime | None  # when something was done first; None: nothing was
    wrong: Found | None  # it should not have been
    cleared_at: datetime | None  # when it was said that nothing is wrong with it


def judged_since(conn: Connection, since: datetime) -> set[str]:
    """Cases that somebody judged since then."""
    return set(conn.execute(select(JUDGMENTS.c.case_id).where(JUDGMENTS.c.at >= since)).scalars())


def cases(conn: Connection, which: Collection[str], alone: Mapping[str, datetime]) -> tuple[CaseActed, ...]:
    """The real ones among these that are about content, the oldest first.

    `alone` says of a case when a machine acted in it and asked nobody. What the case rests on does not: it
    changes when something suspected joins.
    """
    c, rows = CASES.c, list[Any]()
    for some in _some(sorted(which)):
        asked = select(c.id, c.service, c.account, c.opened_at, c.grounds).where(REAL, c.id.in_(some))
        rows += conn.execute(asked.where(c.grounds.in_(_DECIDED))).all()
    by_case = _judgments(conn, [row.id for row in rows])
    rows.sort(key=lambda row: (row.opened_at, row.id))
    return tuple(_acted(row, by_case.get(row.id, []), alone.get(row.id)) for row in rows)


@dataclass(frozen=True, slots=True)
class _Judged:
    at: datetime
    how: str | None  # how it came to count no more
    acts: bool
    keeps: bool

    @property
    def counts(self) -> bool:
        return self.how is None and not self.keeps


def _acted(row: Any, judged: Sequence[_Judged], alone: datetime | None) -> CaseActed:
    """What its last judgment that counts says of what was done before."""
    said = [one for one in judged if one.how != UNDONE and not one.keeps]
    acts = [one.at for one in said if one.acts]
    if alone is not None:
        acts.append(alone)
    last = next((one for one in reversed(said) if one.counts), None)
    cleared = last.at if last is not None and not last.acts else None
    wrong = None
    if acts and cleared is not None:
        by_appeal = any(one.how == REINSTATED for one in said) or row.grounds == Grounds.KNOWN
        wrong = Found.APPEAL if by_appeal else Found.CHECK
    return CaseActed(
        id=row.id,
        service=row.service,
        account=row.account,
        opened_at=row.opened_at,
        acted_at=min(acts, default=None),
        wrong=wrong,
        cleared_at=cleared,
    )


def _judgments(conn: Connection, ids: Sequence[str]) -> dict[str, list[_Judged]]:
    """By case, the oldest first, with whether each asked for anything that somebody is hit by."""
    found: dict[str, list[_Judged]] = {}
    for some in _some(ids):
        j = JUDGMENTS.c
        asked = select(j.id, j.case_id, j.at, j.undone_how, j.keeps, j.account_measures)
        rows = conn.execute(asked.where(j.case_id.in_(some)).order_by(j.case_id, j.at, j.id)).all()
        files = select(FILES.c.judgment_id, FILES.c.measures).join(JUDGMENTS, j.id == FILES.c.judgment_id)
        on_files: dict[str, set[str]] = {}
        for row in conn.execute(files.where(j.case_id.in_(some))):
            on_files.setdefault(row.judgment_id, set()).update(row.measures.split())
        for case_id, those in groupby(rows, lambda row: row.case_id):
            found[case_id] = [
                _Judged(row.at, row.undone_how, _acts(row, on_files.get(row.id, set())), row.keeps)
                for row in those
            ]
    return found


def _acts(row: Any, on_files: Iterable[str]) -> bool:
    return bool((set(row.account_measures.split()) | set(on_files)) - NOTHING)


def _some(ids: Sequence[str]) -> Iterator[Sequence[str]]:
    yield from (ids[at : at + IDS_AT_ONCE] for at in range(0, len(ids), IDS_AT_ONCE))
