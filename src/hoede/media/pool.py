"""A few warm children, one request each at a time; one that misbehaves is replaced."""

import queue
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from hoede.media.limits import Limits, MediaTooMuch, MediaUnreadable
from hoede.media.sandbox import Child, start
from hoede.media.wire import Closed, hear, send

REQUESTS_EACH = 1000  # then a child is replaced: decoders may leak


@dataclass
class _Place:
    """Where one child lives; it is started when it is first needed."""

    child: Child | None = None
    requests: int = 0


class Pool:
    """Up to `size` children that run `module`. Threads may share it."""

    def __init__(self, module: str, limits: Limits, size: int) -> None:
        self._module = module
        self._limits = limits
        self._places = [_Place() for _ in range(size)]
        self._free: queue.LifoQueue[_Place] = queue.LifoQueue()
        for place in self._places:
            self._free.put(place)

    @contextmanager
    def lent(self) -> Iterator[Child]:
        """A child for one request, waited for until one is free; `SandboxBroken` when none can be started.

        Left by an exception the child is ended: its answer must not meet the next question.
        """
        place = self._free.get()
        try:
            child = self._child(place)
            place.requests += 1
            yield child
        except BaseException:
            self._end(place)
            raise
        finally:
            self._free.put(place)

    def ask(
        self, told: Any, file: int, within_s: float, beat: Callable[[], object] = lambda: None
    ) -> tuple[Any, bytes]:
        """A child's answer about a file; `beat` is called now and then while it works.

        Raises `MediaTooMuch` when it takes longer than `within_s`, `MediaUnreadable` when two children
        in a row did not survive the file, `SandboxBroken` when none can be started.
        """
        for _ in range(2):
            with suppress(_Lost), self.lent() as child:
                return _answer(child, told, file, within_s, beat)
        raise MediaUnreadable("The file broke the decoder.")

    def warm(self) -> Child:
        """Start a child now, so that the first request need not wait; tells what it is."""
        place = self._free.get()
        try:
            return self._child(place)
        finally:
            self._free.put(place)

    def warm_all(self) -> None:
        """Start every child that is free, at once."""
        free = [self._free.get_nowait() for _ in range(self._free.qsize())]
        try:
            with ThreadPoolExecutor(len(free) or 1) as starting:
                list(starting.map(self._child, free))
        finally:
            for place in free:
                self._free.put(place)

    def close(self) -> None:
        for place in self._places:
            self._end(place)

    def _child(self, place: _Place) -> Child:
        if place.child is not None and place.requests >= REQUESTS_EACH:
            self._end(place)
        if place.child is None:
            place.child, place.requests = start(self._module, self._limits), 0
        return place.child

    def _end(self, place: _Place) -> None:
        if place.child is not None:
            place.child.end()
            place.child = None


class _Lost(Exception):
    """The child did not survive."""


def _answer(
    child: Child, told: Any, file: int, within_s: float, beat: Callable[[], object]
) -> tuple[Any, bytes]:
    end = time.monotonic() + within_s
    try:
        send(child.line, told, file=file)
        while True:
            answer, rest = hear(child.line, ends=end)
            if "beat" not in answer:
                return answer, rest
            beat()
    except TimeoutError as error:
        raise MediaTooMuch(f"Decoding takes longer than {within_s:.0f} seconds.") from error
    except (Closed, OSError, ValueError) as error:
        raise _Lost from error
