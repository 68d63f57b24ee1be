"""Which detectors are ill: one that fails often is not told what to hold for review, it is mended.

Counts the last minute in this process. A detector that fails on one file makes a case of that file; one that
fails on more than two of a hundred would fill the queue with its own illness (DESIGN 4.7).
"""

import threading
from collections import deque
from collections.abc import Iterable

WINDOW_S = 60.0
MOST_FAILING = 0.02  # of the looks in the window
FEWEST_FAILURES = 5  # one broken file on a quiet day is no illness


class Health:
    """Remembers how looks went. Threads may share it; times are seconds of any steady clock."""

    def __init__(self) -> None:
        self._looks: dict[str, deque[tuple[float, bool]]] = {}
        self._counting = threading.Lock()

    def note(self, asked: Iterable[str], failed: frozenset[str], now: float) -> None:
        """Write down one look of each of these detectors."""
        with self._counting:
            for name in asked:
                self._looks.setdefault(name, deque()).append((now, name in failed))

    def ill(self, now: float) -> frozenset[str]:
        """Detectors that failed too often in the last minute."""
        with self._counting:
            return frozenset(name for name, looks in self._looks.items() if _is_ill(looks, now))

    def all(self, now: float) -> dict[str, bool]:
        """Every detector that ever looked here: whether it is ill."""
        ill = self.ill(now)
        with self._counting:
            return {name: name in ill for name in sorted(self._looks)}


def _is_ill(looks: deque[tuple[float, bool]], now: float) -> bool:
    while looks and looks[0][0] <= now - WINDOW_S:
        looks.popleft()
    failures = sum(failed for _, failed in looks)
    return failures >= FEWEST_FAILURES and failures > MOST_FAILING * len(looks)
