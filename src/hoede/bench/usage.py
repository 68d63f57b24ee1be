"""Time: how exact minutes are counted in weeks with faults, and how many heartbeats one `serve` takes.

The weeks are drawn (`bench/week.py`). The heartbeats are of accounts with the baseline's caps, over HTTP, a
thousand in a request, on SQLite as it comes.
"""

import json
import os
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import httpx2

from hoede.bench.ground import ground
from hoede.bench.processes import load
from hoede.bench.rows import Row, percentile, spread
from hoede.bench.week import DAYS, Faults, drawn

PEOPLE, SEED = 60, 20261127
ACCOUNTS, AT_ONCE, TURNS = 5_000, 1_000, 8
CLEAN = Faults(lost=0, doubled=0, delayed=0, killed=0, held_back=0)
USUAL = Faults(killed=0, held_back=0)
BROKEN = Faults()


def measure() -> list[Row]:
    """The weeks, then the heartbeats."""
    return [
        _wrong("wrong_p99_without_faults", CLEAN, "<= 1"),
        _wrong("wrong_p99_lost_doubled_reordered", USUAL, "<= 1"),
        _wrong("wrong_p99_killed_and_held_back_too", BROKEN, ""),
        *_heartbeats(),
    ]


def _wrong(name: str, faults: Faults, target: str) -> Row:
    """Minutes by which a day is wrong, in 99 of 100 days."""
    weeks = [drawn(SEED + number, faults) for number in range(PEOPLE)]
    errors = [found - week.minutes(day) for week in weeks for day, found in enumerate(week.counted())]
    amounts = [abs(one) for one in errors]
    told = (
        f"{PEOPLE} people, 3 devices, {DAYS} days, {_told(faults)}; p95 {percentile(amounts, 0.95):.2f},"
        f" worst day {max(amounts):.2f}, on average {sum(errors) / len(errors):+.2f}"
    )
    ours = round(percentile(amounts, 0.99), 2)
    return Row(name=name, unit="min a day", ours=ours, target=target, spread=told)


def _told(faults: Faults) -> str:
    found = {name: share for name, share in asdict(faults).items() if share}
    return ", ".join(f"{share:.0%} {name.replace('_', ' ')}" for name, share in found.items()) or "no faults"


def _heartbeats() -> list[Row]:
    with (
        tempfile.TemporaryDirectory(prefix="hoede-bench-") as folder,
        ground(Path(folder), [b"harmless"], more={}, env=os.environ) as on,
        httpx2.Client(base_url=f"http://127.0.0.1:{on.port}", timeout=60) as http,
    ):
        headers = {"Authorization": f"Bearer {on.key}", "Content-Type": "application/json"}
        rates, took = [], list[float]()
        for turn in range(TURNS):
            bodies = _bodies(turn)
            start = time.perf_counter()
            for body in bodies:
                before = time.perf_counter()
                answer = http.post("/v1/heartbeats", content=body, headers=headers)
                took.append((time.perf_counter() - before) * 1000)
                _check(answer)
            rates.append(ACCOUNTS / (time.perf_counter() - start))
    told = f"{spread(rates)}; {ACCOUNTS} accounts, {AT_ONCE} in a request, {load()}"
    return [
        Row(
            name="heartbeats_on_one_serve",
            unit="1/s",
            ours=round(percentile(rates, 0.5)),
            target=">= 2000",
            spread=told,
        ),
        Row(
            name="a_request_of_a_thousand_p95",
            unit="ms",
            ours=round(percentile(took, 0.95), 1),
            target="",
            spread=spread(took),
        ),
    ]


def _bodies(turn: int) -> Sequence[bytes]:
    """Every account goes on for another half a minute."""
    beats = [
        {"account": f"acc-{number}", "device": "d", "seq": turn, "mark": "on", "kind": "watch"}
        for number in range(ACCOUNTS)
    ]
    return [json.dumps({"beats": beats[at : at + AT_ONCE]}).encode() for at in range(0, ACCOUNTS, AT_ONCE)]


def _check(answer: httpx2.Response) -> None:
    if answer.status_code != httpx2.codes.OK or answer.json()["heard"] != {"counted": AT_ONCE}:
        raise RuntimeError(f"heartbeats were answered {answer.status_code}: {answer.text[:200]}")
