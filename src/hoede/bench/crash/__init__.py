"""Crashes of every kind, and what came of them: `hoede bench crash --kills N --seeds M [--seed S]`."""

from importlib import import_module

from hoede.bench.rows import Row

SEEDS, KILLS = 100, 30


def measure(*, kills: int = KILLS, seeds: int = SEEDS, first: int = 0) -> list[Row]:
    """Seeds of the simulation, its mutants, faults of the line, and real kills."""
    figures = import_module("hoede.bench.crash.figures")  # what is killed or simulated loads this package too
    rows: list[Row] = figures.measure(kills=kills, seeds=seeds, first=first)
    return rows
