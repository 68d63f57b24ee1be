"""Time: what devices say twice a minute is passed on to Hoede, and whose time is up sees a calm screen."""

import logging
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from hoede.client import Client, Heartbeat, HoedeRefused, HoedeUnavailable
from hoede.demo.plein import pauses
from hoede.demo.plein.acting import ask, guidelines_url
from hoede.demo.plein.database import Database
from hoede.demo.plein.joining import Field
from hoede.demo.plein.pages import go
from hoede.demo.plein.square import Square

log = logging.getLogger(__name__)

MOST_KEPT = 10_000  # beats that wait while Hoede is away; the oldest go
AT_ONCE = 1000
LONGEST, LONGEST_SEQ = 64, 15
Mark = Literal["begin", "on", "end"]
MARKS: Mapping[str, Mark] = {"begin": "begin", "on": "on", "end": "end"}


class Beats:
    """Beats on their way to Hoede, each with when it came by a clock that never goes back."""

    def __init__(
        self, hoede: Client, database: Database, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._hoede, self._database, self._clock = hoede, database, clock
        self._taking = threading.Lock()
        self._waiting: deque[tuple[float, Heartbeat]] = deque(maxlen=MOST_KEPT)

    def add(self, account: str, device: str, seq: int, mark: Mark) -> None:
        with self._taking:
            self._waiting.append(
                (self._clock(), Heartbeat(account=account, device=device, seq=seq, mark=mark))
            )

    def add_past(self, account: str, device: str, told: Iterable[tuple[int, Mark, float]]) -> None:
        """What a device held back while it was offline: number, mark, and how many seconds ago."""
        with self._taking:
            now = self._clock()
            for seq, mark, ago_s in told:
                beat = Heartbeat(account=account, device=device, seq=seq, mark=mark)
                self._waiting.append((now - ago_s, beat))

    def pass_on(self) -> None:
        """One round. What gets no answer waits; what Hoede refuses would be refused again."""
        while taken := self._take():
            now = self._clock()
            beats = [_held(beat, now - came) for came, beat in taken]
            try:
                answer = self._hoede.heartbeats(beats)
            except HoedeUnavailable:
                with self._taking:
                    self._waiting.extendleft(reversed(taken))
                return
            except HoedeRefused as error:
                log.warning("beats-refused %s", error.code)
                return
            if answer.closed:
                with self._database.transaction() as tx:
                    for one in answer.closed:
                        pauses.begin(tx, one.account, one.opens_at)

    def _take(self) -> list[tuple[float, Heartbeat]]:
        with self._taking:
            return [self._waiting.popleft() for _ in range(min(AT_ONCE, len(self._waiting)))]


def _held(beat: Heartbeat, held_s: float) -> Heartbeat:
    return Heartbeat(
        account=beat.account, device=beat.device, seq=beat.seq, mark=beat.mark, held_s=round(held_s, 3)
    )


def _beat(device: str, seq: str, mark: str) -> tuple[str, int, Mark] | None:
    """What a page said, if it can be."""
    known = MARKS.get(mark)
    if known is None or not 1 <= len(device) <= LONGEST or not seq.isdecimal() or len(seq) > LONGEST_SEQ:
        return None
    return device, int(seq), known


@dataclass(frozen=True, slots=True)
class Using:
    square: Square
    beats: Beats

    def routes(self) -> APIRouter:
        router = APIRouter()
        router.add_api_route("/beat", self.beat, methods=["POST"])
        router.add_api_route("/pause", self.pause, methods=["GET"])
        return router

    def beat(self, request: Request, device: Field, seq: Field, mark: Field) -> Response:
        """From `beat.js`; the answer says whether to go to the calm screen."""
        member = self.square.member(request)
        beat = _beat(device, seq, mark)
        if isinstance(member, Response) or beat is None:
            return JSONResponse({"pause": False}, 422)
        self.beats.add(member.id, *beat)
        with self.square.database.transaction() as tx:
            paused = pauses.is_on(tx, member.id, self.square.now())
        return JSONResponse({"pause": paused})

    def pause(self, request: Request) -> Response:
        """The calm screen, in Hoede's words; when Hoede says it is open again, on with it."""
        member = self.square.member(request)
        if isinstance(member, Response):
            return member
        permit = ask(self.square, member, "use")
        if permit.granted:
            with self.square.database.transaction() as tx:
                pauses.end(tx, member.id)
            return go("/")
        return self.square.pages.show(
            request, "pause.html", member, permit=permit, guidelines_url=guidelines_url(self.square, request)
        )
