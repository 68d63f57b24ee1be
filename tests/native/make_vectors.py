"""Makes vectors.txt anew with the reference hasher: `pip install pdqhash`, then run this file.

The pictures follow from numbers alone. A line has the number, the fingerprint, the quality, and
a digest of the fingerprints of all eight turns and mirrors.
"""

import hashlib
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np

FILE = Path(__file__).with_name("vectors.txt")
COUNT = 480


def digest(turned: Iterable[bytes]) -> str:
    return hashlib.sha256(b"".join(sorted(turned))).hexdigest()[:16]


def answered(plane: Any) -> tuple[str, int, str]:
    """What the reference says of a grey plane."""
    pdqhash = import_module("pdqhash")
    colours = np.repeat(plane[..., None], 3, 2)
    bits, quality = pdqhash.compute(colours)
    turned, _ = pdqhash.compute_dihedral(colours)
    return (
        np.packbits(bits).tobytes().hex(),
        int(quality),
        digest(np.packbits(one).tobytes() for one in turned),
    )


def main() -> None:
    from tests.native.pictures import picture  # noqa: PLC0415 - the folder is on the path by then

    rows = ((seed, *answered(picture(seed))) for seed in range(COUNT))
    FILE.write_text("".join(" ".join(map(str, row)) + "\n" for row in rows))


if __name__ == "__main__":
    import sys

    sys.path.insert(0, str(Path(__file__).parents[2]))
    main()
