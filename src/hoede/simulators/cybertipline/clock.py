"""A clock that runs with real time and can be moved ahead."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta


def real_now() -> datetime:
    return datetime.now(UTC)


class VirtualClock:
    """Time of `base` plus what was advanced; it never runs back."""

    def __init__(self, base: Callable[[], datetime] = real_now) -> None:
        self._base = base
        self._ahead = timedelta()

    def now(self) -> datetime:
        return self._base() + self._ahead

    def advance(self, by: timedelta) -> None:
        """Move ahead. A negative step raises `ValueError`."""
        if by < timedelta():
            raise ValueError("the clock only moves ahead")
        self._ahead += by
