"""The fuzzed laws, a little of them in every check: all seeds, and each seed broken by chance."""

import random
from collections.abc import Iterator

import pytest
from tests.fuzz.seeds import seeds
from tests.fuzz.targets import TARGETS

SEED, BROKEN, LONGEST = 20261126, 300, 4096


def broken(target: str) -> Iterator[bytes]:
    """Seeds with bytes changed, cut out or doubled."""
    chance = random.Random(SEED)  # noqa: S311 - no secret
    start = [bytearray(one[:LONGEST]) for one in seeds(target)]
    for _ in range(BROKEN):
        content = bytearray(chance.choice(start))
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(content) + 1)
            content[at : at + chance.randint(0, 3)] = chance.randbytes(chance.randint(0, 3))
        yield bytes(content)


@pytest.mark.parametrize("target", TARGETS)
def test_every_seed_keeps_the_law(target: str) -> None:
    for content in seeds(target):
        TARGETS[target](content)


@pytest.mark.parametrize("target", TARGETS)
def test_what_is_broken_keeps_it_too(target: str) -> None:
    for content in broken(target):
        TARGETS[target](content)
