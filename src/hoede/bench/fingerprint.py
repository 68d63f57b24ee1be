"""PDQ beside the reference: from a JPEG's bytes, and from a grey plane; and how far grey is from colour.

Ours is what a child does with a picture, with all its turns and mirrors; the peers give one fingerprint.
"""

import io
from collections.abc import Sequence
from functools import partial

import numpy as np
from PIL import Image

from hoede import _native
from hoede.bench.drawing import drawn, encoded, grained
from hoede.bench.peers import named, peer
from hoede.bench.rows import Row, percentile
from hoede.bench.timing import beside, in_turns
from hoede.lists.rules import QUALITY_FLOOR, THRESHOLD
from hoede.media.limits import Limits
from hoede.media.pdq import Plane, distance
from hoede.media.pictures import frames_of

SIZES = {"1080p": (1920, 1080, 8.0), "4k": (3840, 2160, 15.0)}
PICTURES, TURNS, SEVERAL = 6, 7, 10
COMPARED = 200  # pictures whose grey fingerprint is held beside the one of their colours
QUALITY = 88


def measure() -> list[Row]:
    """JPEGs of two sizes, the plane alone, and the distances."""
    return [*(_jpeg(name, *size) for name, size in SIZES.items()), _plane(), *_distances()]


def _pictures(width: int, height: int, count: int) -> list[Image.Image]:
    return [grained(drawn(seed, width, height), seed) for seed in range(count)]


def _jpeg(name: str, width: int, height: int, target: float) -> Row:
    files = [encoded(one, "JPEG", quality=QUALITY) for one in _pictures(width, height, PICTURES)]
    hasher = peer("threatexchange.signal_type.pdq.signal").PdqSignal
    took: tuple[list[float], list[float]] = ([], [])
    for file in files:
        mine, others = in_turns([partial(_look, file), partial(hasher.hash_from_bytes, file)], TURNS)
        took[0].append(min(mine))
        took[1].append(min(others))
    return beside(
        f"jpeg_{name}",
        "ms",
        *took,
        peer_name=named("threatexchange", "PdqSignal.hash_from_bytes"),
        target=target,
        told=f"best of {TURNS} for {PICTURES} pictures of {len(files[0]) // 1000} kB",
    )


def _look(file: bytes) -> None:
    list(frames_of("jpeg", io.BytesIO(file), Limits()))


def _plane() -> Row:
    width, height, _ = SIZES["1080p"]
    hasher = peer("pdqhash")
    took: tuple[list[float], list[float]] = ([], [])
    for picture in _pictures(width, height, PICTURES):
        plane = np.asarray(picture.convert("L"))
        colours = np.repeat(plane[..., None], 3, 2)
        mine, others = in_turns([partial(_several, plane), partial(hasher.compute, colours)], TURNS)
        took[0].append(min(mine) / SEVERAL)
        took[1].append(min(others))
    return beside(
        "pdq_1080p",
        "ms",
        *took,
        peer_name=named("pdqhash", "compute"),
        target=200,
        told=f"best of {TURNS} for {PICTURES} planes, ours {SEVERAL} times in a row",
    )


def _several(plane: Plane) -> None:
    """As after decoding, a plane is near; the peer has just filled every cache with its own."""
    for _ in range(SEVERAL):
        _native.pdq(plane)


def _distances() -> list[Row]:
    hasher = peer("pdqhash")
    far, retraced = [], 0
    for picture in (drawn(seed, 640, 480) for seed in range(COMPARED)):
        file = encoded(picture, "JPEG", quality=QUALITY)
        (frame,) = frames_of("jpeg", io.BytesIO(file), Limits())
        with Image.open(io.BytesIO(file)) as opened:
            bits, quality = hasher.compute(np.asarray(opened.convert("RGB")))
            retraced += not _is_sure(np.asarray(opened.convert("L")))
        if quality >= QUALITY_FLOOR:
            far.append(float(distance(frame.pdq[0], np.packbits(bits).tobytes())))
    return [
        Row(
            name="grey_beside_colour",
            unit="bits",
            ours=percentile(far, 0.5),
            target=f"<= {THRESHOLD}",
            spread=_distribution(far),
            peer_name=named("pdqhash", "compute on RGB"),
        ),
        Row(
            name="retraced",
            unit="% of pictures",
            ours=round(100 * retraced / COMPARED, 1),
            target="",
            spread=f"of {COMPARED}, where rounding could have decided a bit of one of eight fingerprints",
        ),
    ]


def _is_sure(plane: Plane) -> bool:
    strips = _native.PdqStrips(plane.shape[1], plane.shape[0])
    strips.add(plane)
    return strips.found(turns=True) is not None


def _distribution(far: Sequence[float]) -> str:
    told = ", ".join(f"p{share:g} {percentile(list(far), share / 100):g}" for share in (50, 90, 99))
    return f"{told}, max {max(far):g}, n {len(far)}"
