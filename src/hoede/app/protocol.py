"""HTTP as `serve` speaks it: uvicorn's quickest protocol, but with an end to what comes beside a body."""

from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

BESIDE_MOST_BYTES: Final = 64 * 1024


class BoundedProtocol(HttpToolsProtocol):
    """64 KiB without a byte of a body are too much: the line is closed.

    The parser keeps a head, or what follows a body in chunks, however long it gets, so a stranger could fill
    the memory of everybody's service.
    """

    _beside = 0  # bytes since the last of a body, or since the message began

    def data_received(self, data: bytes) -> None:
        self._beside += len(data)
        super().data_received(data)
        if self._beside > BESIDE_MOST_BYTES and not self.transport.is_closing():
            self.send_400_response("The head of the request is too large.")

    def on_body(self, body: bytes) -> None:
        self._beside = 0
        super().on_body(body)

    def on_message_complete(self) -> None:
        self._beside = 0
        super().on_message_complete()

    def send_400_response(self, msg: str) -> None:
        """What was asked before what is no HTTP, and whole, is answered; then the line ends."""
        asked = self.cycle
        if asked is not None and not asked.more_body and not asked.response_complete:
            asked.keep_alive = False
            self.flow.pause_reading()
            return
        super().send_400_response(msg)
