"""What every child does: it warms up, confines itself, then answers one request after the other."""

import json
import os
import socket
import sys
from collections.abc import Callable, Iterable
from typing import Any

from hoede.media.confine import filter_calls, limit
from hoede.media.limits import Limits
from hoede.media.wire import Closed, receive, send

# What was asked, the bytes with it, and the file, which is the callee's to close.
Answer = Callable[[socket.socket, Any, bytes, int, Limits], None]


def serve(
    warm_up: Callable[[], object], answer: Answer, *, video: bool = False, calls: Iterable[str] = ()
) -> None:
    """Serve until the line closes.

    `warm_up` loads what could not be loaded behind the closed doors; `calls` are the system calls this child
    needs besides those of all.
    """
    limits = Limits(**json.loads(sys.argv[1]))
    line = socket.socket(fileno=os.dup(0))
    warm_up()
    _fall_silent()
    limit(limits.memory_mb)
    filtered = filter_calls(calls)
    send(line, {"ready": True, "filtered": filtered, "video": video})
    while True:
        try:
            asked, rest, file = receive(line)
        except Closed:
            return
        if file is None:
            raise ValueError("a request without a file")
        answer(line, asked, rest, file, limits)


def _fall_silent() -> None:
    """From here on nothing is printed: what a library complains of may quote what it read."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stderr.fileno())
    os.close(nowhere)
