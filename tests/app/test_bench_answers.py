"""The classifier that judges the time of holds: it must find what is there, and nothing where nothing is."""

import numpy as np
import pytest

from hoede.bench.answers import best_auc

MANY, SEED = 4_000, 20261126


def chance() -> np.random.Generator:
    return np.random.default_rng(SEED)


def test_equal_times_tell_nothing() -> None:
    drawn = chance()
    assert best_auc(drawn.normal(210, 5, MANY), drawn.normal(210, 5, MANY), drawn) < 0.53


@pytest.mark.parametrize("later_ms", [-5, 5])
def test_a_shift_is_found_whichever_way_it_goes(later_ms: float) -> None:
    drawn = chance()
    assert best_auc(drawn.normal(210, 5, MANY), drawn.normal(210 + later_ms, 5, MANY), drawn) > 0.7


def test_times_that_only_lie_wider_are_found() -> None:
    drawn = chance()
    assert best_auc(drawn.normal(210, 2, MANY), drawn.normal(210, 8, MANY), drawn) > 0.7


def test_a_few_that_wait_another_round_are_found() -> None:
    drawn = chance()
    late = drawn.normal(210, 5, MANY) + 200 * (drawn.random(MANY) < 0.2)
    assert best_auc(drawn.normal(210, 5, MANY), late, drawn) > 0.57
