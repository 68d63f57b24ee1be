"""Whom we believe on the wire, and how long we listen to what they answer."""

import ssl
import time
from collections.abc import Iterable
from functools import cache

import httpx2


@cache
def trusted() -> ssl.SSLContext:
    """For every outgoing connection. Read once a process: it takes a tenth of a second."""
    return httpx2.create_ssl_context()


def read_whole(pieces: Iterable[bytes], *, most: int, within_s: float) -> bytes:
    """The body of an answer; empty when it has more than `most` bytes, which says nothing then.

    A timeout of the client is of each read: one byte now and then would hold a worker for ever. Raises
    `httpx2.ReadTimeout` after `within_s` seconds.
    """
    held, until = bytearray(), time.monotonic() + within_s
    for piece in pieces:
        held += piece
        if len(held) > most:
            return b""
        if time.monotonic() > until:
            raise httpx2.ReadTimeout("the answer dripped")
    return bytes(held)
