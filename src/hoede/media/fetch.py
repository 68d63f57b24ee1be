"""Fetching media by URL: we decide where to and open the line, a confined child speaks over it.

The URL is judged, its host resolved once, every address judged, one of them connected to. So nothing that
is told later, by a name server or by the host, can lead anywhere else. A redirect begins anew.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from hoede.core.errors import HoedeError
from hoede.media.addresses import Link, Rule, Why, judge, pin, redirected
from hoede.media.errands import PIECE_BYTES, Errand, Trouble
from hoede.media.limits import MediaTooLarge
from hoede.media.pool import Pool
from hoede.media.sandbox import SandboxBroken
from hoede.media.wire import Closed, hear, send

MOST_REDIRECTS = 3
IDLE_S = 5.0
GRACE_S = 0.25  # for a child to say by itself that the time is over
MESSAGE_MOST_BYTES = PIECE_BYTES * 3  # a piece grows by one more before it is sent, and has a head
# Where systems keep the certificates they trust, when Python's own OpenSSL looks elsewhere.
_ROOTS = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
)

Resolve = Callable[[str, int], Sequence[str]]  # all addresses of a name; raises `OSError` when there is none
Connect = Callable[[str, int, float], socket.socket]  # to an address, within seconds; raises `OSError`
Judged = TypeVar("Judged", Link, str)
Take = Callable[[bytes], object]  # one piece of the body after the other


class FetchOff(HoedeError):
    """This service may name no addresses of media: `media_hosts` is empty. Send the media itself."""

    code = "fetch-off"


class AddressRefused(HoedeError):
    """Media is not fetched from this address, or not from where it redirects to."""

    code = "fetch-address-refused"


class FetchFailed(HoedeError):
    """The media could not be fetched; nothing was kept. Send the event again, or the media itself."""

    code = "fetch-failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetcher:
    """Fetches for each service from where its rules allow. Threads may share it."""

    pool: Pool
    rules: Mapping[str, tuple[Rule, ...]]
    roots: bytes  # PEM; who vouches for hosts
    most_bytes: int
    within_s: float  # for all of it, waiting for a free child and redirects included
    executor: ThreadPoolExecutor  # as many threads as there are children: a slow host delays no other work
    resolve: Resolve
    connect: Connect
    idle_s: float = IDLE_S

    def begin(self, service: str, url: str, take: Take) -> Future[None]:
        """Fetch as soon as a child is free; the time runs from now on. Ends as `fetch` does."""
        ends = time.monotonic() + self.within_s
        return self.executor.submit(self.fetch, service, url, take, ends)

    def fetch(self, service: str, url: str, take: Take, ends: float) -> None:
        """Gives the body to `take`; what it got is whole only when this returns.

        Raises `FetchOff`, `AddressRefused`, `FetchFailed`, `MediaTooLarge`, and what `take` raises.
        """
        rules = self.rules.get(service, ())
        if not rules:
            raise FetchOff
        link = _allowed(judge(url, rules))
        for _ in range(MOST_REDIRECTS + 1):
            told = self._visit(link, take, ends)
            if "moved" not in told:
                _raise_trouble(told)
                return
            link = _allowed(redirected(link, str(told["moved"]), rules))
        raise _failed(Trouble.MOVED)

    def close(self) -> None:
        self.executor.shutdown(wait=False, cancel_futures=True)
        self.pool.close()

    def _visit(self, link: Link, take: Take, ends: float) -> dict[str, Any]:
        """How one errand ended; the body, if any, is taken by then."""
        address = _allowed(pin(self._addresses(link, ends), loopback=link.rule.loopback))
        try:
            far = self.connect(address, link.rule.port, min(_left(ends), self.idle_s))
        except OSError as error:
            raise _failed(Trouble.UNREACHED) from error
        try:
            with far:
                return self._sent(link, far, take, ends)
        except SandboxBroken as broken:
            raise _failed(Trouble.CHILD) from broken

    def _addresses(self, link: Link, ends: float) -> Sequence[str]:
        """All addresses of the host. Resolving cannot be cut short: what takes too long is left behind."""
        if link.is_literal:
            return (link.host,)
        found: queue.SimpleQueue[Sequence[str]] = queue.SimpleQueue()

        def ask() -> None:
            try:
                found.put(tuple(self.resolve(link.host, link.rule.port)))
            except OSError:
                found.put(())

        threading.Thread(target=ask, name="hoede-resolve", daemon=True).start()
        try:
            addresses = found.get(timeout=_left(ends))
        except queue.Empty:
            raise _failed(Trouble.SLOW) from None
        if not addresses:
            raise _failed(Trouble.NAME)
        return addresses

    def _sent(self, link: Link, far: socket.socket, take: Take, ends: float) -> dict[str, Any]:
        """A child's answer to one errand; one that breaks or hangs is replaced and costs this fetch alone."""
        with self.pool.lent() as child:
            errand = Errand(
                family=far.family,
                secure=link.rule.scheme == "https",
                name=link.host,
                authority=link.authority,
                target=link.target,
                most_bytes=self.most_bytes,
                within_s=_left(ends),
                idle_s=self.idle_s,
            )
            with _listening():
                child.line.settimeout(_left(ends))
                send(child.line, asdict(errand), self.roots if errand.secure else b"", file=far.fileno())
            while True:
                with _listening():
                    told, piece = hear(child.line, MESSAGE_MOST_BYTES, ends=ends + GRACE_S)
                if "piece" not in told:
                    return told
                take(piece)


@contextmanager
def _listening() -> Iterator[None]:
    """A child that does not answer, or not in time, is our trouble and not the caller's file."""
    try:
        yield
    except TimeoutError as error:
        raise _failed(Trouble.SLOW) from error
    except (Closed, OSError, ValueError) as error:
        raise _failed(Trouble.CHILD) from error


def _allowed(judged: Judged | Why) -> Judged:
    if isinstance(judged, Why):
        raise AddressRefused(f"Media is not fetched from there: {judged.says}.", why=judged.value)
    return judged


def _raise_trouble(told: Mapping[str, Any]) -> None:
    if "whole" in told:
        return
    try:
        trouble = Trouble(told["trouble"])
    except (KeyError, ValueError):
        trouble = Trouble.CHILD
    if trouble is Trouble.TOO_LARGE:
        raise MediaTooLarge
    raise _failed(trouble)


def _failed(trouble: Trouble) -> FetchFailed:
    return FetchFailed(
        f"The media could not be fetched: {trouble.says}. Nothing was kept.", why=trouble.value
    )


def _left(ends: float) -> float:
    left = ends - time.monotonic()
    if left <= 0:
        raise _failed(Trouble.SLOW)
    return left


def resolve(name: str, port: int) -> Sequence[str]:
    """All addresses the DNS has for exactly this name: no search list, no file of this machine."""
    found = socket.getaddrinfo(f"{name}.", port, type=socket.SOCK_STREAM)
    return [str(place[0]) for *_, place in found]


def connect(address: str, port: int, within_s: float) -> socket.socket:
    """A line to this address; it needs no name, so none is asked for."""
    far = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        far.settimeout(within_s)
        far.connect((address, port))
    except BaseException:
        far.close()
        raise
    return far


def system_roots() -> bytes:
    """The certificates this machine trusts, as PEM; `SSL_CERT_FILE` names others. Empty: there are none."""
    for path in (ssl.get_default_verify_paths().cafile, *_ROOTS):
        if path and Path(path).is_file():
            return Path(path).read_bytes()
    return b""
