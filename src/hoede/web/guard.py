"""Who asks: an API key with the right scope, and one request at a time per Idempotency-Key."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request

from hoede.access import ApiKey, KeyRefused, Scope, key_for
from hoede.core.errors import HoedeError
from hoede.db import Database

LONGEST_KEY = 255
KEY_KEPT_S = 0.25
MOST_KEYS_KEPT = 1000


class ScopeMissing(HoedeError):
    """The API key lacks the scope for this."""

    code = "scope-missing"


class IdempotencyKeyMissing(HoedeError):
    """Send an Idempotency-Key header of 1 to 255 visible ASCII characters."""

    code = "idempotency-key-missing"


class IdempotencyKeyBusy(HoedeError):
    """A request with this Idempotency-Key is being answered right now. Wait, then repeat it."""

    code = "idempotency-key-busy"


class Guard:
    """Checks keys against the database at every request, so that a revoked key ends at once.

    But for permits, of which there are many: there it ends within a quarter of a second.
    """

    def __init__(self, db: Database, clock: Callable[[], float] = time.monotonic) -> None:
        self._db = db
        self._clock = clock
        self._busy: set[tuple[str, str]] = set()
        self._seen: dict[str, tuple[float, ApiKey]] = {}

    def needs(self, scope: Scope) -> Callable[[Request], object]:
        """A FastAPI dependency that yields the API key of a request."""

        async def key(request: Request) -> ApiKey:
            presented = _presented(request.headers.get("authorization", ""))
            found = await run_in_threadpool(self._find, presented)
            _has(found, scope)
            return found

        return key

    async def quick(self, authorization: str, scope: Scope) -> ApiKey:
        """The API key of a header; one that was good just now is taken as good."""
        presented = _presented(authorization)
        seen = self._seen.get(presented)
        if seen is None or seen[0] < self._clock() - KEY_KEPT_S:
            at = self._clock()
            found = await run_in_threadpool(self._find, presented)
            if len(self._seen) >= MOST_KEYS_KEPT:
                self._seen.clear()
            seen = self._seen[presented] = at, found
        _has(seen[1], scope)
        return seen[1]

    @contextmanager
    def alone(self, service: str, key: str) -> Iterator[None]:
        """Let one request with this key in at a time; `IdempotencyKeyBusy` for another.

        Across processes the transaction decides: the later one gets the earlier one's answer.
        """
        mine = (service, key)
        if mine in self._busy:
            raise IdempotencyKeyBusy
        self._busy.add(mine)
        try:
            yield
        finally:
            self._busy.discard(mine)

    def _find(self, presented: str) -> ApiKey:
        return self._db.read(lambda conn: key_for(conn, presented, self._db.time(conn)))


def _presented(authorization: str) -> str:
    word, _, presented = authorization.partition(" ")
    if word.lower() != "bearer":
        raise KeyRefused
    return presented.strip()


def _has(key: ApiKey, scope: Scope) -> None:
    if scope not in key.scopes:
        raise ScopeMissing(f"This needs the scope {scope}.")


def idempotency_key(request: Request) -> str:
    key = request.headers.get("idempotency-key", "")
    if not 1 <= len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        raise IdempotencyKeyMissing
    return key
