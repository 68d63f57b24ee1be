"""Decoding and fingerprints in a confined child, beside the reference hasher where it is installed.

The peer is what others do with a picture: Pillow reads it, `pdqhash` hashes what comes out. It runs in this
process without a sandbox, ours in its child with the hand-over; the two take turns.
"""

import io
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pi_heif
from PIL import Image

from hoede.app.tables import read_tables
from hoede.bench.bombs import BOMBS
from hoede.bench.drawing import WAYS, drawn, encoded, grained, heic
from hoede.bench.processes import family, forget_peak, load, memory_mb
from hoede.bench.rows import Row, percentile, spread
from hoede.core.media import Seen
from hoede.lists.rules import QUALITY_FLOOR, THRESHOLD
from hoede.media import CHILD, Limits, MediaTooMuch, Pool, Reader
from hoede.media.pdq import distance

PEER = "pdqhash on what Pillow reads"
BOMBS_EACH, LOOKS_EACH = 200, 15
FORMS = ("jpeg", "png", "webp", "heic", "avif")
PICTURES = 30
ALTERED = ("palette-png", "gif", "cmyk-jpeg", "exif-turned-jpeg", "heic", "webp")
PHOTOGRAPHS = Path("..") / "shared" / "data"  # beside the checkout, not part of it
LARGEST = (8900, 8900)  # the most pixels that are looked at

Hash = tuple[bytes, int]  # a fingerprint and its quality
Peer = Callable[[bytes], Hash]


@dataclass(frozen=True, slots=True)
class Bench:
    """A reader with one warm child."""

    reader: Reader

    @property
    def child(self) -> int:
        """The process that decodes, behind whatever wraps it."""
        return family(self.reader.pool.warm().process.pid)[-1]

    def look(self, content: bytes) -> Seen:
        with tempfile.TemporaryFile() as file:
            file.write(content)
            file.flush()
            return self.reader.look(file.fileno())


def measure() -> list[Row]:
    """Refusals first, so that the child is as it starts; the largest picture last."""
    pi_heif.register_heif_opener()
    peer = _peer()
    with _bench() as bench:
        return [
            *_refusals(bench),
            *_speeds(bench, peer),
            *_altered(bench, peer),
            *_memory(bench),
        ]


@contextmanager
def _bench() -> Iterator[Bench]:
    limits = Limits()
    reader = Reader(pool=Pool(CHILD, limits, 1), forms=read_tables().forms, limits=limits)
    try:
        yield Bench(reader)
    finally:
        reader.close()


def _refusals(bench: Bench) -> Iterator[Row]:
    """Files that are refused by their header: how soon, and how much memory that takes."""
    idle_mb = memory_mb(bench.child, "VmRSS")
    forget_peak(bench.child)
    took = [_refused_in(bench, bomb) for _ in range(BOMBS_EACH) for bomb in BOMBS.values()]
    beyond = round(memory_mb(bench.child) - idle_mb, 1)
    told = f"{len(BOMBS)} forms, {load()}"
    yield Row(
        name="refusal_from_header_p95",
        unit="ms",
        ours=round(percentile(took, 0.95), 2),
        target="<= 50",
        spread=f"{spread(took)}; {told}",
    )
    yield Row(name="refusal_memory", unit="MB", ours=beyond, target="<= 64", spread=f"beyond {idle_mb} idle")


def _refused_in(bench: Bench, bomb: bytes) -> float:
    start = time.perf_counter()
    try:
        bench.look(bomb)
    except MediaTooMuch:
        return (time.perf_counter() - start) * 1000
    raise RuntimeError("a bomb was not refused")


