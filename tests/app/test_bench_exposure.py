"""The bench of exposure draws the same queue from the same seed, and finds what is beyond a break."""

from datetime import UTC, datetime, timedelta

import pytest

from hoede.bench.exposure import _in_rows, items
from hoede.review.wellness import Rest

NOON = datetime(2026, 11, 27, 12, tzinfo=UTC)
REST = Rest(after_views=2, after=timedelta(minutes=30), length=timedelta(minutes=10))


def test_a_seed_is_a_queue() -> None:
    drawn = [list(items(seed, 12)) for seed in (11, 11, 12)]
    assert drawn[0] == drawn[1] != drawn[2]


@pytest.mark.parametrize(
    ("minutes", "beyond"),
    [((0, 1), 0), ((0, 1, 2), 1), ((0, 1, 11), 0), ((0, 1, 10, 11), 2)],
)
def test_what_comes_before_the_break_is_over_is_beyond_it(minutes: tuple[int, ...], beyond: int) -> None:
    views = [(NOON + timedelta(minutes=one), True) for one in minutes]
    assert _in_rows(views, REST) == beyond
