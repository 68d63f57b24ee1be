"""Grey pictures that follow from a number: noise, flat, soft, faint, ramps, dots, patches, bars."""

import numpy as np
from numpy.typing import NDArray
from PIL import Image

Plane = NDArray[np.uint8]
KINDS = 8
SMALL = 70  # pixels: about where the window of the blur becomes wider than one


def picture(seed: int, longest: int = 400) -> Plane:
    """A picture whose size and kind follow from the seed; odd, tiny and long ones are among them."""
    chance = np.random.default_rng(seed)
    height, width = (int(side) for side in chance.integers(5, longest, 2))
    if seed % 11 == 0:
        height = width = 64
    if seed % 13 == 0:
        height = int(chance.integers(5, SMALL))
    if seed % 17 == 0:
        width = int(chance.integers(5, SMALL))
    return _drawn(seed % KINDS, height, width, chance)


def _drawn(kind: int, height: int, width: int, chance: np.random.Generator) -> Plane:
    drawn = np.full((height, width), chance.integers(0, 256), np.uint8)
    if kind == 0:
        drawn[:] = chance.integers(0, 256, (height, width))
    if kind in {2, 3}:
        coarse = chance.integers(0, 256 if kind == 2 else 12, (9, 7), dtype=np.uint8)
        drawn[:] = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC))
    if kind == 4:
        drawn[:] = np.arange(width) * 255 // max(1, width - 1)
    if kind == 5:
        drawn[:] = chance.integers(0, 2, (height, width)) * 255
    for _ in range(9 if kind == 6 else 0):
        top, left = (int(at) for at in chance.integers(0, (height, width)))
        tall, wide = (int(side) for side in chance.integers(1, (height + 1, width + 1)))
        drawn[top : top + tall, left : left + wide] = chance.integers(0, 256)
    if kind == 7:
        drawn[:: int(chance.integers(2, 20))] = 255
        drawn[:, :: int(chance.integers(2, 20))] = 0
    return drawn
