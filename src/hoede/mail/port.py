"""What sends mail, and how it says that it could not."""

from dataclasses import dataclass
from typing import Protocol

from hoede.core.errors import HoedeError


class MailRefused(HoedeError):
    """The mail server will never take this letter."""

    code = "mail-refused"


class MailUnavailable(HoedeError):
    """The mail server could not be reached, or asks to try later."""

    code = "mail-unavailable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """Plain text to one address."""

    id: str  # ours, so that a letter sent twice is known as one
    to: str
    subject: str
    body: str


class Post(Protocol):
    def send(self, letter: Letter) -> None:
        """Hand a letter on; raises `MailRefused` or `MailUnavailable`."""


class Nowhere:
    """Where no mail server is configured: letters wait, and go when there is one before they are too old."""

    def send(self, letter: Letter) -> None:
        raise MailUnavailable("No mail server is configured (mail_host).", mail=letter.id)
