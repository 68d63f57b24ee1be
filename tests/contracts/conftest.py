"""A real server on 127.0.0.1 that answers what a test wants."""

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

# Path, headers (names in lower case) and body of a request to status, headers and body of the answer;
# None closes the line without an answer.
Answer = tuple[int, dict[str, str], bytes] | None
Answering = Callable[[str, Mapping[str, str], bytes], Answer]


class _Handler(BaseHTTPRequestHandler):
    answering: Answering

    def do_POST(self) -> None:
        body = self._body()
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = type(self).answering(self.path, headers, body)
        self.close_connection = True
        if answer is None:
            return
        status, told, content = answer
        self.send_response(status)
        for name, value in ({"content-length": str(len(content)), "connection": "close"} | told).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(content)

    def do_GET(self) -> None:
        self.do_POST()  # what follows a redirect may come as a GET

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers.get("content-length", "0")))

    def log_message(self, *words: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, *_call: object) -> None:
        """Say nothing: a client that hung up is what some tests are about."""


@pytest.fixture
def serve() -> Iterator[Callable[[Answering], str]]:
    """Starts a server that answers like this and gives its address; all stop at the test's end."""
    with ExitStack() as stack:
        yield lambda answering: _serving(stack, answering)


def _serving(stack: ExitStack, answering: Answering) -> str:
    handler = type("Handler", (_Handler,), {"answering": staticmethod(answering)})
    server = _Server(("127.0.0.1", 0), handler)
    stack.callback(server.server_close)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    stack.callback(thread.join)
    stack.callback(server.shutdown)
    return f"http://127.0.0.1:{server.server_address[1]}"
