"""Exact search beside faiss and threatexchange, on the same hashes and questions, in turns.

Everything within 31 bits, one thread each. Hashes have even bits; `clustered` are families around a few,
some of them very large; `pictures` are fingerprints of drawn pictures, cropped and altered.
"""

import io
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from hoede import _native
from hoede.bench.drawing import drawn
from hoede.bench.peers import named, peer
from hoede.bench.processes import load
from hoede.bench.rows import Row, percentile, spread
from hoede.bench.timing import beside, each, in_turns
from hoede.lists.rules import THRESHOLD

BYTES, BITS, MOST = 32, 256, 1000
MILLION, TEN_MILLION = 1_000_000, 10_000_000
SINGLE, BULK = 2_000, 10_000  # questions
SLOW = {MILLION: 60, TEN_MILLION: 12}  # questions that the peer is asked, one by one
BULK_SLOW = 32  # and at once
TURNS = 5
ORIGINALS, COPIES, SMALL = 16_700, 5, (160, 120)  # of pictures: 100,200 with the originals
LIST, ARCHIVE = 100, 20_000_000  # hashes
PIECE = 1 << 21  # bytes
BATCH = 10_000

Hashes = NDArray[np.uint8]

RESTART = """
import json, sys, time
from hoede import _native
start = time.perf_counter()
index = _native.Index(sys.argv[1])
index.near(bytes(32), 31, 1)
print(json.dumps([time.perf_counter() - start, len(index)]))
"""
MEMORY = """
import json, sys
import numpy as np
from hoede.bench.processes import memory_mb
import os
count = int(sys.argv[2])
hashes = np.random.default_rng(7).integers(0, 256, (count, 32), dtype=np.uint8)
banks = np.zeros(count, np.uint16)
if sys.argv[1] == "ours":
    from hoede import _native
    index = _native.Index()
else:
    import faiss
    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryMultiHash(256, 16, 16)
before = memory_mb(os.getpid(), "VmRSS")
if sys.argv[1] == "ours":
    index.add_all(hashes, banks)
    index.merge()
else:
    index.add(hashes)
print(json.dumps((memory_mb(os.getpid(), "VmRSS") - before) * 1024 * 1024 / count))
"""


def measure() -> list[Row]:
    """All rows; takes about ten minutes and 6 GB."""
    peer("faiss").omp_set_num_threads(1)
    chance = np.random.default_rng(7)
    rows: list[Row] = []
    for name, count in (("1e6", MILLION), ("1e7", TEN_MILLION)):
        hashes = chance.integers(0, 256, (count, BYTES), dtype=np.uint8)
        rows += _searched(name, hashes, chance)
        if count == MILLION:
            rows += _added(hashes)
            rows.append(_skewed(hashes, chance))
        else:
            rows.append(_restarted(hashes))
        del hashes
    rows.append(_clustered("clustered_1e6", clustered(MILLION, chance), chance, target=30))
    rows.append(_clustered("pictures_1e5", of_pictures(), chance, target=None))
    rows += [_memory(), *_scanned(chance)]
    return rows


def built(hashes: Hashes) -> tuple[_native.Index, float]:
    """Our index of these, and how long it took."""
    start = time.perf_counter()
    index = _native.Index()
    index.add_all(hashes, np.zeros(len(hashes), np.uint16))
    index.merge()
    return index, time.perf_counter() - start


