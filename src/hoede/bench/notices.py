"""What a flood of reports does: ten thousand colluding accounts, while others report for real.

A third of the flood are accounts made for it, a third are one hand by the platform's own word, a third are
old accounts with different words. What counts: how long somebody with a real report waits, and that nobody
is limited by any number of false ones.
"""

import random
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path

from hoede import accounts
from hoede.app import Hoede, build, rehearsal
from hoede.app.rehearsal import SERVICE
from hoede.bench.ground import ADULT
from hoede.bench.rows import Row, percentile, spread
from hoede.config import parse_config
from hoede.db import orders
from hoede.review import notice_store
from hoede.review import store as review
from hoede.review.notices import Notice, Reason, Source
from hoede.simulators.cybertipline import REHEARSAL

FLOOD, TARGETS, GENUINE, AT_ONCE, SEED = 10_000, 20, 200, 8, 20261126
JUDGED_IN_MINUTES = 2  # per case, for how long a place in the queue lasts
LONG_THERE, NEW = date(2020, 1, 1), date(2026, 11, 20)
GRAVE = (Reason.PRESSURE, Reason.THREAT, Reason.CHILD_SEXUAL)
ASKING = frozenset({"want"})  # all that a notice may lead to
NOWHERE = "http://127.0.0.1:9"


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of the reports."""

    genuine_ms: list[float]
    before: list[int]  # cases of the flood that stand before each genuine one in the queue
    flood_cases: int
    wrongful: int  # orders that do anything to anybody
    most_urgent: int  # of the flood's cases
    least_urgent: int  # of the genuine ones


def measure() -> list[Row]:
    """The same people report first alone, then in the middle of a flood; SQLite, on this machine."""
    alone, flooded = (_one(flood) for flood in (0, FLOOD))
    told = f"seed {SEED}, {AT_ONCE} at once"
    return [
        _row(
            "genuine_taken_alone_p95", "ms", percentile(alone.genuine_ms, 0.95), "", spread(alone.genuine_ms)
        ),
        _row(
            "genuine_taken_in_flood_p95",
            "ms",
            percentile(flooded.genuine_ms, 0.95),
            "<= 250",
            spread(flooded.genuine_ms),
        ),
        _row(
            "cases_of_the_flood", "cases", flooded.flood_cases, f"<= {TARGETS}", f"{FLOOD} accounts, {told}"
        ),
        _row(
            "genuine_waits_longer_most",
            "min",
            max(flooded.before) * JUDGED_IN_MINUTES,
            f"<= {TARGETS * JUDGED_IN_MINUTES}",
            f"{JUDGED_IN_MINUTES} min a case; ahead: {spread([float(one) for one in flooded.before])}",
        ),
        _row(
            "flood_urgency_over_a_genuine_one",
            "times",
            flooded.most_urgent / flooded.least_urgent,
            "<= 5",
            "by voices that weigh ever less, whatever their number",
        ),
        _row(
            "wrongful_measures",
            "orders",
            flooded.wrongful + alone.wrongful,
            "0",
            "all but asking for content",
        ),
    ]


def _row(name: str, unit: str, ours: float, target: str, told: str) -> Row:
    return Row(name=name, unit=unit, ours=round(ours, 2), target=target, spread=told)


def _one(flood: int) -> Taken:
    with tempfile.TemporaryDirectory(prefix="hoede-bench-") as place:
        login = (REHEARSAL.name, REHEARSAL.password)
        told = rehearsal.settings(Path(place), hook=NOWHERE, authority=NOWHERE, login=login, more={})
        config = parse_config(told)
        rehearsal.prepare(config, [b"no report needs a list"])
        hoede = build(config)
        try:
            return _report(hoede, flood)
        finally:
            hoede.close()


def _report(hoede: Hoede, flood: int) -> Taken:
    for subject in [f"target-{one}" for one in range(TARGETS)] + [f"suspect-{one}" for one in range(GENUINE)]:
        person = accounts.Account(service=SERVICE, id=subject, country="NL", age_evidence=(ADULT,))
        hoede.db.commit(partial(accounts.put_account, told=person))
    asked = [*(_colluding(one) for one in range(flood)), *(_genuine(one) for one in range(GENUINE))]
    random.Random(SEED).shuffle(asked)  # noqa: S311 - no secret

    def take(notice: Notice) -> float:
        began = time.perf_counter()
        hoede.notice.take(notice)
        return (time.perf_counter() - began) * 1000

    with ThreadPoolExecutor(AT_ONCE) as pool:
        took = list(pool.map(take, asked))
    genuine_ms = [ms for ms, notice in zip(took, asked, strict=True) if _is_genuine(notice.subject)]
    return _taken(hoede, genuine_ms)


def _taken(hoede: Hoede, genuine_ms: list[float]) -> Taken:
    queue = hoede.db.read(review.queue)
    groups = hoede.db.read(lambda conn: {one.id: notice_store.group_of(conn, one.id) for one in queue})
    urgency = {one.account: group.urgency for one in queue if (group := groups[one.id])}
    return Taken(
        genuine_ms=genuine_ms,
        before=list(_before([one.account for one in queue])),
        flood_cases=sum(not _is_genuine(one.account) for one in queue),
        wrongful=sum(one.order.measure not in ASKING for one in hoede.db.read(orders.views)),
        most_urgent=max((value for who, value in urgency.items() if not _is_genuine(who)), default=0),
        least_urgent=min(value for who, value in urgency.items() if _is_genuine(who)),
    )


def _before(accounts_in_line: Sequence[str]) -> Iterator[int]:
    """For each genuine case in the queue, how many of the flood stand before it."""
    flood = 0
    for account in accounts_in_line:
        if _is_genuine(account):
            yield flood
        else:
            flood += 1


def _is_genuine(account: str) -> bool:
    return account.startswith("suspect-")


def _colluding(number: int) -> Notice:
    kind, subject = number % 3, f"target-{number % TARGETS}"
    return _notice(
        subject,
        f"colluding-{number}",
        Reason.CHILD_SEXUAL,
        words=f"he did {number}",
        since=NEW if kind == 0 else LONG_THERE,
        linked="farm" if kind == 1 else None,
    )


def _genuine(number: int) -> Notice:
    return _notice(
        f"suspect-{number}",
        f"person-{number}",
        GRAVE[number % len(GRAVE)],
        words=None,
        since=LONG_THERE,
        linked=None,
    )


def _notice(
    subject: str, reporter: str, reason: Reason, *, words: str | None, since: date, linked: str | None
) -> Notice:
    return Notice(
        service=SERVICE,
        source=Source.PERSON,
        subject=subject,
        reason=reason,
        at=datetime.now(UTC),
        reporter=reporter,
        content=f"content-of-{subject}",
        words=words,
        since=since,
        linked=linked,
    )
