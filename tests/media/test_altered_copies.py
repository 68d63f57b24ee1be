"""Altered copies are found by the fingerprint of their original: ours in every form, and photographs."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
from tests.conftest import LONG_RUN
from tests.media.conftest import Look
from tests.pictures import drawn, encoded

from hoede.bench.drawing import WAYS
from hoede.core.media import Frame
from hoede.lists.index import BYTES, Index
from hoede.lists.rules import QUALITY_FLOOR, THRESHOLD

PICTURES, SIZE = 30 if LONG_RUN else 10, (240, 180)
DATA = Path(__file__).parents[3] / "shared" / "data"
BRIDGE = DATA / "bridge-mods" / "aaa-orig.jpg"
ALTERED = ("palette-png", "gif", "cmyk-jpeg", "exif-turned-jpeg", "heic", "webp")

needs_photographs = pytest.mark.skipif(not BRIDGE.exists(), reason="the shared photographs are not there")


@pytest.fixture(scope="session")
def originals() -> dict[int, bytes]:
    return {seed: encoded(drawn(seed, *SIZE)) for seed in range(PICTURES)}


def found(index: Index, frames: Iterable[Frame]) -> set[int]:
    """Places of what is near to a frame good enough to be looked up."""
    good = (frame for frame in frames if frame.quality >= QUALITY_FLOOR)
    asked = (one for frame in good for one in frame.pdq)
    return {near.place for one in asked for near in index.near(one, THRESHOLD)}


def index_of(look: Look, pictures: Iterable[bytes]) -> Index:
    prints = b"".join(look(one).frames[0].pdq[0] for one in pictures)
    return Index(np.frombuffer(prints, np.uint8).reshape(-1, BYTES))


@pytest.mark.parametrize("way", ALTERED)
def test_every_altered_copy_is_found_and_taken_for_no_other(
    look: Look, originals: dict[int, bytes], way: str
) -> None:
    index = index_of(look, originals.values())
    altered = {seed: WAYS[way](drawn(seed, *SIZE)) for seed in originals}
    assert {seed: found(index, look(one).frames) for seed, one in altered.items()} == {
        seed: {seed} for seed in originals
    }


@needs_photographs
@pytest.mark.parametrize("folder", ["bridge-mods", "reg-test-input/dih"])
def test_every_altered_copy_of_a_photograph_is_found(look: Look, folder: str) -> None:
    index = index_of(look, [BRIDGE.read_bytes()])
    copies = {path.name: path.read_bytes() for path in (DATA / folder).glob("*.jpg")}
    assert {name for name, one in copies.items() if not found(index, look(one).frames)} == set()
