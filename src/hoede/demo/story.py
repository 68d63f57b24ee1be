"""The whole story without a browser: play it through Plein's own pages, then ask the independent records."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from pathlib import Path

import httpx2

from hoede.demo import records
from hoede.demo.people import Person, join, post
from hoede.demo.stage import Ports, Stage, stage
from hoede.simulators.cybertipline import FaultKind
from hoede.simulators.pictures import picture, test_card

PATIENCE = {"retry_first_s": 0.2, "retry_longest_s": 2.0, "call_after_tries": 5, "lease_s": 20.0}
DEADLINE_S = 100
DEADLINE_BROKEN_S = 40  # enough for five tries and a person called
OUTAGE_S = 3.0


class Fault(StrEnum):
    """What stays broken for the whole story."""

    AUTHORITY_REFUSES = "authority-refuses"
    AUTHORITY_DOWN = "authority-down"
    PLATFORM_DOWN = "platform-down"


class NotSo(Exception):
    """Something the story needs did not come to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """One telling of the story."""

    stage: Stage
    say: Callable[[str], object]
    started: float
    fault: Fault | None

    def tell(self, words: str) -> None:
        self.say(f"{time.monotonic() - self.started:7.2f} s  {words}")

    def until(self, words: str, so: Callable[[], bool]) -> None:
        """Wait until something is so, then say it; `NotSo` when the story's time is over."""
        while not so():
            if time.monotonic() - self.started > (DEADLINE_BROKEN_S if self.fault else DEADLINE_S):
                raise NotSo(words)
            time.sleep(0.05)
        self.tell(words)

    def join(self, name: str, born: str, *, verify: bool = False) -> Person:
        return join(self.stage.plein_url, name, born, verify=verify)


def play(folder: Path, fault: Fault | None, say: Callable[[str], object]) -> bool:
    """Play it over an empty folder; true only when every record agrees with the story."""
    started = time.monotonic()
    with stage(folder, Ports(), patience=PATIENCE) as playing:
        telling = Telling(stage=playing, say=say, started=started, fault=fault)
        telling.tell("Hoede, Plein and the authority's stand-in are up")
        _break(playing, fault)
        try:
            reported = _chapters(telling)
            wrong = records.disagreements(playing, reported=reported, kept=5)
        except NotSo as missing:
            wrong = [f"it did not come to be: {missing}", *records.unfinished(playing)]
    for one in wrong:
        say(f"wrong: {one}")
    say("The story is NOT whole." if wrong else "The story is whole: ledger, vault and log agree.")
    return not wrong


def _break(playing: Stage, fault: Fault | None) -> None:
    if fault is Fault.AUTHORITY_REFUSES:
        playing.authority.fault(FaultKind.REFUSE, times=None)
    if fault is Fault.AUTHORITY_DOWN:
        playing.authority.fault(FaultKind.UNAVAILABLE, times=None)
    if fault is Fault.PLATFORM_DOWN:
        _outage(playing, on=True)


def _outage(playing: Stage, *, on: bool) -> None:
    httpx2.post(f"{playing.plein_url}/admin/outage", json={"on": on}).raise_for_status()


def _chapters(telling: Telling) -> set[str]:
    """Every chapter in turn; returns the accounts that must be reported, once each."""
    fifteen = date(date.today().year - 15, 1, 1)  # noqa: DTZ011 - a made-up birthday
    _harmless(telling, telling.join("Anna", "1990-03-01", verify=True))
    bram = telling.join("Bram", "1985-07-12", verify=True)
    _known(telling, bram)
    _declared(telling, telling.join("Cas", "1992-01-20"))
    _minor(telling, telling.join("Noor", fifteen.isoformat()))
    dirk = telling.join("Dirk", "1979-11-05", verify=True)
    _platform_down(telling, dirk)
    eef = telling.join("Eef", "1988-02-29", verify=True)
    _authority_down(telling, eef)
    telling.until("Every leaf is numbered and signed", lambda: records.is_settled(telling.stage))
    return {bram.id, dirk.id, eef.id}


def _harmless(telling: Telling, anna: Person) -> None:
    content = post(anna, picture(1))
    telling.until(
        "Anna, a verified adult, uploads a harmless picture: it stays",
        lambda: records.content_state(telling.stage, content) == "visible",
    )


def _known(telling: Telling, bram: Person) -> None:
    content = post(bram, test_card())
    telling.tell("Bram, a verified adult, uploads the test card: held")
    _acted(telling, bram, content)
    _reported(telling, bram)


def _declared(telling: Telling, cas: Person) -> None:
    playing = telling.stage
    post(cas, test_card())
    telling.tell("Cas, who says to be an adult, uploads the test card: held")
    telling.until("Cas's picture is sealed as evidence", lambda: records.is_sealed(playing, cas))
    telling.until(
        "Cas's account is restricted, not closed", lambda: records.account_state(playing, cas) == "restricted"
    )
    telling.until("Cas's case is the first in the queue", lambda: records.first_in_queue(playing) == cas.id)


def _minor(telling: Telling, noor: Person) -> None:
    playing = telling.stage
    post(noor, test_card())
    telling.tell("Noor, 15, uploads the test card: held")
    telling.until("Noor's picture is sealed as evidence", lambda: records.is_sealed(playing, noor))
    telling.until("Noor's case is in the hour's lane", lambda: records.lane(playing, noor) == "minors")
    if records.account_state(playing, noor) != "open":
        raise NotSo("nothing else happens to Noor's account")


def _platform_down(telling: Telling, dirk: Person) -> None:
    playing = telling.stage
    content = post(dirk, test_card())
    _outage(playing, on=True)
    telling.tell("Plein is down; Dirk's orders wait")
    _reported(telling, dirk)
    time.sleep(OUTAGE_S)
    if telling.fault is not Fault.PLATFORM_DOWN:
        _outage(playing, on=False)
        telling.tell("Plein is back")
    _acted(telling, dirk, content)


def _authority_down(telling: Telling, eef: Person) -> None:
    playing = telling.stage
    playing.authority.fault(FaultKind.UNAVAILABLE, times=None)
    content = post(eef, test_card())
    telling.tell("The authority is down; Eef's report waits")
    _acted(telling, eef, content)
    time.sleep(OUTAGE_S)
    playing.authority.clear_faults()
    _break(playing, telling.fault)
    telling.tell("The authority is back")
    _reported(telling, eef)


def _acted(telling: Telling, person: Person, content: str) -> None:
    playing, name = telling.stage, person.name
    telling.until(f"{name}'s picture is sealed as evidence", lambda: records.is_sealed(playing, person))
    telling.until(
        f"{name}'s picture is removed", lambda: records.content_state(playing, content) == "removed"
    )
    if records.can_be_fetched(playing, content):
        raise NotSo("nobody can fetch the picture any more")
    telling.until(f"{name}'s account is closed", lambda: records.account_state(playing, person) == "closed")
    telling.until(f"{name} has a letter with a way to object", lambda: records.letter_opens(playing, person))


def _reported(telling: Telling, person: Person) -> None:
    telling.until(
        f"The report about {person.name} is finished at the authority",
        lambda: records.finished_about(telling.stage, person) == 1,
    )
