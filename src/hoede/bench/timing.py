"""Ours and a peer's in turns, so that a busy machine is busy for both."""

import time
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from hoede.bench.processes import load
from hoede.bench.rows import Row, percentile, spread

Call = Callable[[], Any]


def in_turns(calls: Sequence[Call], turns: int) -> list[list[float]]:
    """Seconds of each call, one of each after the other; the first turn warms up and does not count."""
    took: list[list[float]] = [[] for _ in calls]
    for turn in range(turns + 1):
        for call, times in zip(calls, took, strict=True):
            start = time.perf_counter()
            call()
            if turn:
                times.append(time.perf_counter() - start)
    return took


def each(call: Callable[[Any], Any], asked: Iterable[Any]) -> list[float]:
    """Seconds of every single call."""
    took = []
    for one in asked:
        start = time.perf_counter()
        call(one)
        took.append(time.perf_counter() - start)
    return took


def beside(
    name: str,
    unit: str,
    ours: Sequence[float],
    peer: Sequence[float],
    *,
    peer_name: str,
    target: float | None,
    told: str,
    scale: float = 1e3,
) -> Row:
    """A row of medians: so many times quicker than the peer. `scale` makes the unit of seconds."""
    mine, others = [one * scale for one in ours], [one * scale for one in peer]
    middle, other = percentile(mine, 0.5), percentile(others, 0.5)
    return Row(
        name=name,
        unit=unit,
        ours=_rounded(middle),
        target="" if target is None else f">= {target:g}x",
        spread=f"{spread(mine)}; p99 {percentile(mine, 0.99):.3g}; peer {spread(others)}; {told}, {load()}",
        peer_name=peer_name,
        peer=_rounded(other),
        ratio=_rounded(other / middle),
    )


def _rounded(value: float) -> float:
    return float(f"{value:.4g}")
