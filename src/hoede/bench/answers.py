"""Whether the time of a `hold` tells why: ten thousand of them, and a classifier that tries to.

Known, suspected and could-not-look come in by chance order, several at once, all of one size. What the
classifier learns from half of the times it must say of the other half; a coin has an AUC of 0.5.
"""

import http.client
import json
import os
import random
import tempfile
import threading
import time
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np

from hoede.app.build import open_database, reader_of
from hoede.app.ids import new_id
from hoede.app.tables import read_tables
from hoede.bench.drawing import drawn, encoded
from hoede.bench.ground import ADULT, Ground, ground, upload
from hoede.bench.processes import load
from hoede.bench.rows import Row, percentile, spread
from hoede.core.events import EventKind
from hoede.core.findings import Category, Finding
from hoede.detection import Example, ListView, Material
from hoede.lists import ListFacts, Standing, read_lines
from hoede.lists.jobs import import_lines

ANSWERS, AT_ONCE, SEED, BYTES = 10_000, 4, 20261126, 400_000
KINDS = KNOWN, SUSPECTED, UNSEEN = ("known", "suspected", "could-not-look")
FAILING = 0.03  # of what could not be looked at: more, and the detector would count as ill
DAWDLES_S = (0.15, 0.6)  # longer than a look may take, and no time that an answer leaves at
DAWDLES, FAILS = "bench: look slowly", "bench: cannot look "  # of one length
TARGET = "<= 0.55"


class Sick:
    """A detector that takes longer than a look may, or fails, when a text asks it to."""

    name = "sick"
    kinds = frozenset(EventKind)
    wants_frames = False
    wants_pixels = 0
    example = Example(
        found=Material(kind=EventKind.COMMENT, digests={}, text=FAILS),
        quiet=Material(kind=EventKind.COMMENT, digests={}, text="bench"),
        listed={},
    )

    def covers(self, material: Material) -> bool:
        return material.text is not None

    def look(self, material: Material, lists: ListView) -> Iterable[Finding]:  # noqa: ARG002 - the protocol's signature
        if material.text == FAILS:
            raise ValueError("as it was asked to")
        if material.text == DAWDLES:
            time.sleep(random.uniform(*DAWDLES_S))  # noqa: S311 - no secret
        return ()


DETECTOR = Sick()


@dataclass(frozen=True, slots=True)
class Asked:
    """One upload to be held."""

    kind: str
    media: bytes
    text: str


def measure() -> list[Row]:
    """One `serve` on SQLite, and all senders on the same machine."""
    known, near = encoded(drawn(1)), encoded(drawn(2))
    known, suspected = _padded(known), _padded(near)
    with tempfile.TemporaryDirectory(prefix="hoede-bench-") as place:
        folder = Path(place)
        env = {**os.environ, "PYTHONPATH": str(_plugged_in(folder))}
        with ground(folder, [known], more={}, env=env) as on:
            _list(on, near)
            times = _ask_all(on, _shuffled(known, suspected))
    return [*_told_apart(times), *_spreads(times)]


def _padded(picture: bytes) -> bytes:
    """All media has one size: what follows the end of a picture is read over."""
    return picture.ljust(BYTES, b"\x00")


def _plugged_in(folder: Path) -> Path:
    """Where `serve` finds the sick detector as it finds anybody's: by its entry point."""
    info = folder / "sick-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: sick\nVersion: 1\n")
    (info / "entry_points.txt").write_text(f"[hoede.detectors]\nsick = {__name__}:DETECTOR\n")
    return folder


def _list(on: Ground, near: bytes) -> None:
    """A list that knows the second picture by its looks only."""
    db, _ = open_database(on.config)
    facts = ListFacts(
        name="near",
        source="bench",
        standing=Standing.INDUSTRY,
        category=Category.CSEA,
        rehearsal=True,
        bank="near",
    )
    lines = read_lines(f"pdq\n{_fingerprint(on, near)}\n", "csv")
    import_lines(db, facts, lines, import_id=new_id("imp"), file_sha256="0" * 64)
    db.close()


def _fingerprint(on: Ground, picture: bytes) -> str:
    reader = reader_of(on.config, read_tables())
    try:
        with tempfile.TemporaryFile() as file:
            file.write(picture)
            file.flush()
            return reader.look(file.fileno()).frames[0].pdq[0].hex()
    finally:
        reader.close()


