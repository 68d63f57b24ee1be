"""Makes vectors.json anew with the reference hasher: `pip install pdqhash`, then run this file.

The pictures follow from numbers alone, so only their fingerprints are kept.
"""

import json
from importlib import import_module
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

FILE = Path(__file__).with_name("vectors.json")
COUNT = 200


def pixels(seed: int) -> NDArray[np.uint8]:
    """An RGB picture of a size and a kind that follow from the seed: patches, noise, lines or nearly flat."""
    chance = np.random.default_rng(seed)
    height, width = (int(side) for side in chance.integers(17, 400, 2))
    kind = seed % 4
    if kind == 0:
        return chance.integers(0, 256, (height, width, 3), dtype=np.uint8)
    coarse = chance.integers(0, 256 if kind == 1 else 12, (9, 7, 3), dtype=np.uint8)
    soft = np.asarray(Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)).copy()
    if kind == 3:
        soft[:: int(chance.integers(3, 20))] = 255
    return soft


def main() -> None:
    pdqhash = import_module("pdqhash")

    rows = []
    for seed in range(COUNT):
        picture = pixels(seed)
        bits, quality = pdqhash.compute(picture)
        turned, _ = pdqhash.compute_dihedral(picture)
        rows.append(
            {
                "seed": seed,
                "pdq": np.packbits(bits).tobytes().hex(),
                "quality": int(quality),
                "turned": sorted(np.packbits(one).tobytes().hex() for one in turned),
            }
        )
    FILE.write_text("\n".join(["[", ",\n".join(map(json.dumps, rows)), "]\n"]))


if __name__ == "__main__":
    main()
