"""What accounts may do while Hoede cannot be reached: the limits fetched last, for a day and no longer."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

# Granted even when Hoede does not answer: closing these harms a child.
NEVER_CLOSED = frozenset({"help", "report", "block", "appeal", "security"})
KEPT_S: Final = 24 * 3600.0
MOST_KEPT: Final = 100_000  # accounts; then the one fetched longest ago goes


@dataclass(frozen=True, slots=True)
class Kept:
    """What held for one account when it was fetched, at any hour and up to nobody else."""

    fetched_at: float
    granted: frozenset[str]
    packs: tuple[str, ...]


@dataclass(slots=True)
class Limits:
    """By account; shared by the threads that share a client."""

    clock: Callable[[], float]
    _kept: dict[str, Kept] = field(default_factory=dict)
    _writing: threading.Lock = field(default_factory=threading.Lock)

    def keep(self, account: str, policy: Mapping[str, Any]) -> None:
        """Remember what `GET /v1/accounts/{id}/policy` said."""
        granted = frozenset(name for name, answer in policy.get("limits", {}).items() if answer == "granted")
        kept = Kept(self.clock(), granted, tuple(policy.get("packs", ())))
        with self._writing:
            self._kept.pop(account, None)
            if len(self._kept) >= MOST_KEPT:
                self._kept.pop(next(iter(self._kept)))
            self._kept[account] = kept

    def forget(self, account: str) -> None:
        """It was told anew: what held before may be too much now."""
        with self._writing:
            self._kept.pop(account, None)

    def of(self, account: str, attempt: str) -> tuple[bool, tuple[str, ...]]:
        """Whether it may be done, and by which packs; without limits, or with old ones, nothing may."""
        if attempt in NEVER_CLOSED:
            return True, ()
        kept = self._kept.get(account)
        if kept is None or not 0 <= self.clock() - kept.fetched_at <= KEPT_S:
            return False, ()
        return attempt in kept.granted, kept.packs
