"""What a platform adapter does: bring one order to the platform."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from hoede.core.errors import HoedeError
from hoede.core.orders import Order
from hoede.words.letters import Letter


class PlatformUnavailable(HoedeError):
    """The platform did not take the order; it is sent again."""

    code = "platform-unavailable"


class PlatformRefused(HoedeError):
    """The platform says it will never take this; a person must look. It is sent again all the same."""

    code = "platform-refused"


@dataclass(frozen=True, slots=True)
class OrderSent:
    """The platform took the order; its receipt tells when it is done."""

    at: datetime


class Platform(Protocol):
    """Brings orders to the platform of a service. Sending the same order again must be safe."""

    name: str

    def send(self, order: Order, *, account: str, letter: Letter | None, now: datetime) -> OrderSent:
        """Send one order, or raise `PlatformUnavailable` or `PlatformRefused`."""

    def close(self) -> None:
        """Let connections go; nothing is sent afterwards."""
