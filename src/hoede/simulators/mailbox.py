"""A stand-in for a mail server: takes letters on loopback, keeps them in memory, delivers nowhere.

It can be told to answer like a server that is busy or refuses, for tests to judge by.
"""

import asyncio
import threading
from dataclasses import dataclass
from email import message_from_bytes, policy
from types import TracebackType
from typing import Any, Self

from aiosmtpd.smtp import SMTP, Envelope, Session

OK = "250 OK"
START_WITHIN_S = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One letter as it came."""

    id: str
    sender: str
    to: str
    subject: str
    body: str


class Mailbox:
    """Listens at `port` from the beginning of `with` to its end."""

    def __init__(self) -> None:
        self.letters: list[Received] = []
        self.answers: list[str] = []  # to the next letters, instead of OK
        self.port = 0
        self._loop = asyncio.new_event_loop()
        self._up = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="mailbox", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        if not self._up.wait(START_WITHIN_S):
            raise RuntimeError("the mailbox did not start")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def to(self, address: str) -> list[Received]:
        """Letters to one address, the first first."""
        return [one for one in self.letters if one.to == address]

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802, ARG002 - aiosmtpd's name and signature
        answer = self.answers.pop(0) if self.answers else OK
        if answer == OK:
            self.letters.append(_read(envelope))
        return answer

    def _serve(self) -> None:
        asyncio.set_event_loop(self._loop)
        made = self._loop.create_server(lambda: SMTP(self, loop=self._loop), "127.0.0.1", 0)
        server: Any = self._loop.run_until_complete(made)
        self.port = server.sockets[0].getsockname()[1]
        self._up.set()
        self._loop.run_forever()
        server.close()
        self._loop.run_until_complete(server.wait_closed())
        left = asyncio.all_tasks(self._loop)
        for one in left:
            one.cancel()
        self._loop.run_until_complete(asyncio.gather(*left, return_exceptions=True))


def _read(envelope: Envelope) -> Received:
    told = message_from_bytes(envelope.original_content or b"", policy=policy.default)
    body = told.get_body(("plain",))
    return Received(
        id=str(told["Message-ID"]),
        sender=str(told["From"]),
        to=str(told["To"]),
        subject=str(told["Subject"]),
        body="" if body is None else body.get_content().replace("\r\n", "\n"),
    )
