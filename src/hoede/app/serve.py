"""Running it: the service with its workers, or workers alone, with a graceful stop."""

import signal
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from hoede.app.build import Hoede
from hoede.app.protocol import BoundedProtocol
from hoede.app.workers import Workers
from hoede.core.errors import HoedeError

log = structlog.get_logger()


class CannotListen(HoedeError):
    """The address is taken or not ours. Change `host` or `port`."""

    code = "cannot-listen"


class Server(uvicorn.Server):
    """A uvicorn server that says when it answers and can be stopped from another thread."""

    def __init__(self, config: uvicorn.Config, started: Callable[[], object]) -> None:
        super().__init__(config)
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._tell()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn does, but not raised once more at the end: that would kill us before the workers end."""
        with super().capture_signals():
            yield
            self._captured_signals.clear()


def serve(hoede: Hoede, started: Callable[[], object] = lambda: None) -> None:
    """Answer HTTP and carry orders out until SIGTERM or SIGINT; then finish what is at hand."""
    hoede.reader.warm()
    server = Server(server_config(hoede), started)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, server.handle_exit)  # workers begin before the server listens to signals itself
    workers = Workers(hoede, hoede.config.serve_workers) if hoede.config.serve_workers else None
    if workers:
        workers.start()
    log.info("serve.starts", port=hoede.config.port)
    try:
        server.run(sockets=[listen(hoede.config.host, hoede.config.port)])
    finally:
        if workers and not workers.stop(hoede.config.stop_within_s):
            log.warning("workers.cut_off")
        hoede.close()
        log.info("serve.stopped")


def work(hoede: Hoede, sets: int) -> None:
    """Carry orders out until SIGTERM or SIGINT."""
    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    workers = Workers(hoede, sets)
    workers.start()
    log.info("work.starts", count=sets)
    stop.wait()
    if not workers.stop(hoede.config.stop_within_s):
        log.warning("workers.cut_off")
    hoede.close()
    log.info("work.stopped")


def server_config(hoede: Hoede) -> uvicorn.Config:
    """No access log: addresses of people who look for help, and links of letters, are nobody's business."""
    return uvicorn.Config(
        hoede.site,
        http=BoundedProtocol,
        access_log=False,
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=int(hoede.config.stop_within_s),
    )


def listen(host: str, port: int) -> socket.socket:
    """A listening socket; made with its protocol named, so that asyncio sets TCP_NODELAY.

    Raises `CannotListen`.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(1024)
    except OSError as error:
        listener.close()
        raise CannotListen(f"Cannot listen on {host} port {port}: {error.strerror}.") from error
    return listener
