"""Pairing: what it takes two people, what guardians cost a permit, how long digests take, how likely a guess.

Permits with what guardians say are asked beside the same permits without, in turns, on one database: as
they are loaded, and as they are at hand. The digests are of 100,000 families in which something happened.
"""

import json
import math
import random
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from hoede.accounts.store import ACCOUNTS
from hoede.app.tables import read_tables
from hoede.bench.linking import linking
from hoede.bench.processes import load
from hoede.bench.rows import Row, percentile, spread
from hoede.db import Database, Transaction
from hoede.db.schema import migrate
from hoede.flow.attempt import Asked, Permits, Sides, Tables
from hoede.flow.pair import KeptFigures, Weekly
from hoede.pairing import families
from hoede.pairing.rules.codes import BY_EVERYBODY, CODE_BITS, MOST_CODES, chance_a_day
from hoede.pairing.tables import CHANGES, GUARDIANS, LINKS, LOCKS, LOOKS
from hoede.policy import Policy, Relation, shipped_pack, shipped_vocabulary

NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)  # a Wednesday: digests are of the week before
SERVICE, KEY = "plein", b"k" * 32
FAMILIES, PAGE = 100_000, 5_000
ACCOUNTS_ASKED, TURNS, AGAIN = 400, 9, 20
WHATS = ("search", "message", "go_live", "comment", "watch_live", "ai_chat")
LIMITED = {"search.use": "off", "dm.send": "connections", "live.host": "off", "time.daily_cap": 45}
MOST_RATIO, DIGESTS_WITHIN_S, LEAST_LIKELY = 1.3, 300, -40
BITS, GUESSES, DAYS = 14, 16, 200_000  # of the simulation: codes short enough that somebody guesses


def measure() -> list[Row]:
    """Guessing, linking, permits, digests."""
    with tempfile.TemporaryDirectory(prefix="hoede-bench-") as folder:
        db = filled(Path(folder), FAMILIES)
        try:
            return [guessing(), *linking(), *permits(db), digests(db, FAMILIES)]
        finally:
            db.close()


def filled(folder: Path, many: int) -> Database:
    """A database of so many families: an account, a guardian, limits, a change and a look each."""
    db = Database(f"sqlite:///{folder / 'families.sqlite'}", key=KEY, clock=lambda _conn: NOW)
    migrate(db)
    for first in range(0, many, PAGE):
        db.commit(partial(_fill, first=first, last=min(many, first + PAGE)))
    return db


def _fill(tx: Transaction, *, first: int, last: int) -> None:
    week = NOW - timedelta(days=7)
    those = range(first, last)
    evidence = json.dumps(
        [
            {
                "method": "self-declared",
                "assurance": "declared",
                "issuer": "bench",
                "as_of": "2026-01-01",
                "born": "2010-03-01",
                "lower": None,
                "upper": None,
                "until": None,
            }
        ]
    )
    tx.conn.execute(
        insert(ACCOUNTS),
        [
            {
                "service": SERVICE,
                "id": f"teen-{one}",
                "zone": "Europe/Amsterdam",
                "locale": "nl" if one % 2 else "en",
                "age_evidence": evidence,
                "told_at": week,
                "age_known_at": week,
            }
            for one in those
        ],
    )
    tx.conn.execute(
        insert(GUARDIANS),
        [
            {
                "person": f"per_{one:032}",
                "name": "Anna",
                "mail": f"g{one}@mail.example",
                "locale": "en",
                "age_evidence": "[]",
                "cleared": 0,
                "made_at": week,
            }
            for one in those
        ],
    )
    tx.conn.execute(
        insert(LINKS),
        [
            {
                "id": f"pair_{one:032}",
                "service": SERVICE,
                "account": f"teen-{one}",
                "guardian": f"per_{one:032}",
                "invited_by": "teen",
                "state": "active",
                "mode": "limits",
                "teen_name": f"teen-{one}",
                "assured": False,
                "made_at": week,
                "started_at": week,
                "teen_by": NOW + timedelta(days=90),
                "guardian_by": NOW + timedelta(days=90),
                "changes": 2,
            }
            for one in those
        ],
    )
    changed = [
        {"link": f"pair_{one:032}", "number": 1, "act": "limit", "by": "guardian", "detail": name, "at": week}
        for one in those
        for name in (" ".join(sorted(LIMITED)),)
    ]
    tx.conn.execute(insert(CHANGES), changed)
    looked = [{"link": f"pair_{one:032}", "number": 1, "page": "overview", "at": week} for one in those]
    tx.conn.execute(insert(LOOKS), looked)
    limited = [one for one in those if one < ACCOUNTS_ASKED]
    locks = [
        {
            "id": f"lock_{one}_{name}",
            "link": f"pair_{one:032}",
            "setting": name,
            "step": f'"{step}"' if isinstance(step, str) else str(step),
            "reason": "",
            "at": week,
        }
        for one in limited
        for name, step in LIMITED.items()
    ]
    if locks:
        tx.conn.execute(insert(LOCKS), locks)
    for one in limited:
        families.retell(tx, SERVICE, f"teen-{one}")


