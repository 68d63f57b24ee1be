"""Run the stand-in as a real server on 127.0.0.1: in a thread, or as this whole program."""

import asyncio
import socket
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import TYPE_CHECKING, Self

import uvicorn
from starlette.types import ASGIApp
from uvicorn.protocols.http.h11_impl import H11Protocol

from hoede.core.errors import HoedeError
from hoede.simulators.cybertipline.app import app_of, open_tipline
from hoede.simulators.cybertipline.clock import VirtualClock
from hoede.simulators.cybertipline.faults import Endpoint, Fault, FaultKind, Faults
from hoede.simulators.cybertipline.ledger import Ledger, reports
from hoede.simulators.cybertipline.records import SimReport
from hoede.simulators.cybertipline.settings import Settings

if TYPE_CHECKING:
    from hoede.simulators.cybertipline.tipline import Tipline

HOST = "127.0.0.1"
START_TIMEOUT_S = 10.0
STOP_TIMEOUT_S = 10.0


class SimulatorError(HoedeError):
    """The stand-in did not start or stop in time."""

    code = "simulator-server"


class _Line(H11Protocol):
    """HTTP as ever, but the app gets the transport, so that it can really cut the line."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn has it
        super().connection_made(transport)
        self.app_state = self.app_state | {"transport": transport}


class _Server(uvicorn.Server):
    """Tells when it answers."""

    def __init__(self, app: ASGIApp, started: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                http=_Line,
                ws="none",
                lifespan="off",
                log_config=None,
                access_log=False,
                timeout_graceful_shutdown=1,
            )
        )
        self._tell = started

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._tell()


class Simulator:
    """`with Simulator(settings, ledger) as sim:` serves at `sim.url`; the API is at `sim.api`.

    `port` 0 takes a free one. Stopped and started again it goes on from its ledger.
    """

    def __init__(
        self, settings: Settings, ledger: Path, *, port: int = 0, clock: VirtualClock | None = None
    ) -> None:
        self.settings = settings
        self.ledger = ledger
        self.clock = clock or VirtualClock()
        self.faults = Faults()
        self.port = port
        self._server: _Server | None = None
        self._thread: Thread | None = None
        self._opened: Ledger | None = None
        self._tipline: Tipline | None = None

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def api(self) -> str:
        return f"{self.url}/ispws"

    def start(self) -> None:
        """Serve in a thread; returns once it answers. A taken port raises `OSError`."""
        ready = Event()
        server, taken = self._prepare(ready.set)
        self._thread = Thread(
            target=server.run, kwargs={"sockets": [taken]}, name="cybertipline-stand-in", daemon=True
        )
        self._thread.start()
        if not ready.wait(START_TIMEOUT_S):
            raise SimulatorError("the stand-in did not start")

    def run(self, started: Callable[[], None]) -> None:
        """Serve here until a signal ends it; calls `started` once it answers."""
        server, taken = self._prepare(started)
        try:
            server.run(sockets=[taken])
        finally:
            self._close()

    def stop(self) -> None:
        """Stop serving and close the ledger. Stopping twice does nothing."""
        if self._server is None or self._thread is None:
            return
        self._server.should_exit = True
        self._thread.join(STOP_TIMEOUT_S)
        if self._thread.is_alive():
            raise SimulatorError("the stand-in did not stop")
        self._close()

    def reports(self) -> list[SimReport]:
        """What the ledger file says, read afresh."""
        return reports(self.ledger)

    def fault(
        self,
        kind: FaultKind,
        endpoint: Endpoint | None = None,
        *,
        times: int | None = 1,
        value: int | None = None,
    ) -> None:
        """Ask for a fault at one endpoint or all; `times` None lasts until `clear_faults`."""
        self.faults.add(Fault(kind, endpoint, times, value))

    def clear_faults(self) -> None:
        self.faults.clear()

    def advance(self, by: timedelta) -> None:
        """Move the clock ahead; what expires by it is in the ledger when this returns."""
        self.clock.advance(by)
        if self._tipline is not None:
            self._tipline.reports()

    def _prepare(self, started: Callable[[], None]) -> tuple[_Server, socket.socket]:
        taken = _bound(self.port)
        self.port = taken.getsockname()[1]
        self._opened = Ledger(self.ledger)
        self._tipline = open_tipline(self.settings, self._opened, self.clock)
        self._server = _Server(app_of(self._tipline, self.clock, self.faults), started)
        return self._server, taken

    def _close(self) -> None:
        if self._opened is not None:
            self._opened.close()
        self._opened = self._tipline = self._server = self._thread = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def _bound(port: int) -> socket.socket:
    # The protocol must be named: asyncio sets TCP_NODELAY only then, and without it each answer waits 40 ms.
    taken = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        taken.bind((HOST, port))
    except OSError:
        taken.close()
        raise
    return taken
