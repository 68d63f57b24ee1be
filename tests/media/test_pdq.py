"""PDQ: the fingerprints of the reference, bit by bit, for pictures of every kind."""

import json
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.media.make_vectors import FILE, pixels

from hoede.media.pdq import Plane, distance, fingerprint

VECTORS = json.loads(FILE.read_text())
BRIDGE = Path(__file__).parents[3] / "shared" / "data" / "bridge-mods" / "aaa-orig.jpg"
ROUNDED = 4  # bits
PUBLISHED = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"  # docs/sources.md#pdq


def strips(picture: NDArray[Any], rows: int = 64) -> Iterator[Plane]:
    grey = (picture[:, :, 0] * 0.299 + picture[:, :, 1] * 0.587 + picture[:, :, 2] * 0.114).astype(np.float32)
    return (grey[top : top + rows] for top in range(0, len(grey), rows))


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: str(vector["seed"]))
def test_a_fingerprint_is_the_references(vector: dict[str, Any]) -> None:
    picture = pixels(vector["seed"])
    found = fingerprint(lambda: strips(picture), picture.shape[1], picture.shape[0])
    assert found is not None
    assert (found.hashes[0].hex(), found.quality) == (vector["pdq"], vector["quality"])
    turned = [bytes.fromhex(one) for one in vector["turned"]]
    # Frequencies that are equal but for rounding fall on either side of the median.
    assert max(min(distance(one, other) for other in turned) for one in found.hashes) <= ROUNDED


def test_strips_of_any_height_give_the_same() -> None:
    picture = pixels(1)
    made = [
        fingerprint(partial(strips, picture, rows), picture.shape[1], picture.shape[0])
        for rows in (1, 7, 999)
    ]
    assert made[0] == made[1] == made[2]


@pytest.mark.parametrize(("width", "height"), [(4, 100), (100, 4), (1, 1), (0, 10)])
def test_what_is_too_small_has_no_fingerprint(width: int, height: int) -> None:
    assert fingerprint(lambda: [np.zeros((height, width), np.float32)], width, height) is None


def test_a_flat_picture_has_no_quality() -> None:
    found = fingerprint(lambda: [np.full((90, 120), 77, np.float32)], 120, 90)
    assert found is not None
    assert found.quality == 0


def test_rows_that_are_missing_are_no_picture() -> None:
    with pytest.raises(ValueError, match="10 rows came, not 20"):
        fingerprint(lambda: [np.zeros((10, 30), np.float32)], 30, 20)


def test_a_mirrored_picture_has_the_mirrors_fingerprint_up_to_its_grid() -> None:
    picture = pixels(5)
    first = fingerprint(lambda: strips(picture), picture.shape[1], picture.shape[0])
    mirrored = fingerprint(lambda: strips(picture[:, ::-1]), picture.shape[1], picture.shape[0])
    assert first is not None
    assert mirrored is not None
    assert distance(first.hashes[1], mirrored.hashes[0]) <= 31


@pytest.mark.skipif(not BRIDGE.exists(), reason="the shared photographs are not there")
def test_the_published_fingerprint_of_a_photograph() -> None:
    from PIL import Image  # noqa: PLC0415 - only here

    with Image.open(BRIDGE) as opened:
        picture = np.asarray(opened.convert("RGB"))
    found = fingerprint(lambda: strips(picture), picture.shape[1], picture.shape[0])
    assert found is not None
    assert (found.hashes[0].hex(), found.quality) == (PUBLISHED, 100)


def test_distance_counts_the_bits_that_differ() -> None:
    assert distance(bytes(32), bytes(31) + b"\x07") == 3
    with pytest.raises(ValueError, match="31 and 32 bytes"):
        distance(bytes(31), bytes(32))
