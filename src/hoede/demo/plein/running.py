"""Plein in a thread of this process, on loopback."""

import socket
import threading
import time
from typing import Self

import uvicorn

from hoede.demo.plein.app import create_app
from hoede.demo.plein.settings import PleinSettings

START_S = 15.0
STOP_S = 3  # for an upload under way; whoever stalls does not keep Plein from stopping


class Plein:
    """`with Plein(settings, port) as plein:` serves at `plein.url`; port 0 takes a free one."""

    def __init__(self, settings: PleinSettings, port: int = 0) -> None:
        self._socket = socket.create_server(("127.0.0.1", port))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}"
        config = uvicorn.Config(
            create_app(settings),
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, kwargs={"sockets": [self._socket]}, name="plein", daemon=True
        )

    def __enter__(self) -> Self:
        self._thread.start()
        until = time.monotonic() + START_S
        while not self._server.started:
            if time.monotonic() > until or not self._thread.is_alive():
                raise RuntimeError("Plein did not start")
            time.sleep(0.01)
        return self

    def __exit__(self, *_error: object) -> None:
        self._server.should_exit = True
        self._thread.join()
        self._socket.close()
