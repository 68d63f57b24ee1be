"""How long an order waits between two tries."""

from datetime import timedelta

import pytest

from hoede.core.jobs import Later
from hoede.flow.carry_out import Waits

S = timedelta(seconds=1)
WAITS = Waits(first=S, longest=100 * S, call_after=5, lease=90 * S)


@pytest.mark.parametrize(
    ("tries", "later", "seconds"),
    [
        (0, Later("x"), 1),
        (3, Later("x"), 8),
        (9, Later("x"), 100),  # never longer than the longest
        (0, Later("x", least=30 * S), 30),  # they ask to be left alone
        (0, Later("x", least=999 * S), 100),  # for as long as we wait at most
        (9, Later("x", most=20 * S), 20),  # something must be seen to by then
        (0, Later("x", most=-5 * S), 0),
        (0, Later("x", least=30 * S, most=20 * S), 20),
        (9, Later("x", least=S), 100),
    ],
)
def test_waits_double_within_what_both_sides_ask(tries: int, later: Later, seconds: int) -> None:
    assert WAITS.again(tries, later) == seconds * S
