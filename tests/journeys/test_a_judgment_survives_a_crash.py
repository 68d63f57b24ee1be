"""A judgment is there with all its orders, or not at all; the form sent again does nothing twice."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from tests.journeys.desk import Desk
from tests.journeys.scene import DECLARED, Scene

from hoede.app import verify_log
from hoede.db import failpoints
from hoede.flow.judge import Judged

FINAL = ["remove", "close_account", "report"]


class Killed(Exception):
    """What a step dies of here; a real kill is tried in tests/crash."""


@contextmanager
def dying_at(name: str) -> Iterator[None]:
    """Whoever passes this failpoint first dies there."""
    left = [name]

    def act(passed: str) -> None:
        if left and passed == name:
            left.clear()
            raise Killed

    failpoints.arm(act)
    try:
        yield
    finally:
        failpoints._act = None


def asked(desk: Desk, account: str) -> list[str]:
    return [one.order.measure for one in desk.play.views(account) if one.order.measure in FINAL]


@pytest.mark.parametrize(
    ("where", "is_there"),
    [("commit.before", False), ("commit.after", True)],  # durable, and nobody knows
)
def test_a_judgment_that_died_is_whole_or_absent_and_is_given_once(
    play: Scene, where: str, *, is_there: bool
) -> None:
    desk = Desk(play)
    play.upload(account := play.person(DECLARED))
    play.settle()
    desk.take(account, "eva")

    with dying_at(where), pytest.raises(Killed):
        desk.try_judge(account, "eva", "confirmed_new")
    assert (len(desk.judgments(account)), Counter(asked(desk, account))) == (
        int(is_there),
        Counter(FINAL if is_there else []),
    )

    again = desk.try_judge(account, "eva", "confirmed_new")
    assert isinstance(again, Judged)
    play.settle()
    assert (len(desk.judgments(account)), Counter(asked(desk, account))) == (1, Counter(FINAL))
    assert len(play.finished(account)) == 1
    assert verify_log(play.hoede.db, play.hoede.keys).wrong == ()
