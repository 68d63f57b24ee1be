"""What a version in shadow would have answered: counted by attempt, band and country, and nothing else.

Counting is cheap where permits are answered: in memory, and written down together once in a while.
What a process that is killed had not written yet is lost, and that is all right: nothing rests on it.
Nothing is counted while no version is in shadow.
"""

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from typing import Final, NamedTuple

from sqlalchemy import Connection, select, update

from hoede.db import Database, Transaction, insert_new
from hoede.policy.live import Standing
from hoede.policy.rules.permits import Answer, Permit, decide
from hoede.policy.rules.places import COUNTRIES
from hoede.policy.rules.sides import Attempt, Side
from hoede.policy.tables import COUNTS

UNKNOWN: Final = "unknown"  # an age, or a country, that nobody told
SHOWN_FROM: Final = 10  # a cell with fewer could be somebody
MOST_CELLS: Final = 20_000  # kept in memory; more means that somebody sends nonsense


class Cell(NamedTuple):
    """What is counted together. Never an account, and never who was at the other side."""

    number: int
    attempt: str
    band: str
    country: str  # "": not known
    live: str
    shadow: str


@dataclass(frozen=True, slots=True)
class Counts:
    """Cells that may be shown, and how many answers stand in those that may not."""

    shown: tuple[tuple[Cell, int], ...]
    hidden: int


class ShadowCounts:
    """Counts in memory until `flush`."""

    def __init__(self) -> None:
        self._counted: Counter[Cell] = Counter()
        self._lock = threading.Lock()

    def record(self, shadow: Standing, side: Side, attempt: Attempt, now: datetime, permit: Permit) -> None:
        """Count what the version in shadow would have answered where this permit was given.

        An attempt that is in no vocabulary is not counted: its word could be anything.
        """
        if attempt.what not in shadow.policy.vocabulary.gates:
            return
        would = decide(shadow.policy, side, attempt, now).answer
        self.add(
            Cell(
                number=shadow.version.number,
                attempt=attempt.what,
                band=side.band.value if side.known else UNKNOWN,
                country=side.country if side.country in COUNTRIES else "",
                live=permit.answer.value,
                shadow=would.value,
            )
        )

    def add(self, cell: Cell, times: int = 1) -> None:
        with self._lock:
            if cell in self._counted or len(self._counted) < MOST_CELLS:
                self._counted[cell] += times

    def flush(self, db: Database) -> int:
        """Write down what was counted since the last time; returns how many cells. On trouble all is kept."""
        with self._lock:
            counted, self._counted = self._counted, Counter()
        if not counted:
            return 0
        try:
            db.commit(lambda tx: _write(tx, counted))
        except BaseException:
            for cell, times in counted.items():
                self.add(cell, times)
            raise
        return len(counted)


def counts_of(conn: Connection, number: int) -> Counts:
    """What was counted of a version, without what could be about one person."""
    rows = [
        (Cell(*row[:-1]), row.times)
        for row in conn.execute(select(COUNTS).where(COUNTS.c.number == number).order_by(*COUNTS.c[1:6]))
    ]
    shown = tuple((cell, times) for cell, times in rows if times >= SHOWN_FROM)
    return Counts(shown, sum(times for _, times in rows if times < SHOWN_FROM))


def changed_answers(counts: Counts) -> list[tuple[str, str, Answer, Answer, int]]:
    """Attempt, band, answer in force and in shadow, and how often; where they differ, the most first."""
    summed: Counter[tuple[str, str, str, str]] = Counter()
    for cell, times in counts.shown:
        if cell.live != cell.shadow:
            summed[cell.attempt, cell.band, cell.live, cell.shadow] += times
    return [
        (attempt, band, Answer(live), Answer(shadow), times)
        for (attempt, band, live, shadow), times in summed.most_common()
    ]


def as_csv(counts: Counts) -> str:
    """How often each was attempted, whatever was answered: what a draft is simulated with."""
    summed: Counter[tuple[str, str, str]] = Counter()
    for cell, times in counts.shown:
        summed[cell.attempt, cell.band, cell.country or UNKNOWN] += times
    rows = [
        f"{attempt},{band},{country},{times}" for (attempt, band, country), times in sorted(summed.items())
    ]
    return "\n".join(("capability,band,country,count", *rows, ""))


def _write(tx: Transaction, counted: Counter[Cell]) -> None:
    """In one order in every process, so that no two wait for each other."""
    for cell, times in sorted(counted.items()):
        key = cell._asdict()
        if not insert_new(tx.conn, COUNTS, key | {"times": times}):
            same = [COUNTS.c[name] == value for name, value in key.items()]
            tx.conn.execute(update(COUNTS).where(*same).values(times=COUNTS.c.times + times))