def _shuffled(known: bytes, suspected: bytes) -> list[Asked]:
    chance = random.Random(SEED)  # noqa: S311 - no secret
    asked = []
    for number in range(ANSWERS):
        kind = KINDS[number % len(KINDS)]
        media = suspected if kind == SUSPECTED else known if kind == KNOWN else b"\x01" * BYTES
        text = (FAILS if chance.random() < FAILING else DAWDLES) if kind == UNSEEN else "x" * len(DAWDLES)
        asked.append(Asked(kind, media, text))
    chance.shuffle(asked)
    return asked


def _ask_all(on: Ground, asked: Sequence[Asked]) -> dict[str, list[float]]:
    """By kind, milliseconds from the last byte out to the first byte in."""
    for place in range(AT_ONCE):
        on.client.put_account(
            f"sender-{place}", country="US", zone="UTC", locale="en", screen_name=None, age_evidence=[ADULT]
        )
    times: dict[str, list[float]] = {kind: [] for kind in KINDS}
    left, failed = iter(list(enumerate(asked))), list[BaseException]()
    sharing = threading.Lock()

    def send(place: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", on.port, timeout=60)
        try:
            while not failed:
                with sharing:
                    number, one = next(left, (None, None))
                if number is None or one is None:
                    return
                took = _one(line, on.key, f"answer-{number}", f"sender-{place}", one)
                times[one.kind].append(took * 1000)
        except BaseException as error:  # noqa: BLE001 - raised again by the one who waits
            failed.append(error)
        finally:
            line.close()

    threads = [threading.Thread(target=send, args=(place,)) for place in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return times


def _one(line: http.client.HTTPConnection, key: str, name: str, account: str, one: Asked) -> float:
    event = upload(name, account, one.text)
    told = {
        "id": event.id,
        "kind": event.kind,
        "channel": event.channel,
        "account": event.account,
        "content": event.content,
        "at": event.at.isoformat(),
        "text": event.text,
    }
    part = b'--b\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n'
    body = part % (b"event", json.dumps(told).encode()) + part % (b"media", one.media) + b"--b--\r\n"
    headers = {
        "Authorization": f"Bearer {key}",
        "Content-Type": "multipart/form-data; boundary=b",
        "Idempotency-Key": uuid.uuid4().hex,
    }
    line.request("POST", "/v1/events", body, headers)
    sent = time.perf_counter()
    with line.getresponse() as answer:
        took = time.perf_counter() - sent
        said = json.loads(answer.read())
    if said.get("answer") != "hold":
        raise RuntimeError(f"{one.kind} was answered {said}")
    return took


def _told_apart(times: dict[str, list[float]]) -> Iterator[Row]:
    chance = np.random.default_rng(SEED)
    for one, other in combinations(KINDS, 2):
        auc = best_auc(np.array(times[one]), np.array(times[other]), chance)
        told = f"{len(times[one])} and {len(times[other])} answers, seed {SEED}, {AT_ONCE} at once, {load()}"
        name = f"auc_{one}_{other}".replace("-", "_")
        yield Row(name=name, unit="", ours=round(auc, 3), target=TARGET, spread=told)


def _spreads(times: dict[str, list[float]]) -> Iterator[Row]:
    for kind, took in times.items():
        name = f"hold_median_{kind}".replace("-", "_")
        yield Row(name=name, unit="ms", ours=round(percentile(took, 0.5), 1), target="", spread=spread(took))


def best_auc(one: np.ndarray, other: np.ndarray, chance: np.random.Generator) -> float:
    """The best that a classifier does on times it has not seen: by more or less time, or by which times.

    The latter learns, from one half, how much likelier each of twenty stretches of time is in `one`.
    """
    halves = [np.array_split(chance.permutation(times), 2) for times in (one, other)]
    (one_seen, one_new), (other_seen, other_new) = halves
    edges = np.quantile(np.concatenate([one_seen, other_seen]), np.linspace(0, 1, 21)[1:-1])
    likelier = (_counts(one_seen, edges) + 1) / (_counts(other_seen, edges) + 1)
    learnt = _auc(likelier[np.searchsorted(edges, one_new)], likelier[np.searchsorted(edges, other_new)])
    by_time = _auc(one_new, other_new)
    return max(by_time, 1 - by_time, learnt)


def _counts(times: np.ndarray, edges: np.ndarray) -> np.ndarray:
    return np.bincount(np.searchsorted(edges, times), minlength=len(edges) + 1)


def _auc(one: np.ndarray, other: np.ndarray) -> float:
    """How often one of `one` is more than one of `other`; equal ones count half."""
    ordered = np.sort(other)
    less, most = np.searchsorted(ordered, one, "left"), np.searchsorted(ordered, one, "right")
    return float((less + (most - less) / 2).sum() / (len(one) * len(other)))