def _speeds(bench: Bench, peer: Peer | None) -> Iterator[Row]:
    """Whole looks at pictures with a camera's noise: a screen's size in every form, and a phone's."""
    for name, size, forms, times in (
        ("1080p", (1920, 1080), FORMS, LOOKS_EACH),
        ("12mp", (4032, 3024), ("jpeg", "heic"), LOOKS_EACH // 3),
    ):
        picture = grained(drawn(1, *size))
        for form in forms:
            try:
                content = _as(form, picture)
            except ImportError:
                continue  # no writer for it here
            yield _speed(bench, f"look_{name}_{form}_median", content, peer, times)


def _as(form: str, picture: Image.Image) -> bytes:
    """About as large as the usual cameras and tools make it."""
    if form == "heic":
        return heic(picture, quality=40)
    quality = {"jpeg": 85, "webp": 80, "avif": 70}
    return encoded(picture, form.upper(), **({"quality": quality[form]} if form in quality else {}))


def _speed(bench: Bench, name: str, content: bytes, peer: Peer | None, times: int) -> Row:
    """Both in turns, so that what else the machine does meets both."""
    ours, theirs = [], []
    for _ in range(times):
        ours.append(_timed(lambda: bench.look(content)))
        if peer is not None:
            theirs.append(_timed(lambda: peer(content)))
    middle = percentile(ours, 0.5)
    peers = percentile(theirs, 0.5) if theirs else None
    return Row(
        name=name,
        unit="ms",
        ours=round(middle, 2),
        target="",
        spread=f"{spread(ours)}; {len(content) // 1000} kB, {load()}",
        peer_name=PEER if peers else None,
        peer=round(peers, 2) if peers else None,
        ratio=round(peers / middle, 2) if peers else None,
    )


def _timed(do: Callable[[], object]) -> float:
    start = time.perf_counter()
    do()
    return (time.perf_counter() - start) * 1000


def _altered(bench: Bench, peer: Peer | None) -> Iterator[Row]:
    """Of each way to alter a picture, how many copies are found by the fingerprint of the original PNG."""
    originals = [drawn(seed) for seed in range(PICTURES)]
    known = [bench.look(encoded(one)).frames[0].pdq[0] for one in originals]
    theirs = [peer(encoded(one)) for one in originals] if peer else []
    for way in ALTERED:
        try:
            copies = [WAYS[way](one) for one in originals]
        except ImportError:
            continue
        pairs = zip(copies, known, strict=True)
        yield _found_row(
            f"altered_found_{way}",
            PICTURES,
            sum(_finds(bench, copy, of) for copy, of in pairs),
            sum(_peer_finds(peer, copy, of[0]) for copy, of in zip(copies, theirs, strict=True))
            if peer
            else None,
        )
    yield from _photographs(bench, peer)


def _photographs(bench: Bench, peer: Peer | None) -> Iterator[Row]:
    """The same of one photograph, altered and turned by others, where the files are."""
    original = PHOTOGRAPHS / "bridge-mods" / "aaa-orig.jpg"
    if not original.exists():
        return
    known = bench.look(original.read_bytes()).frames[0].pdq[0]
    theirs = peer(original.read_bytes())[0] if peer else b""
    for folder in ("bridge-mods", "reg-test-input/dih"):
        copies = [path.read_bytes() for path in sorted((PHOTOGRAPHS / folder).glob("*.jpg"))]
        yield _found_row(
            f"altered_found_{folder.rpartition('/')[2]}",
            len(copies),
            sum(_finds(bench, one, known) for one in copies),
            sum(_peer_finds(peer, one, theirs) for one in copies) if peer else None,
        )


def _found_row(name: str, of: int, ours: int, peers: int | None) -> Row:
    return Row(
        name=name,
        unit="copies",
        ours=ours,
        target=f">= {of}",
        spread=f"of {of}, within {THRESHOLD} bits at quality {QUALITY_FLOOR}",
        peer_name=PEER if peers is not None else None,
        peer=peers,
    )


def _finds(bench: Bench, copy: bytes, known: bytes) -> bool:
    return any(
        distance(one, known) <= THRESHOLD
        for frame in bench.look(copy).frames
        if frame.quality >= QUALITY_FLOOR
        for one in frame.pdq
    )


def _peer_finds(peer: Peer, copy: bytes, known: bytes) -> bool:
    try:
        found, quality = peer(copy)
    except (OSError, TypeError, ValueError):
        return False  # it cannot hash what Pillow makes of it
    return quality >= QUALITY_FLOOR and distance(found, known) <= THRESHOLD


def _peer() -> Peer | None:
    """The reference hasher, where the extra `bench` is installed."""
    try:
        pdqhash: Any = import_module("pdqhash")
    except ImportError:
        return None

    def hashed(content: bytes) -> Hash:
        with Image.open(io.BytesIO(content)) as opened:
            bits, quality = pdqhash.compute(np.asarray(opened))
        return np.packbits(bits).tobytes(), int(quality)

    return hashed


def _memory(bench: Bench) -> Iterator[Row]:
    """A child at rest, and the most one took: for the largest picture that is looked at, in each form."""
    idle_mb = memory_mb(bench.child, "VmRSS")
    largest = Image.new("RGB", LARGEST, "teal")
    peaks = {}
    for form in ("JPEG", "PNG"):
        content = encoded(largest, form)
        forget_peak(bench.child)
        bench.look(content)
        peaks[form] = memory_mb(bench.child)
    told = ", ".join(f"{form} {peak}" for form, peak in peaks.items())
    size = f"{LARGEST[0]} x {LARGEST[1]}"
    yield Row(
        name="child_after_all", unit="MB", ours=idle_mb, target="<= 512", spread="at rest after all looks"
    )
    yield Row(
        name="child_peak", unit="MB", ours=max(peaks.values()), target="<= 512", spread=f"{size}: {told}"
    )
