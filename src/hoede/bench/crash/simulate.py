"""Runs seeds, and adds up what they came to."""

import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import hoede
from hoede.bench.crash.afterwards import Afterwards
from hoede.bench.crash.ground import Ground, lay
from hoede.bench.crash.invariants import broken
from hoede.bench.crash.plan import plan_of
from hoede.bench.crash.records import flips_missed, gather
from hoede.bench.crash.wire import Trouble
from hoede.bench.crash.world import World
from hoede.bench.rows import commit

TROUBLES = tuple(Trouble)
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made in it


@dataclass
class Simulated:
    """What a number of seeds came to."""

    package: str
    commits: list[str]  # of the checkouts that ran
    ran: list[tuple[int, int]]  # the first seed of a row, and the last
    seeds: int = 0
    broken: dict[int, dict[str, list[str]]] = field(default_factory=dict)  # by seed and invariant
    passed: Counter[str] = field(default_factory=Counter)  # by failpoint
    struck: Counter[str] = field(default_factory=Counter)  # by place and act
    troubles: Counter[str] = field(default_factory=Counter)
    turns: int = 0
    took_s: float = 0.0
    cpu_s: float = 0.0
    trace: str = ""  # of the last seed


def one(ground: Ground, seed: int) -> tuple[World, dict[str, list[str]]]:
    """Run one seed; what does not hold afterwards, by invariant."""
    world = World(plan_of(seed), ground)
    try:
        world.run()
    except Exception as error:  # noqa: BLE001 - a run that breaks is a finding, and the next seeds count too
        return world, {"run": [f"{type(error).__name__}: {error} {error.__cause__!r}"]}
    wrong = broken(gather(world))
    if missed := flips_missed(world):
        wrong["I5_evidence"] = wrong.get("I5_evidence", []) + missed
    if wrong or world.plan.late is None:
        return world, wrong
    return world, _afterwards(world)


def _afterwards(world: World) -> dict[str, list[str]]:
    then = Afterwards(world)
    try:
        then.happen()
    except Exception as error:  # noqa: BLE001 - likewise
        return {"run": [f"{type(error).__name__}: {error} {error.__cause__!r}"]}
    return then.broken()


def several(first: int, count: int, *, until_broken: bool = False) -> Simulated:
    """Run this many seeds, or fewer when one is enough to know."""
    out = Simulated(str(Path(hoede.__file__).parent), [commit() or "no checkout"], [])
    with tempfile.TemporaryDirectory(
        prefix="hoede-crash-", dir=MEMORY if MEMORY.is_dir() else None
    ) as folder:
        ground = lay(Path(folder))
        began, cpu = time.monotonic(), time.process_time()
        for seed in range(first, first + count):
            world, wrong = one(ground, seed)
            out.seeds += 1
            out.turns += world.scheduler.turns
            out.passed += world.passed
            out.struck += Counter(f"{place} {act}" for place, act in world.struck)
            out.troubles += world.troubles
            out.trace = world.scheduler.trace
            if wrong:
                out.broken[seed] = wrong
                if until_broken:
                    break
        out.ran = [(first, first + out.seeds - 1)]
        out.took_s, out.cpu_s = time.monotonic() - began, time.process_time() - cpu
    return out


def together(parts: list[Simulated], *, in_turn: bool = False) -> Simulated:
    """Several runs as one; they ran side by side, or one after the other. Refuses to count a seed twice."""
    commits = sorted({one for part in parts for one in part.commits})
    whole = Simulated("several", commits, _joined(sorted(row for part in parts for row in part.ran)))
    for part in parts:
        whole.seeds += part.seeds
        whole.broken |= part.broken
        whole.passed += part.passed
        whole.struck += part.struck
        whole.troubles += part.troubles
        whole.turns += part.turns
        whole.cpu_s += part.cpu_s
        whole.took_s = whole.took_s + part.took_s if in_turn else max(whole.took_s, part.took_s)
    return whole


def _joined(rows: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Rows of seeds in their order, those that follow on one another as one."""
    joined: list[tuple[int, int]] = []
    for first, last in rows:
        before = joined[-1][1] if joined else first - 1
        if first <= before:
            raise ValueError(f"seed {first} would be counted twice")
        if joined and first == before + 1:
            joined[-1] = (joined[-1][0], last)
        else:
            joined.append((first, last))
    return joined