def _questions(hashes: Hashes, chance: np.random.Generator, count: int) -> Hashes:
    """Nine of ten are near to nothing, one is a copy with up to 31 bits turned."""
    asked = chance.integers(0, 256, (count, BYTES), dtype=np.uint8)
    copies = chance.permutation(count)[: count // 10]
    asked[copies] = turned(hashes[chance.integers(0, len(hashes), len(copies))], chance, THRESHOLD)
    return asked


def turned(rows: Hashes, chance: np.random.Generator, most: int) -> Hashes:
    """Copies of rows with up to so many bits turned (some of them back)."""
    copies = rows.copy()
    many = chance.integers(0, most + 1, len(rows))
    for bit in range(most):
        places = np.flatnonzero(many > bit)
        bits = chance.integers(0, BITS, len(places))
        copies[places, bits >> 3] ^= (1 << (bits & 7)).astype(np.uint8)
    return copies


def _flat(hashes: Hashes) -> Any:
    flat = peer("faiss").IndexBinaryFlat(BITS)
    flat.add(hashes)
    return flat


def _ask(index: _native.Index, asked: bytes) -> None:
    index.near(asked, THRESHOLD, MOST)


def _searched(name: str, hashes: Hashes, chance: np.random.Generator) -> Iterator[Row]:
    index, took_s = built(hashes)
    flat = _flat(hashes)
    asked = _questions(hashes, chance, BULK)
    _agree(index, flat, asked[: SLOW[len(hashes)]])
    ours, others = _one_by_one(index, flat, asked, SLOW[len(hashes)])
    told = f"{len(hashes):,} even hashes, built in {took_s:.2f} s"
    flat_name = named("faiss-cpu", "IndexBinaryFlat")
    goal = {"1e6": (100, 150), "1e7": (300, 500)}[name]
    yield beside(
        f"single_{name}", "us", ours, others, peer_name=flat_name, target=goal[0], told=told, scale=1e6
    )
    few = np.ascontiguousarray(asked[:BULK_SLOW])
    mine, theirs = in_turns(
        [partial(index.near_all, asked, THRESHOLD, MOST), partial(flat.range_search, few, THRESHOLD + 1)],
        TURNS,
    )
    yield beside(
        f"bulk_{name}",
        "us",
        [one / BULK for one in mine],
        [one / BULK_SLOW for one in theirs],
        peer_name=flat_name,
        target=goal[1],
        told=f"a question, of {BULK:,} at once; peer of {BULK_SLOW}",
        scale=1e6,
    )


def _one_by_one(index: _native.Index, flat: Any, asked: Hashes, slow: int) -> tuple[list[float], list[float]]:
    """Seconds of every single question, in turns of some of ours and one of the peer's."""
    ours: list[float] = []
    others: list[float] = []
    share = SINGLE // slow
    for turn in range(slow):
        mine = [one.tobytes() for one in asked[turn * share : (turn + 1) * share]]
        ours += each(partial(_ask, index), mine)
        others += each(lambda one: flat.range_search(one, THRESHOLD + 1), [asked[turn : turn + 1]])
    return ours, others


def _agree(index: _native.Index, flat: Any, asked: Hashes) -> None:
    """Both find the same, or nothing is measured."""
    limits, distances, ids = flat.range_search(asked, THRESHOLD + 1)
    for place, one in enumerate(asked):
        found, _ = index.near(one.tobytes(), THRESHOLD, MOST * MOST)
        here = slice(int(limits[place]), int(limits[place + 1]))
        if sorted(zip(ids[here].tolist(), distances[here].astype(int).tolist(), strict=True)) != sorted(
            (id_, distance) for distance, id_, _ in found
        ):
            raise RuntimeError("the peer finds something else")


def clustered(count: int, chance: np.random.Generator) -> Hashes:
    """Families of very different sizes around one in fifty, up to 40 bits from their origin."""
    origins = chance.integers(0, 256, (count // 50, BYTES), dtype=np.uint8)
    weights = 1 / np.arange(1, len(origins) + 1) ** 0.8
    of = chance.choice(len(origins), count, p=weights / weights.sum())
    return turned(origins[of], chance, 40)


def of_pictures() -> Hashes:
    """Fingerprints of drawn pictures and of copies of them: cropped, blurred, brighter, smaller, mirrored."""
    found = []
    for seed in range(ORIGINALS):
        picture = drawn(seed, *SMALL)
        wide, high = SMALL
        copies = [
            picture,
            picture.crop((wide // 20, high // 20, wide, high)),
            picture.filter(ImageFilter.GaussianBlur(1)),
            picture.point([min(255, value + 25) for value in range(256)] * 3),
            picture.resize((wide * 2 // 3, high * 2 // 3), Image.Resampling.BILINEAR),
            picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT),
        ]
        found += [_native.pdq(np.asarray(one.convert("L")))[0][0] for one in copies]
    return np.frombuffer(b"".join(found), np.uint8).reshape(-1, BYTES)


def _clustered(name: str, hashes: Hashes, chance: np.random.Generator, *, target: float | None) -> Row:
    index, _ = built(hashes)
    flat = _flat(hashes)
    asked = turned(hashes[chance.integers(0, len(hashes), SINGLE)], chance, THRESHOLD)
    _agree(index, flat, asked[:10])
    ours, others = _one_by_one(index, flat, asked, SLOW[MILLION])
    answers = index.near_all(asked, THRESHOLD, MOST)
    told = (
        f"{len(hashes):,} hashes, every question a copy of one: "
        f"{len(answers[2]) / SINGLE:.0f} answers a question, at most {MOST}"
    )
    flat_name = named("faiss-cpu", "IndexBinaryFlat")
    return beside(name, "us", ours, others, peer_name=flat_name, target=target, told=told, scale=1e6)


def _skewed(hashes: Hashes, chance: np.random.Generator) -> Row:
    """All hashes share a word with the question: tables help nothing, and must not hurt."""
    skewed = hashes.copy()
    skewed[:, :4] = 7
    index, _ = built(skewed)
    asked = _questions(skewed, chance, SINGLE)
    asked[:, :4] = 7
    ours: list[float] = []
    scan: list[float] = []
    for one in asked[:100]:
        ours += each(partial(_ask, index), [one.tobytes()])
        scan += each(lambda asked: index.near(asked, THRESHOLD + 1, MOST), [one.tobytes()])
    told = "the scan is ours, asked for one bit more than tables are for"
    return beside("skewed_1e6", "us", ours, scan, peer_name="plain scan", target=0.8, told=told, scale=1e6)


def _added(hashes: Hashes) -> Iterator[Row]:
    """One more, synced to disk before it is told; and many."""
    pdq_index = peer("threatexchange.signal_type.pdq.pdq_index").PDQIndex
    theirs = pdq_index([(one.tobytes().hex(), place) for place, one in enumerate(hashes)])
    others = each(lambda place: theirs.add(hashes[place].tobytes().hex(), "one more"), range(3))
    with tempfile.TemporaryDirectory() as folder:
        index = _native.Index(folder)
        index.add_all(hashes, np.zeros(len(hashes), np.uint16))
        index.save()
        ours = each(index.add, [one.tobytes() for one in hashes[:500]])
        banks = np.zeros(BATCH, np.uint16)
        many = each(lambda at: index.add_all(hashes[at : at + BATCH], banks), range(0, 10 * BATCH, BATCH))
        told = "into a million, on disk before it returns"
        name = named("threatexchange", "PDQIndex.add")
        yield beside("add_1e6", "us", ours, others, peer_name=name, target=2_000, told=told, scale=1e6)
        yield beside(
            "add_batch_1e6",
            "us",
            [one / BATCH for one in many],
            others,
            peer_name=name,
            target=10_000,
            told=f"each of {BATCH:,} at once, {told}",
            scale=1e6,
        )


def _restarted(hashes: Hashes) -> Row:
    """From opening the folder in a fresh process to the first answer; once with nothing of it in memory."""
    with tempfile.TemporaryDirectory() as folder:
        index = _native.Index(folder)
        index.add_all(hashes, np.zeros(len(hashes), np.uint16))
        index.save()
        del index
        _, rebuilt_s = built(hashes)
        warm = [_run(RESTART, folder)[0] for _ in range(TURNS)]
        snapshot = Path(folder) / "snapshot"
        forget(snapshot)
        cold = _run(RESTART, folder)[0]
        size = snapshot.stat().st_size
    return Row(
        name="restart_1e7",
        unit="s",
        ours=round(percentile(warm, 0.5), 3),
        target="< 1",
        spread=f"{spread(warm)}; {cold:.2f} s when the disk has to be read, {size / 1e9:.2f} GB, {load()}",
        peer_name="building anew in memory",
        peer=round(rebuilt_s, 2),
        ratio=round(rebuilt_s / percentile(warm, 0.5), 1),
    )


def _run(script: str, *words: str) -> Any:
    command = [sys.executable, "-c", script, *words]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)  # noqa: S603 - ours


def forget(path: Path) -> None:
    """Whatever memory holds of a file goes, so that the disk is read."""
    with path.open("rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _memory() -> Row:
    ours, theirs = (_run(MEMORY, who, str(TEN_MILLION)) for who in ("ours", "faiss"))
    return Row(
        name="bytes_per_hash",
        unit="B",
        ours=round(ours, 1),
        target="2x less",
        spread="resident, in a process of its own, ten million hashes; one run",
        peer_name=named("faiss-cpu", "IndexBinaryMultiHash 16 x 16"),
        peer=round(theirs, 1),
        ratio=round(theirs / ours, 2),
    )


def _scanned(chance: np.random.Generator) -> Iterator[Row]:
    """A list against an archive, beside reading the same file in the same pieces."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "archive"
        with path.open("wb") as file:
            for _ in range(ARCHIVE // MILLION):
                file.write(chance.integers(0, 256, (MILLION, BYTES), dtype=np.uint8).tobytes())
        size = path.stat().st_size
        asked = chance.integers(0, 256, (LIST, BYTES), dtype=np.uint8)
        threads = 2 * (os.cpu_count() or 1)  # some wait for the disk while others count
        look = partial(_native.meet, str(path), asked, THRESHOLD, MOST, 0, threads)
        for name, cold in (("bulk_scan", True), ("bulk_scan_in_memory", False)):
            ours: list[float] = []
            reads: list[float] = []
            for _ in range(TURNS):
                for call, times in ((look, ours), (partial(_read, path), reads)):
                    if cold:
                        forget(path)
                    start = time.perf_counter()
                    call()
                    times.append(size / (time.perf_counter() - start) / 1e9)
            yield Row(
                name=name,
                unit="GB/s",
                ours=round(max(ours), 2),
                target=">= 0.7x" if cold else "",
                spread=f"{spread(ours)}; reading {spread(reads)}; best of each, a list of {LIST}, "
                f"{threads} threads, {load()}",
                peer_name="reading the file" + ("" if cold else " from memory, one thread"),
                peer=round(max(reads), 2),
                ratio=round(max(ours) / max(reads), 2),
            )


def _read(path: Path) -> None:
    room = bytearray(PIECE)
    with io.FileIO(path) as file:
        while file.readinto(room):
            pass