def permits(db: Database) -> list[Row]:
    """Each with what guardians say, beside the same without: nobody reads what families say."""
    packs = tuple(map(shipped_pack, ("hoede-baseline", "eu-dsa28")))
    policy = Policy(shipped_vocabulary(), packs)
    without = partial(_asking, db, policy, lambda _conn, _service, _ids: {})
    both = {"with": _asking(db, policy, families.families_of), "without": without()}
    chance = random.Random(20261127)  # noqa: S311 - questions drawn for a bench
    questions = [
        Asked(
            account=f"teen-{chance.randrange(ACCOUNTS_ASKED)}",
            attempt=chance.choice(WHATS),
            counterpart=f"teen-{chance.randrange(ACCOUNTS_ASKED)}",
            relation=Relation.FRIEND,
        )
        for _ in range(400)
    ]
    return [
        _compared("permit_loaded", both, partial(_loaded, questions), len(questions)),
        _compared("permit_at_hand", both, partial(_at_hand, questions), AGAIN * len(questions)),
    ]


def _asking(db: Database, policy: Policy, told: Any) -> Permits:
    measures, clock = read_tables().book.measures, lambda: 0.0  # what was loaded stays fresh
    sides = Sides(db, measures, policy.vocabulary, clock=clock, families=told)
    return Permits(
        db=db, sides=sides, tables=Tables(lambda: policy), in_shadow=lambda: False, counted=lambda *_: None
    )


def _loaded(questions: list[Asked], asked: Permits) -> None:
    for one in questions:
        asked.permits(SERVICE, [one], NOW)


def _at_hand(questions: list[Asked], asked: Permits) -> None:
    for _ in range(AGAIN):
        for one in questions:
            asked.at_hand(SERVICE, [one], NOW)


def _compared(name: str, both: dict[str, Permits], ask: Callable[[Permits], None], many: int) -> Row:
    times: dict[str, list[float]] = {which: [] for which in both}
    for asked in both.values():
        ask(asked)  # tables fill
    for _ in range(TURNS):
        for which, asked in both.items():
            start = time.perf_counter()
            ask(asked)
            times[which].append((time.perf_counter() - start) / many * 1e6)
    ours, peer = (percentile(times[which], 0.5) for which in ("with", "without"))
    return Row(
        name=name,
        unit="us",
        ours=round(ours, 1),
        peer_name="without families",
        peer=round(peer, 1),
        ratio=round(ours / peer, 2),
        target=f"<= {MOST_RATIO}x",
        spread=f"{spread(times['with'])}; {load()}",
    )


def digests(db: Database, many: int) -> Row:
    """Every family's week, with its mail, page by page."""
    numbers = iter(range(10**9))
    weekly = Weekly(db, KeptFigures(), shipped_vocabulary(), lambda kind: f"{kind}_{next(numbers):032}")
    start = time.perf_counter()
    while weekly.once():
        pass
    took = time.perf_counter() - start
    return Row(
        name=f"digests_of_{many}_families",
        unit="s",
        ours=round(took, 1),
        target=f"<= {DIGESTS_WITHIN_S}",
        spread=f"{many / took:,.0f} families/s; {load()}",
    )


def guessing() -> Row:
    """The chance that anybody guesses a code within a day, as a power of two; simulated with short codes."""
    chance = random.Random(20261127)  # noqa: S311 - a simulation
    hits = 0
    for _ in range(DAYS):
        codes = {chance.getrandbits(BITS) for _ in range(MOST_CODES)}
        hits += any(chance.getrandbits(BITS) in codes for _ in range(GUESSES))
    computed = chance_a_day(GUESSES, MOST_CODES) * 2 ** (CODE_BITS - BITS)
    simulated = math.log2(hits / DAYS) - math.log2(computed) + math.log2(chance_a_day())
    return Row(
        name="guessing_chance_a_day",
        unit="log2",
        ours=round(math.log2(chance_a_day()), 2),
        peer_name="simulated",
        peer=round(simulated, 2),
        target=f"<= {LEAST_LIKELY}",
        spread=(
            f"{BY_EVERYBODY:,} guesses against {MOST_CODES} codes of {CODE_BITS} bits; simulated with"
            f" {BITS} bits, {GUESSES} guesses, {DAYS:,} days: {hits} hits, {computed * DAYS:.0f} expected"
        ),
    )
