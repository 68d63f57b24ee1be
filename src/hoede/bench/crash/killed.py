"""Real processes, killed at every failpoint, and the three records of what came of it."""

import hashlib
import tempfile
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from hoede.app import build, verify_log
from hoede.app.build import Hoede
from hoede.app.rehearsal import SERVICE
from hoede.audit import store as audit
from hoede.bench.crash.harness import ONE_SERVE, Deployment, Harness, Upload, harness
from hoede.bench.crash.invariants import Records, Told, broken
from hoede.bench.crash.kills import PLACES, kill_once, settle
from hoede.bench.crash.records import readable
from hoede.bench.rows import commit
from hoede.config import parse_config
from hoede.core.events import Answer
from hoede.db import orders
from hoede.detection import store as events
from hoede.evidence import store as evidence
from hoede.reporting import store as reports
from hoede.simulators.pictures import test_card as the_card


@dataclass(frozen=True, slots=True)
class Killed:
    """What a number of kills came to."""

    commits: tuple[str, ...]  # of the checkouts that ran
    seeds: tuple[int, ...]  # each draws a row of kills
    kills: int
    at: Counter[str]
    paused: int
    broken: dict[str, list[str]]
    broke: tuple[str, ...]  # who ended, and not by a kill
    recovered_ms: Counter[int]  # from the start of a process to its first answer
    took_s: float


def kill(count: int, seed: int, deployment: Deployment = ONE_SERVE) -> Killed:
    """Kill so often, let everything come to its end, and judge."""
    with (
        tempfile.TemporaryDirectory(prefix="hoede-kills-") as folder,
        harness(Path(folder), seed, deployment) as run,
    ):
        began = time.monotonic()
        for number in range(count):
            kill_once(run, number, PLACES[number % len(PLACES)])
        took_s = time.monotonic() - began
        settle(run)
        return Killed(
            commits=(commit() or "no checkout",),
            seeds=(seed,),
            kills=sum(run.kills.values()),
            at=run.kills,
            paused=sum(run.fleet.pauses.values()),
            broken=broken(records_of(run)),
            broke=tuple(run.fleet.broke),
            recovered_ms=Counter(round(one * 1000) for one in run.fleet.recovered_s),
            took_s=took_s,
        )


def all_killed(parts: list[Killed]) -> Killed:
    """Several rows of kills as one, each with seeds of its own."""
    seeds = [seed for one in parts for seed in one.seeds]
    if len(set(seeds)) < len(seeds):
        raise ValueError(f"a seed would be counted twice: {sorted(seeds)}")
    broken: dict[str, list[str]] = {}
    for one in parts:
        for name, wrong in one.broken.items():
            broken.setdefault(name, []).extend(wrong)
    return Killed(
        commits=tuple(sorted({commit for one in parts for commit in one.commits})),
        seeds=tuple(sorted(seeds)),
        kills=sum(one.kills for one in parts),
        at=sum((one.at for one in parts), Counter()),
        paused=sum(one.paused for one in parts),
        broken=broken,
        broke=tuple(said for one in parts for said in one.broke),
        recovered_ms=sum((one.recovered_ms for one in parts), Counter()),
        took_s=sum(one.took_s for one in parts),
    )


def records_of(run: Harness) -> Records:
    """All three, once everybody has stopped."""
    hoede = build(parse_config(run.config))
    try:
        return _records(run, hoede)
    finally:
        hoede.close()


def _records(run: Harness, hoede: Hoede) -> Records:
    rows = hoede.db.read(evidence.all_rows)
    data, marker = Path(run.config["data_folder"]), the_card()[1000:1064]
    plain = [path for path in data.rglob("*") if path.is_file() and marker in path.read_bytes()]
    return Records(
        told=tuple(_told(hoede, upload) for upload in run.uploads),
        orders=hoede.db.read(orders.views),
        evidence=rows,
        readable=dict(readable(hoede.vault, rows)),
        opened=frozenset(one.rpartition("/")[2] for one in hoede.db.read(reports.opened)),
        leaves=tuple(hoede.db.read(lambda conn: list(audit.bodies(conn)))),
        names=hoede.keys.names,
        log=verify_log(hoede.db, hoede.keys),
        reports=tuple(run.authority.reports()),
        deliveries=tuple(run.platform.ledger.deliveries),
        platform=run.platform.ledger.orders,
        plain_files=tuple(str(path.relative_to(data)) for path in plain),
        late=False,
        misdated=False,
    )


def _told(hoede: Hoede, upload: Upload) -> Told:
    row = hoede.db.read(lambda conn: events.told(conn, SERVICE, upload.event.id))
    return Told(
        account=upload.account,
        content=upload.event.content,
        sha256=hashlib.sha256(the_card()).hexdigest(),
        event_id=row.id if row else "",
        answers=tuple((Answer.HOLD, hold) for hold in upload.holds),
        again=(row.answer, row.hold) if row else None,
        confirmed=True,
    )
