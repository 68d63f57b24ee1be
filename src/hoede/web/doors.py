"""A door past the layers that every other route passes, for what is asked before every act."""

from abc import ABC, abstractmethod
from typing import ClassVar

from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import Receive, Send
from starlette.types import Scope as HttpScope

from hoede.core.errors import HoedeError
from hoede.web.problems import broke, expected


class QuickDoor(ABC):
    """`POST` at one address, behind the same fence as the routes: what breaks is logged and answered."""

    path: ClassVar[str]

    async def __call__(self, scope: HttpScope, receive: Receive, send: Send) -> None:
        try:
            response = await self.answer(Request(scope, receive))
        except ClientDisconnect:
            return
        except HoedeError as error:
            response = expected(error)
        except Exception as error:  # noqa: BLE001 - the request fence, where there is no framework around
            response = broke(self.path, "POST", error)
        await response(scope, receive, send)

    @abstractmethod
    async def answer(self, request: Request) -> Response:
        """What is answered; raises `HoedeError`."""
