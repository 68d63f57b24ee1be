"""What happens in its own time, waited for: on a busy machine even a case comes after the answer."""

import time
from collections.abc import Callable
from typing import TypeVar

from hoede.app.rehearsal import SERVICE
from hoede.demo.people import Person
from hoede.demo.stage import Stage
from hoede.review import CaseRow
from hoede.review import store as review

WITHIN_S = 30
Said = TypeVar("Said")


def until(so: Callable[[], Said | None]) -> Said:
    """What `so` says as soon as it says something; fails when it never does."""
    last = time.monotonic() + WITHIN_S
    while not (said := so()):
        assert time.monotonic() < last, "it did not come to be"
        time.sleep(0.1)
    return said


def case_of(playing: Stage, person: Person) -> CaseRow:
    """The newest case about somebody, once there is one."""
    return until(lambda: playing.hoede.db.read(lambda conn: review.latest_case(conn, SERVICE, person.id)))
