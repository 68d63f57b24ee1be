"""The rows of `hoede bench crash`."""

import tempfile
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

from hoede.bench.crash import pieces, plan
from hoede.bench.crash.invariants import INVARIANTS
from hoede.bench.crash.killed import Killed, kill
from hoede.bench.crash.mutants import MUTANTS, Mutant, mutated
from hoede.bench.crash.network import FAULTS, network
from hoede.bench.crash.simulate import Simulated, together
from hoede.bench.processes import load
from hoede.bench.rows import Row, percentile, spread
from hoede.db import failpoints

MUTANT_SEEDS = 400  # at most; most mutants are caught by the first few
CONTROL_SEEDS = 20


def measure(*, kills: int, seeds: int, first: int, beside: int = 1) -> list[Row]:
    """Seeds of the simulation, its mutants, and real kills; `beside`: how many programs simulate at once."""
    rows = []
    if seeds:
        rows += seed_rows(simulated(first, seeds, beside))
    if seeds >= len(plan.PLACES) * len(plan.ACTS):  # a look at one seed needs none
        rows.append(mutant_row({one.name: caught(one) for one in MUTANTS}, caught(None)))
        rows.append(network_row())
    if kills:
        rows += kill_rows(kill(kills, first))
    return rows


def simulated(first: int, seeds: int, beside: int = 1) -> Simulated:
    """So many seeds, shared among programs that run side by side."""
    share = -(-seeds // beside)
    begun = [
        pieces.begin(start, min(share, first + seeds - start)) for start in range(first, first + seeds, share)
    ]
    return together([pieces.result(one) for one in begun])


def seed_rows(run: Simulated, beside: str = "") -> list[Row]:
    """What they came to; every invariant by its name. `beside`: what else ran, where that is not now."""
    beside = beside or load()
    failing = {name: [seed for seed, wrong in run.broken.items() if name in wrong] for name in INVARIANTS}
    rows_of_seeds = ", ".join(f"{first} to {last}" for first, last in run.ran)
    told = f"seeds {rows_of_seeds}; commit {', '.join(run.commits)}; {beside}"
    rows = [
        Row(name="seeds", unit="runs", ours=run.seeds, target="1000 in each check", spread=told),
        _none("lost", failing["I1_lost"]),
        _none("duplicate", failing["I1_duplicate"]),
        _hit(run.struck),
        Row(
            name="seeds_per_second",
            unit="1/s",
            ours=round(run.seeds / run.took_s, 2),
            target=">= 100",
            spread=f"{run.cpu_s / run.seeds:.2f} s of processor, {run.turns / run.seeds:.0f} turns; {beside}",
        ),
    ]
    rows += [_none(name, failing[name]) for name in INVARIANTS]
    return [*rows, _none("runs_that_broke", [seed for seed, wrong in run.broken.items() if "run" in wrong])]


def _none(name: str, seeds: list[int]) -> Row:
    told = f"seeds {sorted(seeds)[:20]}" if seeds else "no seed"
    return Row(name=name, unit="seeds", ours=len(seeds), target="0", spread=told)


def _hit(struck: Counter[str]) -> Row:
    """The share of failpoints at which a process was killed, lost power and was paused, each."""
    wanted = [f"{place} {act}" for place in plan.PLACES for act in plan.ACTS]
    missing = [one for one in wanted if not struck[one]]
    told = f"{len(plan.PLACES)} places x {', '.join(plan.ACTS)}"
    return Row(
        name="failpoints_hit",
        unit="%",
        ours=round(100 * (1 - len(missing) / len(wanted)), 1),
        target="100",
        spread=told + (f"; missing: {', '.join(missing)}" if missing else ""),
    )


def caught(mutant: Mutant | None) -> Simulated:
    """The run that a mutant does not outlive; None for a copy as it is, which must."""
    with mutated(mutant) as package:
        count = CONTROL_SEEDS if mutant is None else MUTANT_SEEDS
        run = pieces.result(pieces.begin(0, count, package=package, until_broken=True))
        if not run.package.startswith(str(package)):
            raise RuntimeError(f"{run.package} ran, not the copy in {package}")
        return run


def mutant_row(runs: dict[str, Simulated], control: Simulated) -> Row:
    """How many of the mutants broke an invariant; none counts when the control broke one too."""
    dead = {name: run for name, run in runs.items() if run.broken}
    told = [
        f"{name}: {', '.join(wrong)} at seed {seed}"
        for name, run in dead.items()
        for seed, wrong in run.broken.items()
    ]
    alive = [f"{name} lives" for name in runs if name not in dead]
    return Row(
        name="mutants_caught",
        unit=f"of {len(runs)}",
        ours=0 if control.broken else len(dead),
        target=str(len(runs)),
        spread="; ".join([*told, *alive, f"control: {control.seeds} seeds"]),
    )


def network_row() -> Row:
    """Reports filed over real sockets while the line breaks."""
    with tempfile.TemporaryDirectory(prefix="hoede-network-") as folder, network(Path(folder)) as line:
        wrong = [one for fault in FAULTS for one in line.file(*fault)]
    return Row(
        name="network_faults",
        unit="breaches",
        ours=len(wrong),
        target="0",
        spread="; ".join(wrong) or f"{len(FAULTS)} faults of the line, each at a call of a report",
    )


def kill_rows(run: Killed, beside: str = "") -> list[Row]:
    """What real kills came to, on SQLite; `./check crash` kills on PostgreSQL too. `beside`: likewise."""
    beside = beside or load()
    recovered = [float(one) for one in run.recovered_ms.elements()]
    rows = [
        Row(
            name="kills",
            unit="kills",
            ours=run.kills,
            target="300 in each check",
            spread=f"drawn by {', '.join(map(str, run.seeds))}; commit {', '.join(run.commits)}; "
            f"{run.paused} pauses; "
            f"{dict(sorted(run.at.items()))}",
        ),
        _unbroken("kills_lost", run.broken.get("I1_lost", [])),
        _unbroken("kills_duplicate", run.broken.get("I1_duplicate", [])),
        Row(
            name="kills_failpoints_hit",
            unit="%",
            ours=round(100 * len(set(failpoints.NAMES) & set(run.at)) / len(failpoints.NAMES), 1),
            target="100",
            spread=f"{len(failpoints.NAMES)} failpoints",
        ),
        Row(
            name="kills_per_second",
            unit="1/s",
            ours=round(run.kills / run.took_s, 2),
            target="none",
            spread=beside,
        ),
    ]
    for name, share in (("recovery_p50", 0.5), ("recovery_p99", 0.99)):
        p = round(percentile(recovered, share), 1)
        told = f"from its start until it answers and works; {spread(recovered)}, {beside}"
        rows.append(Row(name=name, unit="ms", ours=p, target="<= 2000", spread=told))
    rows += [_unbroken(f"kills_{name}", run.broken.get(name, [])) for name in INVARIANTS]
    return [*rows, _unbroken("kills_that_broke", run.broke)]


def _unbroken(name: str, wrong: Sequence[str]) -> Row:
    told = "; ".join(wrong[:3]) or "nothing"
    return Row(name=name, unit="breaches", ours=len(wrong), target="0", spread=told)
